import type { StageId, SubscriptionId } from '../ids.ts';
import { Fifo } from '../stage/fifo.ts';
import { plannedIdOf } from '../stage/life-ids.ts';
import type { Envelope } from '../stage/message.ts';
import type { Scheduler } from '../time/scheduler.ts';

/** What is on its way to one end of a subscription, in order. */
interface Link {
  readonly underWay: Fifo<Envelope>;
  lastDueMs: number;
}

/**
 * Subscriptions that are made to take longer (FLT-5). The delay is waited for where a message arrives, so that it counts once,
 * whatever workers both ends are on, and what its sender has sent comes even when the sender is gone.
 */
export class SlowLinks {
  readonly #scheduler: Scheduler;
  readonly #arrive: (envelope: Envelope) => void;
  readonly #delaysMs = new Map<SubscriptionId, number>();
  readonly #links = new Map<string, Link>();
  #underWay = 0;

  /** @param arrive - Takes each message once its time has come. */
  constructor(scheduler: Scheduler, arrive: (envelope: Envelope) => void) {
    this.#scheduler = scheduler;
    this.#arrive = arrive;
  }

  /** Messages that have not arrived yet. */
  get underWay(): number {
    return this.#underWay;
  }

  /** Whether anything is delayed at all: asked for every message. */
  get any(): boolean {
    return this.#underWay > 0 || this.#delaysMs.size > 0;
  }

  /** @param delayMs - 0: as before; what is under way still comes first. */
  slow(subscription: SubscriptionId, delayMs: number): void {
    const planned = plannedIdOf(subscription);
    if (delayMs > 0) this.#delaysMs.set(planned, delayMs);
    else this.#delaysMs.delete(planned);
  }

  /** Keeps a message that has to wait; `false`: it arrives at once. */
  holds(envelope: Envelope): boolean {
    const subscription = subscriptionOf(envelope);
    if (subscription === null) return false;
    const key = keyOf(envelope.to, subscription);
    const known = this.#links.get(key);
    const delayMs = this.#delayMsOf(subscription);
    if (delayMs === 0 && !known) return false;
    const nowMs = this.#scheduler.nowMs();
    const link = known ?? { underWay: new Fifo<Envelope>(), lastDueMs: nowMs };
    this.#links.set(key, link);
    link.lastDueMs = Math.max(link.lastDueMs, nowMs + delayMs);
    link.underWay.push(envelope);
    this.#underWay += 1;
    // Whichever timer comes first lets the first one go: the order is that of the queue.
    this.#scheduler.after(link.lastDueMs - nowMs, () => this.#release(key, link));
    return true;
  }

  #release(key: string, link: Link): void {
    const envelope = link.underWay.shift();
    if (!envelope) return;
    this.#underWay -= 1;
    if (link.underWay.size === 0) this.#links.delete(key);
    this.#arrive(envelope);
  }

  #delayMsOf(subscription: SubscriptionId): number {
    const planned = plannedIdOf(subscription);
    // A subscription to a flow by its name stands for one to each of its outlets.
    return this.#delaysMs.get(planned) ?? this.#delaysMs.get(planned.replace(PART, '')) ?? 0;
  }
}

const PART = /\/\d+$/;

function keyOf(to: StageId, subscription: SubscriptionId): string {
  return `${to}\n${subscription}`;
}

/** The subscription a message travels on; `null` for what travels on none. */
function subscriptionOf({ message }: Envelope): SubscriptionId | null {
  switch (message.type) {
    case 'subscribe':
    case 'ask':
    case 'cancel':
    case 'events':
    case 'cancelled':
    case 'down':
      return message.subscription;
    default:
      return null;
  }
}
