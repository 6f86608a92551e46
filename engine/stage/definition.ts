import type { StageId, SubscriptionId } from '../ids.ts';

/** Why a stage ends. `"normal"`, `"shutdown"` and `["shutdown", detail]` are orderly; anything else is a failure. */
export type Reason = unknown;

/** How a consumer reacts when a subscription of its own ends. */
export type CancelMode = 'permanent' | 'transient' | 'temporary';

/** One end's view of a subscription: what callbacks get as `from`. */
export interface Subscription {
  readonly id: SubscriptionId;
  /** The stage at the other end. */
  readonly peer: StageId;
}

/** What a callback hands back. Every part is optional; nothing at all means: no events, same state. */
export interface Step<State, Event> {
  /** Events to send on. A consumer has none. */
  readonly events?: readonly Event[];
  /** The next state; left out, the state stays. */
  readonly state?: State;
  /** Answer to a call (`handleCall` only). */
  readonly reply?: unknown;
  /** End this stage, with the reason. As in GenStage, a step that stops sends no events. */
  readonly stop?: Reason;
  /** Accepted for parity with GenStage; has no visible effect. */
  readonly hibernate?: boolean;
}

export type Returned<State, Event> = Step<State, Event> | void | Promise<Step<State, Event> | void>;

/** Options of `subscribe`. Counts are events. Custom fields travel to both ends' callbacks and to the dispatcher. */
export interface SubscribeOptions {
  /** The most that may be asked for and not yet handled. Integer >= 1; default 1,000. */
  readonly maxDemand?: number;
  /** Ask again once no more than this is pending. Integer 0 … maxDemand - 1; default half of maxDemand. */
  readonly minDemand?: number;
  /** Default `"permanent"`. */
  readonly cancel?: CancelMode;
  readonly [custom: string]: unknown;
}

// The callbacks, definitions and their constructors (producer, producerConsumer, consumer) are DESIGN.md §4.
