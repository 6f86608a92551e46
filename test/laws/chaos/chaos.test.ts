import { describe, expect, it } from 'vitest';
import { LOST_WHERE } from 'sluice';
import { runChaos } from './chaos-run.ts';
import { chaosCase, type Fault } from './chaos-shapes.ts';
import { storyOf } from './chaos-story.ts';
import type { Fate } from './fates.ts';

/** One number runs that case alone: `CHAOS_SEED=12 npx vitest run test/laws/chaos/chaos.test.ts`. */
const ONLY = process.env['CHAOS_SEED'];
const SEEDS = ONLY === undefined ? Array.from({ length: 1_000 }, (_, seed) => seed) : [Number(ONLY)];

describe('a thousand random topologies with random faults', () => {
  const fates = new Map<Fate, number>();
  const done = new Set<Fault['what']>();

  it('account for every event: none is unexplained, none is in two places', async () => {
    for (const seed of SEEDS) {
      const outcome = await runChaos(chaosCase(seed));
      if (outcome.unexplained !== null) expect.fail(await storyOf(seed, outcome));
      for (const [fate, count] of outcome.fates) fates.set(fate, (fates.get(fate) ?? 0) + count);
      for (const what of outcome.done) done.add(what);
    }
  }, 120_000);

  it.runIf(ONLY === undefined)('have reached every place in which an event can be lost', () => {
    const places = LOST_WHERE.filter((where) => where !== 'worker');
    expect(places.filter((where) => (fates.get(where) ?? 0) > 0)).toEqual(places);
  });
});
