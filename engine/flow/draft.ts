import type { DispatcherSpec } from '../dispatcher/dispatcher.ts';
import type { StageId } from '../ids.ts';
import type { StageDefinition, SubscribeOptions } from '../stage/definition.ts';
import type { Written } from '../trace/stack-place.ts';
import type { WindowSpec } from '../window/window.ts';
import type {
  BatchMapper,
  Departition,
  Emission,
  Join,
  LayerOptions,
  Mapper,
  Reduction,
} from './operation.ts';

/** A flow as it was written: a tree of layers, the last one at the root. Plain, immutable data and the program's functions. */
export interface Draft {
  /** What comes before this layer. */
  readonly origin: Origin;
  readonly options: DraftOptions;
  /** Operators of this layer, in the order they were written. */
  readonly operations: readonly Operation[];
  /** Where the layer begins in the program, and its operators. Left out of one that nothing was said about. */
  readonly written?: readonly Written[];
}

/** Options of a layer that have been checked. */
export interface DraftOptions extends LayerOptions {
  /** Left out: one global window. */
  readonly window?: WindowSpec;
}

/** One operator. */
export type Operation =
  | BatchMapper
  | Mapper
  | { readonly type: 'reduction'; readonly reduction: Reduction }
  /** `implied`: by another operator, which is written instead. */
  | { readonly type: 'emission'; readonly emission: Emission; readonly implied?: true };

/** A definition that a flow starts itself. */
export interface Spec {
  readonly definition: StageDefinition;
  readonly arg: unknown;
  /** Made by the flow, which may choose its dispatcher. */
  readonly own: boolean;
  /** Of its own subscriptions to the flow. */
  readonly options: SubscribeOptions;
  /** Of a consumer that belongs to the flow: when its end is a failure. Left out: when it is one itself. */
  readonly restart?: 'permanent' | 'temporary';
}

/** A stage that runs beside the flow, or another flow, by its name. */
export interface Beside {
  readonly id: StageId;
  /** Of subscriptions to it, or of its subscriptions to the flow. */
  readonly options: SubscribeOptions;
}

/** How events get into the stages of a layer. */
export type Routing =
  /** Whoever asks. */
  | { readonly written: 'shuffle' }
  /** Equal keys to one stage. What was given is looked at when the flow is planned (FL-061, FL-062). */
  | { readonly written: 'partition'; readonly key: unknown; readonly hash: unknown }
  /** As a dispatcher of the program's says. */
  | { readonly written: 'merge'; readonly dispatcher: DispatcherSpec };

/** Where the events of a layer come from. */
export type Origin =
  /** Nowhere: such a flow cannot run. */
  | { readonly type: 'none' }
  /** Producers of its own: one each. */
  | { readonly type: 'sources'; readonly written: 'from' | 'fromSpecs'; readonly specs: readonly Spec[] }
  | { readonly type: 'stages'; readonly stages: readonly Beside[] }
  | { readonly type: 'flows'; readonly flows: readonly Draft[]; readonly routing: Routing }
  | { readonly type: 'join'; readonly left: Draft; readonly right: Draft; readonly join: Join }
  | {
      readonly type: 'departition';
      readonly written: 'departition' | 'takeSort';
      readonly flow: Draft;
      readonly departition: Departition;
    }
  | { readonly type: 'throughStages'; readonly flow: Draft; readonly stages: readonly Beside[] }
  | { readonly type: 'throughSpecs'; readonly flow: Draft; readonly specs: readonly Spec[] }
  /** The end: nothing can follow. */
  | {
      readonly type: 'into';
      readonly flow: Draft;
      readonly stages: readonly Beside[];
      readonly specs: readonly Spec[];
    };

/** What reduces the events of this layer, if anything does. */
export function reductionOf({ operations }: Draft): Reduction | null {
  for (const operation of operations) if (operation.type === 'reduction') return operation.reduction;
  return null;
}

/** What was said about what this layer emits; `null`: nothing was. */
export function emissionOf({ operations }: Draft): Emission | null {
  for (const operation of operations) if (operation.type === 'emission') return operation.emission;
  return null;
}

/** An operator as it was written. */
export function writtenAs(operation: Operation): string {
  switch (operation.type) {
    case 'reduction':
      return operation.reduction.type === 'reduce' ? operation.reduction.written : 'emitAndReduce';
    case 'emission':
      return operation.emission.type === 'onTrigger' ? 'onTrigger' : 'emit';
    default:
      return operation.type;
  }
}
