import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { eventHash } from '../../../engine/dispatcher/event-hash.ts';

/** Keys the other way round: equal data for everybody but JSON. */
function reversed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(reversed);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .reverse()
      .map(([key, inner]) => [key, reversed(inner)]),
  );
}

describe('eventHash()', () => {
  it('is an integer from 0 to 2³² - 1, equal for equal data', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const hash = eventHash(value);
        expect(Number.isInteger(hash) && hash >= 0 && hash < 2 ** 32).toBe(true);
        expect(eventHash(structuredClone(value))).toBe(hash);
        expect(eventHash(reversed(value))).toBe(hash);
      }),
    );
  });

  it('stays what it is: a recording replayed later goes to the same partitions', () => {
    expect([0, 1.5, 'a', [1, 2], { a: null }].map(eventHash)).toEqual([
      3860308557, 3407485271, 662911400, 3995679292, 853666612,
    ]);
  });

  it('tells kinds of values and their order apart', () => {
    const different = [
      0,
      '0',
      0n,
      false,
      true,
      null,
      undefined,
      '',
      'ab',
      'ba',
      [],
      [0],
      [0, 0],
      [[0], 0],
      [1, 2],
      [2, 1],
      {},
      { a: 1 },
      { a: 2 },
      { b: 1 },
      { a: 1, b: 2 },
      { a: 2, b: 1 },
      new Map([['a', 1]]),
      new Set(['a']),
      new Set(['b']),
      new Date(0),
      new Date(1),
      1,
      -1,
      1.5,
      2 ** 31,
      2 ** 32,
      Symbol('a'),
      eventHash,
    ];
    expect(new Set(different.map(eventHash)).size).toBe(different.length);
  });

  it('takes what structured clone keeps alike for alike', () => {
    expect(eventHash(-0)).toBe(eventHash(0));
    expect(eventHash(new Set([1, 2]))).toBe(eventHash(new Set([2, 1])));
    expect(
      eventHash(
        new Map([
          [1, 2],
          [3, 4],
        ]),
      ),
    ).toBe(
      eventHash(
        new Map([
          [3, 4],
          [1, 2],
        ]),
      ),
    );
    expect(eventHash(Symbol('a'))).toBe(eventHash(Symbol('b')));
  });

  it('comes to an end on an event that holds itself', () => {
    const event: Record<string, unknown> = { name: 'loop' };
    event['self'] = event;
    expect(eventHash(event)).toBe(eventHash(event));
  });

  it.each([2, 3, 7, 16])('spreads numbers and texts evenly over %i partitions', (partitions) => {
    for (const make of [
      (i: number) => i,
      (i: number) => `user ${i}`,
      (i: number) => ({ id: i }),
      (i: number) => i / 8,
    ]) {
      const sizes = Array.from({ length: partitions }, () => 0);
      for (let i = 0; i < 8_000; i++) {
        const at = eventHash(make(i)) % partitions;
        sizes[at] = (sizes[at] ?? 0) + 1;
      }
      const even = 8_000 / partitions;
      for (const size of sizes) expect(Math.abs(size - even)).toBeLessThan(even * 0.15);
    }
  });
});
