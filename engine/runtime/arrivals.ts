import type { StageId, SubscriptionId } from '../ids.ts';
import type { RemoteEnvelope } from '../stage/message.ts';

/** Subscriptions whose arrivals are kept: lives that restart without end would otherwise fill the memory. */
const MAX_KEPT = 10_000;

/** How far a subscription to a stage of another worker has come here. */
export interface Arrived {
  readonly consumer: StageId;
  readonly producer: StageId;
  /** Events that have come, whatever became of them here. */
  events: number;
}

/**
 * What has come from other workers, by subscription: the moment events arrive they are this worker's to account for, in a
 * mailbox, on a slow link or lost, also for a life that is over (FLT-10).
 */
export class Arrivals {
  readonly #arrived = new Map<SubscriptionId, Arrived>();

  take({ to, from, message }: RemoteEnvelope): void {
    if (message.type !== 'events' || from === null) return;
    const { subscription, first } = message;
    const events = first + message.events.length;
    const known = this.#arrived.get(subscription);
    if (known) known.events = events;
    else this.#add(subscription, { consumer: to, producer: from, events });
  }

  each(visit: (subscription: SubscriptionId, arrived: Readonly<Arrived>) => void): void {
    for (const [subscription, arrived] of this.#arrived) visit(subscription, arrived);
  }

  #add(subscription: SubscriptionId, arrived: Arrived): void {
    const [oldest] = this.#arrived.keys();
    if (oldest !== undefined && this.#arrived.size >= MAX_KEPT) this.#arrived.delete(oldest);
    this.#arrived.set(subscription, arrived);
  }
}
