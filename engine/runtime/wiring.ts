import { EngineError } from '../errors.ts';
import type { StageId, SubscriptionId } from '../ids.ts';

/** Who receives from whom in a plan that is being declared: names subscriptions, and finds circles. */
export class Wiring {
  readonly #consumersOf = new Map<StageId, Set<StageId>>();
  /** Subscriptions of the same two stages. */
  readonly #alike = new Map<SubscriptionId, number>();

  /**
   * Adds one subscription more; answers with its id.
   *
   * @throws {EngineError} `cycle`.
   */
  add(consumer: StageId, producer: StageId): SubscriptionId {
    const path = this.#path(consumer, producer);
    if (path) {
      // Shown the way events flow: from the consumer of the new subscription round to it again.
      throw new EngineError('cycle', { path: [...path, consumer].map((id) => `"${id}"`).join(' → ') });
    }
    const consumers = this.#consumersOf.get(producer) ?? new Set();
    this.#consumersOf.set(producer, consumers.add(consumer));
    const id = `${consumer}←${producer}`;
    const alike = (this.#alike.get(id) ?? 0) + 1;
    this.#alike.set(id, alike);
    return alike === 1 ? id : `${id}#${alike}`;
  }

  /** The way events already take from one stage to another; `null` when there is none. */
  #path(from: StageId, to: StageId): readonly StageId[] | null {
    const seen = new Set([from]);
    const visit = (id: StageId): readonly StageId[] | null => {
      if (id === to) return [id];
      for (const consumer of this.#consumersOf.get(id) ?? []) {
        // A stage that did not lead there does not when it is met again.
        if (seen.has(consumer)) continue;
        seen.add(consumer);
        const rest = visit(consumer);
        if (rest) return [id, ...rest];
      }
      return null;
    };
    return visit(from);
  }
}
