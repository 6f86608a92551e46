import type { PlanView, StageId, TraceEntry } from 'sluice';
import { max } from 'd3-array';
import { latenciesIn, type Latency } from './event-latencies.ts';
import { EventLives } from './event-lives.ts';
import { readIn } from './run-logs.ts';
import { asPart, type Steps } from './steps.ts';

/** A run in numbers. */
export interface RunFigures {
  /** From the beginning to the last entry, ms. */
  readonly elapsedMs: number;
  /** Events handled per second at the end of the pipeline; `null` where no time passed. */
  readonly perSecond: number | null;
  /** How long events took to the end of the pipeline; `null`: none came there. */
  readonly latency: Latency | null;
  /** Most events that waited before one stage, sent and not yet in hand, or in one buffer. */
  readonly depth: { readonly events: number; readonly stage: StageId | null };
  /** Events dropped by full buffers, left out, too late, or lost. */
  readonly dropped: number;
  /** Asks that were sent, and events that were asked for. */
  readonly asks: { readonly count: number; readonly events: number };
  /** Of the run's time, the part that each stage was at work, 0 … 1; `null` where no time passed. */
  readonly busy: ReadonlyMap<StageId, number | null>;
}

/** Entries that are counted before it says how far it is. */
const STEP_ENTRIES = 2_048;

/**
 * What a run comes to, from its trace alone.
 *
 * @param reading - Reads the events of the run; left out: they are read for this alone.
 */
export function* runFigures(
  plan: PlanView,
  entries: readonly TraceEntry[],
  reading: Steps<EventLives> = readIn(new EventLives(plan), entries),
): Steps<RunFigures> {
  const lives = yield* asPart(reading, { from: 0, to: 0.6 });
  const { all } = yield* asPart(latenciesIn(lives), { from: 0.6, to: 0.85 });
  const elapsedMs = max(entries, ({ atMs }) => atMs) ?? 0;
  const tally = new Tally(plan);
  for (const [i, entry] of entries.entries()) {
    tally.add(entry);
    if (i % STEP_ENTRIES === STEP_ENTRIES - 1) yield 0.85 + (0.15 * i) / entries.length;
  }
  const part = (ms: number) => (elapsedMs > 0 ? Math.min(1, ms / elapsedMs) : null);
  return {
    elapsedMs,
    perSecond: elapsedMs > 0 ? ((all?.count ?? 0) * 1_000) / elapsedMs : null,
    latency: all,
    depth: tally.depth,
    dropped: tally.dropped,
    asks: tally.asks,
    busy: new Map(plan.stages.map(({ id }) => [id, part(tally.busyMs.get(id) ?? 0)])),
  };
}

class Tally {
  depth: { events: number; stage: StageId | null } = { events: 0, stage: null };
  dropped = 0;
  readonly asks = { count: 0, events: 0 };
  readonly busyMs = new Map<StageId, number>();
  /** Sent and not yet in hand, by subscription. */
  readonly #waiting = new Map<string, number>();
  readonly #began = new Map<StageId, number>();
  readonly #consumers: Map<string, StageId>;

  constructor({ subscriptions }: PlanView) {
    this.#consumers = new Map(subscriptions.map(({ id, consumer }) => [id, consumer]));
  }

  add(entry: TraceEntry): void {
    const { stage } = entry;
    switch (entry.type) {
      case 'subscribe':
        this.#consumers.set(entry.subscription, stage);
        return;
      case 'ask':
        this.asks.count += 1;
        this.asks.events += entry.count;
        return;
      case 'dispatch':
        return this.#wait(entry.subscription, entry.count, this.#consumers.get(entry.subscription) ?? stage);
      case 'begin':
        if (entry.callback !== 'formatDiscarded') this.#began.set(stage, entry.atMs);
        if (entry.callback === 'handleEvents' && entry.subscription !== undefined) {
          this.#wait(entry.subscription, -(entry.count ?? 0), stage);
        }
        return;
      case 'buffer':
      case 'queue':
        return this.#deep(entry.size, stage);
      case 'end':
      case 'crash':
      case 'exit':
        return this.#rest(stage, entry.atMs);
      case 'discard':
      case 'drop':
      case 'late':
      case 'lost':
        this.dropped += entry.count;
        return;
      default:
        return;
    }
  }

  #wait(subscription: string, more: number, stage: StageId): void {
    const waiting = Math.max(0, (this.#waiting.get(subscription) ?? 0) + more);
    this.#waiting.set(subscription, waiting);
    this.#deep(waiting, stage);
  }

  #deep(events: number, stage: StageId): void {
    if (events > this.depth.events) this.depth = { events, stage };
  }

  #rest(stage: StageId, atMs: number): void {
    const began = this.#began.get(stage);
    if (began === undefined) return;
    this.#began.delete(stage);
    this.busyMs.set(stage, (this.busyMs.get(stage) ?? 0) + Math.max(0, atMs - began));
  }
}
