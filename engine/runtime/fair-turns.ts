/** By how much one may be ahead of who has had the least before the others come first, ms. */
const AHEAD_MS = 4;

/** Who takes turns, and how much time it has had. */
interface Place<Item> {
  readonly item: Item;
  /** What its turns took; when it begins to wait after a pause, no less than those who waited have had. */
  usedMs: number;
  waits: boolean;
}

/**
 * Who has the next turn, where turns take as long as they do: in the order in which they began to wait, as long as
 * nobody is far ahead; else first whoever has had the least. So a stage with little to do, such as a source, gets its turn
 * before one that works on a batch for long has another; and whoever waits gets one, whatever the others do.
 */
export class FairTurns<Item> {
  readonly #isReady: (item: Item) => boolean;
  readonly #places = new Map<Item, Place<Item>>();
  /** In the order they began to wait. */
  readonly #waiting: Place<Item>[] = [];
  /** What whoever has had the least had when it was last looked for: it only grows. */
  #leastMs = 0;
  #latest: Place<Item> | null = null;

  /** @param isReady - Whether it still has something to do; who has not is forgotten until it wakes again. */
  constructor(isReady: (item: Item) => boolean) {
    this.#isReady = isReady;
  }

  /** It has something to do, and waits for a turn if it does not yet. */
  wake(item: Item): void {
    let place = this.#places.get(item);
    if (!place) this.#places.set(item, (place = { item, usedMs: 0, waits: false }));
    if (place.waits) return;
    place.waits = true;
    // What was not used while there was nothing to do is not saved up.
    place.usedMs = Math.max(place.usedMs, this.#leastMs);
    this.#waiting.push(place);
  }

  /** Takes out who has the next turn; `null` when nobody who waits may have one. Who may not goes on waiting. */
  next(may: (item: Item) => boolean): Item | null {
    const waiting = this.#waiting;
    let chosen = -1;
    let leastMs = Infinity;
    for (let i = 0; i < waiting.length; i++) {
      const place = waiting[i];
      if (!place) break;
      if (!this.#isReady(place.item)) {
        place.waits = false;
        waiting.splice(i--, 1);
        continue;
      }
      if (place.usedMs >= leastMs || !may(place.item)) continue;
      chosen = i;
      leastMs = place.usedMs;
      if (leastMs <= this.#leastMs + AHEAD_MS) break;
    }
    const place = waiting[chosen];
    if (!place) return null;
    waiting.splice(chosen, 1);
    place.waits = false;
    if (leastMs > this.#leastMs + AHEAD_MS) this.#leastMs = leastMs;
    this.#latest = place;
    return place.item;
  }

  /** How long the latest turn took, ms. */
  took(ms: number): void {
    if (this.#latest) this.#latest.usedMs += ms;
    this.#latest = null;
  }
}
