import type { Seq } from '../ids.ts';
import type { TraceEntry } from '../trace/trace-entry.ts';

/**
 * The entries of all workers in order of `seq`. Batches of one worker are in order; those of different workers overlap
 * a little, so most entries are appended and a late one is inserted near the end.
 */
export class MergedTrace {
  readonly #capacity: number;
  readonly #entries: TraceEntry[] = [];
  #dropped = 0;
  #lastSeq: Seq = 0;
  #snapshot: readonly TraceEntry[] | null = null;

  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  /** Entries that came when the trace was full. The first ones are kept: a replay begins at the beginning. */
  get dropped(): number {
    return this.#dropped;
  }

  /** How many entries there are. */
  get kept(): number {
    return this.#entries.length;
  }

  /** The greatest number among the entries; 0 while there are none. */
  get lastSeq(): Seq {
    return this.#lastSeq;
  }

  /** Takes entries of one worker, in order of `seq`. */
  add(batch: readonly TraceEntry[]): void {
    this.#lastSeq = Math.max(this.#lastSeq, batch.at(-1)?.seq ?? 0);
    const taken = batch.slice(0, this.#capacity - this.#entries.length);
    this.#dropped += batch.length - taken.length;
    const first = taken[0];
    if (!first) return;
    this.#snapshot = null;
    let at = this.#entries.length;
    while (at > 0 && (this.#entries[at - 1]?.seq ?? 0) > first.seq) at -= 1;
    const later = this.#entries.splice(at);
    let next = 0;
    for (const entry of taken) {
      for (let other = later[next]; other && other.seq < entry.seq; other = later[next]) {
        this.#entries.push(other);
        next += 1;
      }
      this.#entries.push(entry);
    }
    for (const other of later.slice(next)) this.#entries.push(other);
  }

  /** The trace as it is now. The same array until something is added; never changed afterwards. */
  get entries(): readonly TraceEntry[] {
    this.#snapshot ??= this.#entries.slice();
    return this.#snapshot;
  }
}
