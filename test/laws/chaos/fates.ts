import { explained } from './unexplained.ts';
import type { LostWhere } from 'sluice';

/** What became of an event in one place: told by the trace, and final. */
export type Fate = 'handled' | 'discarded' | 'dropped' | LostWhere;

/** What became of every event. None has two fates in one place, and a place is a stage or a subscription. */
export class Fates {
  readonly #of = new Map<string, Fate>();
  readonly #counts = new Map<Fate, number>();

  are(fate: Fate, events: readonly number[], place: string): void {
    for (const event of events) {
      const key = `${event} at ${place}`;
      const before = this.#of.get(key);
      explained(before === undefined, () => `event ${event} at ${place} is ${fate}, and was ${before}`);
      this.#of.set(key, fate);
      this.#counts.set(fate, (this.#counts.get(fate) ?? 0) + 1);
    }
  }

  /** How many events had which fate. */
  get counts(): ReadonlyMap<Fate, number> {
    return this.#counts;
  }
}
