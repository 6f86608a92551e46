import type { Seq, TraceEntry, TraceValue } from 'sluice';
import { isList } from '../../view/value-label.ts';

/** An event that a lane, or a worker, has begun with or is done with: an order, or a sum of several. */
export interface Handled {
  readonly stage: string;
  /** The order, or the first of those in the sum. */
  readonly n: number;
  readonly city: string;
  /** Orders that it stands for. */
  readonly count: number;
  readonly startMs: number;
  /** `null` while it is in hand. */
  readonly doneMs: number | null;
  /** The entry with which it was done, or begun. */
  readonly seq: Seq;
}

/** What one run has told of its orders so far. */
export interface SkewFacts {
  /** Number → when it came in, ms, and of which city. */
  readonly made: ReadonlyMap<number, { readonly atMs: number; readonly city: string }>;
  /** What lanes and workers have had in hand, in no order. */
  readonly handled: readonly Handled[];
  /** What the last stage has as its state; `null` before it has any. */
  readonly totals: TraceValue;
}

const SOURCE = 'orders';
const TOTALS = 'totals';
const LANE = /^(lane|worker) \d+$/;

/** Reads the orders of a run from its trace. A longer version of it costs only what is new. */
export class SkewLog {
  #entries: readonly TraceEntry[] = [];
  readonly #made = new Map<number, { readonly atMs: number; readonly city: string }>();
  /** By the entry with which they began: what is read twice stays the same. */
  readonly #handled = new Map<Seq, Handled>();
  #totals: TraceValue = null;

  /** Takes the same trace with entries appended, or inserted near its end. */
  update(entries: readonly TraceEntry[]): void {
    let known = Math.min(this.#entries.length, entries.length);
    while (known > 0 && this.#entries[known - 1] !== entries[known - 1]) known -= 1;
    for (let i = known; i < entries.length; i += 1) {
      const entry = entries[i];
      if (entry) this.#add(entry);
    }
    this.#entries = entries;
  }

  get facts(): SkewFacts {
    return { made: this.#made, handled: [...this.#handled.values()], totals: this.#totals };
  }

  #add(entry: TraceEntry): void {
    if (entry.type === 'end' && entry.stage === SOURCE) {
      for (const value of entry.emitted) {
        const order = eventOf(value);
        if (order) this.#made.set(order.n, { atMs: entry.atMs, city: order.city });
      }
    } else if (entry.type === 'end' && entry.stage === TOTALS) this.#totals = entry.state;
    else if (entry.type === 'begin' && LANE.test(entry.stage)) this.#begin(entry);
    else if (entry.type === 'end' && LANE.test(entry.stage) && entry.cause !== null) {
      const begun = this.#handled.get(entry.cause);
      if (begun) this.#handled.set(entry.cause, { ...begun, doneMs: entry.atMs, seq: entry.seq });
    }
  }

  /** Lanes and workers take one event at a time. */
  #begin({ seq, stage, atMs, events }: Extract<TraceEntry, { readonly type: 'begin' }>): void {
    const event = eventOf(events?.[0] ?? null);
    if (event) this.#handled.set(seq, { stage, ...event, startMs: atMs, doneMs: null, seq });
  }
}

function eventOf(
  value: TraceValue,
): { readonly n: number; readonly city: string; readonly count: number } | null {
  if (value === null || typeof value !== 'object' || isList(value)) return null;
  const { n, key, count = 1 } = value;
  if (typeof n !== 'number' || typeof key !== 'string' || typeof count !== 'number') return null;
  return { n, city: key, count };
}
