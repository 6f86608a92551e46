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
  switch (outcome.type) {
    case 'failed':
      return notChecked([loadProblem(outcome.error, text), ...warnings]);
    case 'endless':
      return notChecked([checkHangProblem(outcome.waitedMs), ...warnings]);
    case 'hangs':
      return notChecked([failureProblem(outcome.failure, text), ...warnings]);
    case 'gone':
      return notChecked([frameGoneProblem(), ...warnings]);
    case 'broken':
      return notChecked([sandboxProblem(`Cannot check: ${outcome.says}`), ...warnings]);
    case 'runs': {
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
  }
}

/** No run came to its end, and why. */
export function notChecked(problems: readonly Problem[]): CheckResult {
  return { ran: false, problems, verdicts: [], message: null, passed: false };
}
