import type { StageId, SubscriptionId } from '../ids.ts';
import type { Stage } from '../stage/stage.ts';
import type { EndTotals, StageTotals } from '../stage/stage-report.ts';
import type { Loss } from '../stage/stage-context.ts';

/** Subscriptions of earlier lives, and subscriptions that have lost events, whose counts are kept. */
const MAX_KEPT = 1_000;

const NOTHING: StageTotals = { handled: 0, emitted: 0, discarded: 0, busyMs: 0, calls: 0 };

/** What outlives the lives of stages: their totals so far, and every event that was lost. */
export class Ledger {
  readonly #before = new Map<StageId, StageTotals>();
  readonly #ends = new Map<SubscriptionId, EndTotals>();
  readonly #lost = new Map<StageId, number>();
  readonly #lostOn = new Map<SubscriptionId, number>();

  lose(stage: StageId, { count, subscription }: Loss): void {
    this.#lost.set(stage, (this.#lost.get(stage) ?? 0) + count);
    if (subscription === undefined) return;
    const before = this.#lostOn.get(subscription);
    if (before !== undefined || this.#lostOn.size < MAX_KEPT) {
      this.#lostOn.set(subscription, (before ?? 0) + count);
    }
  }

  /** Takes over the totals of a life that is over, as another begins. */
  keep(stage: Stage): void {
    this.#before.set(stage.id, this.totalsOf(stage));
    stage.eachSubscription((end) => {
      // Both ends may be here, and each counts 0 where the other counts.
      const known = this.#ends.get(end.subscription);
      if (!known && this.#ends.size >= MAX_KEPT) return;
      const asked = Math.max(end.asked, known?.asked ?? 0);
      const dispatched = Math.max(end.dispatched, known?.dispatched ?? 0);
      this.#ends.set(end.subscription, { ...end, asked, dispatched, pending: 0 });
    });
  }

  /** Events have come for a life that is over: what is known of their subscription, which may have ended elsewhere. */
  stray(link: Pick<EndTotals, 'subscription' | 'consumer' | 'producer'>): void {
    if (this.#ends.has(link.subscription) || this.#ends.size >= MAX_KEPT) return;
    this.#ends.set(link.subscription, { ...link, asked: 0, dispatched: 0, pending: 0 });
  }

  /** What a stage has done in all its lives. */
  totalsOf({ id, counters }: Stage): StageTotals {
    const before = this.#before.get(id) ?? NOTHING;
    const { windows } = counters;
    return {
      ...(windows && { windows: { open: windows.open, late: windows.late + (before.windows?.late ?? 0) } }),
      handled: before.handled + counters.handled,
      emitted: before.emitted + counters.emitted,
      discarded: before.discarded + counters.discarded,
      busyMs: before.busyMs + counters.busyMs,
      calls: before.calls + counters.calls,
    };
  }

  /** Events lost at a stage. */
  lostAt(stage: StageId): number {
    return this.#lost.get(stage) ?? 0;
  }

  /** Visits the subscriptions of lives that are over. */
  eachEnd(visit: (totals: EndTotals) => void): void {
    for (const end of this.#ends.values()) visit(end);
  }

  /** Events of a subscription lost on this worker. */
  lostOn(subscription: SubscriptionId): number {
    return this.#lostOn.get(subscription) ?? 0;
  }
}
