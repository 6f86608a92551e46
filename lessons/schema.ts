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
  /** Seeds of the hidden runs; default three. */
  readonly seeds?: readonly number[];
}
