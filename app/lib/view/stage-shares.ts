import type { PlanView, StageId, SubscriptionId, TraceEntry } from 'sluice';
import { Marks } from './marks.ts';
import { alikeUpTo, RunLogs, type RunLog } from './run-logs.ts';
import { SpentTime } from './spent-time.ts';
import { DOINGS, doingOf, LINK_DOINGS, linkDoingOf, type LinkDoing, type StageDoing } from './stage-doing.ts';
import { StagesNow, type StageNow } from './stages-now.ts';

/** Share of a span of time that went into each, 0 to 1; together 1. */
export type StageShares = Readonly<Record<StageDoing, number>>;

/** A span of a run, ms since it began. */
export interface Span {
  readonly fromMs: number;
  readonly toMs: number;
}

const QUIET: Readonly<Record<LinkDoing, number>> = { awaited: 0, queued: 0, quiet: 1 };

/** What is known after some entries. */
interface Known {
  readonly now: StagesNow;
  readonly lengths: readonly number[];
}

/**
 * Where the time of every stage of a run went, by the beginnings and ends of its callbacks and what has been asked for and sent
 * between them. A longer version of the trace costs only what is new.
 */
export class StageSharesLog implements RunLog {
  readonly #plan: PlanView;
  #entries: readonly TraceEntry[] = [];
  #known = 0;
  #now: StagesNow;
  readonly #stages: ReadonlyMap<StageId, SpentTime<StageDoing>>;
  /** What there was on each subscription of the plan. */
  readonly #links: ReadonlyMap<SubscriptionId, SpentTime<LinkDoing>>;
  /** When each stage has sent something last, ms. */
  readonly #sentMs = new Map<StageId, number>();
  readonly #marks = new Marks<Known>();

  constructor(plan: PlanView) {
    this.#plan = plan;
    this.#now = StagesNow.of(plan);
    this.#stages = new Map(plan.stages.map(({ id }) => [id, new SpentTime<StageDoing>(DOINGS, 'gone')]));
    this.#links = new Map(
      plan.subscriptions.map(({ id }) => [id, new SpentTime<LinkDoing>(LINK_DOINGS, 'quiet')]),
    );
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

  update(entries: readonly TraceEntry[], to = entries.length): void {
    const known = alikeUpTo(this.#entries, entries, Math.min(this.#known, to));
    const from = known < this.#known ? this.#goBack(known) : known;
    for (let n = from; n < to; n += 1) {
      if (this.#marks.isDue(n)) this.#marks.add(n, this.#knownNow());
      const entry = entries[n];
      if (entry) this.#add(entry);
    }
    this.#entries = entries;
    this.#known = to;
  }

  /** How a stage has spent a span; `null` of one that the plan does not have, and of a span without length. */
  shares(stage: StageId, { fromMs, toMs }: Span): StageShares | null {
    const spent = this.#stages.get(stage);
    if (!spent || toMs <= fromMs) return null;
    const shares = spent.shares(fromMs, toMs);
    const sinceMs = Math.max(fromMs, this.#sentMs.get(stage) ?? 0);
    if (shares.outside === 0 || sinceMs >= toMs) return shares;
    // Nobody knows what a producer waits for that never sends again: it has come to its end.
    const ended = (spent.shares(sinceMs, toMs).outside * (toMs - sinceMs)) / (toMs - fromMs);
    return { ...shares, outside: shares.outside - ended, gone: shares.gone + ended };
  }

  /**
   * The share of a span, 0 to 1, in which somebody waited for what was under way on a subscription of the plan (`awaited`), or
   * else events waited for its consumer alone, as a partition has no other (`queued`).
   */
  onLink(link: SubscriptionId, { fromMs, toMs }: Span): Readonly<Record<LinkDoing, number>> {
    return (toMs > fromMs && this.#links.get(link)?.shares(fromMs, toMs)) || QUIET;
  }

  #add(entry: TraceEntry): void {
    const other = this.#now.apply(entry);
    if (entry.type === 'dispatch') {
      this.#sentMs.set(entry.stage, Math.max(entry.atMs, this.#sentMs.get(entry.stage) ?? 0));
    }
    const beside = other === null || other === entry.stage ? undefined : this.#now.at(other);
    this.#note(this.#now.at(entry.stage), entry.atMs);
    this.#note(beside, entry.atMs);
  }

  #note(stage: StageNow | undefined, atMs: number): void {
    if (!stage) return;
    this.#stages.get(stage.view.id)?.note(doingOf(stage), atMs);
    for (const link of stage.links) this.#links.get(link.edge)?.note(linkDoingOf(link), atMs);
  }

  #knownNow(): Known {
    return { now: this.#now.copy(), lengths: this.#tracks().map((track) => track.length) };
  }

  /** Goes back to where something is known within the first `known` entries; returns how many entries are applied then. */
  #goBack(known: number): number {
    const mark = this.#marks.goBack(known);
    if (!mark) return 0;
    const { now, lengths } = mark.state;
    this.#now = now;
    this.#tracks().forEach((track, i) => track.goBack(lengths[i] ?? 0));
    return mark.n;
  }

  #tracks(): readonly { readonly length: number; goBack(length: number): void }[] {
    return [...this.#stages.values(), ...this.#links.values()];
  }
}

/** The shares of runs. Views that look at the same run share what is known of it. */
export const sharesOfRuns = new RunLogs((plan) => new StageSharesLog(plan));
