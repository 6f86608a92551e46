import type {
  LogLevel,
  PlanView,
  Seq,
  SourcePlace,
  StageCounters,
  StopHit,
  SubscriptionCounters,
  TraceEntry,
  Weather,
} from 'sluice';

/** Life of one run, as the page sees it. */
export type RunStatus =
  /** Nothing has run yet, or it was reset. */
  | 'ready'
  | 'compiling'
  | 'starting'
  | 'running'
  /** Every delivery waits: the learner paused or steps. */
  | 'paused'
  /** The entry budget is spent (an endless source); Continue grants more. */
  | 'spent'
  /** Nothing is left to do, or every stage has exited. */
  | 'finished'
  | 'stopped'
  | 'failed';

/** One problem, in words, at a place. What the Checks panel, the editor's markers and the console show. */
export interface Problem {
  readonly severity: 'error' | 'warning';
  /** Where it arose. */
  readonly phase: 'compile' | 'load' | 'plan' | 'run' | 'watchdog' | 'sandbox';
  /** What is wrong, in one sentence. */
  readonly message: string;
  /** What to do about it. */
  readonly hint?: string;
  readonly place?: SourcePlace;
  readonly stage?: string;
  readonly code?: string;
}

export interface ConsoleLine {
  readonly seq: Seq;
  readonly stage: string | null;
  readonly worker: number;
  readonly level: LogLevel;
  /** Formatted values, one line. */
  readonly text: string;
  readonly place?: SourcePlace;
  /** Its stage had crashed: a callback that waits then is not ended, and what it still does counts for nothing. */
  readonly afterCrash?: true;
}

/** Full speed, a delivery every so often, or one at a time. */
export type Speed =
  | { readonly kind: 'full' }
  | { readonly kind: 'slow'; readonly deliveriesPerSecond: number }
  | { readonly kind: 'step' };

/** What the page shows of a run. Replaced as a whole (never mutated) at most once per animation frame. */
export interface RunView {
  readonly status: RunStatus;
  readonly plan: PlanView | null;
  /** Stage → worker index. */
  readonly placement: Readonly<Record<string, number>>;
  readonly workers: number;
  /** What carries events between them; left out where nobody knows, as of a recording. */
  readonly transport?: 'ring' | 'port';
  /** In order of `seq`, append-only within a run (a late entry of another worker is sorted in near the end). */
  readonly entries: readonly TraceEntry[];
  /** Entries that were not kept. */
  readonly dropped: number;
  readonly stages: readonly StageCounters[];
  readonly subscriptions: readonly SubscriptionCounters[];
  readonly console: readonly ConsoleLine[];
  /** Console lines that were counted but not kept. */
  readonly consoleDropped: number;
  readonly problems: readonly Problem[];
  readonly elapsedMs: number;
  /** What chance is drawn from; left out before anything has run. */
  readonly seed?: number;
  /** What the stages went through; left out: nothing. */
  readonly weather?: Weather;
  /** The condition that holds the run; left out while none does. */
  readonly stoppedBy?: StopHit;
}
