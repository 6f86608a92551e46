import { describe, expect, it } from 'vitest';
import { LOST_WHERE } from 'sluice';
import { runChaos } from './chaos-run.ts';
import { chaosCase, type Fault } from './chaos-shapes.ts';
import { seedsFrom, storyOf } from './chaos-story.ts';
import type { Fate } from './fates.ts';

const SEEDS = seedsFrom(0, 1_000);

describe('a thousand random topologies with random faults, on several hosts in virtual time', () => {
  const fates = new Map<Fate, number>();
  const done = new Set<Fault['what']>();

  it('account for every event: none is unexplained, none is in two places', async () => {
    for (const seed of SEEDS) {
      const one = chaosCase(seed);
      const outcome = await runChaos(one);
      if (outcome.unexplained !== null) expect.fail(await storyOf(one, runChaos, 'chaos.test.ts'));
      for (const [fate, count] of outcome.fates) fates.set(fate, (fates.get(fate) ?? 0) + count);
      for (const what of outcome.done) done.add(what);
    }
  }, 240_000);

  it.runIf(SEEDS.length > 1)('have reached every place in which an event can be lost by a stage', () => {
    // Only a worker that died could not say where its events were.
    const places = LOST_WHERE.filter((where) => where !== 'worker');
    expect(places.filter((where) => (fates.get(where) ?? 0) > 0)).toEqual(places);
  });
});
