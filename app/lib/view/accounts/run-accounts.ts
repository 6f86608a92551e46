import {
  edgeOfLife,
  partitionName,
  type EntryOf,
  type PlanView,
  type StageId,
  type StageView,
  type SubscriptionId,
  type TraceEntry,
  type TraceValue,
} from 'sluice';
import { alikeUpTo, type RunLog } from '../run-logs.ts';
import { Journal, NONE } from './journal.ts';
import type { Emission, Handout } from './handout.ts';
import { LinkLog, type Chunk } from './link-log.ts';
import { MakerLog } from './maker-log.ts';
import { shareOut, type ShareOut } from './share-out.ts';

/** A batch that a callback works on. */
interface Handling {
  readonly link: LinkLog;
  readonly count: number;
}

/**
 * Where every event of a run is, at every position of its trace: what stages have emitted, what was sent on each subscription, and
 * what became of it. A longer version of the trace costs only what is new.
 */
export class RunAccounts implements RunLog {
  readonly #plan: PlanView;
  #entries: readonly TraceEntry[] = [];
  #known = 0;
  #journal = new Journal();
  #makers = new Map<StageId, MakerLog>();
  #links = new Map<SubscriptionId, LinkLog>();
  #handling = new Map<StageId, Handling>();
  /** The ask that each stage has taken last. */
  #latest = new Map<StageId, { readonly seq: number; readonly link: LinkLog }>();
  #shares = new WeakMap<Handout, { readonly version: number; readonly shared: ShareOut }>();

  constructor(plan: PlanView) {
    this.#plan = plan;
  }

  get plan(): PlanView {
    return this.#plan;
  }

  get entries(): readonly TraceEntry[] {
    return this.#entries;
  }

  /** How many of them are known. */
  get known(): number {
    return this.#known;
  }

  /** Every subscription there has been, life by life, in the order in which they were made. */
  get links(): Iterable<LinkLog> {
    return this.#links.values();
  }

  get makers(): Iterable<MakerLog> {
    return this.#makers.values();
  }

  maker(stage: StageId): MakerLog | null {
    return this.#makers.get(stage) ?? null;
  }

  link(id: SubscriptionId): LinkLog | null {
    return this.#links.get(id) ?? null;
  }

  update(entries: readonly TraceEntry[], to = entries.length): void {
    let known = alikeUpTo(this.#entries, entries, Math.min(this.#known, to));
    if (known < this.#known && !this.#journal.back(known)) {
      this.#forget();
      known = 0;
    }
    for (let i = known; i < to; i += 1) {
      const entry = entries[i];
      if (!entry) continue;
      this.#journal.at(i + 1, entries.length);
      this.#take(i + 1, entry);
    }
    this.#entries = entries;
    this.#known = to;
  }

  /** Who got which events of a handout. */
  sharesOf(maker: MakerLog, handout: Handout): ShareOut {
    const moved = handout.queued.reduce((sum, { moves }) => sum + moves.length, 0);
    const version = handout.sent.length + handout.queued.length + handout.dropped.length + moved;
    const known = this.#shares.get(handout);
    if (known?.version === version) return known.shared;
    const shared = shareOut(maker, handout, (offset) => valueAt(maker, handout, offset));
    this.#shares.set(handout, { version, shared });
    return shared;
  }

  /** The rows of a batch, in the order of its events; `null` where the trace does not tell. */
  rowsOf(maker: MakerLog, chunk: Chunk): readonly (number | null)[] {
    const rows: (number | null)[] = Array.from({ length: chunk.count }, () => null);
    for (const handout of chunk.from) {
      for (const [offset, shares] of this.sharesOf(maker, handout).shares.entries()) {
        for (const share of shares) {
          if (share.to === 'sent' && share.chunk === chunk)
            rows[share.index - chunk.first] = rowAt(handout, offset);
        }
      }
    }
    return rows;
  }

  #forget(): void {
    this.#journal = new Journal();
    this.#makers = new Map();
    this.#links = new Map();
    this.#handling = new Map();
    this.#latest = new Map();
    this.#shares = new WeakMap();
  }

  #take(n: number, entry: TraceEntry): void {
    switch (entry.type) {
      case 'start':
        return this.#makerOf(entry.stage)?.start();
      case 'subscribe':
        this.#linkOf(entry.subscription, { producer: entry.producer, consumer: entry.stage });
        return;
      case 'subscribed':
        return this.#subscribed(n, entry);
      case 'ask':
        return this.#links.get(entry.subscription)?.asks.add(n, entry.count, this.#journal);
      case 'asked':
        return this.#asked(n, entry);
      case 'dispatch':
        return this.#dispatch(n, entry);
      case 'deliver':
        return this.#links.get(entry.subscription)?.taken.set(n, entry.first + entry.count, this.#journal);
      case 'begin':
        return this.#begin(n, entry);
      case 'end':
        return this.#end(n, entry);
      case 'buffer':
        return this.#makerOf(entry.stage)?.store(n, entry);
      case 'unbuffer':
        this.#released(n, entry);
        return this.#makerOf(entry.stage)?.unstore(n, entry);
      case 'discard':
        return this.#makerOf(entry.stage)?.discard(n, entry);
      case 'drop':
        if (entry.subscription !== undefined)
          this.#links.get(entry.subscription)?.refused.add(n, entry.count, this.#journal);
        return this.#makerOf(entry.stage)?.drop(n, entry);
      case 'queue':
        return this.#makerOf(entry.stage)?.queue(n, entry);
      case 'lost':
        return this.#lose(n, entry);
      case 'cancel': {
        const link = this.#links.get(entry.subscription);
        if (link?.producer === entry.stage) this.#journal.set(link, 'endedAt', n);
        else if (link) this.#close(n, link);
        return;
      }
      case 'exit':
      case 'crash':
        this.#journal.remove(this.#handling, entry.stage);
        for (const link of this.#links.values()) if (link.consumer === entry.stage) this.#close(n, link);
        return this.#makerOf(entry.stage)?.ended();
      default:
        return;
    }
  }

  #subscribed(n: number, entry: EntryOf<'subscribed'>): void {
    const link = this.#linkOf(entry.subscription, { producer: entry.stage, consumer: entry.consumer });
    if (link.acceptedAt === null) this.#journal.set(link, 'acceptedAt', n);
  }

  #asked(n: number, { seq, stage, subscription, count }: EntryOf<'asked'>): void {
    const link = this.#links.get(subscription);
    if (!link) return;
    link.asked.add(n, count, this.#journal);
    this.#journal.put(this.#latest, stage, { seq, link });
  }

  /** A stage goes on with something: for the ask that it has just taken, or not. */
  #released(n: number, { stage, cause }: TraceEntry): void {
    const latest = this.#latest.get(stage);
    if (latest?.seq === cause) latest?.link.released.add(n, 1, this.#journal);
  }

  #dispatch(n: number, entry: EntryOf<'dispatch'>): void {
    const link = this.#links.get(entry.subscription);
    if (!link) return;
    const { seq, atMs, first, count, events: values } = entry;
    const chunk: Chunk = { link, n, seq, atMs, first, count, values, from: NONE };
    link.send(chunk, this.#journal);
    this.#makerOf(entry.stage)?.dispatch(chunk, entry.cause);
  }

  #begin(n: number, entry: EntryOf<'begin'>): void {
    const { stage, callback, subscription, count = 0 } = entry;
    if (callback === 'handleDemand') this.#released(n, entry);
    if (callback !== 'handleEvents' || subscription === undefined) return;
    const link = this.#links.get(subscription);
    if (!link) return;
    link.begun.add(n, count, this.#journal);
    this.#journal.put(this.#handling, stage, { link, count });
  }

  #end(n: number, entry: EntryOf<'end'>): void {
    if (entry.callback === 'handleEvents') {
      const handling = this.#handling.get(entry.stage);
      if (handling) this.#handled(n, entry, handling);
      this.#journal.remove(this.#handling, entry.stage);
    }
    this.#makerOf(entry.stage)?.emit(n, entry);
  }

  #handled(n: number, { seq, atMs }: EntryOf<'end'>, { link, count }: Handling): void {
    const done = { n, seq, atMs, link, first: link.handled.last, count };
    link.handled.add(n, count, this.#journal);
    this.#makers.get(link.producer)?.handle(done);
  }

  #lose(n: number, entry: EntryOf<'lost'>): void {
    const { subscription, seq, where, count, cause, stage } = entry;
    const link = subscription === undefined ? null : this.#links.get(subscription);
    if (link) {
      const isAtProducer = where === 'worker' && link.producer === stage;
      link.lose({ n, seq, where, count, cause, isAtProducer }, this.#journal);
    } else this.#makerOf(stage)?.lose(n, entry);
  }

  #close(n: number, link: LinkLog): void {
    if (link.closedAt === null) this.#journal.set(link, 'closedAt', n);
  }

  #linkOf(
    id: SubscriptionId,
    { producer, consumer }: { readonly producer: StageId; readonly consumer: StageId },
  ): LinkLog {
    const known = this.#links.get(id);
    if (known) return known;
    const planned = edgeOfLife(id);
    const view = this.#plan.subscriptions.find((one) => one.id === planned);
    const partition = view?.partition === undefined ? null : partitionName(view.partition);
    const link = new LinkLog({ id, edge: view?.id ?? id, producer, consumer, partition });
    this.#journal.put(this.#links, id, link);
    const maker = this.#makerOf(producer);
    if (maker) this.#journal.push(maker.links, link);
    return link;
  }

  /** `null` for what emits nothing: consumers, supervisors, flows. */
  #makerOf(stage: StageId): MakerLog | null {
    const known = this.#makers.get(stage);
    if (known) return known;
    const planned = this.#plan.stages.find(({ id }) => id === stage);
    if (planned?.kind === 'consumer' || (!planned && this.#isNoStage(stage))) return null;
    const view: StageView = planned ?? {
      id: stage,
      kind: 'producer',
      dispatcher: 'demand',
      bufferSize: null,
    };
    const maker = new MakerLog(view, this.#journal);
    this.#journal.put(this.#makers, stage, maker);
    return maker;
  }

  #isNoStage(id: StageId): boolean {
    const { supervisors = [], flows = [] } = this.#plan;
    return [...supervisors, ...flows].some((one) => one.id === id);
  }
}

/** The value of an event of a handout; `undefined` where the trace does not keep it. */
export function valueAt(maker: MakerLog, handout: Handout, offset: number): TraceValue | undefined {
  const row = rowAt(handout, offset);
  const emission: Emission | null = row === null ? null : maker.emissionAt(row);
  return emission && row !== null ? emission.values[row - emission.row] : undefined;
}

/** The row of an event of a handout. */
export function rowAt({ rows }: Handout, offset: number): number | null {
  let start = 0;
  for (const { row, count } of rows) {
    if (offset < start + count) return row + offset - start;
    start += count;
  }
  return null;
}
