import type { StageId, SubscriptionId } from '../ids.ts';

/** A batch for one subscription. The stage sends it as it is, also when it holds no event. */
export interface Delivery<T> {
  readonly to: SubscriptionId;
  readonly events: readonly T[];
  /**
   * Events of this dispatch that the subscription did not want. They are recorded as dropped, and the stage asks for as
   * many again on the consumer's behalf, by a message to itself: `ask` is called in a later turn.
   */
  readonly refused?: number;
}

/** Events that a dispatcher keeps for one partition have become more or fewer. */
export interface QueueChange {
  readonly partition: string | number;
  readonly added: number;
  readonly removed: number;
  /** Events kept after it. */
  readonly size: number;
  /** Those that were added, in their order: for the trace, which cannot tell otherwise which they are. */
  readonly events?: readonly unknown[];
}

/** What an answer may bring about besides new demand. All of it is done by the stage, in this order. */
export interface Effects<T> {
  /** Events that were kept and that nobody will get any more. */
  readonly lost?: number;
  readonly queues?: readonly QueueChange[];
  readonly deliveries?: readonly Delivery<T>[];
  /** Infos that `info` kept back and that are due now. */
  readonly infos?: readonly unknown[];
}

/** New demand for the producer, an integer >= 0, with what else is to happen. */
export interface Answer<T> extends Effects<T> {
  readonly demand: number;
}

/** The bare number is the common case: nothing but demand. */
export type Demand<T> = number | Answer<T>;

/** The subscription does not come about; it is cancelled with this reason. */
export interface Refused {
  readonly refused: unknown;
}

/** What became of the events given to `dispatch`. Each is delivered, left over, kept, or dropped. */
export interface Dispatched<T> extends Effects<T> {
  readonly deliveries: readonly Delivery<T>[];
  /** Without demand: they go to the producer's buffer, and come again with the next demand. */
  readonly leftover: readonly T[];
  /** Events that are for nobody, as the program wants it. */
  readonly dropped?: number;
}

/** Options of a subscription as they reach a dispatcher. */
export type DispatchOptions = Readonly<Record<string, unknown>>;

/**
 * Decides which consumer gets which events. It is a state and a few answers; the stage does the sending. No method may
 * wait, and none calls another stage. What a method throws crashes the producer.
 *
 * Every number of demand that a method returns is passed on to the producer once. So over a run a dispatcher should
 * return as much as its consumers ask for, and deliver to each no more than it asked for: a consumer handles what comes
 * in excess, and warns.
 */
export interface Dispatcher<T> {
  /**
   * A subscription begins. A new consumer has asked for nothing yet, so the answer is mostly 0.
   *
   * @param options - Everything that `subscribe` was given, `to` left out: the place for options of your own.
   * @param consumer - The stage that subscribes; the same one may do so several times.
   */
  subscribe(id: SubscriptionId, options: DispatchOptions, consumer: StageId): Demand<T> | Refused;
  /** A subscription that has begun asks for `count` >= 1 more events. */
  ask(id: SubscriptionId, count: number): Demand<T>;
  /** A subscription that has begun is over. It may be named in no later delivery. Not called for a refused one. */
  cancel(id: SubscriptionId): Demand<T>;
  /** Shares out at least one event, in order. */
  dispatch(events: readonly T[]): Dispatched<T>;
  /**
   * An info that waited behind buffered events is due. `true`: the stage handles it in a later turn. `false`: the
   * dispatcher keeps it behind events of its own, and hands it back in the `infos` of a later answer. Left out: `true`.
   */
  info?(request: unknown): boolean;
  /** Events the dispatcher keeps itself. Left out: none, ever. */
  readonly queued?: number;
}

/** What a dispatcher may use of its stage. */
export interface DispatcherContext {
  /** The stage whose events it dispatches; for messages. */
  readonly stage: StageId;
  /** Seeded, in [0, 1). */
  random(): number;
  /** Records a warning in the trace. */
  warn(warning: DispatcherWarning): void;
}

/** What is worth telling and does not stop anything. */
export interface DispatcherWarning {
  /** Names the kind of warning: `demand_over_max`. */
  readonly code: string;
  readonly message: string;
  readonly subscription?: SubscriptionId;
  readonly count?: number;
  /** Further values the message speaks of: what was expected, what came. */
  readonly values?: readonly number[];
}

/** A dispatcher as a definition names it: plain data and a constructor. Made by `defineDispatcher`. */
export interface DispatcherSpec {
  /** What plan, trace and picture call it: `demand`, `broadcast`, `partition`, or a name of your own. */
  readonly name: string;
  /** One definition may run as many stages, and each gets a dispatcher of its own. */
  readonly create: (context: DispatcherContext) => Dispatcher<unknown>;
  /** The partitions it serves, if it has any: known before the run, for the picture. */
  readonly partitions?: readonly (string | number)[];
  /**
   * Whether a plan may try its subscriptions on a dispatcher made for that alone, to find what `subscribe` throws where
   * the plan is declared. `create` and `subscribe` must then leave nothing behind outside.
   */
  readonly checksPlan?: boolean;
}
