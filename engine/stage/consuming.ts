import { EngineError } from '../errors.ts';
import type { Seq, StageId, SubscriptionId } from '../ids.ts';
import { describe, traceValue } from '../trace/trace-value.ts';
import { Ending, isPromise, type CallbackRunner } from './callback-runner.ts';
import { BySubscription } from './by-subscription.ts';
import type { Subscription, SubscribeOptions } from './definition.ts';
import {
  askAfter,
  batchSize,
  copiesOf,
  cutBatches,
  demandOptions,
  endsConsumer,
  isOrderly,
  type DemandOptions,
} from './demand.ts';
import { Fifo } from './fifo.ts';
import type { Replaces, StageMessage } from './message.ts';
import type { Loss } from './stage-context.ts';
import { finish, type Remaining, type Steps } from './steps.ts';
import { BatchInHand, Upstream } from './upstream.ts';

/** Ended subscriptions whose counts are kept. */
const MAX_ENDED = 1_000;

/** What waits in a producerConsumer for demand from downstream. */
type Queued =
  | {
      readonly type: 'events';
      readonly from: Subscription;
      readonly events: readonly unknown[];
      readonly cause: Seq | null;
    }
  | { readonly type: 'ended'; readonly upstream: Upstream; readonly end: End; readonly cause: Seq | null }
  | { readonly type: 'info'; readonly request: unknown; readonly cause: Seq | null };

interface End {
  readonly kind: 'cancel' | 'down';
  readonly reason: unknown;
}

/** What a consuming side needs of the rest of its stage. */
export interface ConsumingOn {
  /** Whether what comes in waits for demand from downstream. */
  readonly waitsForDemand: boolean;
  /** A callback has returned events. */
  readonly emit: (events: readonly unknown[], cause: Seq | null) => void;
  /** An info has come through the queue of incoming messages. */
  readonly info: (request: unknown, cause: Seq | null) => void;
}

/** The consuming side of a stage: its producers, its demand, and for a producerConsumer what waits to be handled. */
export class Consuming {
  readonly #runner: CallbackRunner;
  readonly #on: ConsumingOn;
  readonly #producers = new BySubscription<Upstream>();
  readonly #ended = new Map<SubscriptionId, Upstream>();
  readonly #queue = new Fifo<Queued>();
  /** Events downstream asked for that this stage has not emitted yet (GS-084). */
  #wanted = 0;
  /** Events of the message that is being handled whose batch is not done yet, and their subscription. */
  #inHand = 0;
  #inHandOf: SubscriptionId = '';
  handled = 0;

  constructor(runner: CallbackRunner, on: ConsumingOn) {
    this.#runner = runner;
    this.#on = on;
  }

  get queued(): number {
    return this.#queue.size;
  }

  get wanted(): number {
    return this.#wanted;
  }

  has(id: SubscriptionId): boolean {
    return this.#producers.has(id);
  }

  eachUpstream(visit: (upstream: Readonly<Upstream>) => void): void {
    for (const upstream of this.#producers.values()) visit(upstream);
  }

  /** What ended subscriptions had asked for, for the counters. */
  eachEnded(visit: (upstream: Readonly<Upstream>) => void): void {
    for (const upstream of this.#ended.values()) visit(upstream);
  }

  /**
   * Makes a subscription (GS-028). Hands back the failure of bad options, which leave the stage as it was (GS-027), or
   * `"noproc"`: there is no such producer, so the stage is to end once it has answered (GS-033).
   */
  *subscribe(
    producer: StageId,
    message: {
      readonly subscription: SubscriptionId;
      readonly options: SubscribeOptions;
      readonly replaces?: Replaces;
    },
    cause: Seq | null,
  ): Steps<EngineError | 'noproc' | null> {
    const { subscription: id, options, replaces } = message;
    const { context } = this.#runner;
    let demand: DemandOptions;
    try {
      demand = demandOptions(options, `the subscription of "${this.#runner.id}" to "${producer}"`);
    } catch (error) {
      if (!(error instanceof EngineError)) throw error;
      this.#runner.record(
        { type: 'warning', code: 'bad_opts', message: error.message, subscription: id },
        cause,
      );
      return error;
    }
    if (!context.knows(producer)) {
      if (demand.cancel === 'temporary') return null;
      const message = `There is no stage "${producer}" to subscribe to`;
      this.#runner.record({ type: 'warning', code: 'noproc', message, subscription: id }, cause);
      return 'noproc';
    }
    const from = { id, peer: producer };
    const upstream = new Upstream(from, demand, context.addressOf(producer), copiesOf(options));
    const subscribed = this.#runner.record(
      { type: 'subscribe', subscription: id, producer, mode: 'automatic', ...demand },
      cause,
    );
    context.watch(this.#runner.id, producer, { subscription: id });
    this.#tell(
      producer,
      {
        type: 'subscribe',
        subscription: id,
        options,
        life: this.#runner.life,
        ...(replaces ? { replaces } : {}),
      },
      subscribed,
    );
    this.#producers.set(id, upstream);
    let after: Seq | null = subscribed;
    if (this.#runner.callbacks.handleSubscribe) {
      const taken = yield* this.#runner.step(
        'handleSubscribe',
        { subscription: id },
        () => this.#runner.callbacks.handleSubscribe?.('producer', options, this.#runner.state, from),
        subscribed,
      );
      if (taken.ending) throw taken.ending;
      upstream.mode = taken.mode;
      after = taken.cause;
    }
    if (upstream.mode === 'automatic') {
      upstream.pending = demand.maxDemand;
      this.#ask(upstream, demand.maxDemand, after);
    }
    return null;
  }

  /** A producer has sent events. */
  received(
    sender: StageId,
    message: {
      readonly subscription: SubscriptionId;
      readonly first: number;
      readonly events: readonly unknown[];
    },
    cause: Seq | null,
  ): Remaining {
    const { subscription: id, first, events } = message;
    const upstream = this.#producers.get(id);
    if (!upstream) {
      this.#runner.context.lose(
        this.#runner.id,
        { where: 'flight', subscription: id, count: events.length },
        cause,
      );
      this.#tell(sender, { type: 'cancel', subscription: id, reason: 'unknown_subscription' }, cause);
      return;
    }
    let delivered = cause;
    if (this.#runner.context.tracing) {
      delivered = this.#runner.record(
        { type: 'deliver', subscription: id, first, count: events.length },
        cause,
      );
    }
    if (!this.#on.waitsForDemand) return this.#handle(upstream, events, delivered);
    if (this.#wanted > 0 && this.#queue.size === 0) {
      return this.#takeOn(this.#handle(upstream, events, delivered));
    }
    this.#queue.push({ type: 'events', from: upstream.from, events, cause: delivered });
    return this.takeQueued();
  }

  /** Downstream wants so many more events (producerConsumer only). */
  demanded(count: number): Remaining {
    this.#wanted += count;
    return this.takeQueued();
  }

  /** So many events have left for downstream. */
  dispatched(count: number): void {
    this.#wanted = Math.max(0, this.#wanted - count);
  }

  /** What it had when its stage ended: in hand, and waiting for demand. Forgets it. */
  takeLosses(): readonly Loss[] {
    const losses: Loss[] = [];
    if (this.#inHand > 0) {
      losses.push({ where: 'callback', subscription: this.#inHandOf, count: this.#inHand });
    }
    for (let queued = this.#queue.shift(); queued; queued = this.#queue.shift()) {
      if (queued.type !== 'events' || queued.events.length === 0) continue;
      losses.push({ where: 'queue', subscription: queued.from.id, count: queued.events.length });
    }
    this.#inHand = 0;
    return losses;
  }

  /** Handles whole queued messages while downstream wants events (GS-081, GS-083, GS-087). */
  takeQueued(): Remaining {
    return this.#takeOn(this.#takeUntilWait());
  }

  /** Lets an info wait behind incoming messages; `false` when none waits (GS-090). */
  queueInfo(request: unknown, cause: Seq | null): boolean {
    if (this.#queue.size === 0) return false;
    this.#queue.push({ type: 'info', request, cause });
    return true;
  }

  /** A subscription has ended at the other side (GS-089, GS-160 … GS-167). */
  *ended(id: SubscriptionId, end: End, cause: Seq | null): Steps {
    const upstream = this.#producers.get(id);
    if (!upstream) return;
    this.#producers.delete(id);
    if (this.#ended.size < MAX_ENDED) this.#ended.set(id, upstream);
    this.#runner.context.unwatch(this.#runner.id, upstream.from.peer, id);
    if (this.#queue.size > 0) this.#queue.push({ type: 'ended', upstream, end, cause });
    else yield* this.#end(upstream, end, cause);
  }

  /** Asks on a manual subscription (GS-070 … GS-073); on one that is over nothing happens. */
  ask(id: SubscriptionId, peer: StageId | null, count: number, cause: Seq | null): void {
    if (!Number.isInteger(count) || count < 0) {
      throw new EngineError('ask_not_positive', { subscription: id, received: describe(count) });
    }
    if (count === 0) return;
    const upstream = this.#producers.get(id);
    if (upstream) this.#ask(upstream, count, cause);
    else if (peer !== null) this.#tell(peer, { type: 'ask', subscription: id, count }, cause);
  }

  /** Goes on with the queue once `first` is done; without it the queue is as far as it gets. */
  #takeOn(first: Remaining): Remaining {
    if (first) return this.#takeRest(first);
  }

  #takeUntilWait(): Remaining {
    while (this.#wanted > 0) {
      const next = this.#queue.shift();
      if (!next) return;
      const remaining = this.#takeOne(next);
      if (remaining) return remaining;
    }
  }

  *#takeRest(first: Steps): Steps {
    for (let remaining: Remaining = first; remaining; remaining = this.#takeUntilWait()) yield* remaining;
  }

  #takeOne(next: Queued): Remaining {
    switch (next.type) {
      case 'events': {
        const upstream = this.#producers.get(next.from.id);
        if (upstream) return this.#handle(upstream, next.events, next.cause);
        this.#takeInHand(next.from.id, next.events);
        // The producer has gone meanwhile: one batch, and nobody is left to ask (GS-088).
        const ended = this.#ended.get(next.from.id) ?? null;
        return this.#handleBatch(new BatchInHand(ended, next.from, next.events, 0, next.cause, true));
      }
      case 'ended':
        return this.#end(next.upstream, next.end, next.cause);
      case 'info':
        return this.#on.info(next.request, next.cause);
    }
  }

  #handle(upstream: Upstream, events: readonly unknown[], cause: Seq | null): Remaining {
    const { from, options, pending } = upstream;
    this.#takeInHand(from.id, events);
    if (upstream.mode === 'manual') {
      return this.#handleBatch(new BatchInHand(upstream, from, events, 0, cause));
    }
    const count = events.length;
    if (count === 0 || count > batchSize(options) || count > pending) {
      return this.#handleInParts(upstream, events, cause);
    }
    // The common case: one batch, all of it asked for.
    const ask = askAfter(pending - count, options);
    upstream.pending = ask > 0 ? options.maxDemand : pending - count;
    return this.#handleBatch(new BatchInHand(upstream, from, events, ask, cause));
  }

  *#handleInParts(upstream: Upstream, events: readonly unknown[], cause: Seq | null): Steps {
    const { batches, pending, excess } = cutBatches(events, upstream.pending, upstream.options);
    upstream.pending = pending;
    for (const count of excess) this.#warnExcess(upstream, count, cause);
    for (const batch of batches) {
      const inHand = new BatchInHand(upstream, upstream.from, batch.events, batch.ask, cause);
      yield* finish(this.#handleBatch(inHand));
    }
  }

  #handleBatch(batch: BatchInHand): Remaining {
    const returned = this.#runner.beginEvents(batch.events, batch.from, batch.cause);
    if (isPromise(returned)) return this.#handleLater(batch, returned);
    this.#takeHandled(batch, returned);
  }

  *#handleLater(batch: BatchInHand, returned: PromiseLike<unknown>): Steps {
    this.#takeHandled(batch, yield* this.#runner.settle('handleEvents', returned));
  }

  #takeHandled(batch: BatchInHand, returned: unknown): void {
    const taken = this.#runner.take('handleEvents', returned, batch);
    this.handled += batch.events.length;
    this.#inHand -= batch.events.length;
    if (taken.ending) throw taken.ending;
    this.#on.emit(taken.events, taken.cause);
    if (batch.upstream && batch.ask > 0) this.#ask(batch.upstream, batch.ask, taken.cause);
  }

  #takeInHand(id: SubscriptionId, events: readonly unknown[]): void {
    this.#inHand = events.length;
    this.#inHandOf = id;
  }

  *#end(upstream: Upstream, end: End, cause: Seq | null): Steps {
    const runner = this.#runner;
    const { from, options } = upstream;
    const { reason } = end;
    const recorded = runner.record(
      { type: 'cancel', subscription: from.id, kind: end.kind, reason: traceValue(reason) },
      cause,
    );
    if (runner.callbacks.handleCancel) {
      const taken = yield* runner.step(
        'handleCancel',
        { subscription: from.id },
        () => runner.callbacks.handleCancel?.(end, runner.state, from),
        recorded,
      );
      if (taken.ending) throw taken.ending;
      this.#on.emit(taken.events, taken.cause);
    }
    if (!endsConsumer(options.cancel, reason)) return;
    if (this.#hasMoreOf(upstream.copiesOf) && isOrderly(reason)) return;
    runner.record(
      {
        type: 'warning',
        code: 'stopping_on_cancel',
        message: `"${runner.id}" stops as its subscription "${from.id}" has ended with ${describe(reason)}`,
        subscription: from.id,
        values: [traceValue(reason)],
      },
      recorded,
    );
    throw new Ending(reason, null, recorded);
  }

  /** One stage that runs several times has ended when all of its copies have (RUN-34). */
  #hasMoreOf(original: StageId | null): boolean {
    return original !== null && [...this.#producers.values()].some(({ copiesOf }) => copiesOf === original);
  }

  #ask(upstream: Upstream, count: number, cause: Seq | null): void {
    const { id } = upstream.from;
    upstream.outstanding += count;
    upstream.asked += count;
    let asked = cause;
    if (this.#runner.context.tracing) {
      asked = this.#runner.record(
        { type: 'ask', subscription: id, count, pending: upstream.outstanding },
        cause,
      );
    }
    upstream.address.send(this.#runner.id, { type: 'ask', subscription: id, count }, asked);
  }

  #warnExcess({ from }: Upstream, count: number, cause: Seq | null): void {
    const message = `"${this.#runner.id}" has received ${count} events in excess of what it asked "${from.peer}" for`;
    this.#runner.record(
      { type: 'warning', code: 'excess', message, subscription: from.id, count, values: [count] },
      cause,
    );
  }

  #tell(to: StageId, message: StageMessage, cause: Seq | null): void {
    this.#runner.context.send(this.#runner.id, to, message, cause);
  }
}
