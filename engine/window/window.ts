import type { SubscriptionId } from '../ids.ts';
import type { StateAfterFiring, WindowType } from '../trace/trace-entry.ts';

/** Units of time that windows and triggers take. */
export type TimeUnit = 'millisecond' | 'second' | 'minute' | 'hour';

/**
 * Which window: `"global"`; its number from 0 (count, periodic); its first millisecond of event time (fixed, sliding);
 * `{ key, start, end }` (session; `end` is the last event's time plus the gap).
 */
export type WindowId = 'global' | number | SessionId;

export interface SessionId {
  readonly key: unknown;
  /** Event time, ms. */
  readonly start: number;
  readonly end: number;
}

/**
 * Why a window emits: it is over (`done`), its time is over but late events are still taken (`watermark`), so many events came,
 * so much time passed; anything else is the name a program gave its own trigger.
 */
export type TriggerName =
  | 'done'
  | 'watermark'
  | readonly ['every', number]
  | readonly ['periodically', number, TimeUnit]
  | (NonNullable<unknown> | null);

/** What `onTrigger` gets as its third argument. */
export interface Firing {
  readonly type: WindowType;
  readonly id: WindowId;
  readonly trigger: TriggerName;
}

/**
 * What the function of a program's own trigger answers with, for one batch. What the trigger emits goes out before what was
 * emitted while `before` was reduced, as in Flow (FL-126); the same holds for a trigger every so many events.
 */
export type TriggerStep<State, Event> =
  /** Reduce the whole batch; or only these events, where some are given (`[]` swallows the batch). */
  | { readonly state: State; readonly events?: readonly Event[]; readonly trigger?: never }
  /** Reduce `before`, fire under this name, go on with `after`. */
  | {
      readonly trigger: TriggerName;
      readonly before: readonly Event[];
      readonly after: readonly Event[];
      readonly state: State;
    };

/** A window as data: what a layer of a flow does with its events before it reduces them. Durations are ms. */
export interface WindowSpec {
  readonly type: WindowType;
  /** Of count: events. Of fixed, sliding, periodic: length. Of session: the gap that ends it. */
  readonly length: number;
  /** Of sliding: how far apart the windows begin. */
  readonly step: number;
  /** Event time of an event, ms since the epoch. Of fixed, sliding, session. */
  readonly by: ((event: never) => number) | null;
  /** Of session: whose session an event belongs to; `null`: the key of its partition, if that has one, else all are one. */
  readonly key: ((event: never) => unknown) | null;
  readonly punctuation:
    | { readonly type: 'every'; readonly count: number }
    | {
        readonly type: 'custom';
        readonly init: () => unknown;
        readonly fn: (events: never[], state: never) => TriggerStep<unknown, unknown>;
      }
    | null;
  readonly periodically: readonly { readonly count: number; readonly unit: TimeUnit; readonly ms: number }[];
  /** Processing time for which a window that is over still takes events; 0: none. */
  readonly allowedLatenessMs: number;
  /**
   * Event time by which the watermark runs behind the latest event of each upstream; an event is late if its window is over at
   * the watermark of that moment. `null`, Flow's rule: the watermark is the latest event itself, and is looked at between
   * batches.
   */
  readonly outOfOrdernessMs: number | null;
  /** Processing time after which a silent upstream no longer holds windows back; `null`: it does until it ends. */
  readonly idleAfterMs: number | null;
  /** Told of every event that came too late. */
  readonly onLate: ((event: never, id: WindowId) => void) | null;
}

/** Whether a window is the one that layers have that say nothing about it: all events together, until the end. */
export function isPlainWindow({ type, punctuation, periodically }: WindowSpec): boolean {
  return type === 'global' && punctuation === null && periodically.length === 0;
}

/**
 * A range of a batch: `events[from]` … `events[to - 1]`, sent on one subscription. Never changed by who gets it, and not to
 * be kept: it is another range once the call is over.
 */
export interface Slice {
  readonly events: readonly unknown[];
  readonly from: number;
  readonly to: number;
  readonly upstream: SubscriptionId;
}

/**
 * What is done with the events of a window. An accumulator belongs to one window from `create` on; windows keep it and know
 * nothing of it. What is to be emitted is pushed to `out`.
 */
export interface WindowReducer<Accumulator> {
  create(): Accumulator;
  reduce(accumulator: Accumulator, slice: Slice, out: unknown[]): void;
  /** @returns What has become of the state, where there is one and the window is not over. */
  fire(accumulator: Accumulator, firing: Firing, out: unknown[]): StateAfterFiring | undefined;
  /** The window is over: it fires once more, as done, and its accumulator is not used after that. */
  end?(accumulator: Accumulator): void;
}

/** A message to itself by which a stage with windows learns that time has passed. */
export interface WindowTimer {
  readonly windowTimer: string;
  readonly id?: WindowId;
}

/** What windows may do to the world. */
export interface WindowContext {
  /** Processing time, ms. */
  nowMs(): number;
  /** `wake` is called with the timer after so long. */
  after(delayMs: number, timer: WindowTimer): void;
  /** What stands for a key wherever keys are told apart, so that equal keys are the same to a Map. */
  keyOf(key: unknown): unknown;
  /** Whether `record` does anything: previews are built only then. */
  readonly tracing: boolean;
  record(entry: WindowEntry): void;
}

/** A range of a batch that one window has got; or that has missed it. */
export interface AssignedSlice {
  readonly id: WindowId;
  readonly from: number;
  readonly count: number;
  readonly late?: true;
}

/** What windows put into the trace. */
export type WindowEntry =
  | {
      readonly type: 'window';
      readonly phase: 'open' | 'fire' | 'close';
      readonly window: WindowType;
      readonly id: WindowId;
      /** Of `fire`. */
      readonly trigger?: TriggerName;
      /** Events reduced into it so far. */
      readonly count: number;
      /** Of `fire`: events it emitted. */
      readonly emitted?: number;
      /** Of `fire`: the how-many-th of this window, from 1. */
      readonly firing?: number;
      /** Of `fire`: left out where the window is over, or has no state. */
      readonly state?: StateAfterFiring;
    }
  /** Event time before which no event is expected any more, over all upstreams; those in `idle` do not count. */
  | { readonly type: 'watermark'; readonly eventMs: number; readonly idle?: readonly SubscriptionId[] }
  /** A batch has been put into windows. */
  | {
      readonly type: 'assign';
      readonly subscription: SubscriptionId;
      readonly count: number;
      readonly times?: readonly number[];
      readonly latestMs?: number;
      readonly slices: readonly AssignedSlice[];
    }
  | {
      readonly type: 'late';
      readonly id: WindowId;
      readonly count: number;
      readonly events: readonly unknown[];
    };

/** A window that is open, for who looks on. */
export interface OpenWindow {
  readonly id: WindowId;
  readonly accumulator: unknown;
}

/**
 * The windows of one stage: which are open, what falls into them, when they fire. What throws (a function of the program, or
 * the engine at what it answered) leaves them in no state to go on.
 */
export interface Windows {
  /** An upstream is there: it holds back the watermark until it has sent an event or ended. */
  join(upstream: SubscriptionId): void;
  /** An upstream has ended. */
  leave(upstream: SubscriptionId): void;
  /** Handles a batch of an upstream. */
  take(upstream: SubscriptionId, events: readonly unknown[], out: unknown[]): void;
  /** A timer is due. */
  wake(timer: WindowTimer, out: unknown[]): void;
  /** Fires every open window under this name. */
  trigger(name: TriggerName, out: unknown[]): void;
  /** Nothing comes any more: what is open is done. */
  finish(out: unknown[]): void;
  readonly open: number;
  /** The open windows, earliest first, at most so many: what a picture of the stage shows. */
  peek(limit: number): readonly OpenWindow[];
  /** Events that came too late, and were dropped, so far; one that several windows missed counts for each of them. */
  readonly late: number;
}
