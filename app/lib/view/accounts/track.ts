import { bisectRight } from 'd3-array';
import type { Journal } from './journal.ts';

/** A count at every position of a trace. */
export class Track {
  readonly #positions: number[] = [];
  readonly #counts: number[] = [];

  get last(): number {
    return this.#counts.at(-1) ?? 0;
  }

  /** The count from the `n`-th entry on. */
  set(n: number, count: number, journal: Journal): void {
    journal.push(this.#positions, n);
    journal.push(this.#counts, count);
  }

  add(n: number, count: number, journal: Journal): void {
    this.set(n, this.last + count, journal);
  }

  /** The count after the first `n` entries. */
  at(n: number): number {
    return this.#counts[bisectRight(this.#positions, n) - 1] ?? 0;
  }

  /** Every change: entries applied when it had just happened, and the count from there on. */
  *changes(): Iterable<{ readonly n: number; readonly count: number }> {
    for (const [i, n] of this.#positions.entries()) yield { n, count: this.#counts[i] ?? 0 };
  }

  /** Of a count that only grows: entries applied when it had just become more than `count`; `null` where it never has. */
  whenAbove(count: number): number | null {
    return this.#positions[bisectRight(this.#counts, count)] ?? null;
  }
}
