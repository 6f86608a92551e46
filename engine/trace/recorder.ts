import type { TraceEntry } from './trace-entry.ts';

/** Keeps the latest entries until they are taken; counts what it had to drop. */
export class Recorder {
  /** Entries it keeps at most. */
  readonly capacity: number;
  #entries: TraceEntry[] = [];
  #recorded = 0;
  #dropped = 0;

  constructor(capacity: number) {
    this.capacity = capacity;
  }

  /** Entries recorded in all, kept or not. */
  get recorded(): number {
    return this.#recorded;
  }

  /** Entries dropped in all because nobody took them in time. */
  get dropped(): number {
    return this.#dropped;
  }

  add(entry: TraceEntry): void {
    this.#recorded++;
    if (this.#entries.length < this.capacity) this.#entries.push(entry);
    else this.#dropped++;
  }

  /** Hands over at most `limit` of the kept entries, oldest first, and forgets them. */
  take(limit = Infinity): readonly TraceEntry[] {
    if (this.#entries.length <= limit) {
      const all = this.#entries;
      this.#entries = [];
      return all;
    }
    return this.#entries.splice(0, limit);
  }
}
