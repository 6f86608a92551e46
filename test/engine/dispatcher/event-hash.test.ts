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
    const events = [
      ...[0, 1.5, 'a', true, false, 5n, null, undefined, Math.max, Symbol.iterator],
      ...[[1, [2]], new Date(0), new Map([['a', 1]]), new Set(['a']), { a: null, b: { c: 1 } }],
      [[[[[[[[['deeper than it looks']]]]]]]]],
    ];
    expect(events.map(eventHash)).toEqual([
      3860308557, 3407485271, 662911400, 3917650033, 537340229, 987264082, 3469919934, 250806045, 1803719924,
      208559599, 1829418420, 1562347958, 4274399538, 979194161, 3494895371, 3268929053,
    ]);
  });

  it.each<[string, (event: unknown) => unknown]>([
    ['lists', (event) => [event]],
    ['records', (event) => ({ event })],
    ['sets', (event) => new Set([event])],
    ['items of maps', (event) => new Map([['key', event]])],
    ['keys of maps', (event) => new Map([[event, 'item']])],
  ])('looks eight levels deep into %s', (_, wrap) => {
    const nested = (levels: number, leaf: number) => {
      let event: unknown = leaf;
      for (let level = 0; level < levels; level++) event = wrap(event);
      return eventHash(event);
    };
    expect(nested(8, 1)).not.toBe(nested(8, 2));
    expect(nested(9, 1)).toBe(nested(9, 2));
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
      for (const size of sizes) expect(Math.abs(size - even)).toBeLessThan(even * 0.2);
    }
  });
});
