import type { PlanView, StageId, StageKind, SubscriptionId, TraceEntry } from 'sluice';

interface Link {
  readonly producer: StageId;
  readonly consumer: StageId;
  /** Asked and not yet sent, as the producer counts. */
  open: number;
  /** Sent and not yet handled. */
  waiting: number;
}

interface Stock {
  readonly kind: StageKind;
  /** Events in the stage's buffer. */
  buffered: number;
  /** Sums over its subscriptions: asked of it and not yet sent; sent to it and not yet handled. */
  open: number;
  waiting: number;
  /** The batch that handleEvents works on. */
  handling: { readonly subscription: SubscriptionId; readonly count: number } | null;
}

/**
 * Who has something to pass on that nobody asks for, from entry to entry: the rule of the picture's `blocked`, at a
 * cost that does not grow with the pipeline.
 */
export class DemandFold {
  readonly #stages: Map<StageId, Stock>;
  readonly #links: Map<SubscriptionId, Link>;

  private constructor(stages: Map<StageId, Stock>, links: Map<SubscriptionId, Link>) {
    this.#stages = stages;
    this.#links = links;
  }

  static of(plan: PlanView): DemandFold {
    return new DemandFold(
      new Map(plan.stages.map(({ id, kind }) => [id, emptyStock(kind)])),
      new Map(
        plan.subscriptions.map(({ id, producer, consumer }) => [
          id,
          { producer, consumer, open: 0, waiting: 0 },
        ]),
      ),
    );
  }

  /** Goes on by itself from here. */
  copy(): DemandFold {
    return new DemandFold(
      new Map([...this.#stages].map(([id, stock]) => [id, { ...stock }])),
      new Map([...this.#links].map(([id, link]) => [id, { ...link }])),
    );
  }

  /** A stage that waits with events nobody downstream asks for. Whether it runs, and is busy, others know. */
  isBlocked(stage: StageId): boolean {
    const stock = this.#stages.get(stage);
    if (!stock || stock.kind === 'consumer' || stock.open > 0) return false;
    return stock.buffered > 0 || (stock.kind === 'producerConsumer' && stock.waiting > 0);
  }

  /** @returns Whose answer to {@link isBlocked} may have changed beside that of the entry's own stage; `null`: nobody's. */
  apply(entry: TraceEntry): StageId | null {
    const own = this.#stages.get(entry.stage);
    switch (entry.type) {
      case 'subscribe':
        this.#links.set(entry.subscription, {
          producer: entry.producer,
          consumer: entry.stage,
          open: 0,
          waiting: 0,
        });
        break;
      case 'asked':
        this.#setOpen(entry.subscription, entry.open);
        break;
      case 'dispatch': {
        this.#setOpen(entry.subscription, entry.open);
        const link = this.#links.get(entry.subscription);
        if (!link) break;
        this.#addWaiting(entry.subscription, entry.count);
        return link.consumer;
      }
      case 'drop': {
        const open = this.#links.get(entry.subscription ?? '')?.open ?? 0;
        if (entry.subscription !== undefined) this.#setOpen(entry.subscription, open - entry.count);
        break;
      }
      case 'lost':
        if (entry.subscription === undefined) break;
        this.#addWaiting(entry.subscription, -entry.count);
        return this.#links.get(entry.subscription)?.consumer ?? null;
      case 'begin':
        if (own && entry.callback === 'handleEvents' && entry.subscription !== undefined) {
          own.handling = { subscription: entry.subscription, count: entry.count ?? 0 };
        }
        break;
      case 'end':
        if (!own?.handling || entry.callback !== 'handleEvents') break;
        this.#addWaiting(own.handling.subscription, -own.handling.count);
        own.handling = null;
        break;
      case 'buffer':
      case 'unbuffer':
        if (own) own.buffered = entry.size;
        break;
      case 'cancel':
        this.#end(entry.subscription, entry.stage);
        break;
      case 'exit':
      case 'crash':
        this.#gone(entry.stage);
        break;
      default:
        break;
    }
    return null;
  }

  #setOpen(subscription: SubscriptionId, open: number): void {
    const link = this.#links.get(subscription);
    const stock = link && this.#stages.get(link.producer);
    if (!link) return;
    const next = Math.max(0, open);
    if (stock) stock.open += next - link.open;
    link.open = next;
  }

  #addWaiting(subscription: SubscriptionId, count: number): void {
    const link = this.#links.get(subscription);
    const stock = link && this.#stages.get(link.consumer);
    if (!link) return;
    const next = Math.max(0, link.waiting + count);
    if (stock) stock.waiting += next - link.waiting;
    link.waiting = next;
  }

  #end(subscription: SubscriptionId, stage: StageId): void {
    const link = this.#links.get(subscription);
    if (link?.producer === stage) this.#setOpen(subscription, 0);
    if (link?.consumer === stage) this.#addWaiting(subscription, -link.waiting);
  }

  #gone(stage: StageId): void {
    const stock = this.#stages.get(stage);
    if (stock) Object.assign(stock, { buffered: 0, handling: null });
    for (const [id, link] of this.#links) {
      if (link.producer === stage || link.consumer === stage) this.#end(id, stage);
    }
  }
}

function emptyStock(kind: StageKind): Stock {
  return { kind, buffered: 0, open: 0, waiting: 0, handling: null };
}
