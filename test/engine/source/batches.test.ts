import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fromIterable, range } from 'sluice';
import { batchesOf } from '#engine/source/batches.ts';
import { collected } from './collected.ts';

/** All that an iterable holds, read with these demands and then one by one; and how large the batches were. */
function readBy<Event>(iterable: Iterable<Event>, demands: readonly number[]) {
  const batches = batchesOf(iterable);
  const read: Event[] = [];
  const sizes: number[] = [];
  for (let i = 0; ; i++) {
    const wanted = demands[i] ?? 1;
    const batch = batches.next(wanted);
    read.push(...batch);
    sizes.push(batch.length);
    if (batch.length < wanted) return { read, sizes };
  }
}

const demands = fc.array(fc.integer({ min: 1, max: 9 }), { maxLength: 8 });

describe('batchesOf()', () => {
  const iterables: fc.Arbitrary<Iterable<unknown>> = fc.oneof(
    fc.array(fc.anything()),
    fc.sparseArray(fc.integer(), { maxLength: 12 }),
    fc.uint8Array(),
    fc.float64Array(),
    fc.bigInt64Array(),
    fc.array(fc.string()).map((texts) => new Set(texts)),
    fc.string(),
    fc.tuple(fc.integer(), fc.nat(40), fc.integer({ min: 1, max: 7 })).map(([first, span, step]) => {
      return range(first, first + span, step);
    }),
    fc.tuple(fc.integer(), fc.nat(40)).map(([first, span]) => range(first, first - span)),
  );

  it('GS-201 gives what an iterator gives, in batches as large as is wanted', () => {
    fc.assert(
      fc.property(iterables, demands, (iterable, wanted) => {
        const all = [...iterable];
        const { read, sizes } = readBy(iterable, wanted);
        expect(read).toEqual(all);
        expect(sizes.slice(0, -1)).toEqual(sizes.slice(0, -1).map((_, i) => wanted[i] ?? 1));
      }),
    );
  });

  it('makes elements of holes, as an iterator does', () => {
    const sparse = [1, 2, 3];
    delete sparse[1];
    const batch = batchesOf(sparse).next(3);
    expect(Object.keys(batch)).toEqual(['0', '1', '2']);
  });

  it('uses the iterator that a program has given its array', () => {
    const backwards = Object.assign([1, 2, 3], {
      *[Symbol.iterator]() {
        yield* [3, 2, 1];
      },
    });
    expect(readBy(backwards, [5]).read).toEqual([3, 2, 1]);
  });

  it('sees what a program adds to its array meanwhile', () => {
    const growing = [1, 2];
    const batches = batchesOf(growing);
    expect(batches.next(2)).toEqual([1, 2]);
    growing.push(3);
    expect(batches.next(2)).toEqual([3]);
  });

  it('makes a new array for every batch: an earlier one is not written over', () => {
    for (const iterable of [range(0, 5), Uint8Array.of(0, 1, 2, 3, 4, 5), [0, 1, 2, 3, 4, 5]]) {
      const batches = batchesOf<number>(iterable);
      const first = batches.next(3);
      expect(batches.next(3)).toEqual([3, 4, 5]);
      expect(first).toEqual([0, 1, 2]);
    }
  });

  it('closes an iterator that has more, and no other', () => {
    const closed: string[] = [];
    const named = (name: string) => ({
      *[Symbol.iterator]() {
        try {
          yield 1;
        } finally {
          closed.push(name);
        }
      },
    });
    const one = batchesOf(named('left'));
    one.next(1);
    one.close();
    one.close();
    expect(closed).toEqual(['left']);
  });
});

describe('range()', () => {
  it('holds both ends, and goes down where the last is the lesser', () => {
    expect([...range(2, 5)]).toEqual([2, 3, 4, 5]);
    expect([...range(3, 3)]).toEqual([3]);
    expect([...range(1, -2)]).toEqual([1, 0, -1, -2]);
    expect([...range(0, 10, 4)]).toEqual([0, 4, 8]);
    expect([...range(10, 0, -5)]).toEqual([10, 5, 0]);
  });

  it('is empty where the step leads away from the last', () => {
    expect([...range(1, 5, -1)]).toEqual([]);
    expect(range(5, 1, 2).size).toBe(0);
  });

  it('refuses what is no integer, and a step of 0', () => {
    expect(() => range(0.5, 3)).toThrow('Cannot use first of range');
    expect(() => range(1, Infinity)).toThrow('Cannot use last of range');
    expect(() => range(1, 3, 0)).toThrow('Cannot use step of range as it must be an integer other than 0');
  });

  it('can be read again and again by a source', async () => {
    const numbers = fromIterable(range(1, 1_500));
    for (let again = 0; again < 2; again++) {
      const { events } = await collected(numbers);
      expect(events).toEqual([...range(1, 1_500)]);
    }
  });
});
