import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Pacer, restAfter } from '$lib/sandbox/pacer.ts';

const FRAME_MS = 16;

describe('restAfter()', () => {
  it('lets cheap frames follow each other, and rests the longer the dearer a frame was', () => {
    expect([0, 3, 8].map(restAfter)).toEqual([0, 0, 0]);
    expect(restAfter(9)).toBeLessThan(restAfter(11));
    // What may miss a frame of 60 a second.
    expect([restAfter(13), restAfter(500)]).toEqual([420, 420]);
  });
});

describe('Pacer', () => {
  beforeEach(() => {
    vi.useFakeTimers();
    vi.stubGlobal('requestAnimationFrame', (then: () => void) => Number(setTimeout(then, FRAME_MS)));
    vi.stubGlobal('cancelAnimationFrame', (id: number) => clearTimeout(id));
  });

  afterEach(() => {
    vi.unstubAllGlobals();
    vi.useRealTimers();
  });

  /** A page that shows something new each time it is asked, at a cost. */
  function shown(costMs: number) {
    const times: number[] = [];
    const pacer = new Pacer(() => {
      times.push(performance.now());
      vi.setSystemTime(Date.now() + costMs);
      vi.advanceTimersByTime(costMs);
    });
    return { pacer, times };
  }

  it('shows in the next frame, once for all that was asked before it', () => {
    const { pacer, times } = shown(0);
    pacer.ask();
    pacer.ask();
    expect(times).toHaveLength(0);
    vi.advanceTimersByTime(FRAME_MS);
    expect(times).toHaveLength(1);
    pacer.ask();
    vi.advanceTimersByTime(FRAME_MS);
    expect(times).toHaveLength(2);
  });

  it('rests after a dear frame, but not from what nobody should wait for', () => {
    const { pacer, times } = shown(30);
    pacer.ask();
    vi.advanceTimersByTime(FRAME_MS + 1);
    expect(times).toHaveLength(1);
    pacer.ask();
    vi.advanceTimersByTime(300);
    expect(times).toHaveLength(1);
    pacer.askAtOnce();
    vi.advanceTimersByTime(FRAME_MS + 1);
    expect(times).toHaveLength(2);
    pacer.ask();
    vi.advanceTimersByTime(500);
    expect(times).toHaveLength(3);
  });

  it('shows nothing more once it is stopped', () => {
    const { pacer, times } = shown(0);
    pacer.ask();
    pacer.stop();
    vi.advanceTimersByTime(1_000);
    expect(times).toHaveLength(0);
  });
});
