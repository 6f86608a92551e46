import type { DispatcherSpec } from '../dispatcher/dispatcher.ts';
import type { none } from '../dispatcher/partition-dispatcher.ts';
import type { StageId } from '../ids.ts';
import type {
  Consuming,
  Producer,
  Producing,
  StageDefinition,
  SubscribeOptions,
} from '../stage/definition.ts';
import type { Window } from '../window/window-builder.ts';
import type { JoinMode, LayerOptions } from './operation.ts';

/** What a flow can read: data, or a function that makes it anew for each run; a producer of `engine/source` or your own. */
export type FlowSource<Event> =
  | Iterable<Event>
  | AsyncIterable<Event>
  | ReadableStream<Event>
  | (() => Iterable<Event> | AsyncIterable<Event>)
  | Producer<void, Event>;

/** A stage that runs: what `start` returned, or its name; alone or with options of the subscriptions. */
export type RunningStage<Event> =
  | StageId
  | ({ readonly id: StageId } & Producing<Event>)
  | ({ readonly stage: StageId | ({ readonly id: StageId } & Producing<Event>) } & SubscribeOptions<Event>);

/** A consumer that runs: what `start` returned, or its name; alone or with options of its subscriptions. */
export type ConsumingStage<Event> =
  | StageId
  | ({ readonly id: StageId } & Consuming<Event>)
  | ({ readonly stage: StageId | ({ readonly id: StageId } & Consuming<Event>) } & SubscribeOptions<Event>);

/** A definition to be started with the flow; alone, or with what its `init` gets and options of its subscriptions. */
export type FlowSpec<Definition extends StageDefinition> =
  Definition | ({ readonly definition: Definition; readonly arg?: unknown } & SubscribeOptions);

/**
 * A consumer to be started with the flow. `restart` says when its end is a failure, which ends the flow with `"shutdown"`:
 * `"permanent"` always, `"transient"` (the default) if it fails itself, `"temporary"` never.
 */
export type FlowConsumer =
  | StageDefinition
  | ({
      readonly definition: StageDefinition;
      readonly arg?: unknown;
      readonly restart?: 'permanent' | 'transient' | 'temporary';
    } & SubscribeOptions);

/** Options of whatever begins a layer. Counts are events. */
export interface FlowOptions<Event> extends Omit<LayerOptions, 'dispatcher'> {
  /** How events are parted before they are reduced. Default: all of them, one global window. */
  readonly window?: Window<Event>;
}

/** Options of `Flow.from` and `Flow.fromIterables`. */
export interface SourceFlowOptions<Event> extends FlowOptions<Event> {
  /** How sources feed the stages of the first operators. Default: whoever asks. */
  readonly dispatcher?: DispatcherSpec;
}

/** Options of `partition`. */
export interface PartitionOptions<Event> extends FlowOptions<Event> {
  /** Events with equal keys meet in one stage. A field, the index of an item, or a function. Default: the event itself. */
  readonly key?: (keyof Event & (string | number)) | ((event: Event) => unknown);
  /** Instead of `key`: the event as it is to go on, and its partition from 0; or `none` for an event that nobody gets. */
  readonly hash?: (event: Event) => readonly [event: unknown, partition: number] | typeof none;
  /** Instead of both: who gets which events. */
  readonly dispatcher?: DispatcherSpec;
}

/** Options of both joins. */
export interface JoinOptions<Left, Right, Joined> extends Omit<LayerOptions, 'dispatcher'> {
  /** Which rows without a partner come too; `join` gets `null` in place of the partner. */
  readonly mode: JoinMode;
  readonly leftKey: (left: Left) => unknown;
  readonly rightKey: (right: Right) => unknown;
  readonly join: (left: Left, right: Right) => Joined;
}

/** The elements of a state: what a reduction emits unless told otherwise. */
export type ElementOf<State> = unknown extends State
  ? unknown
  : State extends ReadonlyMap<infer Key, infer Value>
    ? [Key, Value]
    : State extends string
      ? never
      : State extends Iterable<infer Item>
        ? Item
        : State extends object
          ? { [Key in keyof State & string]: [Key, State[Key]] }[keyof State & string]
          : never;

/** Options of a flow that hands its events over: `intoStages`, `intoSpecs`. */
export interface IntoOptions {
  /** Who gets which events of the last layer. Default: whoever asks. */
  readonly dispatcher?: DispatcherSpec;
}
