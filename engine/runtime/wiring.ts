import { EngineError } from '../errors.ts';
import type { StageId, SubscriptionId } from '../ids.ts';

/** Who receives from whom in a plan that is being declared: names subscriptions, and finds circles. */
export class Wiring {
  readonly #consumersOf = new Map<StageId, Set<StageId>>();
  readonly #producersOf = new Map<StageId, Set<StageId>>();
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
    addTo(this.#consumersOf, producer, consumer);
    addTo(this.#producersOf, consumer, producer);
    const id = `${consumer}←${producer}`;
    const alike = (this.#alike.get(id) ?? 0) + 1;
    this.#alike.set(id, alike);
    return alike === 1 ? id : `${id}#${alike}`;
  }

  /** The way events already take from one stage to another; `null` when there is none. */
  #path(from: StageId, to: StageId): readonly StageId[] | null {
    const metFrom = new Map<StageId, StageId | null>([[from, null]]);
    const downstream = reached(metFrom, this.#consumersOf);
    // Looked for from both ends in turn, as one of them mostly leads nowhere: a stage that was just started has no neighbour.
    const upstream = reached(new Map([[to, null]]), this.#producersOf);
    let isSure = false;
    for (const id of downstream) {
      if (id === to) return [...backFrom(id, metFrom)].reverse();
      if (isSure) continue;
      const { done, value } = upstream.next();
      if (done) return null;
      isSure = value === from;
    }
    return null;
  }
}

function addTo(neighbours: Map<StageId, Set<StageId>>, of: StageId, neighbour: StageId): void {
  const known = neighbours.get(of);
  if (known) known.add(neighbour);
  else neighbours.set(of, new Set([neighbour]));
}

/** Every stage that neighbours lead to, from those in `metFrom` on: each is kept there with the one it was met from. */
function* reached(
  metFrom: Map<StageId, StageId | null>,
  neighbours: ReadonlyMap<StageId, ReadonlySet<StageId>>,
): Generator<StageId, void> {
  // A map visits what is added on the way.
  for (const id of metFrom.keys()) {
    yield id;
    for (const next of neighbours.get(id) ?? []) if (!metFrom.has(next)) metFrom.set(next, id);
  }
}

function* backFrom(stage: StageId, metFrom: ReadonlyMap<StageId, StageId | null>): Generator<StageId, void> {
  for (let id: StageId | null = stage; id !== null; id = metFrom.get(id) ?? null) yield id;
}
