import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cutBatches, demandOptions, endsConsumer } from '../../../engine/stage/demand.ts';

const range = (length: number) => Array.from({ length }, (_, i) => i);

describe('demandOptions()', () => {
  it('GS-024 GS-025 GS-026 fills in GenStage’s defaults', () => {
    expect(demandOptions({}, 'x')).toEqual({ maxDemand: 1_000, minDemand: 500, cancel: 'permanent' });
    expect(demandOptions({ maxDemand: 5 }, 'x').minDemand).toBe(2);
    expect(demandOptions({ maxDemand: 1 }, 'x').minDemand).toBe(0);
  });

  it.each([
    [{ maxDemand: 0 }, 'Cannot use maxDemand of x as it must be an integer >= 1: received 0'],
    [{ maxDemand: Infinity }, 'received Infinity'],
    [{ maxDemand: 10, minDemand: 10 }, 'must be an integer from 0 to 9, below maxDemand: received 10'],
    [{ minDemand: -1 }, 'received -1'],
    [{ cancel: 'never' }, 'must be "permanent", "transient" or "temporary": received "never"'],
  ])('GS-027 refuses %j', (options, message) => {
    // What a learner may write although the types forbid it.
    const given: Record<string, unknown> = options;
    expect(() => demandOptions(given, 'x')).toThrow(message);
  });
});

describe('cutBatches()', () => {
  it('GS-051 GS-052 cuts at maxDemand - minDemand and asks once no more than minDemand is pending', () => {
    const { batches, pending, excess } = cutBatches(range(10), 10, { maxDemand: 10, minDemand: 4 });
    expect(batches.map(({ events, ask }) => [events.length, ask])).toEqual([
      [6, 6],
      [4, 0],
    ]);
    expect(pending).toBe(6);
    expect(excess).toEqual([]);
  });

  it('GS-053 handles a short message at once and waits with the ask', () => {
    const { batches, pending } = cutBatches(range(2), 10, { maxDemand: 10, minDemand: 4 });
    expect(batches.map(({ events, ask }) => [events.length, ask])).toEqual([[2, 0]]);
    expect(pending).toBe(8);
  });

  it('GS-054 asks for every event when maxDemand is 1', () => {
    const { batches } = cutBatches(range(1), 1, { maxDemand: 1, minDemand: 0 });
    expect(batches.map(({ ask }) => ask)).toEqual([1]);
  });

  it('GS-055 counts events in excess per batch and keeps pending above zero', () => {
    expect(cutBatches(range(7), 4, { maxDemand: 4, minDemand: 2 })).toMatchObject({
      excess: [2, 1],
      pending: 4,
    });
  });

  it('loses no event, keeps the order, and ends with at most maxDemand pending', () => {
    const numbers = fc
      .integer({ min: 1, max: 50 })
      .chain((maxDemand) =>
        fc.tuple(
          fc.constant(maxDemand),
          fc.nat({ max: maxDemand - 1 }),
          fc.nat({ max: maxDemand }),
          fc.nat({ max: 200 }),
        ),
      );
    fc.assert(
      fc.property(numbers, ([maxDemand, minDemand, pending, count]) => {
        const cut = cutBatches(range(count), pending, { maxDemand, minDemand });
        expect(cut.batches.flatMap(({ events }) => events)).toEqual(range(count));
        for (const { events } of cut.batches)
          expect(events.length).toBeLessThanOrEqual(maxDemand - minDemand);
        expect(cut.pending).toBeGreaterThanOrEqual(0);
        expect(cut.pending).toBeLessThanOrEqual(maxDemand);
        const asked = cut.batches.reduce((sum, { ask }) => sum + ask, 0);
        const excess = cut.excess.reduce((sum, one) => sum + one, 0);
        expect(cut.pending).toBe(pending - (count - excess) + asked);
      }),
    );
  });
});

describe('endsConsumer()', () => {
  it.each([
    ['permanent', 'normal', true],
    ['permanent', 'oops', true],
    ['transient', 'normal', false],
    ['transient', 'shutdown', false],
    ['transient', ['shutdown', 'x'], false],
    ['transient', 'noproc', true],
    ['temporary', 'oops', false],
    ['permanent', 'already_subscribed', false],
  ] as const)('GS-161 … GS-166 %s and %j: %s', (mode, reason, ends) => {
    expect(endsConsumer(mode, reason)).toBe(ends);
  });
});
