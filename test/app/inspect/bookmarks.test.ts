import { describe, expect, it } from 'vitest';
import { MAX_BOOKMARKS, type PlanView } from 'sluice';
import { Bookmarks } from '$lib/inspect/bookmarks.svelte.ts';

const plan = (): PlanView => ({ stages: [], subscriptions: [] });

describe('Bookmarks', () => {
  it('keeps those of each run apart, in its order', () => {
    const bookmarks = new Bookmarks();
    const [mine, other] = [plan(), plan()];
    bookmarks.toggle(mine, 9);
    bookmarks.toggle(mine, 4);
    bookmarks.toggle(other, 7);
    bookmarks.note(mine, 9, 'here');
    expect(bookmarks.of(mine)).toEqual([
      { seq: 4, note: '' },
      { seq: 9, note: 'here' },
    ]);
    bookmarks.toggle(mine, 9);
    expect(bookmarks.of(mine)).toEqual([{ seq: 4, note: '' }]);
    expect([bookmarks.has(mine, 4), bookmarks.has(mine, 7), bookmarks.has(null, 4)]).toEqual([
      true,
      false,
      false,
    ]);
  });

  it('adds those of a recording to what is there', () => {
    const bookmarks = new Bookmarks();
    const read = plan();
    bookmarks.toggle(read, 2);
    bookmarks.note(read, 2, 'mine');
    const tail = { end: { type: 'idle' }, elapsedMs: 1, dropped: 0, output: [], uncaught: [] } as const;
    bookmarks.open({
      plan: read,
      tail: {
        ...tail,
        bookmarks: [
          { seq: 2, note: 'theirs' },
          { seq: 1, note: 'start' },
        ],
      },
    });
    expect(bookmarks.of(read)).toEqual([
      { seq: 1, note: 'start' },
      { seq: 2, note: 'mine' },
    ]);
  });

  it('has no more, and none longer, than a recording may keep', () => {
    const bookmarks = new Bookmarks();
    const run = plan();
    for (let seq = 0; seq < MAX_BOOKMARKS + 5; seq += 1) bookmarks.toggle(run, seq);
    bookmarks.note(run, 0, 'x'.repeat(500));
    expect(bookmarks.of(run)).toHaveLength(MAX_BOOKMARKS);
    expect(bookmarks.of(run)[0]?.note).toHaveLength(200);
  });
});
