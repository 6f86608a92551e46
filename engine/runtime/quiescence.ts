import type { WorkerId } from '../ids.ts';
import type { Crossings } from '../transport/protocol.ts';

/**
 * Notices that nothing is left to do. Workers report at different moments, so that all may say "idle" while an
 * envelope is on its way; hence two waves (Mattern's four counters): when all are idle and the sums of sent and
 * received are equal, everybody is asked again, and only the same answer from all means the end.
 *
 * @see F. Mattern, Algorithms for distributed termination detection, 1987.
 */
export class Quiescence {
  readonly #workers: number;
  readonly #last = new Map<WorkerId, Crossings>();
  /** What was true when the second wave began; `null` outside of one. */
  #first: ReadonlyMap<WorkerId, Crossings> | null = null;
  readonly #confirmed = new Set<WorkerId>();

  constructor(workers: number) {
    this.#workers = workers;
  }

  /** A worker's own report. `ask`: begin the second wave now, by asking every worker. */
  report(worker: WorkerId, crossings: Crossings): 'ask' | 'wait' {
    this.#last.set(worker, crossings);
    if (this.#first && !same(this.#first.get(worker), crossings)) this.#first = null;
    if (this.#first || !this.#isQuiet()) return 'wait';
    this.#first = new Map(this.#last);
    this.#confirmed.clear();
    return 'ask';
  }

  /** A worker's answer in the second wave. `ended`: every worker has given the same answer twice. */
  answer(worker: WorkerId, crossings: Crossings): 'ended' | 'wait' {
    this.#last.set(worker, crossings);
    if (!this.#first) return 'wait';
    if (!same(this.#first.get(worker), crossings)) {
      this.#first = null;
      return 'wait';
    }
    this.#confirmed.add(worker);
    return this.#confirmed.size === this.#workers ? 'ended' : 'wait';
  }

  #isQuiet(): boolean {
    if (this.#last.size < this.#workers) return false;
    let sent = 0;
    let received = 0;
    for (const each of this.#last.values()) {
      if (!each.idle) return false;
      sent += each.sent;
      received += each.received;
    }
    return sent === received;
  }
}

function same(a: Crossings | undefined, b: Crossings): boolean {
  return a !== undefined && a.idle && b.idle && a.sent === b.sent && a.received === b.received;
}
