import { partitionName, type EntryOf, type Seq, type StageView, type TraceEntry } from 'sluice';
import { BufferFold } from './buffer-fold.ts';
import { EventQueue, sizeOf, slice, type EventRun } from './event-queue.ts';

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
export interface Run<M extends Maker> extends EventRun {
  /** `null`: the trace does not tell. */
  readonly maker: M | null;
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
  readonly #buffer: BufferFold<Run<M>>;
  readonly #partitions = new Map<string, EventQueue<Run<M>>>();
  /** By the entry that returned them: while demand is held back, events may leave much later. */
  readonly #made = new Map<Seq, Gift<M>>();
  /** What has just been returned, and is on its way out. */
  #fresh: Seq | null = null;
  /** What has left the buffer, or the queue of a partition, last. */
  #let: { readonly cause: Seq | null; readonly of: Gift<M>; readonly isQueue: boolean } | null = null;

  constructor(sharing: Sharing, stage: Pick<StageView, 'bufferKeep'> | undefined) {
    this.#sharing = sharing;
    this.#buffer = new BufferFold(stage);
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
      const runs = known(gift.runs, gift.used, count);
      gift.used += count;
      return this.#held(runs, entry);
    }
    if (this.#sharing === 'toAll' && refused === 0) {
      gift.used = Math.max(gift.used, count);
      return this.#held(known(gift.runs, 0, count), entry);
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

  /** A selector leaves out so many of what is offered to all. */
  refused({ cause, count }: EntryOf<'drop'>): void {
    const gift = this.#sharing === 'toAll' ? this.#giftOf(cause) : null;
    if (gift) gift.used = Math.max(gift.used, count);
  }

  /** Events that nobody has asked for are stored, as far as there is room. */
  stored(entry: EntryOf<'buffer'>): void {
    const gift = this.#giftOf(entry.cause);
    const rest = gift ? this.#rest(gift, entry.added) : [unknown<M>(entry.added)];
    const { pushedOut, refused } = this.#buffer.store(entry, this.#held(rest, entry));
    for (const { maker, count } of [...pushedOut, ...refused]) if (maker) maker.discarded += count;
    if (gift) gift.used = gift.total;
  }

  /** Stored events leave the buffer. */
  unstored(entry: EntryOf<'unbuffer'>): void {
    const runs = waited(this.#buffer.unstore(entry), { place: 'buffer', until: entry });
    this.#let = { cause: entry.seq, of: { runs, total: entry.removed, used: 0 }, isQueue: false };
  }

  /** Events begin to wait for the consumer of a partition, or no longer do. */
  queued(entry: EntryOf<'queue'>): void {
    const name = partitionName(entry.partition);
    const queue = this.#partitions.get(name) ?? new EventQueue<Run<M>>();
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
    this.#buffer.empty();
    this.#partitions.clear();
    this.#made.clear();
    this.#let = null;
  }

  #giftOf(cause: Seq | null): Gift<M> | null {
    if (cause === null) return null;
    return this.#let?.cause === cause ? this.#let.of : (this.#made.get(cause) ?? null);
  }

  /** What is left of a gift, to be stored: at least as many as are. */
  #rest(gift: Gift<M>, added: number): readonly Run<M>[] {
    const left = Math.max(added, gift.total - gift.used);
    return this.#sharing === 'other' ? anyOf(gift, left) : known(gift.runs, gift.used, left);
  }

  /** What a callback returned and that did not leave with it was held back until now. */
  #held(runs: readonly Run<M>[], entry: TraceEntry): readonly Run<M>[] {
    const { cause } = entry;
    if (cause === this.#fresh || cause === null || !this.#made.has(cause)) return runs;
    return waited(runs, { place: 'held', until: entry });
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

/** `count` events from the one at `offset` on; what there is none of is unknown. */
function known<M extends Maker>(runs: readonly Run<M>[], offset: number, count: number): readonly Run<M>[] {
  const own = slice(runs, offset, count);
  const left = count - sizeOf(own);
  return left > 0 ? [...own, unknown(left)] : own;
}

function waited<M extends Maker>(runs: readonly Run<M>[], wait: Wait): readonly Run<M>[] {
  return runs.map((run) => ({ ...run, waits: [...run.waits, wait] }));
}
