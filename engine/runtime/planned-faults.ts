import type { VirtualScheduler } from '../time/virtual-scheduler.ts';
import { inflict, type Fault, type FaultAccess } from './faults.ts';

/**
 * A fault, and when it strikes: once so many messages of the run have been handled, or at a virtual time, ms. When nothing
 * else is left to do before that many messages, it strikes then.
 */
export type PlannedFault = Fault & ({ readonly turn: number } | { readonly atMs: number });

/** The faults of a virtual run, in the order in which they come. */
export class PlannedFaults {
  readonly #on: FaultAccess;
  /** By turn; the next one comes last. */
  readonly #byTurn: (Fault & { readonly turn: number })[];

  constructor(faults: readonly PlannedFault[], scheduler: VirtualScheduler, on: FaultAccess) {
    this.#on = on;
    this.#byTurn = faults
      .filter((fault) => 'turn' in fault)
      .sort((a, b) => a.turn - b.turn)
      .reverse();
    for (const fault of faults) {
      if ('atMs' in fault) scheduler.after(fault.atMs, () => this.#strike(fault));
    }
    this.#timed = faults.length - this.#byTurn.length;
  }

  /** Faults that wait for their time: the run is not over before. */
  get timed(): number {
    return this.#timed;
  }

  #timed: number;

  /** So many messages have been handled: what is due strikes. */
  handled(turns: number): void {
    for (let next = this.#byTurn.at(-1); next && next.turn <= turns; next = this.#byTurn.at(-1)) {
      this.#byTurn.pop();
      inflict(next, this.#on);
    }
  }

  /** Nothing else is left to do: the next one strikes now; `false` when there is none. */
  next(): boolean {
    const next = this.#byTurn.pop();
    if (!next) return false;
    inflict(next, this.#on);
    return true;
  }

  #strike(fault: Fault): void {
    this.#timed -= 1;
    inflict(fault, this.#on);
  }
}
