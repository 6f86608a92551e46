import { partitionName, type EntryOf, type Seq, type TraceEntry } from 'sluice';

/** Where events wait between being made and being sent. */
export type WaitPlace = 'held' | 'buffer' | 'partition';

/** A place where events waited, and the entry that let them go on. */
export interface Wait {
  readonly place: WaitPlace;
  readonly until: TraceEntry;
}

/** Whose events are told apart: what a callback returned, and what became of it unsent. */
export interface Maker {
  /** Events of it that a full buffer dropped. */
  discarded: number;
  /** Events of it that belonged to no partition. */
  dropped: number;
}

/** Neighbouring events that one callback returned and that waited in the same places. */
export interface Run<M extends Maker> {
  /** `null`: the trace does not tell. */
  readonly maker: M | null;
  /** Index of the first among what the callback returned; `null`: the trace does not tell. */
  readonly from: number | null;
  readonly count: number;
  readonly waits: readonly Wait[];
}

/** How a dispatcher shares out what it is given: one after the other, all to everybody, or in a way that the trace does not show. */
export type Sharing = 'inOrder' | 'toAll' | 'other';

const NO_WAITS: readonly Wait[] = [];

/** Events that leave together: those that one entry let go. */
interface Gift<M extends Maker> {
  readonly runs: readonly Run<M>[];
  readonly total: number;
  /** Events of it that are accounted for, from its beginning. */
  used: number;
}

/**
 * Which events a producer sends, keeps and drops. The trace names those that are sent and counts those that are stored: kept in
 * order, they say of each event that is sent which callback returned it. Takes the entries of one stage, in order.
 */
export class EventOrigins<M extends Maker> {
  readonly #sharing: Sharing;
  readonly #buffer = new RunQueue<M>();
  readonly #partitions = new Map<string, RunQueue<M>>();
  /** By the entry that returned them: while demand is held back, events may leave much later. */
  readonly #made = new Map<Seq, Gift<M>>();
  /** What has just been returned, and is on its way out. */
  #fresh: Seq | null = null;
  /** What has left the buffer, or the queue of a partition, last. */
  #let: { readonly cause: Seq | null; readonly of: Gift<M>; readonly isQueue: boolean } | null = null;
  #stored: { readonly seq: Seq; readonly gift: Gift<M> | null; readonly overflow: number } | null = null;

  constructor(sharing: Sharing) {
    this.#sharing = sharing;
  }

  /** A callback has returned events. */
  made(end: EntryOf<'end'>, maker: M): void {
    for (const [seq, { used, total }] of this.#made) if (used >= total) this.#made.delete(seq);
    const runs = [{ maker, from: 0, count: end.count, waits: NO_WAITS }];
    this.#made.set(end.seq, { runs, total: end.count, used: 0 });
    this.#fresh = end.seq;
  }

  /** Something else has begun: what was returned before and leaves from here on was held back. */
  wentOn(): void {
    this.#fresh = null;
  }

  /** Where the events of a batch come from. `refused`: events that its selector left out. */
  sent(entry: EntryOf<'dispatch'>, refused: number): readonly Run<M>[] {
    const { count, cause } = entry;
    if (count === 0) return [];
    const isLet = this.#let !== null && this.#let.cause === cause;
    const gift = this.#giftOf(cause);
    if (!gift) return [unknown(count)];
    if (this.#sharing === 'inOrder' || (isLet && this.#let?.isQueue)) {
      const runs = slice(gift.runs, gift.used, count);
      gift.used += count;
      return this.#held(runs, entry);
    }
    if (this.#sharing === 'toAll' && refused === 0) {
      gift.used = Math.max(gift.used, count);
      return this.#held(slice(gift.runs, 0, count), entry);
    }
    gift.used = this.#sharing === 'toAll' ? Math.max(gift.used, count + refused) : gift.used + count;
    return this.#held(anyOf(gift, count), entry);
  }

  /** Events that belong to no partition. */
  dropped({ cause, count }: EntryOf<'drop'>): void {
    const gift = this.#giftOf(cause);
    if (!gift) return;
    gift.used += count;
    const [only] = anyOf(gift, count);
    if (only?.maker) only.maker.dropped += count;
  }

  /** Events that nobody has asked for are stored. */
  stored(entry: EntryOf<'buffer'>): void {
    const gift = this.#giftOf(entry.cause);
    const before = this.#buffer.size;
    const overflow = before + entry.added - entry.size;
    for (const { maker, count } of this.#buffer.take(overflow)) if (maker) maker.discarded += count;
    this.#stored = { seq: entry.seq, gift, overflow };
    if (entry.added === 0) return;
    this.#buffer.add(
      gift ? this.#held(this.#rest(gift, entry.added, before, overflow), entry) : [unknown(entry.added)],
    );
    if (gift) gift.used = gift.total;
  }

  /** Events did not fit: those that were stored longest, or new ones. */
  discarded({ cause, count }: EntryOf<'discard'>): void {
    if (this.#stored?.seq !== cause) return;
    const { gift, overflow } = this.#stored;
    const [only] = gift ? anyOf(gift, count) : [];
    if (only?.maker) only.maker.discarded += count - overflow;
    if (gift) gift.used = gift.total;
  }

  /** Stored events leave the buffer. */
  unstored(entry: EntryOf<'unbuffer'>): void {
    const runs = waited(this.#buffer.take(entry.removed), { place: 'buffer', until: entry });
    this.#let = { cause: entry.seq, of: { runs, total: entry.removed, used: 0 }, isQueue: false };
  }

  /** Events begin to wait for the consumer of a partition, or no longer do. */
  queued(entry: EntryOf<'queue'>): void {
    const name = partitionName(entry.partition);
    const queue = this.#partitions.get(name) ?? new RunQueue<M>();
    this.#partitions.set(name, queue);
    if (entry.added > 0) {
      const gift = this.#giftOf(entry.cause);
      if (gift) gift.used += entry.added;
      queue.add(gift ? anyOf(gift, entry.added) : [unknown(entry.added)]);
    }
    if (entry.removed === 0) return;
    const runs = waited(queue.take(entry.removed), { place: 'partition', until: entry });
    this.#let = { cause: entry.cause, of: { runs, total: entry.removed, used: 0 }, isQueue: true };
  }

  /** The stage has ended, and with it all that it kept. */
  ended(): void {
    this.#buffer.take(Infinity);
    this.#partitions.clear();
    this.#made.clear();
    this.#let = null;
    this.#stored = null;
  }

  #giftOf(cause: Seq | null): Gift<M> | null {
    if (cause === null) return null;
    return this.#let?.cause === cause ? this.#let.of : (this.#made.get(cause) ?? null);
  }

  /** What is left of a gift for the buffer: its last events, unless the buffer keeps its first ones and is full. */
  #rest(gift: Gift<M>, added: number, before: number, overflow: number): readonly Run<M>[] {
    const left = gift.total - gift.used;
    if (this.#sharing === 'other') return anyOf(gift, added);
    if (left === added || overflow > 0) return slice(gift.runs, gift.total - added, added);
    return before > 0 ? slice(gift.runs, gift.used, added) : anyOf(gift, added);
  }

  /** What a callback returned and that did not leave with it was held back until now. */
  #held(runs: readonly Run<M>[], entry: TraceEntry): readonly Run<M>[] {
    const { cause } = entry;
    if (cause === this.#fresh || cause === null || !this.#made.has(cause)) return runs;
    return waited(runs, { place: 'held', until: entry });
  }
}

/** Events in order, a run at a time. */
class RunQueue<M extends Maker> {
  #runs: Run<M>[] = [];
  #head = 0;
  size = 0;

  add(runs: readonly Run<M>[]): void {
    for (const run of runs) {
      this.#runs.push(run);
      this.size += run.count;
    }
  }

  /** Takes the first `count` events, or all there are. */
  take(count: number): readonly Run<M>[] {
    const taken: Run<M>[] = [];
    for (let left = count; left > 0;) {
      const first = this.#runs[this.#head];
      if (!first) break;
      const size = Math.min(left, first.count);
      left -= size;
      this.size -= size;
      taken.push(part(first, 0, size));
      if (size === first.count) this.#head += 1;
      else this.#runs[this.#head] = part(first, size, first.count - size);
    }
    if (this.#head > 256 && this.#head * 2 > this.#runs.length) {
      this.#runs = this.#runs.slice(this.#head);
      this.#head = 0;
    }
    return taken;
  }
}

function unknown<M extends Maker>(count: number): Run<M> {
  return { maker: null, from: null, count, waits: NO_WAITS };
}

/** Some events of a gift, nobody knows which. */
function anyOf<M extends Maker>({ runs }: Gift<M>, count: number): readonly Run<M>[] {
  const [only, ...others] = runs;
  return [only && others.length === 0 ? { ...only, from: null, count } : unknown(count)];
}

function part<M extends Maker>(run: Run<M>, from: number, count: number): Run<M> {
  if (from === 0 && count === run.count) return run;
  return { ...run, from: run.from === null ? null : run.from + from, count };
}

/** `count` events from the one at `from` on; what there is none of is unknown. */
function slice<M extends Maker>(runs: readonly Run<M>[], from: number, count: number): readonly Run<M>[] {
  const taken: Run<M>[] = [];
  let skip = from;
  let left = count;
  for (const run of runs) {
    if (left === 0) break;
    if (skip >= run.count) {
      skip -= run.count;
      continue;
    }
    const size = Math.min(run.count - skip, left);
    taken.push(part(run, skip, size));
    skip = 0;
    left -= size;
  }
  return left > 0 ? [...taken, unknown(left)] : taken;
}

function waited<M extends Maker>(runs: readonly Run<M>[], wait: Wait): readonly Run<M>[] {
  return runs.map((run) => ({ ...run, waits: [...run.waits, wait] }));
}
