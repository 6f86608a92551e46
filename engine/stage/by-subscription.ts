import type { SubscriptionId } from '../ids.ts';

/** What a stage keeps per subscription. Remembers the latest that was found: most messages are of the same one again. */
export class BySubscription<Value> {
  readonly #values = new Map<SubscriptionId, Value>();
  #latestId: SubscriptionId | null = null;
  #latest: Value | undefined = undefined;

  get size(): number {
    return this.#values.size;
  }

  has(id: SubscriptionId): boolean {
    return this.#values.has(id);
  }

  get(id: SubscriptionId): Value | undefined {
    if (id === this.#latestId) return this.#latest;
    const found = this.#values.get(id);
    if (found !== undefined) this.#remember(id, found);
    return found;
  }

  set(id: SubscriptionId, value: Value): void {
    this.#values.set(id, value);
    this.#remember(id, value);
  }

  delete(id: SubscriptionId): void {
    this.#values.delete(id);
    if (id === this.#latestId) this.#remember(null, undefined);
  }

  values(): Iterable<Value> {
    return this.#values.values();
  }

  #remember(id: SubscriptionId | null, value: Value | undefined): void {
    this.#latestId = id;
    this.#latest = value;
  }
}
