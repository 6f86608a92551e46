import type { Seq, StageId, SubscriptionId, WorkerId } from '../ids.ts';

/** Raised by any change to the entries below that an older reader cannot read. */
export const TRACE_VERSION = 5;

/** The oldest version whose recordings are still read: what has come since then may be missing. */
export const OLDEST_TRACE_VERSION = 3;

/**
 * A value as a trace keeps it: plain, cloneable and bounded. Primitives stay as they are (strings cut at 200
 * characters); arrays and records keep at most 20 items and 3 levels; what is left out is marked by `…`.
 */
export type TraceValue =
  null | boolean | number | string | readonly TraceValue[] | { readonly [key: string]: TraceValue };

/** The ways in which a line of a program's console may be meant. */
export const LOG_LEVELS = ['log', 'info', 'warn', 'error', 'debug'] as const;

/** How a line of a program's console was meant. */
export type LogLevel = (typeof LOG_LEVELS)[number];

export type StageKind = 'producer' | 'producerConsumer' | 'consumer';

export type CallbackName =
  | 'init'
  | 'handleDemand'
  | 'handleEvents'
  | 'handleSubscribe'
  | 'handleCancel'
  | 'handleCall'
  | 'handleCast'
  | 'handleInfo'
  | 'formatDiscarded'
  | 'terminate';

/** What every entry says. */
export interface EntryBase {
  /** Unique in the run; respects causality across workers (a Lamport clock with the worker as tie-break). */
  readonly seq: Seq;
  /** Milliseconds since the run began: virtual time under the virtual scheduler, else real. */
  readonly atMs: number;
  readonly worker: WorkerId;
  /** The stage at which it happened. */
  readonly stage: StageId;
  /** The entry that caused this one; `null` where the outside world did. */
  readonly cause: Seq | null;
}

/** Why a stage or a subscription ended. GenStage's reasons: `"normal"`, `"shutdown"`, or anything a program gave. */
export type TraceReason = TraceValue;

/** A place in a learner's file, 1-based, as mapped back from the generated code. */
export interface SourcePlace {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

export interface TraceError {
  readonly name: string;
  readonly message: string;
  /** Code of the engine's catalogue, when the engine raised it. */
  readonly code?: string;
  /** Stack of the generated code; the page maps it to the learner's lines. */
  readonly stack?: string;
}

/**
 * Where events were when they were lost: in the mailbox of a stage that ended; in the queue of a producerConsumer; in the
 * batch its callback worked on; returned by a step that stops the stage, or by a consumer; in its buffer; held while demand
 * accumulated; kept by its dispatcher; on their way to a stage or a subscription that is over; on a worker that died, which could
 * not say where.
 */
export const LOST_WHERE = [
  'mailbox',
  'queue',
  'callback',
  'step',
  'buffer',
  'held',
  'dispatcher',
  'flight',
  'worker',
] as const;

export type LostWhere = (typeof LOST_WHERE)[number];

export const WINDOW_TYPES = ['global', 'count', 'fixed', 'sliding', 'session', 'periodic'] as const;

/** How a flow puts events into windows. */
export type WindowType = (typeof WINDOW_TYPES)[number];

/** What may become of the state of a window when a trigger fires. */
export const STATES_AFTER_FIRING = ['kept', 'replaced'] as const;

/**
 * After a trigger the state of a window is `kept`, so that the next one tells all there was so far; or `replaced`: `onTrigger` has
 * put another one in its place, as a rule an empty one, so that the next one tells only what is new (FL-122).
 */
export type StateAfterFiring = (typeof STATES_AFTER_FIRING)[number];

/** A range of a batch, `from` counted from 0 within it, that a window of a flow's stage has got; or, `late`, has missed. */
export interface AssignedSlice {
  /** The window, as entries of type `window` name it. */
  readonly id: TraceValue;
  readonly from: number;
  readonly count: number;
  readonly late?: true;
}

/** What happened, without the bookkeeping that {@link EntryBase} adds. */
export type TraceEvent =
  /** A stage runs: its `init` has returned. `life` counts its starts from 1; left out for the first. */
  | {
      readonly type: 'start';
      /** `flow`: the coordinator of a flow. */
      readonly kind: StageKind | 'supervisor' | 'flow';
      readonly state: TraceValue;
      readonly life?: number;
    }
  /** Recorded at the consumer, when the subscribe message is sent. */
  | {
      readonly type: 'subscribe';
      readonly subscription: SubscriptionId;
      readonly producer: StageId;
      readonly mode: 'automatic' | 'manual';
      readonly maxDemand: number;
      readonly minDemand: number;
      readonly cancel: 'permanent' | 'transient' | 'temporary';
    }
  /** Recorded at the producer, when it has accepted a subscription. */
  | { readonly type: 'subscribed'; readonly subscription: SubscriptionId; readonly consumer: StageId }
  /** Consumer sends demand. `pending` = asked and not yet handled, after this ask. */
  | {
      readonly type: 'ask';
      readonly subscription: SubscriptionId;
      readonly count: number;
      readonly pending: number;
    }
  /** Producer takes an ask from its mailbox. `open` = demand of this subscription not yet dispatched, after it. */
  | {
      readonly type: 'asked';
      readonly subscription: SubscriptionId;
      readonly count: number;
      readonly open: number;
    }
  /**
   * Producer sends a batch. `first` = index of its first event among all sent on this subscription, from 0;
   * `open` = demand of this subscription left after it. `events` holds at most 1,000 values, `count` is exact.
   */
  | {
      readonly type: 'dispatch';
      readonly subscription: SubscriptionId;
      readonly first: number;
      readonly count: number;
      readonly events: readonly TraceValue[];
      readonly open: number;
    }
  /** Consumer takes a batch from its mailbox (cause: the dispatch). */
  | {
      readonly type: 'deliver';
      readonly subscription: SubscriptionId;
      readonly first: number;
      readonly count: number;
    }
  /** A callback of the learner's begins. `demand` for handleDemand; `events` and `subscription` for handleEvents. */
  | {
      readonly type: 'begin';
      readonly callback: CallbackName;
      readonly subscription?: SubscriptionId;
      readonly demand?: number;
      readonly count?: number;
      readonly events?: readonly TraceValue[];
    }
  /** It has returned (cause: its begin). `emitted` = what it returned as events; `count` is exact. */
  | {
      readonly type: 'end';
      readonly callback: CallbackName;
      readonly count: number;
      readonly emitted: readonly TraceValue[];
      /** State after it. */
      readonly state: TraceValue;
      /** After a batch of handleEvents: asked and not yet handled on that subscription. */
      readonly pending?: number;
    }
  /** Events nobody asked for were stored. `added` by this step, `size` stored after it, `limit` = bufferSize. */
  | { readonly type: 'buffer'; readonly added: number; readonly size: number; readonly limit: number | null }
  /** The buffer gave stored events to a dispatch; `size` stored after it. */
  | { readonly type: 'unbuffer'; readonly removed: number; readonly size: number }
  /** A full buffer dropped events. */
  | { readonly type: 'discard'; readonly count: number }
  /**
   * A dispatcher left events out because the program said so: the selector of `subscription` refused them, or, without one,
   * a hash answered `none`.
   */
  | { readonly type: 'drop'; readonly count: number; readonly subscription?: SubscriptionId }
  /**
   * Events wait in the dispatcher for the consumer of one partition: `size` of them after this step. `events` holds at most 1,000 of
   * those that were added; left out where none was, and by dispatchers that do not say which.
   */
  | {
      readonly type: 'queue';
      readonly partition: TraceValue;
      readonly added: number;
      readonly removed: number;
      readonly size: number;
      readonly events?: readonly TraceValue[];
    }
  /** Events that nobody will get any more, and where they were; recorded at the stage that had them. */
  | {
      readonly type: 'lost';
      readonly where: LostWhere;
      readonly count: number;
      readonly subscription?: SubscriptionId;
      readonly reason?: TraceReason;
    }
  /** A supervisor (the entry's stage) starts `child` again: its `restarts`-th within the period that counts. */
  | {
      readonly type: 'restart';
      readonly child: StageId;
      /** Which start of the child this is, from 2. */
      readonly life: number;
      readonly restarts: number;
      /** Why the child ended. */
      readonly reason: TraceReason;
    }
  /** A task, or a child of a consumerSupervisor, begins or is over; recorded at the stage that started it. */
  | {
      readonly type: 'task';
      readonly task: string;
      readonly phase: 'start' | 'end';
      /** Worker it runs on. */
      readonly on: WorkerId;
      /** How it ended: with a value, with a failure, too late, or because it was shut down. */
      readonly outcome?: 'ok' | 'failed' | 'timeout' | 'shutdown';
      /** What it was given (`start`), what it returned or why it failed (`end`). */
      readonly value?: TraceValue;
    }
  /**
   * A window of a flow's stage begins with its first event, emits because a trigger fires, or is over. `count` = events
   * reduced into it so far. Fixed, sliding: `id` is its first millisecond of event time; count, periodic: its number.
   */
  | {
      readonly type: 'window';
      readonly phase: 'open' | 'fire' | 'close';
      readonly window: WindowType;
      readonly id: TraceValue;
      readonly count: number;
      /** Of `fire`: the trigger's name, and how many events it emitted. */
      readonly trigger?: TraceValue;
      readonly emitted?: number;
      /** Of `fire`: the how-many-th of this window, from 1. */
      readonly firing?: number;
      /** Of `fire`: left out where the window is over, or the stage keeps no state. */
      readonly state?: StateAfterFiring;
    }
  /**
   * The watermark of a flow's stage has moved on: over all upstreams, no event before `eventMs` is expected any more. `idle`: the
   * upstreams that do not count, as they have been silent for too long.
   */
  | { readonly type: 'watermark'; readonly eventMs: number; readonly idle?: readonly SubscriptionId[] }
  /**
   * A flow's stage has put a batch into its windows (cause: the begin of its `handleEvents`). An event is in several slices where
   * windows overlap. `times` and `slices` hold at most 1,000 each, `count` is exact. Not recorded of a global window without
   * triggers, which gets everything.
   */
  | {
      readonly type: 'assign';
      readonly subscription: SubscriptionId;
      /** Index of its first event on the subscription; left out where `mapBatch` has made other events of the batch. */
      readonly first?: number;
      readonly count: number;
      /** Event times of its events, ms, in their order; left out where the windows know none. */
      readonly times?: readonly number[];
      /** The latest event time that came on the subscription so far, ms: what it contributes to the watermark. */
      readonly latestMs?: number;
      readonly slices: readonly AssignedSlice[];
    }
  /** Events that came after their window was over. They are dropped; `events` holds at most 1,000, `count` is exact. */
  | {
      readonly type: 'late';
      readonly id: TraceValue;
      readonly count: number;
      readonly events: readonly TraceValue[];
    }
  /** A subscription ended at this stage. */
  | {
      readonly type: 'cancel';
      readonly subscription: SubscriptionId;
      readonly kind: 'cancel' | 'down';
      readonly reason: TraceReason;
    }
  /** A stage ended in an orderly way. */
  | { readonly type: 'exit'; readonly reason: TraceReason }
  /** A callback threw, or returned something that is no step. The stage is gone. */
  | { readonly type: 'crash'; readonly callback: CallbackName | null; readonly error: TraceError }
  /** A stage is made to fail, as if its next callback had thrown. The crash that follows names this entry as its cause. */
  | { readonly type: 'fault'; readonly fault: 'crash'; readonly message: string }
  /** A stage takes no message from here on; or takes them again. */
  | { readonly type: 'fault'; readonly fault: 'freeze' | 'thaw' }
  /** Its callbacks that handle events, demand or a message take that much longer from here on, ms; 0 ends that. */
  | { readonly type: 'fault'; readonly fault: 'slow'; readonly byMs: number }
  /** Its timers run that many times as fast from here on; 1 ends that. */
  | { readonly type: 'fault'; readonly fault: 'burst'; readonly times: number }
  /** What travels on a subscription takes that much longer from here on, ms; recorded at its consumer. */
  | {
      readonly type: 'fault';
      readonly fault: 'slowLink';
      readonly subscription: SubscriptionId;
      readonly delayMs: number;
    }
  /**
   * A worker is gone at once, and all that ran on it. The entry stands at the first thing that did, and the ends of all of them
   * follow from it. `error`: what it died of by itself; left out when it was killed from outside.
   */
  | {
      readonly type: 'fault';
      readonly fault: 'killWorker';
      readonly on: WorkerId;
      readonly error?: TraceError;
    }
  /** `console.*` in a learner's code while this stage handled a message. */
  | {
      readonly type: 'log';
      readonly level: LogLevel;
      readonly values: readonly TraceValue[];
      /** Where `console.log` was called, in the generated code: `line:column`, 1-based. */
      readonly place?: string;
    }
  /** The engine's own warning (excess events, demand above the maximum, events from a consumer …). */
  | {
      readonly type: 'warning';
      readonly code: string;
      readonly message: string;
      readonly subscription?: SubscriptionId;
      readonly count?: number;
      /** Further values the message speaks of: what was expected, what came. */
      readonly values?: readonly TraceValue[];
    };

/** One line of a recording. */
export type TraceEntry = EntryBase & TraceEvent;

/** What may be done to a run from outside, to see what comes of it. */
export type FaultKind = Extract<TraceEvent, { readonly type: 'fault' }>['fault'];

export type TraceType = TraceEvent['type'];

/** The entries of one type: `EntryOf<'ask'>`. */
export type EntryOf<T extends TraceType> = Extract<TraceEntry, { readonly type: T }>;
