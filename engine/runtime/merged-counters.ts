import type { StageId, SubscriptionId, WorkerId } from '../ids.ts';
import type { LinkAccount, StageCounters, SubscriptionCounters } from '../transport/protocol.ts';
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
  /** What stages had done on workers that are gone: those in their place count anew. */
  readonly #before = new Map<StageId, StageCounters>();
  readonly #lostBefore = new Map<SubscriptionId, number>();
  /** Stages that ended with their worker and have not been started again. */
  readonly #gone = new Set<StageId>();

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
    for (const counters of stages) {
      const before = this.#before.get(counters.stage);
      this.#stages.set(counters.stage, before ? together(before, counters) : counters);
      this.#gone.delete(counters.stage);
    }
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
    return shares.reduce((sum, share) => sum + share, this.#lostBefore.get(subscription) ?? 0);
  }

  /** Whether something has been heard of and runs. */
  isAlive(stage: StageId): boolean {
    const status = this.#stages.get(stage)?.status;
    return status !== 'exited' && status !== 'crashed';
  }

  /** Events that a stage has made and not sent, as last told: in its buffer, held back, kept by its dispatcher. */
  unsentAt(stage: StageId): number {
    const counters = this.#stages.get(stage);
    return counters ? unsent(counters) : 0;
  }

  /** Stages of the plan that ended with their worker and have not been started again. */
  get gone(): readonly StageId[] {
    return this.#order.filter((stage) => this.#gone.has(stage));
  }

  /** A worker is gone: all that ran there has ended, and what it had stored is lost. */
  loseWorker(worker: WorkerId): void {
    for (const [stage, counters] of this.#stages) {
      if (counters.worker !== worker) continue;
      if (this.isAlive(stage)) this.#gone.add(stage);
      const status = this.isAlive(stage) ? 'exited' : counters.status;
      const lost = counters.lost + unsent(counters);
      const ended: StageCounters = {
        ...counters,
        ...(counters.kept !== undefined && { kept: 0 }),
        ...(counters.tasks !== undefined && { tasks: 0 }),
        ...(counters.windows && { windows: { ...counters.windows, open: 0 } }),
        mailbox: 0,
        buffered: 0,
        lost,
        status,
      };
      this.#stages.set(stage, ended);
      this.#before.set(stage, ended);
    }
    for (const [subscription, shares] of this.#lost) {
      this.#lostBefore.set(subscription, (this.#lostBefore.get(subscription) ?? 0) + (shares[worker] ?? 0));
      shares[worker] = 0;
    }
  }

  /** So many events of a subscription have come, whatever its producer was able to tell of them. */
  arrived(subscription: SubscriptionId, events: number): void {
    const link = this.#subscriptions.get(subscription);
    if (link && link.dispatched < events)
      this.#subscriptions.set(subscription, { ...link, dispatched: events });
  }

  /** A subscription that nobody has reported yet, because its worker died or its reports are late. */
  heardOf({ subscription, consumer, producer }: LinkAccount): void {
    if (this.#subscriptions.has(subscription)) return;
    const nothing = { asked: 0, dispatched: 0, pending: 0, lost: 0 };
    this.#subscriptions.set(subscription, { subscription, consumer, producer, ...nothing });
  }

  /** Events of a subscription were lost with the worker of this stage. */
  lose(stage: StageId, count: number, subscription: SubscriptionId): void {
    this.#lostBefore.set(subscription, (this.#lostBefore.get(subscription) ?? 0) + count);
    const link = this.#subscriptions.get(subscription);
    if (link) this.#subscriptions.set(subscription, { ...link, lost: link.lost + count, pending: 0 });
    for (const known of [this.#stages, this.#before]) {
      const counters = known.get(stage);
      if (counters) known.set(stage, { ...counters, lost: counters.lost + count });
    }
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

/** Totals of an earlier worker and of the one in its place. */
function together(before: StageCounters, now: StageCounters): StageCounters {
  const late = before.windows?.late ?? 0;
  return {
    ...now,
    ...(now.windows && { windows: { ...now.windows, late: now.windows.late + late } }),
    handled: before.handled + now.handled,
    emitted: before.emitted + now.emitted,
    discarded: before.discarded + now.discarded,
    lost: before.lost + now.lost,
    busyMs: before.busyMs + now.busyMs,
    calls: before.calls + now.calls,
  };
}

function unsent({ buffered, kept = 0 }: StageCounters): number {
  return buffered + kept;
}
