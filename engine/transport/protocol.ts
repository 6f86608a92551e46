import type { ModeOrder } from '../sink/stream-outlet.ts';
import type { SubscribeOptions } from '../stage/definition.ts';
import type { StageId, SubscriptionId, WorkerId } from '../ids.ts';
import type { PlanView, PlanWarning } from '../trace/plan-view.ts';
import type { StopCondition, StopHit } from '../trace/stop-condition.ts';
import type { Weather } from '../trace/weather.ts';
import type { LogLevel, TraceEntry, TraceError, TraceValue } from '../trace/trace-entry.ts';

/** Raised by any change below. Both sides refuse another version. */
export const PROTOCOL_VERSION = 5;

/** How fast deliveries go. `held`: each mailbox delivery waits for a permit. */
export type Pace = 'full' | 'held';

/** What is recorded: everything, or the counters alone. */
export type TraceLevel = 'full' | 'counters';

/** What the outside world may want of one stage. */
export type StageRequest =
  | { readonly type: 'call' | 'cast' | 'info' | 'queueInfo'; readonly message: unknown }
  /** Subscribe to `producer`; `replaces` names a subscription that the producer is to cancel first. */
  | {
      readonly type: 'subscribe';
      readonly producer: StageId;
      readonly options: Readonly<Record<string, unknown>>;
      readonly replaces?: { readonly subscription: SubscriptionId; readonly reason: unknown };
    }
  | { readonly type: 'ask'; readonly subscription: SubscriptionId; readonly count: number }
  | { readonly type: 'cancel'; readonly subscription: SubscriptionId; readonly reason: unknown }
  | { readonly type: 'demandMode'; readonly mode: 'forward' | 'accumulate' }
  | { readonly type: 'getDemandMode' | 'estimateBuffered' | 'snapshot' }
  /** `stop` ends it in an orderly way, `exit` as an exit signal does. */
  | { readonly type: 'stop' | 'exit'; readonly reason: unknown };

/** An order to the outlet of a stream. Subscriptions are named by the stream, unique within it. */
export type StreamOrder =
  | {
      readonly type: 'subscribe';
      readonly subscription: SubscriptionId;
      readonly producer: StageId;
      readonly options: SubscribeOptions;
    }
  | ({ readonly type: 'mode' } & ModeOrder)
  | { readonly type: 'ask'; readonly subscription: SubscriptionId; readonly count: number }
  | {
      readonly type: 'cancel';
      readonly subscription: SubscriptionId;
      readonly producer: StageId;
      readonly reason: unknown;
    }
  | { readonly type: 'close' };

/** Controller → worker. Plain cloneable data. */
export type ToWorker =
  /** First message. The program has been loaded and the peers connected by the platform's glue. */
  | {
      readonly type: 'start';
      readonly version: number;
      /** Workers in use: stages and tasks run on 0 … `workers` - 1. */
      readonly workers: number;
      /** Which worker runs which stage; the same on all. */
      readonly placement: Readonly<Record<StageId, WorkerId>>;
      readonly seed: number;
      /** What the stages go through, by the run's clock; left out: nothing. */
      readonly weather?: Weather;
      /** At what it stops by itself and tells; left out: at nothing, also later. */
      readonly stopWhen?: readonly StopCondition[];
      readonly pace: Pace;
      readonly trace: TraceLevel;
      /** Trace entries this worker may record before it holds all deliveries by itself. */
      readonly entryBudget: number;
      /** Telemetry batches it may send at once; `credit` gives more. */
      readonly credits: number;
      /** Most entries of one of them. */
      readonly reportEntries: number;
      /** How often each worker has been replaced; this one's own place says which of its number it is. Left out: never. */
      readonly replaced?: readonly number[];
      /** How often stages are started, where it is not once; the placement has a place for each. */
      readonly copies?: Readonly<Record<StageId, number>>;
      /** It is in place of one that is gone: nothing starts by itself, and what ran there may be started again. */
      readonly takesOver?: {
        /** Every entry of the other worker has a smaller number. */
        readonly afterSeq: number;
        /** How long the run has gone on by now, ms: its clock goes on from there. */
        readonly elapsedMs: number;
        /** The lives that have ended with it. */
        readonly lives: Readonly<Record<StageId, number>>;
      };
    }
  /** Another worker is gone. Answered with `lost`. */
  | {
      readonly type: 'lose';
      readonly lost: WorkerId;
      /** How often it has been replaced now. */
      readonly replaced: number;
      /** The entry that records it, and those that record the ends of what ran there. */
      readonly fault: number;
      readonly ends: Readonly<Record<StageId, number>>;
    }
  /** All stages of all workers run: make the subscriptions. */
  | { readonly type: 'wire' }
  | { readonly type: 'pace'; readonly pace: Pace }
  /** Stop at other conditions from now on. */
  | { readonly type: 'stopWhen'; readonly conditions: readonly StopCondition[] }
  /** So many more entries may be recorded. */
  | { readonly type: 'budget'; readonly addEntries: number }
  /** Let one stage take `count` messages from its mailbox. */
  | { readonly type: 'permit'; readonly stage: StageId; readonly count: number }
  /** The controller has taken that many telemetry batches: as many more may be sent. */
  | { readonly type: 'credit'; readonly batches: number }
  | { readonly type: 'ping'; readonly id: number }
  | { readonly type: 'kill'; readonly stage: StageId; readonly reason: unknown }
  /** Make a stage fail. */
  | { readonly type: 'crash'; readonly stage: StageId; readonly message: string }
  /** Let a stage take no message any more; or take them again. */
  | { readonly type: 'freeze' | 'thaw'; readonly stage: StageId }
  /** Let what travels on a subscription take longer. Told to the workers of both ends. */
  | {
      readonly type: 'slowLink';
      readonly subscription: SubscriptionId;
      readonly consumer: StageId;
      readonly producer: StageId;
      readonly delayMs: number;
      /** It is recorded already. */
      readonly isKnown?: boolean;
    }
  | { readonly type: 'request'; readonly id: number; readonly stage: StageId; readonly request: StageRequest }
  /** For who reads stages from outside. What comes back is bounded by what is asked for. */
  | { readonly type: 'stream'; readonly stream: StageId; readonly order: StreamOrder }
  /** Handle nothing more, send what was recorded, say `stopped`. */
  | { readonly type: 'stop' };

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
  /** Events it has made that are held back, or kept by its dispatcher; left out when there are none. */
  readonly kept?: number;
  readonly discarded: number;
  /** Events that nobody will get any more: in its mailbox or its hands when it ended, or sent to it after that. */
  readonly lost: number;
  /** Time spent inside callbacks, ms. */
  readonly busyMs: number;
  /** Calls of callbacks. */
  readonly calls: number;
  /** Tasks it has started, or its children, that are not over; left out when there are none. */
  readonly tasks?: number;
  /** Of a flow's stage: windows open now, and events that came too late for theirs. Left out for other stages. */
  readonly windows?: { readonly open: number; readonly late: number };
  /** What it does at this moment. `held`: it has a message and may not take it; `frozen`: it takes none until it is thawed. */
  readonly status: 'waiting' | 'busy' | 'held' | 'frozen' | 'exited' | 'crashed';
}

export interface SubscriptionCounters {
  readonly subscription: SubscriptionId;
  readonly consumer: StageId;
  readonly producer: StageId;
  /** Demand sent, at the consumer; events dispatched, at the producer. Each worker fills in its own end. */
  readonly asked: number;
  readonly dispatched: number;
  /** Asked and not handled, at the consumer; of a subscription that is over, what never was. */
  readonly pending: number;
  /** Events dispatched that were lost before they were handled, as far as this worker lost them. */
  readonly lost: number;
}

/** Where a subscription to a worker that is gone stands at its other end. */
export interface LinkAccount {
  readonly subscription: SubscriptionId;
  readonly consumer: StageId;
  readonly producer: StageId;
  /** Events that were sent there; or that came from there, where the consumer is the one that is left. */
  readonly events: number;
}

/** What a program printed while no stage of its own handled a message. Its other output is in the trace. */
export interface OutputLine {
  readonly worker: WorkerId;
  /** In the run's own time, as in the trace. */
  readonly atMs: number;
  readonly level: LogLevel;
  readonly values: readonly TraceValue[];
  /** Where it was printed, in the generated code: `line:column`, 1-based. */
  readonly place?: string;
}

/** How much crossed to and came from other workers, in envelopes: equal sums and all idle = nothing is left to do. */
export interface Crossings {
  readonly sent: number;
  readonly received: number;
  /** No stage is busy, none has a message. */
  readonly idle: boolean;
}

/** Where a worker stands. Always the latest, even where entries were dropped. */
export interface Telemetry extends Crossings {
  readonly type: 'telemetry';
  readonly worker: WorkerId;
  readonly entries: readonly TraceEntry[];
  /** Entries that were not kept, in all. */
  readonly dropped: number;
  readonly output: readonly OutputLine[];
  readonly outputDropped: number;
  readonly stages: readonly StageCounters[];
  readonly subscriptions: readonly SubscriptionCounters[];
  /** Deliveries made with a permit, in all. */
  readonly permitsUsed: number;
  /** Why it holds: the controller's pace, or its own spent budget. */
  readonly held: 'no' | 'pace' | 'budget';
}

/** Worker → controller. */
export type FromWorker =
  /** First of all: from now on pings are answered. The program is loaded next. */
  | { readonly type: 'booted'; readonly worker: WorkerId }
  | {
      readonly type: 'ready';
      /** The program declares tasks, or a consumerSupervisor: workers without stages have something to do. */
      readonly hasTasks: boolean;
      readonly version: number;
      readonly worker: WorkerId;
      readonly plan: PlanView;
      /** What is allowed and probably not meant. */
      readonly warnings: readonly PlanWarning[];
    }
  /** The program could not be loaded (`load`), or exports no valid pipeline (`plan`). */
  | {
      readonly type: 'failed';
      readonly worker: WorkerId;
      readonly phase: 'load' | 'plan';
      readonly error: TraceError;
    }
  | { readonly type: 'started'; readonly worker: WorkerId }
  /** Whatever ran on `lost` has ended for this worker; and what it can tell of that. */
  | {
      readonly type: 'lost';
      readonly worker: WorkerId;
      readonly lost: WorkerId;
      readonly replaced: number;
      /** The lives that stages there had come to, as far as this worker has seen. */
      readonly lives: Readonly<Record<StageId, number>>;
      readonly links: readonly LinkAccount[];
    }
  | Telemetry
  | ({ readonly type: 'pong'; readonly worker: WorkerId; readonly id: number } & Crossings)
  /** A condition has begun to hold here: this worker holds all deliveries until it is told a pace. */
  | { readonly type: 'conditionMet'; readonly worker: WorkerId; readonly hit: StopHit }
  /** Sent before a callback that differs from the one before: what is named when the worker never comes back. */
  | {
      readonly type: 'entering';
      readonly worker: WorkerId;
      readonly stage: StageId;
      readonly callback: string;
    }
  | { readonly type: 'reply'; readonly id: number; readonly value: unknown }
  | { readonly type: 'replyFailed'; readonly id: number; readonly error: TraceError }
  /** Events for who reads stages from outside. */
  | {
      readonly type: 'streamEvents';
      readonly worker: WorkerId;
      readonly stream: StageId;
      readonly subscription: SubscriptionId;
      readonly events: readonly unknown[];
    }
  | {
      readonly type: 'streamEnded';
      readonly worker: WorkerId;
      readonly stream: StageId;
      readonly subscription: SubscriptionId;
      readonly reason: unknown;
    }
  /** Something was thrown outside every callback: in a timer, or in a promise nobody awaits. The run goes on. */
  | { readonly type: 'uncaught'; readonly worker: WorkerId; readonly error: TraceError }
  | { readonly type: 'stopped'; readonly worker: WorkerId };
