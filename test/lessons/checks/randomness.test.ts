import { seededRandom } from '#engine/time/random.ts';
import { patternIn } from '#lessons/checks/randomness.ts';
import { describe, expect, it } from 'vitest';

describe('patternIn()', () => {
  it.each([50, 100, 300, 2_000])('finds no pattern in %i random numbers', (count) => {
    for (let seed = 1; seed <= 200; seed += 1) {
      const random = seededRandom(seed);
      const values = Array.from({ length: count }, () => Math.floor(random() * 100));
      expect(patternIn(values, 100), `seed ${seed}`).toBeNull();
    }
  });

  it('finds counting, also across the end of the range and in other steps', () => {
    expect(
      patternIn(
        series(100, (i) => (i + 60) % 100),
        100,
      ),
    ).toEqual({ kind: 'sequence', step: 1 });
    expect(
      patternIn(
        series(100, (i) => (i * 7) % 100),
        100,
      ),
    ).toEqual({ kind: 'sequence', step: 7 });
    expect(
      patternIn(
        series(100, (i) => 99 - (i % 100)),
        100,
      ),
    ).toEqual({ kind: 'sequence', step: 99 });
  });

  it('finds that few different numbers come up', () => {
    expect(
      patternIn(
        series(100, () => 4),
        100,
      ),
    ).toEqual({ kind: 'few', different: 1 });
    const random = seededRandom(1);
    const six = series(100, () => Math.floor(random() * 6));
    expect(patternIn(six, 100)).toEqual({ kind: 'few', different: 6 });
  });

  it('finds a long list that comes again', () => {
    const random = seededRandom(2);
    const list = series(80, () => Math.floor(random() * 100));
    expect(
      patternIn(
        series(300, (i) => list[i % 80] ?? 0),
        100,
      ),
    ).toEqual({ kind: 'repeats', every: 80 });
  });
});

function series(length: number, at: (i: number) => number): readonly number[] {
  return Array.from({ length }, (_, i) => at(i));
}
