import { describe, expect, it } from 'vitest';
import { Quickness } from '$lib/view/quickness.ts';

/** Every answer of a second, 60 times a second, at so many entries a second. */
function answers(quickness: Quickness, perSecond: number, fromMs = 0): boolean[] {
  return Array.from({ length: 60 }, (_, i) => {
    const ms = fromMs + ((i + 1) * 1_000) / 60;
    return quickness.at(ms, Math.floor((ms * perSecond) / 1_000));
  });
}

describe('Quickness', () => {
  it('is not quick at any pace that is given in entries', () => {
    for (const perSecond of [0.5, 6, 64]) expect(answers(new Quickness(0), perSecond)).not.toContain(true);
  });

  it('is quick within a quarter of a second once thousands pass, and stays so', () => {
    const quick = answers(new Quickness(0), 70_000);
    const first = quick.indexOf(true);
    expect(first).toBeGreaterThan(0);
    expect(first).toBeLessThanOrEqual(15);
    expect(quick.slice(first)).not.toContain(false);
  });

  it('is not quick any more once little passes', () => {
    const quickness = new Quickness(0);
    answers(quickness, 1_000);
    expect(quickness.at(1_300, 1_002)).toBe(false);
  });

  it('goes by the rate, not by how seldom it is asked', () => {
    expect(new Quickness(0).at(2_000, 120)).toBe(false);
    expect(new Quickness(0).at(2_000, 4_000)).toBe(true);
  });
});
