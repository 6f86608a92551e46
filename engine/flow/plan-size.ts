import type { EngineError } from '../errors.ts';

/** What a plan may come to: more than a machine runs, and reached at once by a loop that starts stages, or a flow merged with itself. */
const MOST = { layers: 1_000, stages: 10_000, subscriptions: 100_000 } as const;

/** Counts what is planned before it is made. */
export class PlanSize {
  readonly #refusal: (limit: string) => EngineError;
  readonly #counts = { layers: 0, stages: 0, subscriptions: 0 };

  /** @param refusal - Makes the error, out of what there may be at most, such as "10,000 stages". */
  constructor(refusal: (limit: string) => EngineError) {
    this.#refusal = refusal;
  }

  /** So many more are to be made. @throws {EngineError} what the refusal makes. */
  add(what: keyof typeof MOST, count: number): void {
    this.check(what, (this.#counts[what] += count));
  }

  /** Refuses more than there may be. @throws {EngineError} what the refusal makes. */
  check(what: keyof typeof MOST, count: number): void {
    if (count > MOST[what]) throw this.#refusal(`${MOST[what].toLocaleString('en')} ${what}`);
  }
}
