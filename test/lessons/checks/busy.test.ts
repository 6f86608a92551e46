import { busyness } from '#lessons/checks/busy.ts';
import { describe, expect, it } from 'vitest';
import { batch, line, recording } from './recording.ts';

const plan = line(['p', 'producer'], ['c', 'consumer']);

describe('busyness()', () => {
  it('knows nothing before the first batch has been handled', () => {
    expect(busyness(recording(plan, []))).toBeNull();
  });

  it('counts from the first event on, and finds the longest wait', () => {
    const run = recording(plan, [
      ...batch('c', [1], { fromMs: 500, toMs: 600 }),
      ...batch('c', [2], { fromMs: 610, toMs: 700 }),
      ...batch('c', [3], { fromMs: 900, toMs: 1000 }),
    ]);
    expect(busyness(run)).toEqual({
      share: 0.58,
      busyMs: 290,
      spanMs: 500,
      longestWaitAt: 5,
      longestWaitMs: 200,
    });
  });

  it('takes work without time for no work', () => {
    expect(busyness(recording(plan, batch('c', [1])))?.share).toBe(0);
  });
});
