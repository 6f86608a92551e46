import { EngineError, didYouMean } from '../errors.ts';
import type { SubscriptionId } from '../ids.ts';
import { describe } from '../trace/trace-value.ts';
import type { Delivery, Dispatched, Dispatcher, DispatcherContext, DispatcherSpec } from './dispatcher.ts';

export interface DemandDispatcherOptions {
  /** Demand of one ask above which a warning is recorded. Integer >= 1; default: the first ask. */
  readonly maxDemand?: number;
  /** Shuffle the consumers once, before the first dispatch, so that the first is not always served first. */
  readonly shuffleDemandsOnFirstDispatch?: boolean;
}

const OPTIONS = ['maxDemand', 'shuffleDemandsOnFirstDispatch'];

/**
 * The default dispatcher: each batch goes to the consumer with the greatest open demand.
 *
 * @example
 * producer({ handleDemand, dispatcher: demandDispatcher({ shuffleDemandsOnFirstDispatch: true }) });
 */
export function demandDispatcher(options: DemandDispatcherOptions = {}): DispatcherSpec {
  const at = 'demandDispatcher';
  for (const option of Object.keys(options)) {
    if (OPTIONS.includes(option)) continue;
    throw new EngineError('option_unknown', {
      option,
      at,
      nearest: didYouMean(option, OPTIONS),
      allowed: OPTIONS.join(', '),
    });
  }
  const { maxDemand, shuffleDemandsOnFirstDispatch } = options;
  if (maxDemand !== undefined && !(Number.isInteger(maxDemand) && maxDemand >= 1)) {
    const received = describe(maxDemand);
    throw new EngineError('option_out_of_range', {
      option: 'maxDemand',
      at,
      requirement: 'an integer >= 1',
      received,
    });
  }
  if (shuffleDemandsOnFirstDispatch !== undefined && typeof shuffleDemandsOnFirstDispatch !== 'boolean') {
    const received = describe(shuffleDemandsOnFirstDispatch);
    const option = 'shuffleDemandsOnFirstDispatch';
    throw new EngineError('option_out_of_range', { option, at, requirement: 'true or false', received });
  }
  return { name: 'demand', create: (context) => new DemandDispatcher(options, context) };
}

interface Open {
  readonly id: SubscriptionId;
  readonly count: number;
}

/** Gives each batch to the greatest open demand; among equals, to the one unchanged longest. */
export class DemandDispatcher<T> implements Dispatcher<T> {
  readonly #context: DispatcherContext;
  /** Greatest first. Invariant: every count is >= 0. */
  #open: Open[] = [];
  /** Demand already sent upstream for subscriptions that have since been cancelled. */
  #carried = 0;
  #max: number | null;
  #shuffle: boolean;

  constructor(options: DemandDispatcherOptions, context: DispatcherContext) {
    this.#context = context;
    this.#max = options.maxDemand ?? null;
    this.#shuffle = options.shuffleDemandsOnFirstDispatch ?? false;
  }

  subscribe(id: SubscriptionId): number {
    this.#open.push({ id, count: 0 });
    return 0;
  }

  ask(id: SubscriptionId, count: number): number {
    this.#max ??= count;
    if (count > this.#max) this.#warn(id, this.#max, count);
    this.#insert(id, this.#take(id) + count);
    const reused = Math.min(this.#carried, count);
    this.#carried -= reused;
    return count - reused;
  }

  cancel(id: SubscriptionId): number {
    this.#carried += this.#take(id);
    return 0;
  }

  dispatch(events: readonly T[]): Dispatched<T> {
    if (this.#shuffle) this.#shuffleOnce();
    const deliveries: Delivery<T>[] = [];
    let from = 0;
    while (from < events.length) {
      const greatest = this.#open[0];
      if (!greatest || greatest.count === 0) break;
      const size = Math.min(greatest.count, events.length - from);
      // The common case, one consumer with demand enough, hands the array on as it is.
      const batch = size === events.length ? events : events.slice(from, from + size);
      deliveries.push({ to: greatest.id, events: batch });
      from += size;
      this.#open.shift();
      this.#insert(greatest.id, greatest.count - size);
    }
    const leftover = from === 0 ? events : events.slice(from);
    // What is left answers demand that nobody holds any more.
    this.#carried = Math.max(this.#carried - leftover.length, 0);
    return { deliveries, leftover };
  }

  #take(id: SubscriptionId): number {
    const index = this.#open.findIndex((open) => open.id === id);
    const [taken] = index < 0 ? [] : this.#open.splice(index, 1);
    return taken?.count ?? 0;
  }

  #insert(id: SubscriptionId, count: number): void {
    let at = 0;
    while (at < this.#open.length && (this.#open[at]?.count ?? 0) >= count) at++;
    this.#open.splice(at, 0, { id, count });
  }

  #warn(id: SubscriptionId, max: number, count: number): void {
    this.#context.warn({
      code: 'demand_over_max',
      message: `"${id}" asked for ${count} events at once, where at most ${max} were expected`,
      subscription: id,
      count,
      values: [max, count],
    });
  }

  #shuffleOnce(): void {
    this.#shuffle = false;
    const keyed = this.#open.map((open) => ({ open, key: this.#context.random() }));
    // Sorted again by demand, so that chance decides among equals only and the greatest stays first.
    keyed.sort((a, b) => b.open.count - a.open.count || a.key - b.key);
    this.#open = keyed.map(({ open }) => open);
  }
}
