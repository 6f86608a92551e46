import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { expectAccountLaws } from './account-laws.ts';
import { meddlings, runMeddled, type Meddling } from './meddled-run.ts';
import { planFor, shapes, type Shape } from './random-pipelines.ts';

const seeds = fc.nat({ max: 100_000 });

async function expectLaws(shape: Shape, seed: number, meddling: readonly Meddling[]): Promise<void> {
  const run = await runMeddled(planFor(shape), seed, meddling);
  expectAccountLaws(run, shape);
}

describe('the laws of every run, with every dispatcher and under any schedule', () => {
  it('hold when nobody meddles', async () => {
    await fc.assert(
      fc.asyncProperty(shapes, seeds, (shape, seed) => expectLaws(shape, seed, [])),
      {
        numRuns: 200,
      },
    );
  }, 60_000);

  it('hold when sources make events nobody asked for and demand is held back for a while', async () => {
    const some = meddlings(['push', 'hold', 'release'], 8);
    await fc.assert(fc.asyncProperty(shapes, seeds, some, expectLaws), { numRuns: 200 });
  }, 60_000);

  it('hold when subscriptions are cancelled', async () => {
    const some = meddlings(['push', 'cancel'], 6);
    await fc.assert(fc.asyncProperty(shapes, seeds, some, expectLaws), { numRuns: 200 });
  }, 60_000);

  it('hold when stages are killed, stopped or fail: what they had is lost, and told', async () => {
    const some = meddlings(['push', 'cancel', 'kill', 'stop', 'fail'], 5);
    await fc.assert(fc.asyncProperty(shapes, seeds, some, expectLaws), { numRuns: 200 });
  }, 60_000);

  it('come from runs that come to rest, most of them', async () => {
    const rested: boolean[] = [];
    await fc.assert(
      fc.asyncProperty(shapes, seeds, async (shape, seed) => {
        rested.push((await runMeddled(planFor(shape), seed, [])).rested);
      }),
      { numRuns: 100, seed: 1 },
    );
    expect(rested.filter(Boolean).length / rested.length).toBeGreaterThan(0.8);
  }, 60_000);
});
