import { describe, expect, it } from 'vitest';
import type { Fault } from './chaos-shapes.ts';
import { runOnThreads, threadsCase, threadsProgram } from './threads-run.ts';

/** One number runs that case alone: `CHAOS_SEED=12 npx vitest run test/laws/chaos/threads.test.ts`. */
const ONLY = process.env['CHAOS_SEED'];
const SEEDS = ONLY === undefined ? Array.from({ length: 50 }, (_, seed) => 5_000 + seed) : [Number(ONLY)];
/** Runs at the same time: threads wait for each other most of the time. */
const AT_ONCE = 3;

describe('fifty random topologies with random faults on real threads', () => {
  it('account for every event', async () => {
    const program = await threadsProgram();
    const done = new Set<Fault['what']>();
    const left = [...SEEDS];
    const next = async (): Promise<void> => {
      for (let seed = left.shift(); seed !== undefined; seed = left.shift()) {
        const outcome = await runOnThreads(program, threadsCase(seed));
        const again = `CHAOS_SEED=${seed} npx vitest run test/laws/chaos/threads.test.ts`;
        expect(outcome.update.end, `the end of ${again}`).toEqual({ type: 'stopped' });
        expect(outcome.update.dropped, `entries that were dropped in ${again}`).toBe(0);
        expect(outcome.unexplained, again).toBeNull();
        for (const what of outcome.done) done.add(what);
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, next));
    if (ONLY === undefined) expect(done.size).toBeGreaterThan(12);
  }, 240_000);
});
