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
  count: number;
}

const NO_EVENTS: readonly never[] = [];

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
    const at = this.#indexOf(id);
    const asking = this.#open[at];
    if (!asking) return 0;
    this.#max ??= count;
    if (count > this.#max) this.#warn(id, this.#max, count);
    this.#change(at, asking.count + count);
    const reused = Math.min(this.#carried, count);
    this.#carried -= reused;
    return count - reused;
  }

  cancel(id: SubscriptionId): number {
    const at = this.#indexOf(id);
    if (at < 0) return 0;
    for (const { count } of this.#open.splice(at, 1)) this.#carried += count;
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
      this.#change(0, greatest.count - size);
    }
    const leftover = from === 0 ? events : from === events.length ? NO_EVENTS : events.slice(from);
    // What is left answers demand that nobody holds any more.
    this.#carried = Math.max(this.#carried - leftover.length, 0);
    return { deliveries, leftover };
  }

  #indexOf(id: SubscriptionId): number {
    for (let at = 0; at < this.#open.length; at++) if (this.#open[at]?.id === id) return at;
    return -1;
  }

  /** Sets one count and moves it to its place: behind all that are as great. */
  #change(from: number, count: number): void {
    const open = this.#open;
    const changed = open[from];
    if (!changed) return;
    changed.count = count;
    let at = from;
    for (; at > 0; at--) {
      const above = open[at - 1];
      if (!above || above.count >= count) break;
      open[at] = above;
    }
    if (at === from) {
      for (; at + 1 < open.length; at++) {
        const below = open[at + 1];
        if (!below || below.count < count) break;
        open[at] = below;
      }
    }
    open[at] = changed;
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
