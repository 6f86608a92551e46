/** Neighbouring events of one origin. */
export interface EventRun {
  /** Index of the first among those of its origin; `null`: the trace does not tell. */
  readonly from: number | null;
  readonly count: number;
}

/** What {@link EventQueue.goBack} needs. */
export interface QueueMark<Run> {
  readonly runs: Run[];
  readonly length: number;
  readonly head: number;
  readonly taken: number;
  readonly size: number;
}

/** Runs of events that have left before those that are kept are forgotten. */
const LEFT_KEPT = 256;

/** Events in order, a run at a time: first in, first out. What is taken of a run in part leaves its rest in front. */
export class EventQueue<Run extends EventRun> {
  #runs: Run[] = [];
  /** So many runs, and so many events of the next one, have left. */
  #head = 0;
  #taken = 0;
  #size = 0;

  /** Events in it. */
  get size(): number {
    return this.#size;
  }

  add(runs: readonly Run[]): void {
    for (const run of runs) {
      this.#runs.push(run);
      this.#size += run.count;
    }
  }

  /** Takes the first `count` events, or all there are. */
  take(count: number): readonly Run[] {
    const taken: Run[] = [];
    for (let left = count; left > 0;) {
      const first = this.#runs[this.#head];
      if (!first) break;
      const size = Math.min(left, first.count - this.#taken);
      taken.push(part(first, this.#taken, size));
      left -= size;
      this.#size -= size;
      this.#taken += size;
      if (this.#taken < first.count) break;
      this.#head += 1;
      this.#taken = 0;
    }
    if (this.#head > LEFT_KEPT && this.#head * 2 > this.#runs.length) {
      this.#runs = this.#runs.slice(this.#head);
      this.#head = 0;
    }
    return taken;
  }

  /** The first `count` events, or all there are. */
  peek(count: number): readonly Run[] {
    const mark = this.mark();
    const runs = this.take(count);
    this.goBack(mark);
    return runs;
  }

  /** What is in it now, to go back to. */
  mark(): QueueMark<Run> {
    const { length } = this.#runs;
    return { runs: this.#runs, length, head: this.#head, taken: this.#taken, size: this.#size };
  }

  /** Makes it what it was: marks that were made later are of no use any more. */
  goBack({ runs, length, head, taken, size }: QueueMark<Run>): void {
    runs.length = length;
    this.#runs = runs;
    this.#head = head;
    this.#taken = taken;
    this.#size = size;
  }
}

/** `count` events of a run, from the one at `offset` on. */
export function part<Run extends EventRun>(run: Run, offset: number, count: number): Run {
  if (offset === 0 && count === run.count) return run;
  return { ...run, from: run.from === null ? null : run.from + offset, count };
}

/** `count` events of some runs, from the one at `offset` on, or as many as there are. */
export function slice<Run extends EventRun>(
  runs: readonly Run[],
  offset: number,
  count: number,
): readonly Run[] {
  const [only] = runs;
  if (runs.length === 1 && offset === 0 && only?.count === count) return runs;
  const taken: Run[] = [];
  let skip = offset;
  let left = count;
  for (const run of runs) {
    if (left <= 0) break;
    if (skip >= run.count) {
      skip -= run.count;
      continue;
    }
    const size = Math.min(run.count - skip, left);
    taken.push(part(run, skip, size));
    skip = 0;
    left -= size;
  }
  return taken;
}

/** How many events these are. */
export function sizeOf(runs: readonly EventRun[]): number {
  let sum = 0;
  for (const { count } of runs) sum += count;
  return sum;
}
