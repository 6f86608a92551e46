import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { laneBars, sharesAt, sharesIn, type BarScale } from '$lib/view/timeline-bars.ts';
import { Spans } from '$lib/view/timeline-columns.ts';

/** Spans by the clock. */
function spansOf(...all: readonly (readonly [from: number, to: number | null])[]): Spans {
  const spans = new Spans();
  for (const [from, to] of all) {
    spans.open({ n: from, ms: from });
    if (to !== null) spans.close({ n: to, ms: to });
  }
  return spans;
}

/** So many ms on 100 px. */
const on = (ms: number): BarScale => ({
  width: 100,
  ruler: 'ms',
  range: { from: 0, to: ms },
  scale: (value) => (value / ms) * 100,
  now: ms,
});

const NONE = new Spans();

/** How high each pixel of the profiles of a path is filled, px. */
function heightsOf(path: string, half: number): Map<number, number> {
  const heights = new Map<number, number>();
  for (const [, from = '', steps = ''] of path.matchAll(/M(\d+),\d+((?:H\d+|V-?[\d.]+)+)Z/g)) {
    let [x, height] = [Number(from), 0];
    for (const [, to, y] of steps.matchAll(/H(\d+)|V(-?[\d.]+)/g)) {
      if (y !== undefined) height = half - Number(y);
      else for (const end = Number(to); x < end; x += 1) heights.set(x, height);
    }
  }
  return heights;
}

describe('laneBars()', () => {
  it('draws what can be told apart as bars of full height, as long as they lasted', () => {
    const bars = laneBars([{ busy: spansOf([10, 20], [40, 41]), blocked: spansOf([60, 80]) }], 5, on(100));
    expect(bars).toEqual({
      busyPath: 'M10.0,-5H20.0V5H10.0ZM40.0,-5H41.0V5H40.0Z',
      blockedPath: 'M60.0,-5H80.0V5H60.0Z',
      frozenPath: '',
      crowds: [],
      crowdedPath: '',
    });
  });

  it('fills each pixel as high as it was busy and blocked where bars would be one', () => {
    // Busy the first quarter of every ms and blocked for half of it, a hundred of them on a pixel.
    const ms = Array.from({ length: 2_000 }, (_, i) => i);
    const busy = spansOf(...ms.map((at) => [at, at + 0.25] as const));
    const blocked = spansOf(...ms.map((at) => [at + 0.25, at + 0.75] as const));
    const bars = laneBars([{ busy, blocked }], 4, { ...on(10_000), now: 10_000 });
    expect(bars.crowds).toEqual([{ from: 0, to: 20 }]);
    expect(bars.crowdedPath).toBe('M0,-4H20V4H0Z');
    // Eight pixels high: a quarter is two from below, three quarters are six.
    expect(bars.busyPath).toBe('M0,4V2.0H20V4Z');
    expect(bars.blockedPath).toBe('M0,4V-2.0H20V4Z');
  });

  it('fills each pixel as high as its shares say', () => {
    const gaps = fc.array(fc.tuple(fc.integer({ min: 1, max: 40 }), fc.integer({ min: 1, max: 40 })), {
      minLength: 200,
      maxLength: 400,
    });
    fc.assert(
      fc.property(gaps, fc.integer({ min: 0, max: 999 }), (all, cut) => {
        let at = 0;
        const spans = all.map(([gap, length]) => {
          const from = at + gap;
          at = from + length;
          return [from / 100, at / 100] as const;
        });
        const scale = { ...on(2_000), now: (at / 100) * (1 - cut / 2_000) };
        const lanes = [{ busy: spansOf(...spans) }];
        const { busyPath, crowds } = laneBars(lanes, 5, scale);
        const drawn = heightsOf(busyPath, 5);
        for (const { from, to } of crowds)
          for (let x = from; x < to; x += 1) {
            const share = sharesAt(lanes, x, scale).busy;
            expect(drawn.get(x)).toBeCloseTo(share === 0 ? 0 : Math.max(1, 10 * share), 0);
          }
      }),
      { numRuns: 30 },
    );
  });

  it('shows of a little at least a little', () => {
    const bars = laneBars([{ busy: spansOf([0, 0.01], [1, 1.01]), blocked: NONE }], 5, on(10_000));
    expect(bars.crowds).toEqual([{ from: 0, to: 1 }]);
    expect(bars.busyPath).toBe('M0,5V4.0H1V5Z');
  });

  it('covers as much as was busy, however close and however long', () => {
    const span = fc.tuple(
      fc.double({ min: 0.01, max: 30, noNaN: true }),
      fc.double({ min: 0.01, max: 30, noNaN: true }),
    );
    fc.assert(
      fc.property(fc.array(span, { minLength: 1, maxLength: 200 }), (gaps) => {
        let at = 0;
        const all = gaps.map(([gap, length]) => {
          const from = at + gap;
          at = from + length;
          return [from, at] as const;
        });
        const own = { busy: spansOf(...all), blocked: NONE };
        const scale = on(at);
        const { crowds } = laneBars([own], 5, scale);
        const crowded = crowds.map(({ from, to }) =>
          Array.from({ length: to - from }, (_, i) => sharesAt([own], from + i, scale).busy).reduce(
            (a, b) => a + b,
            0,
          ),
        );
        const whole = crowds.map(({ from, to }) => {
          const perPixel = at / 100;
          return sharesIn([own], { from: from * perPixel, to: to * perPixel }, scale).busy * (to - from);
        });
        crowded.forEach((share, i) => expect(share).toBeCloseTo(whole[i] ?? NaN, 6));
        for (const [from, to] of all) {
          const alone = (to / at) * 100 - (from / at) * 100 > 3;
          if (!alone) continue;
          const middle = ((from + to) / 2 / at) * 100;
          expect(sharesAt([own], middle, scale).busy).toBeCloseTo(1, 6);
        }
      }),
    );
  });
});

describe('sharesIn()', () => {
  it('counts only as far as the run has come', () => {
    const lanes = [{ busy: spansOf([0, 10], [20, null]), blocked: spansOf([10, 20]) }];
    const part = { from: 0, to: 100 };
    expect(sharesIn(lanes, part, { ruler: 'ms', now: 40 })).toEqual({ busy: 0.75, blocked: 0.25 });
    expect(sharesIn(lanes, part, { ruler: 'ms', now: 0 })).toEqual({ busy: 0, blocked: 0 });
  });
});
