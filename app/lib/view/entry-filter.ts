import type { TraceEntry } from 'sluice';

/** The entries of a trace that matter to somebody, kept while the trace grows: a longer version costs only what is new. */
export class EntryFilter<Kept extends TraceEntry> {
  readonly #isKept: (entry: TraceEntry) => entry is Kept;
  #entries: readonly TraceEntry[] = [];
  #kept: readonly Kept[] = [];

  constructor(isKept: (entry: TraceEntry) => entry is Kept) {
    this.#isKept = isKept;
  }

  /**
   * Takes the same trace with entries appended, or inserted near its end.
   *
   * @returns Those of its entries that are kept, in order; the same array while no other is.
   */
  update(entries: readonly TraceEntry[]): readonly Kept[] {
    let known = Math.min(this.#entries.length, entries.length);
    // Entries are appended, or sorted in near the end: an equal last one means an equal beginning.
    while (known > 0 && this.#entries[known - 1] !== entries[known - 1]) known -= 1;
    const lastSeq = entries[known - 1]?.seq ?? -Infinity;
    const fresh: Kept[] = [];
    for (let i = known; i < entries.length; i += 1) {
      const entry = entries[i];
      if (entry && this.#isKept(entry)) fresh.push(entry);
    }
    const stays = this.#kept.findLastIndex(({ seq }) => seq <= lastSeq) + 1;
    if (stays < this.#kept.length || fresh.length > 0) {
      this.#kept = [...this.#kept.slice(0, stays), ...fresh];
    }
    this.#entries = entries;
    return this.#kept;
  }
}
