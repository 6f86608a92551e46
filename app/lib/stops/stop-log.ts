import { StopWatch, type PlanView, type StopCondition, type StopHit, type TraceEntry } from 'sluice';
import { bisector } from 'd3-array';

/** A moment at which a condition begins to hold. */
export interface StopMoment {
  /** Entries applied when it does. */
  readonly n: number;
  readonly hit: StopHit;
}

const byPlace = bisector((moment: StopMoment) => moment.n);
const bySeq = bisector((entry: TraceEntry) => entry.seq);

/** Where conditions begin to hold in a run, kept while it grows: a longer trace costs only what is new. */
export class StopLog {
  readonly #plan: PlanView;
  readonly #conditions: readonly StopCondition[];
  #entries: readonly TraceEntry[] = [];
  #read = 0;
  #watch: StopWatch;
  #moments: StopMoment[] = [];

  constructor(plan: PlanView, conditions: readonly StopCondition[]) {
    this.#plan = plan;
    this.#conditions = conditions;
    this.#watch = new StopWatch(plan, conditions);
  }

  /** In the order of the run. A new array whenever there are more. */
  get moments(): readonly StopMoment[] {
    return this.#moments;
  }

  /** Goes on with a longer version of the same trace. */
  update(entries: readonly TraceEntry[]): void {
    if (this.#conditions.length === 0) return;
    // A late entry of another worker was put before some that were read: what waits where has to be counted anew.
    if (this.#read > 0 && entries[this.#read - 1] !== this.#entries[this.#read - 1]) this.#restart();
    this.#entries = entries;
    const found: StopMoment[] = [];
    for (; this.#read < entries.length; this.#read += 1) {
      const entry = entries[this.#read];
      const hit = entry && this.#watch.take(entry);
      // What had to hold for a while did so by the entry before.
      if (hit) found.push({ n: bySeq.left(entries, hit.seq) + 1, hit });
    }
    if (found.length > 0) this.#moments = [...this.#moments, ...found];
  }

  /** The first moment after position `n`; `null` where there is none. */
  after(n: number): StopMoment | null {
    return this.#moments[byPlace.right(this.#moments, n)] ?? null;
  }

  /** The last moment before position `n`; `null` where there is none. */
  before(n: number): StopMoment | null {
    return this.#moments[byPlace.left(this.#moments, n) - 1] ?? null;
  }

  #restart(): void {
    this.#watch = new StopWatch(this.#plan, this.#conditions);
    this.#read = 0;
    this.#moments = [];
  }
}
