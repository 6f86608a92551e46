import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { planOf, runVirtual } from 'sluice';
import { describe, expect, it } from 'vitest';
import { readMisconceptions } from '$lib/quiz/misconceptions.ts';
import { DETECTORS, findingsIn, overRun } from '$lib/view/detectors/findings.ts';
import type { RunStatus } from '$lib/sandbox/run-view.ts';
import { CRASH_AND_RESTART, SUPERVISED } from '../recorded.ts';
import { foundIn } from './found-in.ts';

const registry = readMisconceptions(
  readFileSync(resolve(import.meta.dirname, '../../../../quizzes/misconceptions.yaml'), 'utf8'),
);
const programs = import.meta.glob<unknown>(
  [
    '/test/e2e/programs/*.ts',
    '/test/content/flows/*.ts',
    // Exercises have a test of their own.
    '/lessons/*/1-run/start.ts',
    // It is no pipeline; and it waits for what happens in the world.
    '!/test/e2e/programs/{flow-mistake,events}.ts',
  ],
  { import: 'default' },
);

describe('DETECTORS', () => {
  it('name misconceptions of the registry', () => {
    const named = DETECTORS.flatMap(({ misconceptions }) => misconceptions);
    expect(named.filter((id) => !Object.hasOwn(registry, id))).toEqual([]);
  });
});

describe('findingsIn', () => {
  it.each(Object.keys(programs))('finds nothing in %s, whole or cut short', async (path) => {
    const { log } = console;
    console.log = () => {};
    try {
      const run = await runVirtual(planOf(await programs[path]?.()), { seed: 5, entryBudget: 12_000 });
      expect(foundIn(run)).toEqual([]);
      expect(foundIn({ ...run, ended: 'budget', entries: run.entries.slice(0, 300) })).toEqual([]);
    } finally {
      console.log = log;
    }
  });

  it('says how far it is on the way through a long run', () => {
    const entries = Array.from({ length: 300 }, () => CRASH_AND_RESTART).flat();
    const shares: number[] = [];
    const work = findingsIn({ plan: SUPERVISED, entries, atRest: false, elapsedMs: 14 });
    for (let step = work.next(); !step.done; step = work.next()) shares.push(step.value);
    expect(shares.length).toBeGreaterThanOrEqual(Math.floor(entries.length / 1_024));
    expect(shares).toEqual(shares.toSorted((a, b) => a - b));
  });
});

describe('overRun', () => {
  const view = (status: RunStatus, dropped = 0) =>
    overRun({ plan: SUPERVISED, entries: CRASH_AND_RESTART, status, dropped, elapsedMs: 14 });

  it('waits for the end of a run, and says whether anything was left to do', () => {
    for (const status of ['ready', 'compiling', 'starting', 'running', 'paused'] as const)
      expect(view(status)).toBeNull();
    expect(view('finished')).toMatchObject({ atRest: true });
    for (const status of ['stopped', 'failed', 'spent'] as const)
      expect(view(status)).toMatchObject({ atRest: false });
  });

  it('leaves a run alone of which not all was kept', () => {
    expect(view('finished', 1)).toBeNull();
  });
});
