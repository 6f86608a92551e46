/** How a queue waits: calls back after so many ms; what it returns ends that. */
export type Later = (callback: () => void, ms: number) => () => void;

/** Shortest time between two announcements, ms: what is read aloud faster than that is never heard out. */
export const ANNOUNCE_EVERY_MS = 2_000;

/**
 * What is to be read aloud: at once, but never sooner than {@link ANNOUNCE_EVERY_MS} after the last. Of one topic the newest
 * words are kept, as what was true before them is not any more.
 */
export class PoliteQueue {
  readonly #show: (words: string) => void;
  readonly #nowMs: () => number;
  readonly #later: Later;
  readonly #waiting = new Map<string, string>();
  #shownMs = -Infinity;
  #cancel: (() => void) | null = null;

  constructor(show: (words: string) => void, nowMs: () => number, later: Later) {
    this.#show = show;
    this.#nowMs = nowMs;
    this.#later = later;
  }

  say(topic: string, words: string): void {
    this.#waiting.delete(topic);
    this.#waiting.set(topic, words);
    if (this.#cancel) return;
    const waitMs = this.#shownMs + ANNOUNCE_EVERY_MS - this.#nowMs();
    if (waitMs <= 0) return this.#flush();
    this.#cancel = this.#later(() => this.#flush(), waitMs);
  }

  #flush(): void {
    this.#cancel = null;
    this.#shownMs = this.#nowMs();
    const words = [...this.#waiting.values()].join(' ');
    this.#waiting.clear();
    this.#show(words);
  }
}
