import type { PlanView, TraceEntry } from 'sluice';
import type { Steps } from './steps.ts';

/** What a view remembers of a trace. A longer version of the trace costs only what is new. */
export interface RunLog {
  /** The trace as it was seen last. */
  readonly entries: readonly TraceEntry[];
  /** How many entries of it are known. */
  readonly known: number;
  /**
   * Takes the same trace with entries appended, or inserted near its end.
   *
   * @param to - Only so many of them: what is left is taken later.
   */
  update(entries: readonly TraceEntry[], to?: number): void;
}

/** A part of a long work: entries between two looks at the clock. */
const STEP_ENTRIES = 1_024;

/** The logs of one kind, one for each run: views that look at the same run share it, as long as its plan is there. */
export class RunLogs<Log extends RunLog> {
  readonly #make: (plan: PlanView) => Log;
  readonly #known = new WeakMap<PlanView, Log>();

  constructor(make: (plan: PlanView) => Log) {
    this.#make = make;
  }

  /** The log of a run, with all of its entries. */
  of(plan: PlanView, entries: readonly TraceEntry[]): Log {
    const log = this.soFar(plan, entries);
    log.update(entries);
    return log;
  }

  /** The same in steps. */
  reading(plan: PlanView, entries: readonly TraceEntry[]): Steps<Log> {
    return readIn(this.soFar(plan, entries), entries);
  }

  /** The log of a run, as far as it has been read. */
  soFar(plan: PlanView, entries: readonly TraceEntry[]): Log {
    const known = this.#known.get(plan);
    const isSame =
      known !== undefined && (known.entries[0] ?? entries[0]) === entries[0] && known.known <= entries.length;
    const log = isSame ? known : this.#make(plan);
    this.#known.set(plan, log);
    return log;
  }
}

/** Takes all entries of a run in steps. */
export function* readIn<Log extends RunLog>(log: Log, entries: readonly TraceEntry[]): Steps<Log> {
  while (log.known < entries.length) {
    log.update(entries, Math.min(log.known + STEP_ENTRIES, entries.length));
    yield log.known / entries.length;
  }
  return log;
}

/** How many entries two versions of a trace begin with alike, of `most`: an equal last one means an equal beginning. */
export function alikeUpTo(
  before: readonly TraceEntry[],
  entries: readonly TraceEntry[],
  most: number,
): number {
  let known = most;
  while (known > 0 && before[known - 1] !== entries[known - 1]) known -= 1;
  return known;
}
