import { describe, expect, it } from 'vitest';
import { dotRadius, flowDots, flowWidth } from '$lib/view/flow-dots.ts';
import { lane } from '$lib/view/lane.ts';

const ALL = { x: -100, y: -100, width: 1_000, height: 1_000 };

const road = lane(
  [
    { x: 0, y: 0 },
    { x: 200, y: 0 },
  ],
  'right',
);

function dotsOf(perSecond: number, atMs = 0, { along = road, seen = ALL } = {}) {
  const flat = flowDots(along, { perSecond, strength: 1 }, atMs, seen);
  return Array.from({ length: flat.length / 2 }, (_, i) => ({
    x: flat[2 * i] ?? NaN,
    y: flat[2 * i + 1] ?? NaN,
  }));
}

describe('flowDots()', () => {
  it('draws more dots the more flows', () => {
    const dots = [1, 50, 200, 5_000].map((perSecond) => dotsOf(perSecond).length);
    expect(dots).toEqual([...dots].sort((a, b) => a - b));
    expect(dots[0]).toBeLessThan(dots[3] ?? 0);
  });

  it('moves them forward', () => {
    const [first] = dotsOf(10);
    const [later] = dotsOf(10, 50);
    expect((later?.x ?? 0) - (first?.x ?? 0)).toBeCloseTo(9);
  });

  it('puts those of a quick flow beside each other, even where their lane ends', () => {
    const dots = dotsOf(5_000);
    expect(new Set(dots.map(({ y }) => Math.round(y)))).toEqual(new Set([-6, 0, 6]));
    expect(dots.filter(({ y }) => Math.round(y) === 0)).toHaveLength(dots.length / 3);
    expect(Math.max(...dots.map(({ x }) => x))).toBeLessThanOrEqual(200);
  });

  it('keeps them as far from the middle in a bend', () => {
    const bent = lane(
      [
        { x: 0, y: 0 },
        { x: 300, y: 200 },
      ],
      'right',
    );
    const away = dotsOf(500, 0, { along: bent }).map(({ x, y }) =>
      Math.min(
        ...Array.from({ length: 1_001 }, (_, i) => {
          const at = bent.at(i / 1_000);
          return Math.hypot(at.x - x, at.y - y);
        }),
      ),
    );
    expect(away.length).toBeGreaterThan(20);
    for (const distance of away) expect(distance).toBeCloseTo(3, 0);
  });

  it('leaves out what is not in sight', () => {
    const seen = { x: 50, y: -10, width: 60, height: 20 };
    const some = dotsOf(50, 120, { seen });
    expect(some.length).toBeGreaterThan(0);
    expect(some).toEqual(dotsOf(50, 120).filter(({ x }) => x >= 50 && x <= 110));
    expect(dotsOf(50, 120, { seen: { ...seen, y: 500 } })).toEqual([]);
  });
});

describe('dotRadius()', () => {
  it('shrinks with the strength of a flow', () => {
    expect(dotRadius({ strength: 0.5 })).toBe(dotRadius({ strength: 1 }) / 2);
  });
});

describe('flowWidth()', () => {
  it('grows evenly with every tenfold rate, within the lane', () => {
    const [one, two, three] = [100, 1_000, 10_000].map((perSecond) => flowWidth({ perSecond }));
    expect((two ?? 0) - (one ?? 0)).toBeCloseTo((three ?? 0) - (two ?? 0));
    expect(flowWidth({ perSecond: 1_000_000 })).toBe(22);
    expect(flowWidth({ perSecond: 0 })).toBe(3);
  });
});
