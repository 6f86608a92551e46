import { planOf, runVirtual, type Print, type VirtualRunOptions } from 'sluice';
import type { Finding } from '$lib/view/detectors/detector.ts';
import { findingsIn } from '$lib/view/detectors/findings.ts';
import type { RunRecord } from '#lessons/schema.ts';
import { atOnce } from '../../../support/at-once.ts';

/** What a recorded run shows. */
export function foundIn({ plan, entries, ended }: Omit<RunRecord, 'seed'>): readonly Finding[] {
  const elapsedMs = entries.reduce((latest, { atMs }) => Math.max(latest, atMs), 0);
  return atOnce(findingsIn({ plan, entries, atRest: ended === 'idle', elapsedMs }));
}

/** What a run of a program shows, in short: what it is taken for, of whom, and what is said. */
export async function foundOf(program: unknown, options: Partial<VirtualRunOptions> = {}) {
  const { log } = console;
  const onPrint = (print: Print | null): void => {
    console.log = print ? (...values: unknown[]) => print('log', values, () => undefined) : log;
  };
  const run = await runVirtual(planOf(program), { seed: 11, entryBudget: 3_000, onPrint, ...options });
  return foundIn(run).map(({ misconception, says, at, subject }) => ({
    misconception,
    of: subject.id,
    says,
    /** What is shown. */
    shows: run.entries.find(({ seq }) => seq === at)?.type,
    at: run.entries.find(({ seq }) => seq === at) ?? null,
  }));
}
