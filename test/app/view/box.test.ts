import { describe, expect, it } from 'vitest';
import { isWithin, overlap } from '$lib/view/box.ts';

const box = { x: 10, y: 20, width: 30, height: 40 };

describe('overlap()', () => {
  it('is of boxes with a part in common, not of those that touch', () => {
    expect(overlap(box, { x: 39, y: 59, width: 5, height: 5 })).toBe(true);
    expect(overlap(box, { x: 0, y: 0, width: 100, height: 100 })).toBe(true);
    expect(overlap(box, { x: 40, y: 20, width: 5, height: 5 })).toBe(false);
    expect(overlap(box, { x: 10, y: 0, width: 5, height: 20 })).toBe(false);
  });
});

describe('isWithin()', () => {
  it('counts the border in', () => {
    expect(isWithin({ x: 10, y: 60 }, box)).toBe(true);
    expect(isWithin({ x: 9, y: 30 }, box)).toBe(false);
    expect(isWithin({ x: 20, y: 61 }, box)).toBe(false);
  });
});
