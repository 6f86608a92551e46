import type { StageId, SubscriptionId, WorkerId } from '../ids.ts';
import type { Scheduler } from '../time/scheduler.ts';
import type { TraceEntry, TraceError } from '../trace/trace-entry.ts';
import type {
  FromWorker,
  OutputLine,
  StageCounters,
  SubscriptionCounters,
  ToWorker,
  TraceLevel,
} from '../transport/protocol.ts';
import type { Placement } from './placement.ts';
import type { PlanView, PlanWarning } from '../trace/plan-view.ts';

/** How deliveries go: as fast as they can, one every so often, or one when asked. */
export type Speed =
  | { readonly kind: 'full' }
  | { readonly kind: 'slow'; readonly deliveriesPerSecond: number }
  | { readonly kind: 'step' };

/** The controller's line to one worker. Who makes it has parsed what the worker says. */
export interface WorkerLink {
  post(message: ToWorker): void;
  onMessage(listener: (message: FromWorker) => void): void;
  /** The worker could not be made, or is gone. */
  onFailure(listener: (error: TraceError) => void): void;
  /** Ends the worker at once, whatever it does. */
  terminate(): void;
}

/** Where workers come from. */
export interface Platform {
  readonly name: string;
  /**
   * Makes workers that load the program, connected to each other. Each then posts `ready` with its plan, or `failed`.
   */
  spawn(count: number): Promise<readonly WorkerLink[]>;
}

export interface RunOptions {
  /** The most workers to use. No more are used than there are stages. */
  readonly workers: number;
  readonly seed: number;
  readonly speed: Speed;
  readonly trace: TraceLevel;
  /** Entries that all workers together may record before the run holds. */
  readonly entryBudget: number;
  /** How often every worker is asked whether it lives, ms. Default 500. */
  readonly heartbeatMs?: number;
  /** Entries kept for the picture; the first ones, so that every position can be replayed. Default 200,000. */
  readonly maxEntries?: number;
  /** Goes on when nothing is left to do, for calls and asks from outside, until it is stopped. Default false. */
  readonly keepAlive?: boolean;
  readonly scheduler: Scheduler;
}

/** Why a run is over. */
export type RunEnd =
  /** Nothing is left to do: all demand is met, or nobody asks. */
  | { readonly type: 'idle' }
  /** Every stage has exited. */
  | { readonly type: 'exited' }
  /** Nothing is left to do, and at least one stage has crashed (its entry says why). */
  | { readonly type: 'crashed' }
  /** Somebody stopped it. */
  | { readonly type: 'stopped' }
  | RunFailure;

/** The run could not begin or go on. */
export interface RunFailure {
  readonly type: 'failed';
  /**
   * `load`: the program threw while it was loaded; `plan`: it is no valid pipeline, or differs between workers;
   * `watchdog`: a callback does not return; `platform`: a worker could not be made, died, or spoke nonsense.
   */
  readonly phase: 'load' | 'plan' | 'watchdog' | 'platform';
  readonly error: TraceError;
  /** The stage that hangs, as far as known. */
  readonly stage: StageId | null;
  readonly worker: WorkerId | null;
}

/** Where a run stands. A new one each time; its parts are never mutated. */
export interface RunUpdate {
  readonly status: 'starting' | 'running' | 'paused' | 'spent' | 'ended';
  readonly plan: PlanView | null;
  /** What is allowed in the plan and probably not meant. */
  readonly warnings: readonly PlanWarning[];
  readonly placement: Placement;
  /** Workers in use. */
  readonly workers: number;
  /** In order of `seq`. Grows at the end; a late entry of another worker is inserted near it. */
  readonly entries: readonly TraceEntry[];
  /** Entries that were not kept. */
  readonly dropped: number;
  readonly stages: readonly StageCounters[];
  readonly subscriptions: readonly SubscriptionCounters[];
  /** What the program printed outside its stages, by time. */
  readonly output: readonly OutputLine[];
  readonly outputDropped: number;
  /** What was thrown outside every callback, the first ones. */
  readonly uncaught: readonly TraceError[];
  readonly elapsedMs: number;
  /** `null` while it goes on. */
  readonly end: RunEnd | null;
}

/** A run as the outside world holds it. */
export interface RunHandle {
  /** Where it stands now. */
  readonly now: RunUpdate;
  /** Called after every change, with where the run stands; what it returns ends that. */
  onUpdate(listener: (update: RunUpdate) => void): () => void;
  setSpeed(speed: Speed): void;
  /** One delivery, as soon as some stage has a message. Holds a run that goes at another speed. */
  step(): void;
  /** Lets a run go on that has spent its entries. */
  addBudget(entries: number): void;
  /** Ends the run; what was recorded until then is kept. */
  stop(): void;
  /** Ends a stage at once, as a crash from outside would. */
  kill(stage: StageId, reason: unknown): void;
  /** Rejects with {@link EngineError} `run_ended`, or with what the stage failed with. */
  call(stage: StageId, message: unknown): Promise<unknown>;
  cast(stage: StageId, message: unknown): void;
  info(stage: StageId, message: unknown): void;
  /** Asks for events on a subscription in manual mode. */
  ask(subscription: SubscriptionId, count: number): void;
  cancel(subscription: SubscriptionId, reason: unknown): void;
  /** The stage as it stands inside, as plain data. */
  snapshot(stage: StageId): Promise<unknown>;
  /**
   * Resolves once nothing is left to do after all that was asked of the run so far, or once it is over: no stage works,
   * none has a message, none is on its way. The run itself goes on only if it is kept alive.
   */
  settled(): Promise<void>;
  /** Never rejects. */
  readonly done: Promise<RunEnd>;
}
