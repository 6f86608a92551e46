import type { StageId, SubscriptionId } from '../ids.ts';

/** Names that one worker may give to each pair of stages. */
const NAMES_PER_LIFE = 1_000_000;

/** Names for subscriptions that no plan has named: `printer←numbers+1`, `+2` … None is given twice. */
export class SubscriptionNames {
  /** How many were named for each pair of stages, whatever became of them. */
  readonly #named = new Map<string, number>();
  readonly #first: number;

  /** @param life - Which worker of this number gives them, from 0: those before have given others. */
  constructor(life = 0) {
    this.#first = life * NAMES_PER_LIFE;
  }

  next(consumer: StageId, producer: StageId): SubscriptionId {
    const pair = `${consumer}←${producer}`;
    const made = (this.#named.get(pair) ?? this.#first) + 1;
    this.#named.set(pair, made);
    return `${pair}+${made}`;
  }
}
