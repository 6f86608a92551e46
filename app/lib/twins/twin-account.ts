import type { PlanView, TraceEntry } from 'sluice';
import { sum } from 'd3-array';
import { toldBy } from '../labs/told-by.ts';
import { unplacedAt } from '../view/accounts/kept-rows.ts';
import { RunAccounts } from '../view/accounts/run-accounts.ts';

/** Where all the orders of a twin are at one moment: made = done + waiting + dropped. */
export interface TwinCounts {
  readonly atMs: number;
  readonly made: number;
  readonly done: number;
  /** In the buffer, on their way, in the mailbox and in hand, each counted there. */
  readonly waiting: number;
  readonly dropped: number;
}

/** Milliseconds between two points of the curve. */
export const STEP_MS = 200;
const SOURCE = 'orders';

/** Before anything has happened. */
export const NOTHING: TwinCounts = { atMs: 0, made: 0, done: 0, waiting: 0, dropped: 0 };

/** Counts one twin from its trace, and keeps a curve of it. A longer version of the trace costs only what is new. */
export class TwinAccount {
  readonly #accounts: RunAccounts;
  #told = 0;
  #curve: (TwinCounts & { readonly n: number })[] = [];

  constructor(plan: PlanView) {
    this.#accounts = new RunAccounts(plan);
  }

  /**
   * Takes the same trace with entries appended, or inserted near its end.
   *
   * @param workers - How many workers may still tell something; 0: none, all has been told.
   */
  update(entries: readonly TraceEntry[], workers = 0): void {
    const before = this.#accounts.entries;
    this.#accounts.update(entries);
    const isSame = (n: number) => n === 0 || before[n - 1] === entries[n - 1];
    while (!isSame(this.#curve.at(-1)?.n ?? 0)) this.#curve.pop();
    this.#told = workers > 0 ? toldBy(entries, workers) : entries.length;
    for (let n = this.#curve.at(-1)?.n ?? 0; n < this.#told; n += 1) {
      // On the marks of the clock, so that the points of both twins are of the same times.
      const due = (Math.floor((this.#curve.at(-1)?.atMs ?? -STEP_MS) / STEP_MS) + 1) * STEP_MS;
      const atMs = entries[n]?.atMs ?? 0;
      if (atMs >= due) this.#curve.push({ ...this.at(n), atMs, n });
    }
  }

  /** The counts after the first `n` entries. */
  at(n: number): TwinCounts {
    const maker = this.#accounts.maker(SOURCE);
    if (!maker) return NOTHING;
    return {
      atMs: this.#accounts.entries[n - 1]?.atMs ?? 0,
      made: maker.emitted.at(n),
      done: sum(maker.links, (link) => link.handled.at(n)),
      waiting:
        maker.buffered.at(n) +
        unplacedAt(maker, n) +
        sum(maker.links, (link) => link.sent.at(n) - link.handled.at(n)),
      dropped: maker.turnedAway.at(n),
    };
  }

  get now(): TwinCounts {
    return this.at(this.#told);
  }

  /** A point every {@link STEP_MS}, and the latest one. */
  get curve(): readonly TwinCounts[] {
    return [...this.#curve, this.now];
  }
}
