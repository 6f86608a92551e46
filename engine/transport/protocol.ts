import type { StageId, SubscriptionId, WorkerId } from '../ids.ts';
import type { PlanView } from '../runtime/plan.ts';
import type { TraceEntry, TraceError } from '../trace/trace-entry.ts';

/** Raised by any change below. Both sides refuse another version. */
export const PROTOCOL_VERSION = 1;

/** How fast deliveries go. `held`: each mailbox delivery waits for a permit. */
export type Pace = 'full' | 'held';

/** What is recorded: everything, or the counters alone. */
export type TraceLevel = 'full' | 'counters';

/** Controller → worker. Plain cloneable data. */
export type ToWorker =
  /** First message. The program has been loaded by the platform's glue; ports to peers come along as transferables. */
  | {
      readonly type: 'start';
      readonly version: number;
      readonly worker: WorkerId;
      /** Which worker runs which stage; the same on all. */
      readonly placement: Readonly<Record<StageId, WorkerId>>;
      readonly seed: number;
      readonly pace: Pace;
      readonly trace: TraceLevel;
      /** Trace entries this worker may record before it holds all deliveries by itself. */
      readonly entryBudget: number;
    }
  /** All stages of all workers run: make the subscriptions. */
  | { readonly type: 'wire' }
  | { readonly type: 'pace'; readonly pace: Pace; readonly addEntries?: number }
  /** Let one stage take `count` messages from its mailbox. */
  | { readonly type: 'permit'; readonly stage: StageId; readonly count: number }
  /** Page has taken that many telemetry batches: as many more may be sent. */
  | { readonly type: 'credit'; readonly batches: number }
  | { readonly type: 'ping'; readonly id: number }
  | { readonly type: 'kill'; readonly stage: StageId; readonly reason: unknown }
  | {
      readonly type: 'request';
      readonly id: number;
      readonly stage: StageId;
      readonly request:
        | { readonly type: 'call' | 'cast' | 'info'; readonly message: unknown }
        | { readonly type: 'ask'; readonly subscription: SubscriptionId; readonly count: number }
        | { readonly type: 'cancel'; readonly subscription: SubscriptionId; readonly reason: unknown }
        | { readonly type: 'snapshot' };
    }
  | { readonly type: 'stop'; readonly reason: unknown };

/** Cheap totals that are always kept. */
export interface StageCounters {
  readonly stage: StageId;
  readonly worker: WorkerId;
  /** Messages waiting in the mailbox. */
  readonly mailbox: number;
  /** Events handled by handleEvents. */
  readonly handled: number;
  /** Events returned by callbacks. */
  readonly emitted: number;
  readonly buffered: number;
  readonly discarded: number;
  /** Time spent inside callbacks, ms. */
  readonly busyMs: number;
  /** Calls of callbacks. */
  readonly calls: number;
  /** What it does at this moment. */
  readonly status: 'waiting' | 'busy' | 'held' | 'exited' | 'crashed';
}

export interface SubscriptionCounters {
  readonly subscription: SubscriptionId;
  /** Demand sent, at the consumer; events dispatched, at the producer. Each worker fills in its own end. */
  readonly asked: number;
  readonly dispatched: number;
  readonly pending: number;
}

/** Worker → controller. */
export type FromWorker =
  | { readonly type: 'ready'; readonly worker: WorkerId; readonly plan: PlanView }
  /** The program could not be loaded, exports no pipeline, or is no valid plan. */
  | { readonly type: 'failed'; readonly worker: WorkerId; readonly error: TraceError }
  | { readonly type: 'started'; readonly worker: WorkerId }
  | {
      readonly type: 'telemetry';
      readonly worker: WorkerId;
      readonly entries: readonly TraceEntry[];
      /** Entries that were not kept. */
      readonly dropped: number;
      readonly stages: readonly StageCounters[];
      readonly subscriptions: readonly SubscriptionCounters[];
      /** Envelopes sent to and taken from other workers, in all: equal sums and all idle = nothing left to do. */
      readonly sent: number;
      readonly received: number;
      readonly idle: boolean;
      /** Why it holds: the controller's pace, or its own spent budget. */
      readonly held: 'no' | 'pace' | 'budget';
    }
  | { readonly type: 'pong'; readonly id: number }
  /** Sent before a callback when a watchdog listens: what is named when the worker never comes back. */
  | { readonly type: 'entering'; readonly stage: StageId; readonly callback: string }
  | { readonly type: 'reply'; readonly id: number; readonly value: unknown }
  | { readonly type: 'replyFailed'; readonly id: number; readonly error: TraceError };
