import type { Journal } from './journal.ts';

/** How many are known at least. */
const KEPT = 1_024;

/** What was noted last, by what it is asked for: of a long run, all of it would be much to hold, and slow to find things in. */
export class Recent<Key, Value> {
  readonly #of = { young: new Map<Key, Value>(), old: new Map<Key, Value>() };

  get(key: Key): Value | undefined {
    return this.#of.young.get(key) ?? this.#of.old.get(key);
  }

  put(key: Key, value: Value, journal: Journal): void {
    if (this.#of.young.size >= KEPT) {
      journal.set(this.#of, 'old', this.#of.young);
      journal.set(this.#of, 'young', new Map());
    }
    journal.put(this.#of.young, key, value);
  }
}
