import type { Seq, StageId, SubscriptionId } from '../ids.ts';
import type { StageDefinition } from '../stage/definition.ts';
import type { Awaited } from '../supervision/flow-coordinator.ts';
import type { FlowView } from '../trace/plan-view.ts';
import type { Deliveries } from './deliveries.ts';
import type { SubscriptionToMake } from './hosted.ts';

/** A subscription that has been taken, or never will be. */
export interface SettledSubscription {
  readonly id: SubscriptionId;
  readonly consumer: StageId;
  readonly producer: StageId;
  readonly cause: Seq | null;
}

/** What every worker knows of the flows of a run, wherever their coordinators are. */
export class KnownFlows {
  readonly #flows: ReadonlyMap<StageId, FlowView>;
  readonly #deliveries: Deliveries;
  /** Flows whose sources are held until the subscriptions of this stage have been made. */
  readonly #waiting = new Map<StageId, Set<StageId>>();
  /** Sources that a flow starts itself, and others. */
  readonly #own = new Set<StageId>();
  readonly #others = new Set<StageId>();

  constructor(flows: readonly FlowView[], deliveries: Deliveries) {
    this.#flows = new Map(flows.map((flow) => [flow.id, flow]));
    this.#deliveries = deliveries;
    for (const { id, stages, sources } of flows) {
      for (const source of sources) (stages.includes(source) ? this.#own : this.#others).add(source);
      for (const stage of [...stages, ...sources]) {
        this.#waiting.set(stage, (this.#waiting.get(stage) ?? new Set()).add(id));
      }
    }
  }

  /** Whom a subscription to the flow of this name goes to; `null` when there is none. */
  outletsOf(flow: StageId): readonly StageId[] | null {
    return this.#flows.get(flow)?.outlets ?? null;
  }

  /** A source as it is to be started: held (FL-009), in every life that its flow begins. */
  asHeld(stage: StageId, definition: StageDefinition, life: number): StageDefinition {
    const isHeld = this.#own.has(stage) || (life === 1 && this.#others.has(stage));
    if (!isHeld || definition.kind !== 'producer') return definition;
    return { ...definition, options: { ...definition.options, demand: 'accumulate' } };
  }

  /** A subscription has been taken or never will be: the coordinators that wait for it hear of it, beside their mailboxes. */
  settled({ id: subscription, consumer, producer, cause }: SettledSubscription): void {
    if (this.#waiting.size === 0) return;
    const waiting = new Set([...(this.#waiting.get(producer) ?? []), ...(this.#waiting.get(consumer) ?? [])]);
    for (const flow of waiting) {
      const envelope = { to: flow, from: producer, cause, message: { type: 'wired', subscription } } as const;
      const hosted = this.#deliveries.hosted.get(flow);
      if (hosted) hosted.flow?.wired(subscription, cause);
      else if (this.#deliveries.isAwaited(flow)) this.#deliveries.await(envelope);
      else this.#deliveries.post(envelope);
    }
  }
}

/** The planned subscriptions that have to be there before the sources of a flow are let go. */
export function awaitedBy(flow: FlowView, subscriptions: readonly SubscriptionToMake[]): readonly Awaited[] {
  const stages = new Set([...flow.stages, ...flow.sources]);
  return subscriptions.filter(({ consumer, producer }) => stages.has(producer) || stages.has(consumer));
}
