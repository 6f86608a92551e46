import { findInconsistency } from 'sluice';
import type { Exercise } from '#lessons/schema.ts';
import { evaluate, type CheckResult } from './evaluate.ts';
import type { HiddenRuns } from './hidden-runs.ts';
import {
  checkHangProblem,
  crashProblems,
  failureProblem,
  frameGoneProblem,
  inconsistentProblem,
  loadProblem,
  planProblem,
  sandboxProblem,
  withoutRepeats,
  type ProgramText,
} from './problems.ts';
import type { Problem } from './run-view.ts';

/** What the compiler was given, and what it warned of. */
export interface CheckedProgram {
  readonly text: ProgramText;
  readonly warnings: readonly Problem[];
}

/** What became of the hidden runs, as the outcome of pressing Check. */
export function checkResult(
  outcome: HiddenRuns,
  { text, warnings }: CheckedProgram,
  exercise: Exercise,
): CheckResult {
  if (outcome.type !== 'runs') return notChecked([...unfinished(outcome, text), ...warnings]);
  for (const { plan, entries } of outcome.runs) {
    const found = findInconsistency(plan, entries);
    if (found) return notChecked([inconsistentProblem(found), ...warnings]);
  }
  const { verdicts, message, passed, problems } = evaluate(exercise, outcome.runs);
  const crashes = outcome.runs.flatMap(({ entries }) => crashProblems(entries, text));
  const planned = outcome.warnings.map((warning) => planProblem(warning, text));
  return {
    ran: true,
    verdicts,
    message,
    passed,
    problems: withoutRepeats([...crashes, ...problems, ...planned, ...warnings]),
  };
}

/** Why no run on the virtual scheduler came to its end. */
export function unfinished(
  outcome: Exclude<HiddenRuns, { readonly type: 'runs' }>,
  text: ProgramText,
): readonly Problem[] {
  switch (outcome.type) {
    case 'failed':
      return [loadProblem(outcome.error, text)];
    case 'endless':
      return [checkHangProblem(outcome.waitedMs)];
    case 'hangs':
      return [failureProblem(outcome.failure, text)];
    case 'gone':
      return [frameGoneProblem()];
    case 'broken':
      return [sandboxProblem(`Cannot check: ${outcome.says}`)];
  }
}

/** No run came to its end, and why. */
export function notChecked(problems: readonly Problem[]): CheckResult {
  return { ran: false, problems, verdicts: [], message: null, passed: false };
}
