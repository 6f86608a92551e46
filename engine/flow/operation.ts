import type { DispatcherSpec } from '../dispatcher/dispatcher.ts';
import type { StageId } from '../ids.ts';
import type { StageDefinition, SubscribeOptions } from '../stage/definition.ts';
import type { FlowView, LayerView } from '../trace/plan-view.ts';
import type { Written } from '../trace/stack-place.ts';
import type { Firing, WindowId, WindowSpec } from '../window/window.ts';

/** Which of a layer's stages: `index` from 0. */
export interface StageIndex {
  readonly index: number;
  readonly total: number;
}

// Functions of a program take the events that its own operators made; the types of `Flow` have checked that.
type Fn<Result> = (event: never) => Result;

/** An operator that handles one event after the other, and keeps nothing. */
export type Mapper =
  | { readonly type: 'map'; readonly fn: Fn<unknown> }
  | { readonly type: 'filter' | 'reject'; readonly fn: Fn<unknown> }
  /** Answers with an iterable; one level is flattened. */
  | { readonly type: 'flatMap'; readonly fn: Fn<Iterable<unknown>> }
  /** Of pairs `[key, value]`. */
  | { readonly type: 'mapValues'; readonly fn: Fn<unknown> }
  /** For its effect; the event goes on. */
  | { readonly type: 'each'; readonly fn: Fn<unknown> }
  /** Keeps the first event of each key, per stage and window. */
  | { readonly type: 'uniq'; readonly by: Fn<unknown> };

/** What a batch is turned into before everything else. */
export interface BatchMapper {
  readonly type: 'mapBatch';
  readonly fn: (events: never[]) => Iterable<unknown>;
}

/** How a program sees a state that is kept in a form that is faster to add to. */
export interface StateView {
  /** `last`: the state as kept is not used any more. Else what is shown stays as it is, whatever comes. */
  show(state: unknown, last: boolean): unknown;
  /** Goes on with what the program made of what it was shown. */
  resume(shown: unknown): unknown;
}

export type Reduction =
  | {
      readonly type: 'reduce';
      /** The operator it was written as. */
      readonly written: 'reduce' | 'group' | 'groupBy' | 'groupByKey';
      readonly init: () => unknown;
      readonly fn: (state: never, event: never) => unknown;
      /** Where the program sees the state otherwise than it is kept. */
      readonly view?: StateView;
    }
  | {
      readonly type: 'emitAndReduce';
      readonly init: () => unknown;
      readonly fn: (state: never, event: never) => EmittingStep<unknown, unknown>;
    };

/** What `emitAndReduce` and `onTrigger` functions answer with: events to send on now, and the next state. */
export interface EmittingStep<State, Event> {
  readonly events?: readonly Event[];
  /** Left out, the state stays. */
  readonly state?: State;
}

/** What a trigger sends on: the elements of the state, the state as one event, nothing, or what a function makes of it. */
export type Emission =
  | { readonly type: 'events' | 'state' | 'nothing' }
  | {
      readonly type: 'onTrigger';
      readonly fn: (state: never, stage: StageIndex, firing: Firing) => EmittingStep<unknown, unknown>;
    };

export type JoinMode = 'inner' | 'leftOuter' | 'rightOuter' | 'fullOuter';

/** How the first events of a layer are joined. Its subscriptions carry `side: 'left' | 'right'`. */
export interface Join {
  readonly mode: JoinMode;
  readonly leftKey: Fn<unknown>;
  readonly rightKey: Fn<unknown>;
  readonly join: (left: never, right: never) => unknown;
}

/** How the states of all partitions become one again. */
export interface Departition {
  readonly init: () => unknown;
  readonly merge: (merged: never, state: never) => unknown;
  readonly done: (merged: never, id: WindowId) => unknown;
}

/** What a stage sends to one that departitions: which partition fired which window, and what it emitted. */
export interface Departing {
  readonly partition: number;
  readonly firing: Firing;
  readonly state: unknown;
}

/** Everything a stage of a layer does, in this order. Its functions are the program's. */
export interface LayerSpec {
  readonly batchMappers: readonly BatchMapper[];
  /** First thing done to events, where the layer joins or departitions. */
  readonly intake:
    { readonly type: 'join'; readonly join: Join } | ({ readonly type: 'departition' } & Departition) | null;
  readonly mappers: readonly Mapper[];
  readonly reduction: Reduction | null;
  readonly emission: Emission;
  readonly window: WindowSpec;
  /** Emits {@link Departing}s, for a layer that departitions. */
  readonly departs: boolean;
  /** Of the partition it is: whose event, for sessions without a key of their own. */
  readonly partitionKey: ((event: never) => unknown) | null;
  readonly onInit: ((stage: StageIndex) => void) | null;
}

/** What a stage of a layer is started with. */
export interface LayerStage extends StageIndex {
  /** Subscriptions it will make to the layers before: when the last has ended, its input has. */
  readonly upstreams: number;
}

/** A flow as stages and subscriptions. */
export interface FlowPlan {
  /** Its own stages, producers before their consumers: a later life starts them in this order. */
  readonly stages: readonly {
    readonly id: StageId;
    readonly definition: StageDefinition;
    readonly arg: unknown;
    /** Where its operators are written; left out for stages that are defined otherwise. */
    readonly operators?: readonly Written[];
  }[];
  /** In the order they are to be made: later layers first, so that nothing is sent before all is wired. */
  readonly subscriptions: readonly {
    readonly consumer: StageId;
    readonly producer: StageId;
    readonly options: SubscribeOptions;
  }[];
  readonly layers: readonly LayerView[];
  /** Producers it reads from, its own and others that run. Whoever runs the flow holds them until everything is wired. */
  readonly sources: readonly StageId[];
  /** Stages of the last layer: what a consumer of the flow subscribes to. Empty where it emits nothing. */
  readonly outlets: readonly StageId[];
  /** Stages whose ends are the flow's end: the last layer, or the consumers that belong to it (`intoSpecs`). */
  readonly ends: readonly StageId[];
  /** Of them, what is not only a failure when it fails. Left out when there are none. */
  readonly restart?: FlowView['restart'];
}

/** What a layer's stages are, and how they are fed. Counts are events. */
export interface LayerOptions {
  readonly stages?: number;
  readonly maxDemand?: number;
  readonly minDemand?: number;
  readonly bufferSize?: number;
  readonly bufferKeep?: 'first' | 'last';
  readonly dispatcher?: DispatcherSpec;
  readonly onInit?: (stage: StageIndex) => void;
}
