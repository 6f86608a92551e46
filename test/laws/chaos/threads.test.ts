import { describe, expect, it } from 'vitest';
import type { Fault } from './chaos-shapes.ts';
import { seedsFrom } from './chaos-story.ts';
import { runOnThreads, threadsCase, threadsProgram } from './threads-run.ts';

const SEEDS = seedsFrom(5_000, 50);
/** Runs at the same time: threads wait for each other most of the time. */
const AT_ONCE = 3;

describe('fifty random topologies with random faults on real threads, over shared memory and message ports', () => {
  it('account for every event', async () => {
    const program = await threadsProgram();
    const done = new Set<Fault['what']>();
    const left = [...SEEDS];
    const next = async (): Promise<void> => {
      for (let seed = left.shift(); seed !== undefined; seed = left.shift()) {
        const outcome = await runOnThreads(program, threadsCase(seed));
        const again = `CHAOS_SEED=${seed} npx vitest run test/laws/chaos/threads.test.ts`;
        expect(outcome.unexplained, again).toBeNull();
        for (const what of outcome.done) done.add(what);
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, next));
    if (SEEDS.length > 1) expect(done.size).toBeGreaterThan(12);
  }, 240_000);
});
