import { describe, expect, it } from 'vitest';
import { Replay, type TraceEntry } from 'sluice';
import { entrySentence } from '$lib/view/entry-sentence.ts';
import { firstRun } from './first-run.ts';

async function sentences(): Promise<{ entry: TraceEntry; says: string }[]> {
  const run = await firstRun({ entryBudget: 300 });
  const replay = new Replay(run.plan, run.entries);
  return run.entries.map((entry, i) => ({ entry, says: entrySentence(entry, replay.at(i + 1)) }));
}

describe('entrySentence()', () => {
  it('says what happened first in the first lesson', async () => {
    const all = await sentences();
    const first = (type: string, stage: string) =>
      all.find(({ entry }) => entry.type === type && entry.stage === stage)?.says;
    expect(first('subscribe', 'evens')).toBe(
      'evens subscribed to numbers: at most 10 pending, asking again at 5.',
    );
    expect(first('ask', 'evens')).toBe(
      'evens asked numbers for its first 10: nothing is pending, so it asks for 10 (max 10).',
    );
    expect(first('asked', 'numbers')).toBe(
      'numbers took the ask for 10 from evens; 10 events may now be sent.',
    );
    expect(first('dispatch', 'numbers')).toBe(
      'numbers sent 10 events (0, 1, 2, 3, …) to evens; nothing more is asked for.',
    );
    expect(first('deliver', 'evens')).toBe('evens took 10 events from its mailbox, sent by numbers.');
  });

  it('explains every later ask by what was handled', async () => {
    const again = (await sentences()).filter(
      ({ entry }) => entry.type === 'ask' && entry.stage === 'evens' && entry.count === 5,
    );
    expect(again.length).toBeGreaterThan(5);
    for (const { says } of again) {
      expect(says).toBe(
        'evens asked numbers for 5 more: 5 of 10 handled, so 5 remain; 5 ≤ min 5 → ask 5 more.',
      );
    }
  });

  it('names the stage in every sentence', async () => {
    for (const { entry, says } of await sentences()) {
      expect(says).toContain(entry.stage);
      expect(says).not.toMatch(/undefined|NaN|\[object/);
    }
  });

  it('says what a crash, a print, a discard and a full store mean', async () => {
    const run = await firstRun({ entryBudget: 50 });
    const state = new Replay(run.plan, run.entries).at(50);
    const base = { seq: 60, atMs: 1, worker: 0, stage: 'evens', cause: null };
    const error = { name: 'TypeError', message: 'x is not a function' };
    expect(entrySentence({ ...base, type: 'crash', callback: 'handleEvents', error }, state)).toBe(
      'evens crashed in handleEvents: x is not a function',
    );
    expect(entrySentence({ ...base, type: 'log', level: 'log', values: ['Received', 4] }, state)).toBe(
      'evens printed: Received 4',
    );
    expect(entrySentence({ ...base, type: 'discard', count: 3 }, state)).toBe(
      'evens dropped 3 events: its buffer is full.',
    );
    expect(entrySentence({ ...base, type: 'buffer', added: 1, size: 4, limit: 10 }, state)).toBe(
      'evens stored 1 event that nobody has asked for: 4 of 10 in its buffer.',
    );
  });
});
