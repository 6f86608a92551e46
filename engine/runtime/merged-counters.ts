import type { StageId, SubscriptionId, WorkerId } from '../ids.ts';
import type { StageCounters, SubscriptionCounters } from '../transport/protocol.ts';
import type { PlanView } from '../trace/plan-view.ts';

interface Report {
  readonly worker: WorkerId;
  readonly stages: readonly StageCounters[];
  readonly subscriptions: readonly SubscriptionCounters[];
}

/** The counters of all workers as one. A subscription has two ends, each counted where its stage runs. */
export class MergedCounters {
  readonly #order: readonly StageId[];
  readonly #stages = new Map<StageId, StageCounters>();
  readonly #subscriptions = new Map<SubscriptionId, SubscriptionCounters>();
  /** By worker. */
  readonly #lost = new Map<SubscriptionId, number[]>();

  constructor(plan: PlanView) {
    this.#order = plan.stages.map(({ id }) => id);
    for (const { id, consumer, producer } of plan.subscriptions) {
      this.#subscriptions.set(id, {
        subscription: id,
        consumer,
        producer,
        asked: 0,
        dispatched: 0,
        pending: 0,
        lost: 0,
      });
    }
  }

  add({ worker, stages, subscriptions }: Report): void {
    for (const counters of stages) this.#stages.set(counters.stage, counters);
    for (const { subscription, consumer, producer, asked, dispatched, pending, lost } of subscriptions) {
      const known = this.#subscriptions.get(subscription);
      // Totals never shrink, and each end reports 0 for what the other counts. Only the consumer's end has asked.
      const isConsumerEnd = asked > 0 && asked >= (known?.asked ?? 0);
      this.#subscriptions.set(subscription, {
        subscription,
        consumer,
        producer,
        asked: Math.max(asked, known?.asked ?? 0),
        dispatched: Math.max(dispatched, known?.dispatched ?? 0),
        pending: isConsumerEnd ? pending : (known?.pending ?? 0),
        lost: this.#lostOn(subscription, worker, lost),
      });
    }
  }

  /** What all workers have lost of a subscription, now that one reports its share. */
  #lostOn(subscription: SubscriptionId, worker: WorkerId, lost: number): number {
    const shares = this.#lost.get(subscription) ?? [];
    shares[worker] = Math.max(lost, shares[worker] ?? 0);
    if (lost > 0) this.#lost.set(subscription, shares);
    return shares.reduce((sum, share) => sum + share, 0);
  }

  /** In the order of the plan. */
  get stages(): readonly StageCounters[] {
    return this.#order.flatMap((id) => this.#stages.get(id) ?? []);
  }

  /** The stages at both ends of a subscription, once it has been heard of. */
  endsOf(subscription: SubscriptionId): SubscriptionCounters | undefined {
    return this.#subscriptions.get(subscription);
  }

  get subscriptions(): readonly SubscriptionCounters[] {
    return [...this.#subscriptions.values()];
  }
}
