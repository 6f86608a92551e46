import { PoliteQueue } from './polite-queue.ts';

/** The one voice of the page for what runs: everything that changes by itself is said through it. */
class Announcer {
  /** What is read aloud now. */
  words: string = $state('');

  readonly #queue = new PoliteQueue(
    (words) => (this.words = words),
    () => performance.now(),
    (callback, ms) => {
      const timer = setTimeout(callback, ms);
      return () => clearTimeout(timer);
    },
  );

  /**
   * Has something read aloud when there is time for it.
   * @param topic - Newer words about the same take the place of older ones that still wait.
   */
  say(topic: string, words: string): void {
    if (words !== '') this.#queue.say(topic, words);
  }
}

export const announcer = new Announcer();
