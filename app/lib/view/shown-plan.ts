import type { PlanView, StageView, SubscriptionView, TraceEntry } from 'sluice';
import { edgeOfLife } from 'sluice';

import { alikeUpTo, RunLogs, type RunLog } from './run-logs.ts';

/**
 * The plan as it is drawn: with the stages and subscriptions that a run added to it. Changes only when one is added, so
 * that nothing moves for another reason. A longer version of the trace costs only what is new.
 */
export class ShownPlan implements RunLog {
  readonly #planned: PlanView;
  #shown: PlanView;
  #entries: readonly TraceEntry[] = [];
  #known = 0;

  constructor(plan: PlanView) {
    this.#planned = plan;
    this.#shown = plan;
  }

  /** As it was drawn last. */
  get plan(): PlanView {
    return this.#shown;
  }

  get entries(): readonly TraceEntry[] {
    return this.#entries;
  }

  /** How many of them are known. */
  get known(): number {
    return this.#known;
  }

  /** @returns The plan that holds all that happened in `entries`; the same object until something is added. */
  update(entries: readonly TraceEntry[], to = entries.length): PlanView {
    const known = alikeUpTo(this.#entries, entries, Math.min(this.#known, to));
    if (known === 0) this.#shown = this.#planned;
    for (let i = known; i < to; i += 1) {
      const entry = entries[i];
      if (entry?.type === 'subscribe') this.#shown = withSubscription(this.#shown, entry);
    }
    this.#entries = entries;
    this.#known = to;
    return this.#shown;
  }
}

/** The plans of runs as they are drawn, the same for all views. */
const shownPlans = new RunLogs((plan) => new ShownPlan(plan));

/** The plan of a run as it is drawn; the same object until something is added. */
export function shownPlan(plan: PlanView, entries: readonly TraceEntry[]): PlanView {
  return shownPlans.of(plan, entries).plan;
}

function withSubscription(plan: PlanView, entry: TraceEntry & { readonly type: 'subscribe' }): PlanView {
  const id = edgeOfLife(entry.subscription);
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
