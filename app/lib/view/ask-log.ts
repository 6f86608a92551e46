import type { SubscriptionId, TraceEntry } from 'sluice';
import { alikeUpTo, type RunLog } from './run-logs.ts';
import { NumberColumn } from './timeline-columns.ts';

/** The asks of one subscription, in order. */
interface Asks {
  readonly positions: NumberColumn;
  /** The most that was pending after any of them so far. */
  readonly most: NumberColumn;
}

/** The asks of a run, at every position of it. */
export class AskLog implements RunLog {
  #entries: readonly TraceEntry[] = [];
  #known = 0;
  readonly #asks = new Map<SubscriptionId, Asks>();

  get entries(): readonly TraceEntry[] {
    return this.#entries;
  }

  get known(): number {
    return this.#known;
  }

  /** On which anything was asked for. */
  get subscriptions(): Iterable<SubscriptionId> {
    return this.#asks.keys();
  }

  update(entries: readonly TraceEntry[], to = entries.length): void {
    const known = alikeUpTo(this.#entries, entries, Math.min(this.#known, to));
    if (known < this.#known) this.#goBack(known);
    for (let i = known; i < to; i += 1) {
      const entry = entries[i];
      if (entry?.type === 'ask') this.#add(entry.subscription, i + 1, entry.pending);
    }
    this.#entries = entries;
    this.#known = to;
  }

  /** Asks among the first `at` entries, and the most that was pending after one of them. */
  asksAt(subscription: SubscriptionId, at: number): { readonly count: number; readonly most: number } {
    const asks = this.#asks.get(subscription);
    const count = asks?.positions.firstAbove(at) ?? 0;
    return { count, most: count === 0 || !asks ? 0 : asks.most.at(count - 1) };
  }

  /** Entries applied when the last ask up to `at` had just been sent; 0: there was none. */
  lastAt(subscription: SubscriptionId, at: number): number {
    const positions = this.#asks.get(subscription)?.positions;
    return positions?.at(positions.firstAbove(at) - 1) || 0;
  }

  #add(subscription: SubscriptionId, n: number, pending: number): void {
    const asks = this.#asks.get(subscription) ?? { positions: new NumberColumn(), most: new NumberColumn() };
    this.#asks.set(subscription, asks);
    asks.positions.push(n);
    asks.most.push(Math.max(pending, asks.most.last || 0));
  }

  #goBack(known: number): void {
    for (const { positions, most } of this.#asks.values()) {
      positions.truncate(positions.firstAbove(known));
      most.truncate(positions.length);
    }
  }
}
