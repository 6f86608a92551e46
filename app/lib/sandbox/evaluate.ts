import type { Seq } from 'sluice';
import type { Check, Exercise, RunRecord, Verdict } from '#lessons/schema.ts';
import type { Problem } from './run-view.ts';

/** What one check found: in the first run that fails it, or else in the first run. */
export interface CheckOutcome {
  readonly check: Check;
  readonly verdict: Verdict;
  readonly run: RunRecord;
}

/** What to say to somebody whose program does not pass. */
export interface CheckMessage {
  /** The misconception that was recognized; `null` when the failed check speaks for itself. */
  readonly misconception: string | null;
  readonly says: string;
  /** The entry to show in `run`. */
  readonly at: Seq | null;
  readonly run: RunRecord;
}

/** Outcome of pressing Check. */
export interface CheckResult {
  /** Whether the program could be run at all; if not, `problems` says why. */
  readonly ran: boolean;
  readonly problems: readonly Problem[];
  /** One per check, in the exercise's order. Empty when nothing ran. */
  readonly verdicts: readonly CheckOutcome[];
  readonly message: CheckMessage | null;
  readonly passed: boolean;
}

/** What {@link evaluate} finds in the runs of one program. */
export interface Evaluation {
  readonly verdicts: readonly CheckOutcome[];
  readonly message: CheckMessage | null;
  readonly passed: boolean;
  /** Checks and detectors that failed themselves. */
  readonly problems: readonly Problem[];
}

/** Applies an exercise to the recorded runs of one program. Pure, and never throws: a check that does is reported. */
export function evaluate(exercise: Exercise, runs: readonly RunRecord[]): Evaluation {
  const problems: Problem[] = [];
  const verdicts = exercise.checks.flatMap((check) => outcomeOf(check, runs, problems) ?? []);
  const failed = verdicts.filter(({ verdict }) => !verdict.pass);
  return {
    verdicts,
    message: messageFor(exercise, failed, problems),
    passed: verdicts.length === exercise.checks.length && failed.length === 0,
    problems,
  };
}

function outcomeOf(check: Check, runs: readonly RunRecord[], problems: Problem[]): CheckOutcome | null {
  let first: CheckOutcome | null = null;
  for (const run of runs) {
    const outcome = { check, verdict: verdictOf(check, run, problems), run };
    if (!outcome.verdict.pass) return outcome;
    first ??= outcome;
  }
  return first;
}

function verdictOf(check: Check, run: RunRecord, problems: Problem[]): Verdict {
  try {
    return check.test(run);
  } catch (error) {
    problems.push(ownFailure(`The check "${check.id}"`, error));
    return {
      pass: false,
      expected: check.says,
      got: 'this check itself failed, so it cannot tell',
      at: null,
    };
  }
}

/** The first detector that recognizes a failing run speaks; with none, the first failed check does. */
function messageFor(
  exercise: Exercise,
  failed: readonly CheckOutcome[],
  problems: Problem[],
): CheckMessage | null {
  const [first] = failed;
  if (!first) return null;
  for (const run of new Set(failed.map((outcome) => outcome.run))) {
    for (const { misconception, detect } of exercise.detectors) {
      try {
        const found = detect(run);
        if (found) return { misconception, ...found, run };
      } catch (error) {
        problems.push(ownFailure(`The detector of "${misconception}"`, error));
      }
    }
  }
  const { expected, got, at } = first.verdict;
  return { misconception: null, says: `Expected: ${expected}. Got: ${got}.`, at, run: first.run };
}

function ownFailure(what: string, error: unknown): Problem {
  return {
    severity: 'error',
    phase: 'sandbox',
    message: `${what} failed itself: ${error instanceof Error ? error.message : String(error)}`,
    hint: 'This is a mistake in the lesson, not in your program.',
  };
}
