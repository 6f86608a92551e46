import type { RunRecord } from '#lessons/schema.ts';
import type { CheckResult } from '$lib/sandbox/evaluate.ts';
import type { Finding } from '$lib/view/detectors/detector.ts';
import { findingsIn } from '$lib/view/detectors/findings.ts';

/** What the run of a failed check shows, beyond what the check itself says. */
export interface CheckFinding {
  readonly finding: Finding;
  readonly run: RunRecord;
}

/**
 * What the run that a check's message speaks of shows: the first thing that the message does not say already. `null`: the check
 * passed, or there is nothing to add.
 *
 * @param entryBudget - How many entries the run may have recorded: one that recorded so many was cut short.
 */
export function checkFinding({ passed, message }: CheckResult, entryBudget: number): CheckFinding | null {
  if (passed || !message) return null;
  const { run, misconception } = message;
  const finding = findingsOf(run, entryBudget).find((own) => own.misconception !== misconception);
  return finding ? { finding, run } : null;
}

/** Such a run is short: it is read at once. */
function findingsOf({ plan, entries, ended }: RunRecord, entryBudget: number): readonly Finding[] {
  const work = findingsIn({
    plan,
    entries,
    atRest: ended === 'idle' && entries.length < entryBudget,
    elapsedMs: entries.reduce((latest, { atMs }) => Math.max(latest, atMs), 0),
  });
  let step = work.next();
  while (!step.done) step = work.next();
  return step.value;
}
