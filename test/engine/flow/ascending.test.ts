import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ascending } from '../../../engine/flow/ascending.ts';

describe('ascending()', () => {
  it('orders numbers and bigints by value, and NaN after them', () => {
    expect([10, NaN, 9n, -Infinity, 9.5, 2n].sort(ascending)).toEqual([-Infinity, 2n, 9n, 9.5, 10, NaN]);
    expect(ascending(NaN, NaN)).toBe(0);
    expect(ascending(1, 1n)).toBe(0);
  });

  it('orders strings by their code units', () => {
    expect(['b', 'a10', 'a9', '', 'B'].sort(ascending)).toEqual(['', 'B', 'a10', 'a9', 'b']);
  });

  it('orders arrays item by item, the shorter first', () => {
    const sorted = [[], [1], [1, 'a'], [1, 'b'], [2], ['a']];
    expect(sorted.toReversed().sort(ascending)).toEqual(sorted);
  });

  it('orders dates by their time', () => {
    const [early, late] = [new Date(1_000), new Date(20_000)];
    expect([late, early].sort(ascending)).toEqual([early, late]);
  });

  it('orders kinds as Elixir does', () => {
    const sorted = [7, false, true, null, new Date(0), { a: 1 }, [0], 'a'];
    expect(sorted.toReversed().sort(ascending)).toEqual(sorted);
    expect(ascending(null, undefined)).toBeLessThan(0);
  });

  it('leaves what has no order of its own as it came', () => {
    const records = [{ n: 2 }, { n: 1 }, { n: 3 }];
    expect([...records].sort(ascending)).toEqual(records);
  });

  it('is an order: of three values it never goes round in a circle, and swapping two turns it round', () => {
    const plain = fc.oneof(
      fc.integer({ min: -2, max: 2 }),
      fc.constantFrom<unknown>(NaN, 1.5, 1n, true, false, null, undefined, 'a', 'b', {}, new Date(1)),
    );
    const value = fc.oneof(plain, fc.array(plain, { maxLength: 2 }));
    fc.assert(
      fc.property(value, value, value, (a, b, c) => {
        expect(Math.sign(ascending(a, b)) + Math.sign(ascending(b, a))).toBe(0);
        if (ascending(a, b) <= 0 && ascending(b, c) <= 0) expect(ascending(a, c)).toBeLessThanOrEqual(0);
      }),
      { numRuns: 2_000 },
    );
  });
});
