import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { runVirtual, type TraceEntry } from 'sluice';
import { sameMoment } from '$lib/view/same-moment.ts';
import { planFor, shapes } from '../../laws/random-pipelines.ts';

/** Entries at these times, ms; nothing else of them matters. */
function at(...times: readonly number[]): readonly TraceEntry[] {
  return times.map((atMs, seq) => ({
    seq,
    atMs,
    worker: 0,
    stage: 'stage',
    cause: null,
    type: 'unbuffer',
    removed: 1,
    size: 0,
  }));
}

function over(entries: readonly TraceEntry[], isOver = true) {
  return { entries, isOver };
}

describe('sameMoment()', () => {
  it('is the same position in the same run', async () => {
    await fc.assert(
      fc.asyncProperty(shapes, fc.nat({ max: 1_000 }), async (shape, seed) => {
        const { entries } = await runVirtual(planFor(shape), { seed, entryBudget: 500 });
        const again = await runVirtual(planFor(shape), { seed, entryBudget: 500 });
        for (let n = 0; n <= entries.length; n += 1) {
          expect(sameMoment(over(entries, false), n, over(again.entries, false))).toBe(n);
        }
      }),
      { numRuns: 20 },
    );
  });

  it('is the same time in another run, and never goes back', () => {
    const [one, other] = [at(0, 10, 20, 20, 30, 40), at(0, 0, 5, 20, 25, 26, 60, 70)];
    const positions = [0, 1, 2, 3, 4, 5, 6].map((n) => sameMoment(over(one), n, over(other)));
    expect(positions).toEqual([0, 1, 3, 4, 4, 6, 8]);
  });

  it('puts the ends together only where both came to their end', () => {
    const [short, long] = [at(0, 10), at(0, 10, 20, 30)];
    expect(sameMoment(over(short), 2, over(long))).toBe(4);
    expect(sameMoment(over(long), 4, over(short))).toBe(2);
    expect(sameMoment(over(short, false), 2, over(long))).toBe(2);
    expect(sameMoment(over(short), 2, over(long, false))).toBe(2);
    expect(sameMoment(over(long, false), 3, over(short))).toBe(2);
  });

  it('does not let an entry that a worker told late put the clock back', () => {
    expect(sameMoment(over(at(0, 20, 10, 30)), 3, over(at(0, 5, 15, 20, 25)))).toBe(4);
  });
});
