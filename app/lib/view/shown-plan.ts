import type { PlanView, StageView, SubscriptionView, TraceEntry } from 'sluice';

/** What the later lives of a stage add to the name of a subscription. */
const LATER_LIFE = /@\d+$/;

/**
 * The plan as it is drawn: with the stages and subscriptions that a run added to it. Changes only when one is added, so
 * that nothing moves for another reason. A longer version of the trace costs only what is new.
 */
export class ShownPlan {
  readonly #planned: PlanView;
  #shown: PlanView;
  #entries: readonly TraceEntry[] = [];

  constructor(plan: PlanView) {
    this.#planned = plan;
    this.#shown = plan;
  }

  /** The plan that holds all that happened in `entries`; the same object until something is added. */
  update(entries: readonly TraceEntry[]): PlanView {
    let known = Math.min(this.#entries.length, entries.length);
    // Entries are appended, or sorted in near the end: an equal last one means an equal beginning.
    while (known > 0 && this.#entries[known - 1] !== entries[known - 1]) known -= 1;
    if (known === 0) this.#shown = this.#planned;
    for (let i = known; i < entries.length; i += 1) {
      const entry = entries[i];
      if (entry?.type === 'subscribe') this.#shown = withSubscription(this.#shown, entry);
    }
    this.#entries = entries;
    return this.#shown;
  }
}

function withSubscription(plan: PlanView, entry: TraceEntry & { readonly type: 'subscribe' }): PlanView {
  const id = entry.subscription.replace(LATER_LIFE, '');
  if (plan.subscriptions.some((link) => link.id === id || link.id === entry.subscription)) return plan;
  const link: SubscriptionView = {
    id: entry.subscription,
    consumer: entry.stage,
    producer: entry.producer,
    maxDemand: entry.maxDemand,
    minDemand: entry.minDemand,
    cancel: entry.cancel,
  };
  return {
    ...plan,
    stages: [
      ...plan.stages,
      ...added(plan, link.producer, 'producer'),
      ...added(plan, link.consumer, 'consumer'),
    ],
    subscriptions: [...plan.subscriptions, link],
  };
}

/** A stage that reads from outside the plan, such as a stream, or one that is read there. */
function added(plan: PlanView, id: string, kind: 'producer' | 'consumer'): StageView[] {
  if (plan.stages.some((stage) => stage.id === id)) return [];
  return [{ id, kind, dispatcher: kind === 'producer' ? 'demand' : null, bufferSize: null }];
}
