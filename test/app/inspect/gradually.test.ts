import { describe, expect, it } from 'vitest';
import { gradually } from '$lib/inspect/gradually.ts';

/** A page whose clock goes on only while somebody works. */
class FakePage {
  ms = 0;
  readonly #waiting: (() => void)[] = [];

  readonly turns = {
    now: () => this.ms,
    next: (then: () => void) => {
      this.#waiting.push(then);
      return () => void this.#waiting.splice(this.#waiting.indexOf(then), 1);
    },
  };

  /** Gives the next slice its turn; `false` where nobody waits for one. */
  turn(): boolean {
    const then = this.#waiting.shift();
    then?.();
    return then !== undefined;
  }
}

/** Ten steps of `eachMs`. */
function* tenSteps(page: FakePage, eachMs: number) {
  for (let i = 1; i <= 10; i += 1) {
    page.ms += eachMs;
    yield i / 10;
  }
  return 'ten';
}

function follow(eachMs: number) {
  const page = new FakePage();
  const shares: number[] = [];
  const results: string[] = [];
  const stop = gradually(
    tenSteps(page, eachMs),
    { onshare: (share) => shares.push(share), ondone: (result) => results.push(result) },
    page.turns,
  );
  return { page, shares, results, stop };
}

describe('gradually()', () => {
  it('does a short work at once', () => {
    const { page, shares, results } = follow(0.5);
    expect([shares, results, page.turn()]).toEqual([[], ['ten'], false]);
  });

  it('gives the page its turn after every 8 ms, and says how far it is', () => {
    const { page, shares, results } = follow(3);
    expect([shares, results]).toEqual([[0.3], []]);
    while (page.turn()) expect(page.ms).toBeLessThanOrEqual(30);
    expect([shares, results]).toEqual([[0.3, 0.6, 0.9], ['ten']]);
  });

  it('makes at least one step in a slice, however long it takes', () => {
    const { page, shares, results } = follow(20);
    while (page.turn());
    expect([shares.length, results]).toEqual([10, ['ten']]);
  });

  it('does nothing more once it is stopped', () => {
    const { page, results, stop } = follow(3);
    stop();
    expect([page.turn(), page.ms, results]).toEqual([false, 9, []]);
  });
});
