import { EngineError } from '../errors.ts';
import type { StageId, SubscriptionId } from '../ids.ts';
import { describe } from '../trace/trace-value.ts';
import type {
  Delivery,
  DispatchOptions,
  Dispatched,
  Dispatcher,
  DispatcherContext,
  DispatcherSpec,
  Refused,
} from './dispatcher.ts';

/**
 * Sends every event to every consumer, at the pace of the slowest. A subscription may say which events it wants:
 * `subscribe(sink, { to: source, selector: (event) => event > 9 })`. A stage can subscribe once only.
 *
 * @example
 * producer({ handleDemand, dispatcher: broadcastDispatcher() });
 */
export function broadcastDispatcher(): DispatcherSpec {
  return { name: 'broadcast', checksPlan: true, create: (context) => new BroadcastDispatcher(context) };
}

type Selector = (event: unknown) => unknown;

interface Subscribed {
  readonly id: SubscriptionId;
  readonly consumer: StageId;
  readonly selector: Selector | null;
  /** Asked for by this consumer and not yet by all others. */
  ahead: number;
}

/** Demand is what all consumers have asked for; each event goes to all of them. */
export class BroadcastDispatcher<T> implements Dispatcher<T> {
  readonly #context: DispatcherContext;
  /** Who asked or subscribed last comes first: GenStage sends in this order. */
  #subscribed: Subscribed[] = [];
  /** Asked for by all consumers and not yet delivered. */
  #common = 0;
  /** Passed on to the producer and not yet delivered. Invariant: at least #common. */
  #requested = 0;

  constructor(context: DispatcherContext) {
    this.#context = context;
  }

  subscribe(id: SubscriptionId, options: DispatchOptions, consumer: StageId): number | Refused {
    const selector = this.#selectorOf(id, options['selector']);
    if (this.#subscribed.some((one) => one.consumer === consumer)) {
      this.#context.warn({
        code: 'already_subscribed',
        message: `"${consumer}" gets the events of "${this.#context.stage}" already, and each of them once`,
        subscription: id,
      });
      return { refused: 'already_subscribed' };
    }
    // What was common is so no longer: the newcomer has not asked for it (GS-114).
    for (const one of this.#subscribed) one.ahead += this.#common;
    this.#common = 0;
    this.#subscribed.unshift({ id, consumer, selector, ahead: 0 });
    return 0;
  }

  ask(id: SubscriptionId, count: number): number {
    const at = this.#subscribed.findIndex((one) => one.id === id);
    const asking = this.#subscribed[at];
    if (!asking) return 0;
    asking.ahead += count;
    this.#subscribed.splice(at, 1);
    this.#subscribed.unshift(asking);
    return this.#request();
  }

  cancel(id: SubscriptionId): number {
    this.#subscribed = this.#subscribed.filter((one) => one.id !== id);
    if (this.#subscribed.length > 0) return this.#request();
    // Nobody is left to have asked. What was requested stays so: it need not be requested for the next consumer.
    this.#common = 0;
    return 0;
  }

  dispatch(events: readonly T[]): Dispatched<T> {
    const size = Math.min(events.length, this.#common);
    if (size === 0) return { deliveries: [], leftover: events };
    this.#common -= size;
    this.#requested -= size;
    const sent = size === events.length ? events : events.slice(0, size);
    return {
      deliveries: this.#subscribed.map((one) => deliveryTo(one, sent)),
      leftover: events.slice(size),
    };
  }

  /** Makes common what all have asked for by now; answers with what the producer has not been asked for yet (GS-115). */
  #request(): number {
    let least = Infinity;
    for (const { ahead } of this.#subscribed) least = Math.min(least, ahead);
    for (const one of this.#subscribed) one.ahead -= least;
    this.#common += least;
    const request = Math.max(0, this.#common - this.#requested);
    this.#requested += request;
    return request;
  }

  #selectorOf(subscription: SubscriptionId, given: unknown): Selector | null {
    if (given === undefined || given === null) return null;
    if (isSelector(given)) return given;
    const details = { subscription, stage: this.#context.stage, received: describe(given) };
    throw new EngineError('selector_not_function', details);
  }
}

function deliveryTo<T>({ id, selector }: Subscribed, events: readonly T[]): Delivery<T> {
  if (!selector) return { to: id, events };
  const wanted = events.filter((event) => Boolean(selector(event)));
  const refused = events.length - wanted.length;
  return refused === 0 ? { to: id, events } : { to: id, events: wanted, refused };
}

function isSelector(value: unknown): value is Selector {
  return typeof value === 'function';
}
