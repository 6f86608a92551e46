import { describe, expect, it } from 'vitest';
import { BUNDLED_FROM_PER_SECOND, bundledSentence } from '$lib/view/picture-notes.ts';

const lane = (name: string, perSecond: number, kind: 'events' | 'asks' = 'events') => ({
  name,
  kind,
  flow: { perSecond },
});

describe('bundledSentence()', () => {
  it('says what is bundled, how much of it passes, and from which rate on', () => {
    expect(bundledSentence([lane('a → b', 1_240), lane('a → b', 1_000, 'asks'), lane('b → c', 620)])).toBe(
      `Bundled into streams, as more than about ${BUNDLED_FROM_PER_SECOND} batches a second pass: a → b 1,240 events a second, b → c 620. Wider is more.`,
    );
    expect(BUNDLED_FROM_PER_SECOND).toBe(13);
  });

  it('counts lanes it does not name', () => {
    expect(bundledSentence(['a', 'b', 'c', 'd', 'e'].map((name) => lane(name, 20)))).toContain(
      'c 20 and 2 more.',
    );
  });

  it('says nothing where every event is drawn', () => {
    expect(bundledSentence([])).toBeNull();
    expect(bundledSentence([lane('a → b', 5, 'asks')])).toBeNull();
  });
});
