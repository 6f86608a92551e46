import type { PlanView, Seq, TraceEntry } from 'sluice';

/** What a check reads: nothing but what a run recorded. */
export interface RunRecord {
  readonly plan: PlanView;
  /** In order of `seq`. */
  readonly entries: readonly TraceEntry[];
  readonly seed: number;
  /**
   * How it ended: nothing left to do; every stage exited; the entry budget was spent (an endless source);
   * a stage crashed.
   */
  readonly ended: 'idle' | 'exited' | 'budget' | 'crashed';
}

/** Outcome of one check. `at` is the entry to show; `null` when the run holds no such moment. */
export type Verdict =
  | { readonly pass: true; readonly expected: string; readonly got: string; readonly at: Seq | null }
  | { readonly pass: false; readonly expected: string; readonly got: string; readonly at: Seq | null };

/** One requirement, in words a learner reads before the run. */
export interface Check {
  readonly id: string;
  /** Plain words, a whole sentence: "Never more events are sent than were asked for." */
  readonly says: string;
  readonly test: (run: RunRecord) => Verdict;
}

/** Recognizes one misconception in a run. */
export interface Detector {
  /** Id in the registry of misconceptions. */
  readonly misconception: string;
  /** Where it shows and what to say about it; `null` when the run does not show it. */
  readonly detect: (run: RunRecord) => { readonly says: string; readonly at: Seq | null } | null;
}

/** An exercise: `check.ts` of a step exports one as `exercise`. */
export interface Exercise {
  readonly checks: readonly Check[];
  /** Asked in order; the first that recognizes the run speaks. */
  readonly detectors: readonly Detector[];
  /** 1 where to look, 2 which idea, 3 nearly the line. At most two sentences each. */
  readonly hints: readonly [string, string, string];
  /** Seeds of the hidden runs; default {@link HIDDEN_SEEDS}. */
  readonly seeds?: readonly number[];
  /** Entries each hidden run may record; default {@link CHECK_ENTRY_BUDGET}. */
  readonly entryBudget?: number;
}

/** Every exercise is checked on the virtual scheduler with these, so that a fixed answer cannot pass. */
export const HIDDEN_SEEDS: readonly number[] = [11, 23, 47];

/** Enough for some hundred events of an endless source. */
export const CHECK_ENTRY_BUDGET = 4_000;

/** What a learner commits to before a run, or what a run showed. Plain data: it is stored. */
export type PredictionValue =
  | { readonly kind: 'choice'; readonly choice: string }
  | { readonly kind: 'number'; readonly number: number }
  /** Ids, first to last. */
  | { readonly kind: 'order'; readonly order: readonly string[] };

/** What a run says about a prediction. */
export interface Outcome {
  readonly actual: PredictionValue;
  /** In one sentence, what happened. */
  readonly says: string;
  /** The entry to show. */
  readonly at: Seq | null;
}

/** What a prediction reads: a run that may still be going on. */
export type RunSoFar = Pick<RunRecord, 'entries' | 'plan'>;

/** A step's `predict.ts` exports one as `outcomes`, by id of the prediction; `null` while the run has not come so far. */
export type Outcomes = Readonly<Record<string, (run: RunSoFar) => Outcome | null>>;

/** Reads one number, as written in the prose, from a run. A step's `facts.ts` exports them as `facts`, by name. */
export type Facts = Readonly<Record<string, (run: RunRecord) => string>>;
