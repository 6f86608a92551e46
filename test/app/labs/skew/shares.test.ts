import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { evenShares, withShare } from '$lib/labs/skew/shares.ts';
import { plainTotals, CITIES, ORDER_COUNT } from '$lib/labs/skew/skew-programs.ts';

const sumOf = (shares: Readonly<Record<string, number>>) => Object.values(shares).reduce((a, b) => a + b, 0);

describe('`withShare()`', () => {
  it('gives the rest to the others in proportion', () => {
    expect(withShare({ a: 20, b: 20, c: 40, d: 20 }, 'a', 60)).toEqual({ a: 60, b: 10, c: 20, d: 10 });
  });

  it('shares the rest evenly where the others have nothing', () => {
    expect(withShare({ a: 100, b: 0, c: 0 }, 'a', 40)).toEqual({ a: 40, b: 30, c: 30 });
  });

  it('takes what is out of bounds to the next bound, and parts of a percent to the next whole', () => {
    expect(withShare({ a: 50, b: 50 }, 'a', 140)).toEqual({ a: 100, b: 0 });
    expect(withShare({ a: 50, b: 50 }, 'a', -3)).toEqual({ a: 0, b: 100 });
    expect(withShare({ a: 50, b: 50 }, 'a', 33.4)).toEqual({ a: 33, b: 67 });
  });

  it('always gives whole percents that are 100 together, and the key what was asked', () => {
    const move = fc.record({ key: fc.constantFrom(...CITIES), to: fc.integer({ min: 0, max: 100 }) });
    fc.assert(
      fc.property(fc.array(move, { maxLength: 12 }), (moves) => {
        let shares = evenShares(CITIES);
        for (const { key, to } of moves) {
          shares = withShare(shares, key, to);
          expect(shares[key]).toBe(to);
          expect(sumOf(shares)).toBe(100);
          expect(Object.values(shares).every((share) => Number.isInteger(share) && share >= 0)).toBe(true);
        }
      }),
    );
  });
});

describe('`plainTotals()`', () => {
  it('finds of every city as many orders as its share says', () => {
    const shares = withShare(evenShares(CITIES), 'Doha', 37);
    const totals = plainTotals(shares);
    for (const city of CITIES) expect(totals.get(city), city).toBe(((shares[city] ?? 0) * ORDER_COUNT) / 100);
  });
});
