import type { TraceEvent } from 'sluice';
import { emptyState } from 'sluice';
import { describe, expect, it } from 'vitest';
import { entrySentence } from '$lib/view/entry-sentence.ts';
import { eventTimeText, windowStates } from '$lib/view/window-words.ts';

const HOUR = Date.UTC(2001, 0, 1, 5);

/** What the picture says of one entry of a stage `reduce 1`. */
function says(event: TraceEvent): string {
  const entry = { seq: 1, atMs: 0, worker: 0, stage: 'reduce 1', cause: null, ...event };
  return entrySentence(entry, emptyState({ stages: [{ id: 'reduce 1' }], subscriptions: [] }));
}

describe('eventTimeText()', () => {
  it('shows a moment as a date, with no more digits than it needs', () => {
    expect(eventTimeText(HOUR)).toBe('2001-01-01T05:00Z');
    expect(eventTimeText(HOUR + 1_000)).toBe('2001-01-01T05:00:01Z');
    expect(eventTimeText(HOUR + 7)).toBe('2001-01-01T05:00:00.007Z');
  });

  it('shows a time that counts from somewhere else as it is', () => {
    expect(eventTimeText(1_500)).toBe('1,500 ms');
    expect(eventTimeText(-3_600_000)).toBe('-3,600,000 ms');
  });
});

describe('entrySentence() of windows', () => {
  it('tells how a fixed window opens, is done and is closed', () => {
    const window = { type: 'window', window: 'fixed', id: HOUR } as const;
    expect(says({ ...window, phase: 'open', count: 0 })).toBe(
      'reduce 1: the fixed window from 2001-01-01T05:00Z opened.',
    );
    expect(says({ ...window, phase: 'fire', count: 12, emitted: 1, trigger: 'done' })).toBe(
      'reduce 1: the fixed window from 2001-01-01T05:00Z is done, with 12 events in it; it emitted 1 event.',
    );
    expect(says({ ...window, phase: 'close', count: 12 })).toBe(
      'reduce 1: the fixed window from 2001-01-01T05:00Z is closed, with 12 events in it.',
    );
  });

  it('tells why a window fires before its end', () => {
    const window = {
      type: 'window',
      phase: 'fire',
      window: 'global',
      id: 'global',
      count: 200,
      emitted: 3,
    } as const;
    expect(says({ ...window, trigger: ['every', 100] })).toBe(
      'reduce 1: the global window fired after every 100 events, with 200 events in it so far; it emitted 3 events.',
    );
    expect(says({ ...window, trigger: ['periodically', 5, 'second'] })).toContain(
      'fired after every 5 seconds,',
    );
    expect(says({ ...window, trigger: ['periodically', 1, 'minute'] })).toContain(
      'fired after every minute,',
    );
    expect(says({ ...window, trigger: 'full' })).toContain('fired as its trigger "full" says,');
    expect(says({ ...window, window: 'fixed', id: HOUR, trigger: 'watermark' })).toContain(
      'the time of the fixed window from 2001-01-01T05:00Z is over and it still takes late events',
    );
  });

  it('names sessions by whose they are and when, other windows by their number', () => {
    const id = { key: 'DFW', start: HOUR, end: HOUR + 60_000 };
    expect(says({ type: 'window', phase: 'open', window: 'session', id, count: 0 })).toBe(
      'reduce 1: the session of "DFW" from 2001-01-01T05:00Z to 2001-01-01T05:01Z opened.',
    );
    expect(says({ type: 'window', phase: 'open', window: 'count', id: 3, count: 0 })).toBe(
      'reduce 1: the count window 3 opened.',
    );
  });

  it('tells what the watermark means, and which events came too late', () => {
    expect(says({ type: 'watermark', eventMs: HOUR })).toBe(
      'reduce 1: the watermark is now at 2001-01-01T05:00Z: no event from before is expected any more.',
    );
    expect(says({ type: 'late', id: HOUR, count: 3, events: [1, 2, 3] })).toBe(
      'reduce 1 dropped 3 events (1, 2, 3): too late for the window from 2001-01-01T05:00Z, which is over.',
    );
  });
});

describe('windowStates()', () => {
  it('names windows by when they begin, where event time is a date', () => {
    expect(windowStates({ [HOUR]: 3, [HOUR + 3_600_000]: 1, '…': '…' }, 'fixed')).toEqual({
      '2001-01-01T05:00Z': 3,
      '2001-01-01T06:00Z': 1,
      '…': '…',
    });
    expect(windowStates({ '-500': 1 }, 'sliding')).toEqual({ '-500 ms': 1 });
  });

  it('names sessions by their key, from when to when', () => {
    expect(windowStates({ [`"ATL" ${HOUR}…${HOUR + 60_000}`]: 2 }, 'session')).toEqual({
      '"ATL" 2001-01-01T05:00Z…2001-01-01T05:01Z': 2,
    });
  });

  it('leaves alone what is not by time', () => {
    expect(windowStates({ 1: 2 }, 'count')).toEqual({ 1: 2 });
    expect(windowStates({ [HOUR]: 3 }, null)).toEqual({ [HOUR]: 3 });
    expect(windowStates([[HOUR, 3]], 'fixed')).toEqual([[HOUR, 3]]);
    expect(windowStates(null, 'fixed')).toBeNull();
  });
});
