import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { runVirtual } from 'sluice';
import { planFor, shapes, type Shape } from '../../../laws/random-pipelines.ts';
import { runFlow } from '../../../laws/flow-of.ts';
import { modelOf } from '../../../laws/flow-model.ts';
import type { Program } from '../../../laws/random-flows.ts';
import { programs } from '../../../laws/settled-flows.ts';
import { foundIn } from './found-in.ts';

/**
 * Sources that keep to demand as long as they have something, and middles that hand something on: the rest of a shape stays as wild
 * as it is.
 */
const right = shapes.map((shape): Shape => ({
  ...shape,
  sources: shape.sources.map((one) => ({ ...one, limit: one.limit + 1, extra: 0, cap: Infinity })),
  middles: shape.middles.map((one) => ({ ...one, does: one.does === 'none' ? 'map' : one.does })),
}));
const seeds = fc.nat({ max: 100_000 });

/** Where counts come out of several partitions, events have gone to them by what is counted. */
function countsByItsKey({ layers }: Program): boolean {
  const last = layers.at(-1);
  if (last?.ending.type !== 'counts' || last.ending.departs || last.routing.stages === 1) return true;
  return last.routing.type === 'key' && last.routing.n === last.ending.n;
}

describe('findingsIn', () => {
  it('finds nothing in right pipelines, whatever they are made of, under any schedule', async () => {
    await fc.assert(
      fc.asyncProperty(right, seeds, async (shape, seed) => {
        const run = await runVirtual(planFor(shape), { seed, entryBudget: 20_000 });
        expect(foundIn(run)).toEqual([]);
      }),
      { numRuns: 200 },
    );
  }, 60_000);

  it('finds nothing where they are cut short', async () => {
    await fc.assert(
      fc.asyncProperty(right, seeds, fc.integer({ min: 1, max: 900 }), async (shape, seed, entryBudget) => {
        const run = await runVirtual(planFor(shape), { seed, entryBudget });
        expect(foundIn({ ...run, ended: 'budget' })).toEqual([]);
      }),
      { numRuns: 200 },
    );
  }, 60_000);

  it('finds nothing in flows that end, whatever their operators and windows', async () => {
    await fc.assert(
      fc.asyncProperty(programs, seeds, async (program, seed) => {
        fc.pre(modelOf(program).length <= 500 && countsByItsKey(program));
        const { run } = await runFlow(program, seed, 'full');
        expect(foundIn(run)).toEqual([]);
      }),
      { numRuns: 150 },
    );
  }, 60_000);
});
