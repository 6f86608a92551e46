import fc from 'fast-check';
import { expect, it } from 'vitest';
import { ANNOUNCE_EVERY_MS, PoliteQueue } from '../../../app/lib/ui/polite-queue.ts';

/** A clock that goes on when it is told to. */
class Hand {
  nowMs = 0;
  readonly shown: { readonly atMs: number; readonly words: string }[] = [];
  #due: { readonly atMs: number; readonly callback: () => void } | null = null;
  readonly queue = new PoliteQueue(
    (words) => this.shown.push({ atMs: this.nowMs, words }),
    () => this.nowMs,
    (callback, ms) => {
      this.#due = { atMs: this.nowMs + ms, callback };
      return () => (this.#due = null);
    },
  );

  goTo(ms: number): void {
    while (this.#due && this.#due.atMs <= ms) {
      const { atMs, callback } = this.#due;
      this.#due = null;
      this.nowMs = atMs;
      callback();
    }
    this.nowMs = ms;
  }
}

it('says the first at once, the newest of each topic once the time has passed', () => {
  const hand = new Hand();
  hand.queue.say('moment', 'one');
  hand.goTo(100);
  hand.queue.say('moment', 'two');
  hand.queue.say('console', 'a line');
  hand.queue.say('moment', 'three');
  hand.goTo(10_000);
  expect(hand.shown).toEqual([
    { atMs: 0, words: 'one' },
    { atMs: ANNOUNCE_EVERY_MS, words: 'a line three' },
  ]);
});

it('never says two things within two seconds, and never keeps back the last word on a topic', () => {
  const said = fc.array(
    fc.record({ waitMs: fc.nat(3_000), topic: fc.constantFrom('a', 'b', 'c'), words: fc.nat() }),
    { minLength: 1, maxLength: 40 },
  );
  fc.assert(
    fc.property(said, (all) => {
      const hand = new Hand();
      for (const { waitMs, topic, words } of all) {
        hand.goTo(hand.nowMs + waitMs);
        hand.queue.say(topic, `${topic}${words}.`);
      }
      hand.goTo(hand.nowMs + 10_000);
      const times = hand.shown.map(({ atMs }) => atMs);
      for (const [i, atMs] of times.entries()) {
        if (i > 0) expect(atMs - (times[i - 1] ?? 0)).toBeGreaterThanOrEqual(ANNOUNCE_EVERY_MS);
      }
      const everything = hand.shown.map(({ words }) => words).join(' ');
      for (const topic of ['a', 'b', 'c']) {
        const last = all.findLast((one) => one.topic === topic);
        if (last) expect(everything).toContain(`${topic}${last.words}.`);
      }
    }),
    { seed: 7 },
  );
});
