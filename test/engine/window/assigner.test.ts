import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fixedAssigner, slidingAssigner, type Assigner } from '../../../engine/window/assigner.ts';

const time = fc.integer({ min: -1_000, max: 1_000 });
const length = fc.integer({ min: 1, max: 60 });

/** The windows that cover a time. */
function idsAt(assigner: Assigner, timeMs: number): number[] {
  const ids: number[] = [];
  for (let at = assigner.first(timeMs); at <= assigner.last(timeMs); at++) ids.push(assigner.idOf(at));
  return ids;
}

/** A pane holds exactly the times around one that fall into the same windows. */
function holdsPanes(assigner: Assigner, timeMs: number): void {
  const start = assigner.paneStart(timeMs);
  const end = assigner.paneEnd(timeMs);
  const own = idsAt(assigner, timeMs);
  for (let ms = start; ms < end; ms++) expect(idsAt(assigner, ms), `${ms}`).toEqual(own);
  expect(idsAt(assigner, start - 1)).not.toEqual(own);
  expect(idsAt(assigner, end)).not.toEqual(own);
}

describe('fixedAssigner()', () => {
  it('FL-140 FL-148 numbers windows by division that truncates, so that 0 is twice as wide', () => {
    const assigner = fixedAssigner(1_000);
    const ids = [-1_500, -1_000, -999, -1, 0, 999, 1_000, 2_500].map((ms) => idsAt(assigner, ms));
    expect(ids).toEqual([[-1_000], [-1_000], [0], [0], [0], [0], [1_000], [2_000]]);
  });

  it('FL-148 knows the times of each window', () => {
    fc.assert(fc.property(length, time, (ms, at) => holdsPanes(fixedAssigner(ms), at)));
  });
});

describe('slidingAssigner()', () => {
  it('puts a time into all windows that have begun within the length before it', () => {
    fc.assert(
      fc.property(length, length, time, (a, b, at) => {
        const [step = 1, long = 1] = [a, b].sort((x, y) => x - y);
        const expected: number[] = [];
        for (let start = -2_000; start <= 2_000; start++) {
          if (start % step === 0 && start <= at && at < start + long) expected.push(start);
        }
        expect(idsAt(slidingAssigner(long, step), at)).toEqual(expected.map((start) => start + 0));
      }),
    );
  });

  it('knows the times that fall into the same windows', () => {
    fc.assert(
      fc.property(length, length, time, (a, b, at) => {
        const [step = 1, long = 1] = [a, b].sort((x, y) => x - y);
        holdsPanes(slidingAssigner(long, step), at);
      }),
    );
  });
});
