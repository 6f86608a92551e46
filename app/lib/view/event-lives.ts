import type { EntryOf, PlanView, Seq, StageId, SubscriptionId, TraceEntry, TraceValue } from 'sluice';
import { edgeOfLife } from 'sluice';
import { bisector } from 'd3-array';
import { sentOn, type Batch, type Call, type Link } from './event-batch.ts';
import type { EventRef } from './event-ref.ts';
import { lifeOf, type EventLife, type Now } from './event-life.ts';
import { beAtWork, newStage, type StageLog } from './event-stage.ts';
import { alikeUpTo, type RunLog } from './run-logs.ts';

const byFirst = bisector((batch: Batch) => batch.first);

/**
 * Where every event of a run came from and what became of it. A longer version of a trace costs only what is new; entries of one
 * worker come in order, those of others may come late. Any event is found in the logarithm of the number of batches.
 */
export class EventLives implements RunLog {
  readonly #plan: PlanView;
  readonly #links = new Map<SubscriptionId, Link>();
  readonly #stages = new Map<StageId, StageLog>();
  /** Batches that nobody has taken yet: by the entry that sent them. */
  readonly #onTheWay = new Map<Seq, Batch>();
  /** Losses of batches whose sending is told later: by the entry that sent them. */
  readonly #lostOnTheWay = new Map<Seq, EntryOf<'lost'>>();
  /** Batches whose parts are not all handled: by the entry that took them. */
  readonly #open = new Map<Seq, Batch>();
  #entries: readonly TraceEntry[] = [];
  #known = 0;
  #untilMs = 0;

  constructor(plan: PlanView) {
    this.#plan = plan;
    for (const { id, producer, consumer } of plan.subscriptions) this.#meet(id, producer, consumer);
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

  /** The latest time in the trace, ms. */
  get untilMs(): number {
    return this.#untilMs;
  }

  /** Subscriptions, those of the plan first. */
  get links(): Iterable<Link> {
    return this.#links.values();
  }

  link(id: SubscriptionId): Link | undefined {
    return this.#links.get(id);
  }

  /** The starts of a stage, in order. */
  livesOf(stage: StageId): readonly EntryOf<'start'>[] {
    return this.#stages.get(stage)?.lives ?? [];
  }

  /** The times that windows of a stage emitted, in order. */
  firingsOf(stage: StageId): readonly EntryOf<'window'>[] {
    return this.#stages.get(stage)?.firings ?? [];
  }

  update(entries: readonly TraceEntry[], to = entries.length): void {
    const before = this.#entries;
    const known = alikeUpTo(before, entries, Math.min(this.#known, to));
    let old = known;
    for (let i = known; i < to; i += 1) {
      const entry = entries[i];
      if (old < this.#known && entry === before[old]) old += 1;
      else if (entry) this.#add(entry);
    }
    this.#entries = entries;
    this.#known = to;
  }

  /** Where an event came from and what became of it; `null` where the trace has no such event. */
  life(name: EventRef): EventLife | null {
    const batch = this.batchOf(name);
    return batch && lifeOf(batch, name.index, this.#nowAt(batch.link.consumer));
  }

  /** What an event is; `undefined` where the trace has not kept it. */
  valueOf(name: EventRef): TraceValue | undefined {
    const batch = this.batchOf(name);
    return batch?.sent?.events[name.index - batch.first];
  }

  /** The batch that an event was sent with. */
  batchOf({ subscription, index }: EventRef): Batch | null {
    const batches = this.#links.get(subscription)?.batches ?? [];
    const batch = batches[byFirst.right(batches, index) - 1];
    return batch && index < batch.first + batch.count ? batch : null;
  }

  #nowAt(consumer: StageId): Now {
    const stage = this.#stages.get(consumer);
    const isBusy = stage !== undefined && (stage.isFrozen || stage.stretch.untilMs === Infinity);
    return { atMs: this.#untilMs, stretch: isBusy ? stage.stretch : null };
  }

  #add(entry: TraceEntry): void {
    if (entry.atMs > this.#untilMs) this.#untilMs = entry.atMs;
    switch (entry.type) {
      case 'start':
        this.#stage(entry.stage).lives.push(entry);
        return;
      case 'subscribe':
        this.#meet(entry.subscription, entry.producer, entry.stage);
        return;
      case 'subscribed':
        this.#meet(entry.subscription, entry.stage, entry.consumer);
        return;
      case 'begin':
        return this.#began(entry);
      case 'end':
        return this.#ended(entry);
      case 'crash':
        this.#crashed(entry);
        return this.#gone(entry);
      case 'exit':
        return this.#gone(entry);
      case 'asked':
        return this.#stage(entry.stage).origins.wentOn();
      case 'dispatch':
        return this.#sent(entry);
      case 'deliver':
        return this.#taken(entry);
      case 'buffer':
        return this.#stage(entry.stage).origins.stored(entry);
      case 'unbuffer':
        return this.#stage(entry.stage).origins.unstored(entry);
      case 'queue':
        return this.#stage(entry.stage).origins.queued(entry);
      case 'drop':
        return this.#dropped(entry);
      case 'lost':
        return this.#lost(entry);
      case 'window':
        if (entry.phase === 'fire') this.#stage(entry.stage).firings.push(entry);
        return;
      case 'assign':
        return this.#assigned(entry);
      case 'fault':
        return this.#fault(entry);
      default:
        return;
    }
  }

  #began(entry: EntryOf<'begin'>): void {
    // Asked in the middle of an emission; it has no end of its own.
    if (entry.callback === 'formatDiscarded') return;
    const stage = this.#stage(entry.stage);
    stage.origins.wentOn();
    const isHandling = entry.callback === 'handleEvents' && entry.cause !== null;
    const batch = (isHandling && entry.cause !== null ? this.#open.get(entry.cause) : null) ?? null;
    // What it begins with the batch that it has just taken goes on from there, however long the machine took.
    if (!batch || batch.stretch !== stage.stretch) beAtWork(stage, entry, null);
    stage.stretch.untilMs = Infinity;
    const last = batch?.calls.at(-1);
    const from = batch ? (last ? last.from + last.count : batch.first) : 0;
    const count = entry.count ?? 0;
    const call: Call = {
      begin: entry,
      end: null,
      batch,
      from,
      count,
      assigned: null,
      gave: [],
      discarded: 0,
      dropped: 0,
    };
    stage.call = call;
    batch?.calls.push(call);
    if (batch && entry.cause !== null && from + count >= batch.first + batch.count)
      this.#open.delete(entry.cause);
  }

  #ended(entry: EntryOf<'end'>): void {
    const stage = this.#stage(entry.stage);
    stage.stretch.untilMs = entry.atMs;
    const { call } = stage;
    if (call?.begin.seq !== entry.cause) return;
    call.end = entry;
    if (call.batch) call.batch.link.over = Math.max(call.batch.link.over, call.from + call.count);
    if (entry.count > 0) stage.origins.made(entry, call);
  }

  #assigned(entry: EntryOf<'assign'>): void {
    const { call } = this.#stage(entry.stage);
    if (call?.begin.seq === entry.cause) call.assigned = entry;
  }

  #crashed(entry: EntryOf<'crash'>): void {
    const { call } = this.#stage(entry.stage);
    if (call && call.begin.callback === entry.callback) call.end ??= entry;
  }

  #gone(entry: TraceEntry): void {
    const stage = this.#stage(entry.stage);
    stage.stretch.untilMs = Math.min(stage.stretch.untilMs, entry.atMs);
    stage.isFrozen = false;
    stage.origins.ended();
  }

  #sent(entry: EntryOf<'dispatch'>): void {
    const stage = this.#stage(entry.stage);
    const refused = stage.refused?.subscription === entry.subscription ? stage.refused.count : 0;
    stage.refused = null;
    const runs = stage.origins.sent(entry, refused);
    const batch = this.#batch(entry);
    if (!batch) return;
    batch.sent = entry;
    batch.runs = runs;
    batch.lost = this.#lostOnTheWay.get(entry.seq) ?? null;
    if (!batch.taken && !batch.lost) this.#onTheWay.set(entry.seq, batch);
    this.#lostOnTheWay.delete(entry.seq);
    let at = batch.first;
    for (const run of runs) {
      run.maker?.gave.push({ batch, at, run });
      at += run.count;
    }
  }

  #taken(entry: EntryOf<'deliver'>): void {
    const batch = this.#batch(entry);
    if (!batch) return;
    const stage = this.#stage(entry.stage);
    if (entry.cause !== null) this.#onTheWay.delete(entry.cause);
    beAtWork(stage, entry, batch);
    batch.taken = entry;
    batch.stretch = stage.stretch;
    batch.link.taken = Math.max(batch.link.taken, entry.first + entry.count);
    this.#open.set(entry.seq, batch);
  }

  #dropped(entry: EntryOf<'drop'>): void {
    const stage = this.#stage(entry.stage);
    const { subscription, count } = entry;
    if (subscription === undefined) return stage.origins.dropped(entry);
    stage.origins.refused(entry);
    stage.refused = { subscription, count };
  }

  #lost(entry: EntryOf<'lost'>): void {
    const link = this.#links.get(entry.subscription ?? '');
    if (!link) return;
    const { count } = entry;
    switch (entry.where) {
      case 'mailbox':
        link.losses.push({ from: link.taken, to: link.taken + count, entry });
        link.taken += count;
        return;
      case 'queue':
      case 'callback':
        link.losses.push({ from: link.over, to: link.over + count, entry });
        link.over += count;
        return;
      case 'flight':
        return this.#neverArrived(entry);
      case 'worker':
        // What was sent last: the worker that died could not say where it was.
        link.losses.push({ from: Math.max(0, sentOn(link) - count), to: sentOn(link), entry });
        return;
      default:
        return;
    }
  }

  #neverArrived(entry: EntryOf<'lost'>): void {
    if (entry.cause === null) return;
    const batch = this.#onTheWay.get(entry.cause);
    if (batch) batch.lost = entry;
    else this.#lostOnTheWay.set(entry.cause, entry);
    this.#onTheWay.delete(entry.cause);
  }

  #fault(entry: EntryOf<'fault'>): void {
    const stage = this.#stage(entry.stage);
    switch (entry.fault) {
      case 'freeze':
        beAtWork(stage, entry, null);
        stage.isFrozen = true;
        return;
      case 'thaw':
        stage.isFrozen = false;
        stage.stretch.untilMs = Math.max(stage.stretch.untilMs, entry.atMs);
        return;
      case 'slowLink':
        for (const link of this.#links.values()) {
          if (edgeOfLife(link.id) !== edgeOfLife(entry.subscription)) continue;
          link.slowed.push({ atMs: entry.atMs, delayMs: entry.delayMs });
        }
        return;
      default:
        return;
    }
  }

  /** The batch that an entry of either end speaks of. */
  #batch({ subscription, first, count }: EntryOf<'dispatch'> | EntryOf<'deliver'>): Batch | null {
    const link = this.#links.get(subscription);
    if (!link || count === 0) return null;
    const { batches } = link;
    const last = batches.at(-1);
    if (!last || first >= last.first + last.count) {
      const batch: Batch = {
        link,
        first,
        count,
        sent: null,
        taken: null,
        stretch: null,
        runs: [],
        calls: [],
        lost: null,
      };
      batches.push(batch);
      return batch;
    }
    const known = batches[byFirst.right(batches, first) - 1];
    return known?.first === first ? known : null;
  }

  #meet(id: SubscriptionId, producer: StageId, consumer: StageId): void {
    if (this.#links.has(id)) return;
    const slowed = this.#links.get(edgeOfLife(id))?.slowed.slice(-1) ?? [];
    const kind = this.#plan.stages.find((stage) => stage.id === consumer)?.kind;
    const isQueueing = kind === 'producerConsumer';
    this.#links.set(id, {
      id,
      producer,
      consumer,
      isQueueing,
      batches: [],
      losses: [],
      slowed,
      taken: 0,
      over: 0,
    });
  }

  #stage(id: StageId): StageLog {
    const known = this.#stages.get(id);
    if (known) return known;
    const stage = newStage(this.#plan, id);
    this.#stages.set(id, stage);
    return stage;
  }
}
