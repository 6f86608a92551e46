import { checkDispatcher, demandIn, isDispatched } from '../dispatcher/define-dispatcher.ts';
import { DemandDispatcher, demandDispatcher } from '../dispatcher/demand-dispatcher.ts';
import type {
  Delivery,
  Demand,
  Dispatched,
  Dispatcher,
  DispatcherSpec,
  Effects,
} from '../dispatcher/dispatcher.ts';
import { EngineError } from '../errors.ts';
import type { Seq, SubscriptionId } from '../ids.ts';
import { describe } from '../trace/trace-value.ts';
import { BySubscription } from './by-subscription.ts';
import type { CallbackRunner } from './callback-runner.ts';
import type { SubscribeOptions, Subscription } from './definition.ts';
import type { Address } from './stage-context.ts';

/** Ended subscriptions whose counts are kept. */
const MAX_ENDED = 1_000;

/** One consumer of a stage. */
interface Consumer {
  readonly from: Subscription;
  readonly address: Address;
  /** The life of the stage that has subscribed. */
  readonly life: number | undefined;
  /** Asked and not yet dispatched. */
  open: number;
  dispatched: number;
}

/** The consumers of a stage and the dispatcher that serves them: what it answers is done here. */
export class Downstream {
  /** Whether each array that is dispatched goes to one consumer alone: a program's own dispatcher may do anything with it. */
  readonly handsOver: boolean;
  readonly #runner: CallbackRunner;
  readonly #name: string;
  readonly #dispatcher: Dispatcher<unknown>;
  readonly #consumers = new BySubscription<Consumer>();
  readonly #ended = new Map<SubscriptionId, Readonly<Consumer>>();
  /** The consumer whose `handleCancel` runs: no longer subscribed, and still known to the dispatcher. */
  #leaving: Consumer | null = null;
  /** Entry in whose course the dispatcher speaks. */
  #cause: Seq | null = null;

  constructor(runner: CallbackRunner, spec: DispatcherSpec = demandDispatcher()) {
    this.#runner = runner;
    this.#name = spec.name;
    const created = spec.create({
      stage: runner.id,
      random: () => runner.context.random(runner.id),
      warn: (warning) => runner.record({ type: 'warning', ...warning }, this.#cause),
    });
    this.#dispatcher = checkDispatcher(spec.name, created);
    this.handsOver = Object.getPrototypeOf(created) === DemandDispatcher.prototype;
  }

  /** Events that the dispatcher keeps itself. */
  get queued(): number {
    return this.#dispatcher.queued ?? 0;
  }

  /** Entry in whose course the dispatcher has spoken last: after {@link ask} the one that recorded it. */
  get cause(): Seq | null {
    return this.#cause;
  }

  has(id: SubscriptionId): boolean {
    return this.#consumers.has(id);
  }

  each(visit: (from: Subscription, dispatched: number, open: number) => void): void {
    for (const { from, dispatched, open } of this.#consumers.values()) visit(from, dispatched, open);
  }

  /** What ended subscriptions were sent, for the counters. */
  eachEnded(visit: (from: Subscription, dispatched: number) => void): void {
    for (const { from, dispatched } of this.#ended.values()) visit(from, dispatched);
  }

  /** From here on the consumer counts; the dispatcher has not heard of it yet. */
  add(from: Subscription, life: number | undefined): void {
    const address = this.#runner.context.addressOf(from.peer);
    this.#consumers.set(from.id, { from, address, life, open: 0, dispatched: 0 });
  }

  /** The dispatcher takes a consumer: new demand, or why it does not. */
  subscribe(
    { id, peer }: Subscription,
    options: SubscribeOptions,
    cause: Seq | null,
  ): number | { readonly refused: unknown } {
    this.#cause = cause;
    const answer = this.#dispatcher.subscribe(id, options, peer);
    if (typeof answer === 'object' && answer !== null && 'refused' in answer) return answer;
    return this.#take('subscribe', answer, cause);
  }

  /** A consumer asks: new demand. `null` from one that is no consumer. */
  ask(id: SubscriptionId, count: number, cause: Seq | null): number | null {
    const consumer = this.#consumers.get(id);
    if (!consumer) return null;
    consumer.open += count;
    let asked = cause;
    if (this.#runner.context.tracing) {
      asked = this.#runner.record({ type: 'asked', subscription: id, count, open: consumer.open }, cause);
    }
    this.#cause = asked;
    return this.#take('ask', this.#dispatcher.ask(id, count), asked);
  }

  /** A consumer's subscription is over. What is emitted until {@link left} may still be sent to it (GS-169). */
  leave(id: SubscriptionId): Pick<Consumer, 'from' | 'life'> | null {
    const consumer = this.#consumers.get(id);
    if (!consumer) return null;
    this.#consumers.delete(id);
    if (this.#ended.size < MAX_ENDED) this.#ended.set(id, consumer);
    this.#leaving = consumer;
    return consumer;
  }

  /** The dispatcher forgets the consumer that leaves: new demand. */
  left(id: SubscriptionId, cause: Seq | null): number {
    this.#leaving = null;
    this.#cause = cause;
    return this.#take('cancel', this.#dispatcher.cancel(id), cause);
  }

  /** A consumer leaves that the dispatcher never took. */
  forget(): void {
    this.#leaving = null;
  }

  /** Sends events on as the dispatcher says; hands back those that nobody has asked for. */
  dispatch(events: readonly unknown[], cause: Seq | null): readonly unknown[] {
    this.#cause = cause;
    const answer = this.#sharedOut(events, cause);
    const { dropped = 0, leftover } = answer;
    if (dropped > 0 && this.#runner.context.tracing)
      this.#runner.record({ type: 'drop', count: dropped }, cause);
    try {
      this.#apply('dispatch', answer, cause);
    } catch (error) {
      this.#runner.lose('dispatcher', leftover.length, cause);
      throw error;
    }
    return leftover;
  }

  /** What the dispatcher makes of events. When it fails, those it has not kept are lost. */
  #sharedOut(events: readonly unknown[], cause: Seq | null): Dispatched<unknown> {
    const before = this.queued;
    try {
      const answer = this.#dispatcher.dispatch(events);
      if (isDispatched(answer)) return answer;
      throw this.#bad('dispatch', '{ deliveries: […], leftover: […] }', answer);
    } catch (error) {
      this.#runner.lose('dispatcher', events.length + before - this.queued, cause);
      throw error;
    }
  }

  /** Whether an info may be handled now, or the dispatcher keeps it back. */
  isDue(request: unknown): boolean {
    return this.#dispatcher.info?.(request) ?? true;
  }

  #take(method: string, answer: Demand<unknown>, cause: Seq | null): number {
    const demand = demandIn(answer);
    if (demand === null) throw this.#bad(method, 'new demand, an integer >= 0, or { demand, … }', answer);
    if (typeof answer === 'object') this.#apply(method, answer, cause);
    return demand;
  }

  #apply(method: string, effects: Effects<unknown>, cause: Seq | null): void {
    const { lost = 0, queues, deliveries, infos } = effects;
    this.#runner.lose('dispatcher', lost, cause);
    if (queues && this.#runner.context.tracing) {
      const { kept } = this.#runner.context;
      for (const { events = [], ...change } of queues) {
        const added = events.length > 0 ? { events: kept.of(events) } : {};
        this.#runner.record({ type: 'queue', ...change, ...added }, cause);
      }
    }
    if (deliveries) this.#sendAll(method, deliveries, cause);
    if (infos) {
      const { id, context } = this.#runner;
      for (const request of infos) context.send(id, id, { type: 'info', request }, cause);
    }
  }

  #sendAll(method: string, deliveries: readonly Delivery<unknown>[], cause: Seq | null): void {
    let sent = 0;
    try {
      for (const delivery of deliveries) {
        this.#send(method, delivery, cause);
        sent++;
      }
    } catch (error) {
      for (const { events } of deliveries.slice(sent)) this.#runner.lose('dispatcher', events.length, cause);
      throw error;
    }
  }

  #send(method: string, { to, events, refused = 0 }: Delivery<unknown>, cause: Seq | null): void {
    const consumer = this.#consumers.get(to) ?? (this.#leaving?.from.id === to ? this.#leaving : null);
    if (!consumer) {
      throw this.#bad(method, 'deliveries to subscriptions that have begun and not ended', to);
    }
    const { address, life } = consumer;
    const { id } = consumer.from;
    const { context } = this.#runner;
    if (refused > 0) this.#refuse(consumer, refused, cause);
    const first = consumer.dispatched;
    const count = events.length;
    consumer.dispatched += count;
    consumer.open -= count;
    let dispatched = cause;
    if (context.tracing) {
      const { open } = consumer;
      dispatched = this.#runner.record(
        { type: 'dispatch', subscription: id, first, count, events: context.kept.of(events), open },
        cause,
      );
    }
    const message = { type: 'events', subscription: id, first, events, life } as const;
    address.send(this.#runner.id, message, dispatched);
  }

  /** Events the consumer does not want: as many others are asked for in its name, as GenStage does. */
  #refuse(consumer: Consumer, count: number, cause: Seq | null): void {
    const { id: subscription, peer } = consumer.from;
    const { context, id } = this.#runner;
    consumer.open -= count;
    let dropped = cause;
    if (context.tracing) dropped = this.#runner.record({ type: 'drop', count, subscription }, cause);
    context.send(peer, id, { type: 'ask', subscription, count }, dropped);
  }

  #bad(method: string, requirement: string, received: unknown): EngineError {
    return new EngineError('dispatcher_answer', {
      stage: this.#runner.id,
      dispatcher: this.#name,
      method,
      requirement,
      received: describe(received),
    });
  }
}
