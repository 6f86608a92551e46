import { describe, expect, it } from 'vitest';
import type { TraceEntry } from 'sluice';
import { WorkerClocks } from '$lib/view/worker-clocks.ts';

const LINK = { subscription: 'b←a' } as const;

/** What `a` on worker 0 and `b` on worker 1 tell each other; the clock of worker 1 is ahead by so many ms. */
function clocksWith(
  aheadMs: number,
  ways: { readonly thereMs: number; readonly backMs: number },
): WorkerClocks {
  const here = { worker: 0, stage: 'a', ...LINK } as const;
  const there = { worker: 1, stage: 'b', ...LINK } as const;
  const entries: readonly TraceEntry[] = [
    { ...there, seq: 1, cause: null, atMs: 10 + aheadMs, type: 'ask', count: 2, pending: 2 },
    { ...here, seq: 2, cause: 1, atMs: 10 + ways.backMs, type: 'asked', count: 2, open: 2 },
    { ...here, seq: 4, cause: 2, atMs: 20, type: 'dispatch', first: 0, count: 1, events: [1], open: 1 },
    { ...here, seq: 6, cause: 2, atMs: 30, type: 'dispatch', first: 1, count: 1, events: [2], open: 0 },
    // The first one was slower.
    {
      ...there,
      seq: 7,
      cause: 4,
      atMs: 20 + ways.thereMs + 3 + aheadMs,
      type: 'deliver',
      first: 0,
      count: 1,
    },
    { ...there, seq: 9, cause: 6, atMs: 30 + ways.thereMs + aheadMs, type: 'deliver', first: 1, count: 1 },
  ];
  const clocks = new WorkerClocks();
  for (const entry of entries) clocks.add(entry);
  return clocks;
}

describe('WorkerClocks', () => {
  it('says how far clocks are apart by what would have arrived before it was sent', () => {
    const ways = { thereMs: 0.25, backMs: 0.5 };
    expect(clocksWith(5, ways).aheadMs(0, 1)).toBe(4.5);
    expect(clocksWith(5, ways).aheadMs(1, 0)).toBe(-4.5);
    expect(clocksWith(-5, ways).aheadMs(0, 1)).toBe(-4.75);
  });

  it('takes clocks for equal as long as nothing speaks against it, however slow the way', () => {
    expect(clocksWith(0, { thereMs: 100, backMs: 1 }).aheadMs(0, 1)).toBe(0);
    expect(clocksWith(0.5, { thereMs: 100, backMs: 1 }).aheadMs(0, 1)).toBe(0);
  });

  it('knows nothing of workers that have told each other nothing', () => {
    expect(clocksWith(5, { thereMs: 1, backMs: 1 }).aheadMs(0, 2)).toBe(0);
    expect(new WorkerClocks().aheadMs(0, 0)).toBe(0);
  });
});
