import { describe, expect, it } from 'vitest';
import { chaosCase, type Fault } from './chaos-shapes.ts';
import { seedsFrom, storyOf } from './chaos-story.ts';
import { runOnVirtualWorkers } from './workers-run.ts';

const SEEDS = seedsFrom(10_000, 600);

describe('six hundred random topologies with random faults, under the controller on virtual workers', () => {
  it('account for every event, whatever worker is killed and however messages overtake each other', async () => {
    const done = new Set<Fault['what']>();
    for (const seed of SEEDS) {
      const one = chaosCase(seed);
      const outcome = await runOnVirtualWorkers(one);
      if (outcome.unexplained !== null)
        expect.fail(await storyOf(one, runOnVirtualWorkers, 'workers.test.ts'));
      for (const what of outcome.done) done.add(what);
    }
    if (SEEDS.length > 1) expect(done.size).toBe(15);
  }, 240_000);
});
