import type { Check, Exercise } from '#lessons/schema.ts';
import type { CheckOutcome, CheckResult } from '$lib/sandbox/evaluate.ts';

export type CheckState = 'not run' | 'running' | 'passed' | 'failed';

/** One requirement as the panel lists it, before and after a check. */
export interface CheckRow {
  readonly check: Check;
  readonly state: CheckState;
  readonly outcome: CheckOutcome | null;
}

/** The exercise's requirements in order, with what the last check found about each. */
export function checkRows(
  exercise: Exercise,
  result: CheckResult | null,
  { checking }: { readonly checking: boolean },
): readonly CheckRow[] {
  return exercise.checks.map((check) => {
    const outcome = checking ? null : (result?.verdicts.find((one) => one.check.id === check.id) ?? null);
    if (checking) return { check, state: 'running', outcome };
    if (!outcome) return { check, state: 'not run', outcome };
    return { check, state: outcome.verdict.pass ? 'passed' : 'failed', outcome };
  });
}

/** The whole result in one sentence: what is said aloud when a check ends. */
export function summary(
  exercise: Exercise,
  result: CheckResult | null,
  { checking }: { readonly checking: boolean },
): string {
  const all = exercise.checks.length;
  if (checking) return `Checking ${all} requirements …`;
  if (!result) return '';
  if (!result.ran) return 'Nothing could be checked: the program did not run.';
  if (result.passed) return `All ${all} requirements are met.`;
  const met = result.verdicts.filter(({ verdict }) => verdict.pass).length;
  return `${met} of ${all} requirements are met.`;
}
