import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { takeSorting } from '../../../engine/flow/take-sort.ts';

interface Row {
  readonly n: number;
  readonly id: number;
}

const byNumber = (a: Row, b: Row) => a.n - b.n;
const numbers = takeSorting(
  3,
  (a: number, b: number) => a - b,
  (state) => state as number[],
);

/** What comes of partitions that fire once each. */
function takenFrom(count: number, partitions: readonly (readonly Row[])[]): readonly Row[] {
  const steps = takeSorting(count, byNumber, (state) => state as Row[]);
  const emitted = partitions.flatMap((state) => steps.onTrigger(state).events ?? []);
  return steps.done(emitted.reduce(steps.merge, steps.init()));
}

describe('takeSorting()', () => {
  it('FL-088 emits the first elements of a partition as one list, and keeps its state', () => {
    const state = [9, 1, 3, 2];
    expect(numbers.onTrigger(state)).toEqual({ events: [[1, 2, 3]] });
    expect(state).toEqual([9, 1, 3, 2]);
  });

  it('FL-088 emits an empty list for an empty state', () => {
    expect(numbers.onTrigger([])).toEqual({ events: [[]] });
    expect(numbers.done(numbers.merge(numbers.init(), []))).toEqual([]);
  });

  it('FL-088 merges to the first of both lists', () => {
    expect(numbers.merge([1, 4, 6], [2, 3, 5])).toEqual([1, 2, 3]);
    expect(numbers.merge([5], [3])).toEqual([3, 5]);
  });

  it('takes the elements of a state as they would be emitted', () => {
    const entries = takeSorting(
      1,
      ([, a]: [string, number], [, b]: [string, number]) => b - a,
      (state) => (state as Map<string, number>).entries(),
    );
    expect(
      entries.onTrigger(
        new Map([
          ['a', 1],
          ['b', 3],
          ['c', 2],
        ]),
      ),
    ).toEqual({ events: [[['b', 3]]] });
  });

  it('FL-088 is sort and slice of all partitions together, and equal elements stay in order', () => {
    const sizes = fc.array(fc.array(fc.nat({ max: 5 }), { maxLength: 12 }), { minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(sizes, fc.integer({ min: 1, max: 20 }), (all, count) => {
        let id = 0;
        const partitions = all.map((part) => part.map((n): Row => ({ n, id: id++ })));
        expect(takenFrom(count, partitions)).toEqual(partitions.flat().sort(byNumber).slice(0, count));
      }),
    );
  });
});
