import { describe, expect, it } from 'vitest';
import { arrowsPath, lane, reversed } from '$lib/view/lane.ts';

const bent = [
  { x: 0, y: 0 },
  { x: 100, y: 80 },
  { x: 200, y: 20 },
];

describe('lane()', () => {
  it('starts at the first point and ends at the last', () => {
    const { at } = lane(bent, 'right');
    expect(at(0)).toEqual({ x: 0, y: 0 });
    expect(at(1).x).toBeCloseTo(200);
    expect(at(1).y).toBeCloseTo(20);
  });

  it('stays at its ends beyond them', () => {
    const { at } = lane(bent, 'right');
    expect(at(-1)).toEqual(at(0));
    expect(at(2)).toEqual(at(1));
  });

  it('is as long as the straight line it is', () => {
    const { length, path } = lane(
      [
        { x: 0, y: 5 },
        { x: 120, y: 5 },
      ],
      'right',
    );
    expect(length).toBeCloseTo(120);
    expect(path).toMatch(/^M0,5L.*L120,5$/);
  });

  it('moves evenly: equal progress is equal distance, and always forward', () => {
    const { at, length } = lane(bent, 'right');
    for (let i = 1; i <= 50; i += 1) {
      const [from, to] = [at((i - 1) / 50), at(i / 50)];
      expect(to.x).toBeGreaterThan(from.x);
      expect(Math.hypot(to.x - from.x, to.y - from.y)).toBeCloseTo(length / 50, 0);
    }
  });

  it('passes through its middle point', () => {
    const middle = lane(bent, 'right');
    const nearest = Math.min(
      ...Array.from({ length: 400 }, (_, i) => middle.at(i / 400)).map(({ x, y }) =>
        Math.hypot(x - 100, y - 80),
      ),
    );
    expect(nearest).toBeLessThan(1);
  });
});

describe('lane() beside the middle line', () => {
  it('keeps its distance in every bend', () => {
    const middle = lane(bent, 'right');
    const right = lane(bent, 'right', 14);
    for (let i = 0; i <= 40; i += 1) {
      const { x, y } = right.at(i / 40);
      const nearest = Math.min(...middle.points.map((point) => Math.hypot(point.x - x, point.y - y)));
      expect(nearest).toBeGreaterThan(12);
      expect(nearest).toBeLessThan(15);
    }
  });

  it('is the same lane the other way when reversed', () => {
    const there = lane(bent, 'right', 14);
    const back = reversed(there);
    expect(back.length).toBeCloseTo(there.length);
    expect(back.at(0.25).x).toBeCloseTo(there.at(0.75).x);
  });
});

describe('arrowsPath()', () => {
  const along = (to: { readonly x: number; readonly y: number }) =>
    lane([{ x: 0, y: 0 }, to], to.x > 0 ? 'right' : 'down');

  it('points the way the traffic goes', () => {
    expect(arrowsPath(along({ x: 50, y: 0 }), 25)).toBe(
      'M10.0,-4.0L14.0,0.0L10.0,4.0M35.0,-4.0L39.0,0.0L35.0,4.0',
    );
    expect(arrowsPath(along({ x: 0, y: 50 }), 25)).toBe(
      'M4.0,10.0L0.0,14.0L-4.0,10.0M4.0,35.0L0.0,39.0L-4.0,35.0',
    );
  });

  it('has none on a lane that is too short', () => {
    expect(arrowsPath(along({ x: 20, y: 0 }), 25)).toBe('');
  });
});
