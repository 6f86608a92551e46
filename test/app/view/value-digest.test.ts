import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { TraceValue } from 'sluice';
import { ValueDigest } from '$lib/view/value-digest.ts';

function digestOf(values: readonly (TraceValue | undefined)[]): ValueDigest {
  const digest = new ValueDigest();
  for (const value of values) digest.add(value);
  return digest;
}

const values = fc.array(
  fc.oneof(fc.integer(), fc.string(), fc.boolean(), fc.constant(null), fc.constant(undefined)),
  { maxLength: 40 },
);

describe('ValueDigest', () => {
  it('equals that of the same values in any order', () => {
    fc.assert(
      fc.property(values, fc.nat(), (all, at) => {
        const turned = [...all.slice(at % (all.length + 1)), ...all.slice(0, at % (all.length + 1))];
        expect(digestOf(turned).equals(digestOf(all))).toBe(true);
      }),
    );
  });

  it('tells other values, more of them, and another number of the same apart', () => {
    fc.assert(
      fc.property(values, fc.nat(), (all, n) => {
        expect(digestOf([...all, n]).equals(digestOf(all))).toBe(false);
        expect(digestOf([...all, n]).equals(digestOf([...all, n + 1]))).toBe(false);
        expect(digestOf([...all, n, n, 'x']).equals(digestOf([...all, n, 'x', 'x']))).toBe(false);
      }),
    );
  });

  it('tells numbers that follow each other apart, also where their sums are the same', () => {
    expect(digestOf([1, 4]).equals(digestOf([2, 3]))).toBe(false);
    expect(digestOf(['1']).equals(digestOf([1]))).toBe(false);
  });
});
