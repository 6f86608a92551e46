import type { EntryOf } from 'sluice';
import type { Fates } from './fates.ts';
import { at, explained, same, some } from './unexplained.ts';

/** How a stage shares out its events, as its program says it. */
export interface Sharing {
  readonly kind: 'one' | 'all' | 'partition';
  readonly keep: 'first' | 'last';
  /** Whether a subscription wants an event of a broadcast. */
  readonly wants: (subscription: string, event: number) => boolean;
  /** The partition of an event; `null` when it is for nobody. */
  readonly partitionOf: (event: number) => number | null;
}

/** Events that were returned, or taken from a store, in the course of one entry, and are nowhere yet. */
interface Batch {
  events: number[];
  /** How many the dispatcher keeps for which partition; which ones is clear once the others have gone. */
  kept: { readonly partition: number; readonly count: number }[];
  /** Of a broadcast: how many were refused by whom, and to how many events others had their choice. */
  readonly refused: Map<string, number>;
  offered: number;
  /** Of a broadcast: who is to get them, and who has. */
  audience: ReadonlySet<string> | null;
  readonly served: Set<string>;
}

function batchOf(events: number[]): Batch {
  return { events, kept: [], refused: new Map(), offered: 0, audience: null, served: new Set() };
}

/**
 * Where the events are that one stage has made, over all its lives: each was sent, is stored, or has a fate. Which events an
 * entry speaks of, when it gives their number only, follows from the order that the rules ask for.
 */
export class MakerAccount {
  readonly stage: string;
  readonly #sharing: Sharing;
  readonly #fates: Fates;
  readonly #batches = new Map<number, Batch>();
  /** The subscriptions that it has accepted and that are not over. */
  readonly #consumers = new Set<string>();
  readonly buffer: number[] = [];
  readonly #queues = new Map<number, number[]>();
  /** Found no room in the buffer, by the entry that says so. */
  readonly #refused = new Map<number, number[]>();
  #hasEnded = false;
  /** The dispatcher has let go of so many, in the course of this entry: which ones is told next. */
  #forgotten: { readonly cause: number | null; count: number } = { cause: null, count: 0 };

  constructor(stage: string, sharing: Sharing, fates: Fates) {
    this.stage = stage;
    this.#sharing = sharing;
    this.#fates = fates;
  }

  /** Kept by the dispatcher. */
  get queued(): number {
    this.#settle(null);
    return [...this.#queues.values()].reduce((all, { length }) => all + length, 0);
  }

  /** Emitted, and nowhere yet: held back while demand accumulates, or forgotten. */
  get unplaced(): readonly number[] {
    this.#settle(null);
    return [...this.#batches.values()].flatMap(({ events }) => events);
  }

  /** All that is nowhere for good yet. */
  get open(): readonly number[] {
    return [...this.unplaced, ...this.buffer, ...[...this.#queues.values()].flat(), ...this.#undiscarded];
  }

  get #undiscarded(): readonly number[] {
    return [...this.#refused.values()].flat();
  }

  start(entry: EntryOf<'start'>): void {
    explained(this.open.length === 0, () => `${at(entry)}: its last life had ${some(this.open)}`);
    this.#hasEnded = false;
  }

  ended(): void {
    this.#settle(null);
    this.#consumers.clear();
    this.#hasEnded = true;
  }

  subscribed(subscription: string): void {
    this.#consumers.add(subscription);
  }

  cancelled(subscription: string): void {
    this.#consumers.delete(subscription);
  }

  emit(seq: number, events: readonly number[]): void {
    this.#settle(null);
    if (events.length === 0) return;
    this.#batches.set(seq, batchOf([...events]));
  }

  /** Answers with the events, for whoever accounts for the subscription. */
  dispatch(entry: EntryOf<'dispatch'>, events: readonly number[]): void {
    const batch = this.#batch(entry);
    if (this.#sharing.kind === 'all') return this.#broadcast(entry, batch, events);
    for (const event of events) {
      const found = batch.events.indexOf(event);
      explained(found >= 0, () => `${at(entry)} sends ${event}, which is not to be sent`);
      batch.events.splice(found, 1);
      if (this.#sharing.kind !== 'partition') continue;
      const own = entry.subscription;
      explained(this.#sharing.wants(own, event), () => `${at(entry)} sends ${event}, of another partition`);
    }
    this.#forgetEmpty(entry, batch);
  }

  drop(entry: EntryOf<'drop'>): void {
    const batch = this.#batch(entry);
    const { subscription, count } = entry;
    if (subscription !== undefined) {
      batch.refused.set(subscription, count);
      return;
    }
    const { partitionOf } = this.#sharing;
    const dropped = batch.events.filter((event) => partitionOf(event) === null).slice(0, count);
    explained(dropped.length === count, () => `${at(entry)} drops ${count}: ${some(dropped)} are for nobody`);
    batch.events = batch.events.filter((event) => !dropped.includes(event));
    this.#fates.are('dropped', dropped, this.stage);
    this.#forgetEmpty(entry, batch);
  }

  queue(entry: EntryOf<'queue'>): void {
    const partition = Number(entry.partition);
    if (entry.added > 0) {
      this.#batch(entry).kept.push({ partition, count: entry.added });
      return;
    }
    this.#settle(null);
    const queue = this.#queues.get(partition) ?? [];
    explained(queue.length - entry.removed === entry.size, () => `${at(entry)}: ${queue.length} are queued`);
    const events = queue.splice(0, entry.removed);
    const forgotten = this.#forgotten;
    if (forgotten.count > 0 && forgotten.cause === entry.cause) {
      explained(forgotten.count === events.length, () => `${at(entry)}: ${forgotten.count} were lost`);
      this.#forgotten = { cause: null, count: 0 };
      this.#fates.are('dispatcher', events, this.stage);
      return;
    }
    const { cause } = entry;
    explained(cause !== null, () => `${at(entry)} has no cause`);
    this.#batches.set(cause, batchOf(events));
  }

  store(entry: EntryOf<'buffer'>): void {
    const { added, size, cause } = entry;
    const batch = this.#batch(entry);
    this.#settle(cause);
    const left = batch.events.splice(batch.offered);
    this.#batches.delete(cause ?? -1);
    const isFirst = this.#sharing.keep === 'first';
    const from = isFirst ? 0 : left.length - added;
    const stored = left.splice(from, added);
    explained(stored.length === added, () => `${at(entry)} stores ${added} of ${some(stored)}`);
    this.buffer.push(...stored);
    const over = Math.max(0, this.buffer.length - size);
    explained(over === 0 || !isFirst, () => `${at(entry)} keeps the first: ${some(this.buffer)}`);
    const refused = [...this.buffer.splice(0, over), ...left];
    explained(this.buffer.length === size, () => `${at(entry)} has ${size} stored: ${some(this.buffer)}`);
    explained(size <= (entry.limit ?? Infinity), () => `${at(entry)} is over its limit`);
    if (refused.length > 0) this.#refused.set(entry.seq, refused);
  }

  unstore(entry: EntryOf<'unbuffer'>): void {
    const events = this.buffer.splice(0, entry.removed);
    explained(
      events.length === entry.removed,
      () => `${at(entry)} takes ${entry.removed} of ${some(events)}`,
    );
    explained(this.buffer.length === entry.size, () => `${at(entry)} leaves ${some(this.buffer)}`);
    this.#batches.set(entry.seq, batchOf(events));
  }

  discard(entry: EntryOf<'discard'>): void {
    const refused = this.#refused.get(entry.cause ?? -1) ?? [];
    this.#refused.delete(entry.cause ?? -1);
    explained(refused.length === entry.count, () => `${at(entry)}: no room was for ${some(refused)}`);
    this.#fates.are('discarded', refused, this.stage);
  }

  lose(entry: EntryOf<'lost'>): void {
    const { where, count, cause } = entry;
    if (where === 'dispatcher' && !this.#hasEnded) {
      this.#forgotten = { cause, count };
      return;
    }
    const lost = this.#lost(entry);
    explained(lost.length === count, () => `${at(entry)} (${where}) of ${count}: there are ${some(lost)}`);
    this.#fates.are(where, lost, this.stage);
  }

  #lost({ where, cause }: EntryOf<'lost'>): readonly number[] {
    switch (where) {
      case 'step': {
        const batch = this.#batches.get(cause ?? -1);
        this.#batches.delete(cause ?? -1);
        return batch?.events ?? [];
      }
      case 'buffer':
        return this.buffer.splice(0);
      case 'held': {
        const { unplaced } = this;
        this.#batches.clear();
        return unplaced;
      }
      case 'dispatcher': {
        const queued = [...this.#queues.values()].flat();
        this.#queues.clear();
        return queued;
      }
      default:
        return [];
    }
  }

  #broadcast(entry: EntryOf<'dispatch'>, batch: Batch, events: readonly number[]): void {
    const { subscription } = entry;
    const offered = events.length + (batch.refused.get(subscription) ?? 0);
    batch.audience ??= new Set(this.#consumers);
    batch.served.add(subscription);
    batch.offered = Math.max(batch.offered, offered);
    explained(batch.offered === offered, () => `${at(entry)} offers ${offered} of ${batch.offered} events`);
    const wanted = batch.events.slice(0, offered).filter((event) => this.#sharing.wants(subscription, event));
    explained(same(wanted, events), () => `${at(entry)} sends ${some(events)}, not ${some(wanted)}`);
  }

  #batch(
    entry: { readonly cause: number | null } & EntryOf<'dispatch' | 'drop' | 'queue' | 'buffer'>,
  ): Batch {
    const batch = this.#batches.get(entry.cause ?? -1);
    explained(batch !== undefined, () => `${at(entry)} is about events that nobody has emitted`);
    return batch;
  }

  #forgetEmpty({ cause }: { readonly cause: number | null }, { events }: Batch): void {
    if (events.length === 0) this.#batches.delete(cause ?? -1);
  }

  /** Nothing more is to come of a batch before this entry's: what a broadcast has sent is gone, what is kept is queued. */
  #settle(except: number | null): void {
    for (const [seq, batch] of this.#batches) {
      const kept = batch.kept.reduce((all, { count }) => all + count, 0);
      if (kept > 0) this.#settleQueues(batch, kept);
      if (seq === except) continue;
      const missed = [...(batch.audience ?? [])].filter((id) => !batch.served.has(id));
      explained(
        missed.length === 0,
        () => `"${this.stage}" sends ${some(batch.events)}, but not on ${missed.join()}`,
      );
      batch.events.splice(0, batch.offered);
      batch.offered = 0;
      batch.audience = null;
      if (batch.events.length === 0) this.#batches.delete(seq);
    }
  }

  #settleQueues(batch: Batch, kept: number): void {
    const placed = batch.events.splice(0, kept);
    for (const { partition, count } of batch.kept) {
      const own = placed.filter((event) => this.#sharing.partitionOf(event) === partition);
      explained(own.length === count, () => `"${this.stage}" queues ${count} of ${some(own)}`);
      const queue = this.#queues.get(partition) ?? [];
      queue.push(...own);
      this.#queues.set(partition, queue);
    }
    batch.kept = [];
  }
}
