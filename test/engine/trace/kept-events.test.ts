import { describe, expect, it } from 'vitest';
import { KeptEvents } from '../../../engine/trace/kept-events.ts';

describe('KeptEvents', () => {
  it('of() shares what was kept of a batch when it was returned', () => {
    const kept = new KeptEvents();
    const batch = [1, 2, 3];
    const first = kept.add(batch);
    expect(first).toEqual([1, 2, 3]);
    expect(first).not.toBe(batch);
    for (let other = 0; other < 10; other++) kept.add([other]);
    expect(kept.of(batch)).toBe(first);
  });

  it('add() keeps anew what an array holds that was returned before', () => {
    const kept = new KeptEvents();
    const batch = [1];
    const first = kept.add(batch);
    batch.push(2);
    expect(kept.add(batch)).toEqual([1, 2]);
    expect(kept.of(batch)).toEqual([1, 2]);
    expect(first).toEqual([1]);
  });

  it('of() keeps a batch it does not know, or no longer', () => {
    const kept = new KeptEvents();
    const batch = ['a'];
    const first = kept.of(batch);
    for (let other = 0; other < 1_000; other++) kept.add([other]);
    expect(kept.of(batch)).toEqual(first);
    expect(kept.of(batch)).not.toBe(first);
  });
});
