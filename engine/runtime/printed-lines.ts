import type { StageId, WorkerId } from '../ids.ts';
import { traceValue } from '../trace/trace-value.ts';
import type { OutputLine } from '../transport/protocol.ts';
import type { Print } from './print.ts';
import type { StageHost } from './stage-host.ts';

/** Lines that one callback, or loading the program, may print; the rest is counted (RUN-10). */
const MAX_LINES = 200;

/** What the program writes to its console on one worker: part of the trace while stages run, else output. */
export class PrintedLines {
  readonly #worker: WorkerId;
  /** Who printed more lines than are kept, since the last callback began. */
  #flooding: StageId | null = null;
  /** Lines printed since the last callback began, kept or not. */
  #count = 0;
  #output: OutputLine[] = [];
  #dropped = 0;

  constructor(worker: WorkerId) {
    this.#worker = worker;
  }

  /** Lines outside the trace that were not kept, in all. */
  get dropped(): number {
    return this.#dropped;
  }

  /** Takes a line; whether it went into the trace. */
  print(host: StageHost | null, ...[level, values, findPlace]: Parameters<Print>): boolean {
    this.#count += 1;
    if (this.#count > MAX_LINES) {
      this.#flooding ??= host?.owner?.stage ?? null;
      return false;
    }
    const place = findPlace();
    if (host) {
      host.log(level, values, place);
      return true;
    }
    this.#output.push({
      worker: this.#worker,
      // Before the run's own time begins.
      atMs: 0,
      level,
      values: values.map(traceValue),
      ...(place !== undefined && { place }),
    });
    return false;
  }

  /** Counts lines that were printed and never came here. */
  skip(count: number): void {
    this.#count += count;
  }

  /** A callback is over: tells in one warning how much it printed that was not kept. */
  settle(host: StageHost | null): void {
    const count = this.#count - MAX_LINES;
    const stage = this.#flooding;
    this.#count = 0;
    this.#flooding = null;
    if (count <= 0) return;
    if (host === null || stage === null) this.#dropped += count;
    else {
      const message = `One callback printed ${count + MAX_LINES} lines: ${count} of them are not shown`;
      host.warnOfFlood(stage, { count, message });
    }
  }

  /** The lines outside the trace since they were last taken. */
  take(): readonly OutputLine[] {
    const output = this.#output;
    this.#output = [];
    return output;
  }
}
