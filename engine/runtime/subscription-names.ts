import type { StageId, SubscriptionId } from '../ids.ts';

/** Names for subscriptions that no plan has named: `printer←numbers+1`, `+2` … None is given twice. */
export class SubscriptionNames {
  /** How many were named for each pair of stages, whatever became of them. */
  readonly #named = new Map<string, number>();

  next(consumer: StageId, producer: StageId): SubscriptionId {
    const pair = `${consumer}←${producer}`;
    const made = (this.#named.get(pair) ?? 0) + 1;
    this.#named.set(pair, made);
    return `${pair}+${made}`;
  }
}
