import type { Numbers } from './column-fields.ts';
import type { EntryBlock, KindColumns } from './entry-block.ts';
import type { TraceEntry, TraceValue } from './trace-entry.ts';

/** Names that are remembered, so that those of all blocks are the same strings: they are looked up for every entry. */
const MAX_NAMES = 10_000;

const NOTHING: readonly TraceValue[] = [];

/** Where an entry stands: in the block, and among those of its kind. */
interface Place {
  readonly i: number;
  readonly n: number;
}

/** Makes entries of the blocks of one recording. */
export class BlockEntries {
  readonly #names = new Map<string, string>();

  /** Its entries, in their order. */
  of(block: EntryBlock): TraceEntry[] {
    const known = { ...block, names: block.names.map((name) => this.#known(name)) };
    const next = block.kinds.map(() => 0);
    const entries: TraceEntry[] = [];
    for (let i = 0; i < block.kind.length; i += 1) {
      const kind = at(block.kind, i);
      const n = next[kind] ?? 0;
      next[kind] = n + 1;
      const columns = block.kinds[kind];
      const entry = columns && entryAt(known, columns, { i, n });
      if (entry) entries.push(entry);
    }
    return entries;
  }

  #known(name: string): string {
    const known = this.#names.get(name);
    if (known !== undefined) return known;
    if (this.#names.size < MAX_NAMES) this.#names.set(name, name);
    return name;
  }
}

/**
 * One entry. Every kind is written out, as entries of a kind then all have one layout in memory: they are made, and read, several
 * times as quickly as from parts.
 */
function entryAt(block: EntryBlock, own: KindColumns, { i, n }: Place): TraceEntry | undefined {
  const { seq, atMs, worker, stage, cause, names } = block;
  switch (own.of) {
    case 'ask':
      return {
        seq: at(seq, i),
        atMs: at(atMs, i),
        worker: at(worker, i),
        stage: names[at(stage, i)] ?? '',
        cause: cause[i] ?? null,
        type: 'ask',
        subscription: names[at(own.subscription, n)] ?? '',
        count: at(own.count, n),
        pending: at(own.pending, n),
      };
    case 'asked':
      return {
        seq: at(seq, i),
        atMs: at(atMs, i),
        worker: at(worker, i),
        stage: names[at(stage, i)] ?? '',
        cause: cause[i] ?? null,
        type: 'asked',
        subscription: names[at(own.subscription, n)] ?? '',
        count: at(own.count, n),
        open: at(own.open, n),
      };
    case 'dispatch':
      return {
        seq: at(seq, i),
        atMs: at(atMs, i),
        worker: at(worker, i),
        stage: names[at(stage, i)] ?? '',
        cause: cause[i] ?? null,
        type: 'dispatch',
        subscription: names[at(own.subscription, n)] ?? '',
        first: at(own.first, n),
        count: at(own.count, n),
        events: own.events[n] ?? NOTHING,
        open: at(own.open, n),
      };
    case 'deliver':
      return {
        seq: at(seq, i),
        atMs: at(atMs, i),
        worker: at(worker, i),
        stage: names[at(stage, i)] ?? '',
        cause: cause[i] ?? null,
        type: 'deliver',
        subscription: names[at(own.subscription, n)] ?? '',
        first: at(own.first, n),
        count: at(own.count, n),
      };
    case 'begin handleDemand':
      return {
        seq: at(seq, i),
        atMs: at(atMs, i),
        worker: at(worker, i),
        stage: names[at(stage, i)] ?? '',
        cause: cause[i] ?? null,
        type: 'begin',
        callback: 'handleDemand',
        demand: at(own.demand, n),
      };
    case 'begin handleEvents':
      return {
        seq: at(seq, i),
        atMs: at(atMs, i),
        worker: at(worker, i),
        stage: names[at(stage, i)] ?? '',
        cause: cause[i] ?? null,
        type: 'begin',
        callback: 'handleEvents',
        subscription: names[at(own.subscription, n)] ?? '',
        count: at(own.count, n),
        events: own.events[n] ?? NOTHING,
      };
    case 'end handleDemand':
      return {
        seq: at(seq, i),
        atMs: at(atMs, i),
        worker: at(worker, i),
        stage: names[at(stage, i)] ?? '',
        cause: cause[i] ?? null,
        type: 'end',
        callback: 'handleDemand',
        count: at(own.count, n),
        emitted: own.emitted[n] ?? NOTHING,
        state: own.state[n] ?? null,
      };
    case 'end handleEvents':
      return {
        seq: at(seq, i),
        atMs: at(atMs, i),
        worker: at(worker, i),
        stage: names[at(stage, i)] ?? '',
        cause: cause[i] ?? null,
        type: 'end',
        callback: 'handleEvents',
        count: at(own.count, n),
        emitted: own.emitted[n] ?? NOTHING,
        state: own.state[n] ?? null,
        pending: at(own.pending, n),
      };
    case 'buffer':
      return {
        seq: at(seq, i),
        atMs: at(atMs, i),
        worker: at(worker, i),
        stage: names[at(stage, i)] ?? '',
        cause: cause[i] ?? null,
        type: 'buffer',
        added: at(own.added, n),
        size: at(own.size, n),
        limit: own.limit[n] ?? null,
      };
    case 'unbuffer':
      return {
        seq: at(seq, i),
        atMs: at(atMs, i),
        worker: at(worker, i),
        stage: names[at(stage, i)] ?? '',
        cause: cause[i] ?? null,
        type: 'unbuffer',
        removed: at(own.removed, n),
        size: at(own.size, n),
      };
    case 'others':
      return own.entries[n];
  }
}

/** What is at an index that is known to be there. */
function at(numbers: Numbers, i: number): number {
  return numbers[i] ?? 0;
}
