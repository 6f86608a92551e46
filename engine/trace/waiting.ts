import type { StageId, SubscriptionId } from '../ids.ts';
import { edgeOfLife } from './lives.ts';
import type { TraceEntry } from './trace-entry.ts';

/** A batch that was sent. */
export interface SentBatch {
  readonly subscription: SubscriptionId;
  readonly consumer: StageId;
  readonly count: number;
}

/** What waits at one stage, in events. */
interface AtStage {
  /** Sent to it and not begun to be handled, by subscription. */
  readonly sent: Map<SubscriptionId, number>;
  /** In its dispatcher, by partition. */
  readonly queues: Map<string, number>;
  buffered: number;
  /** The subscription whose batch it works on. */
  handling: SubscriptionId | null;
}

/**
 * How many events wait where, and how much is asked for, entry by entry: numbers alone, so that it can go along with a run.
 * Fed with the entries of a whole run, or of one worker and what arrives there.
 */
export class Waiting {
  readonly #stages = new Map<StageId, AtStage>();
  readonly #consumers = new Map<SubscriptionId, StageId>();
  /** By subscription of the plan. */
  readonly #pending = new Map<SubscriptionId, number>();

  /** @param subscriptions - Of the plan. */
  constructor(subscriptions: readonly { readonly id: SubscriptionId; readonly consumer: StageId }[]) {
    for (const { id, consumer } of subscriptions) this.#consumers.set(id, consumer);
  }

  /** Events that wait at a stage and that it has not begun to handle. */
  at(stage: StageId): number {
    const own = this.#stages.get(stage);
    if (!own) return 0;
    let waiting = own.buffered;
    for (const count of own.sent.values()) waiting += count;
    for (const count of own.queues.values()) waiting += count;
    return waiting;
  }

  /** Asked for on a subscription of the plan and not handled; `null` where nothing has been asked for, or it is over. */
  pending(edge: SubscriptionId): number | null {
    return this.#pending.get(edge) ?? null;
  }

  consumerOf(subscription: SubscriptionId): StageId | undefined {
    return this.#consumers.get(subscription) ?? this.#consumers.get(edgeOfLife(subscription));
  }

  /** A batch has come from where entries are not seen. */
  arrive({ subscription, consumer, count }: SentBatch): void {
    this.#consumers.set(subscription, consumer);
    this.#add(consumer, subscription, count);
  }

  take(entry: TraceEntry): void {
    switch (entry.type) {
      case 'subscribe':
        this.#consumers.set(entry.subscription, entry.stage);
        return;
      case 'ask':
        this.#pending.set(edgeOfLife(entry.subscription), entry.pending);
        return;
      case 'dispatch': {
        const consumer = this.consumerOf(entry.subscription);
        if (consumer !== undefined) this.#add(consumer, entry.subscription, entry.count);
        return;
      }
      case 'begin':
        if (entry.callback !== 'handleEvents' || entry.subscription === undefined) return;
        this.#of(entry.stage).handling = entry.subscription;
        return this.#add(entry.stage, entry.subscription, -(entry.count ?? 0));
      case 'end':
        return this.#end(entry.stage, entry.pending);
      case 'buffer':
      case 'unbuffer':
        this.#of(entry.stage).buffered = entry.size;
        return;
      case 'queue':
        this.#of(entry.stage).queues.set(JSON.stringify(entry.partition), entry.size);
        return;
      case 'lost':
        if (entry.subscription === undefined || entry.where === 'buffer') return;
        return this.#add(entry.stage, entry.subscription, -entry.count);
      case 'cancel':
        if (this.consumerOf(entry.subscription) === entry.stage) {
          this.#pending.delete(edgeOfLife(entry.subscription));
        }
        return;
      case 'start':
      case 'exit':
      case 'crash':
        // Whatever it had is gone with it, and counted as lost.
        this.#stages.delete(entry.stage);
        return;
      default:
        return;
    }
  }

  #end(stage: StageId, pending: number | undefined): void {
    const own = this.#stages.get(stage);
    if (!own?.handling) return;
    if (pending !== undefined) this.#pending.set(edgeOfLife(own.handling), pending);
    own.handling = null;
  }

  #add(stage: StageId, subscription: SubscriptionId, count: number): void {
    const { sent } = this.#of(stage);
    sent.set(subscription, Math.max(0, (sent.get(subscription) ?? 0) + count));
  }

  #of(stage: StageId): AtStage {
    let own = this.#stages.get(stage);
    if (!own) {
      own = { sent: new Map(), queues: new Map(), buffered: 0, handling: null };
      this.#stages.set(stage, own);
    }
    return own;
  }
}
