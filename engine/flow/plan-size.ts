import { EngineError } from '../errors.ts';

/** What a plan may come to: more than a page can show or a machine run, and reached at once by a flow merged with itself. */
const MOST = { layers: 1_000, stages: 10_000, subscriptions: 100_000 } as const;

/** Counts what is planned before it is made. */
export class PlanSize {
  readonly #flow: string;
  readonly #counts = { layers: 0, stages: 0, subscriptions: 0 };

  /** @param flow - What errors call it. */
  constructor(flow: string) {
    this.#flow = flow;
  }

  /** So many more are to be made. @throws {EngineError} `flow_too_large`. */
  add(what: keyof typeof MOST, count: number): void {
    this.check(what, (this.#counts[what] += count));
  }

  /** Refuses more than there may be. @throws {EngineError} `flow_too_large`. */
  check(what: keyof typeof MOST, count: number): void {
    if (count <= MOST[what]) return;
    const limit = `${MOST[what].toLocaleString('en')} ${what}`;
    throw new EngineError('flow_too_large', { flow: this.#flow, limit });
  }
}
