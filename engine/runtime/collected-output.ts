import type { WorkerId } from '../ids.ts';
import type { TraceError } from '../trace/trace-entry.ts';
import type { OutputLine } from '../transport/protocol.ts';

/** Lines of output that are kept. */
const MAX_OUTPUT_LINES = 1_000;
/** Errors outside all callbacks that are kept. */
const MAX_UNCAUGHT = 50;

/** What a run has said outside its trace, and how much of everything the workers could not keep. */
export class CollectedOutput {
  #lines: readonly OutputLine[] = [];
  #linesDropped = 0;
  /** On workers that are gone. */
  #entriesDropped = 0;
  #uncaught: readonly TraceError[] = [];
  readonly #linesDroppedThere = new Map<WorkerId, number>();
  readonly #entriesDroppedThere = new Map<WorkerId, number>();

  get lines(): readonly OutputLine[] {
    return this.#lines;
  }

  /** Lines that were not kept, here or on the workers. */
  get linesDropped(): number {
    return this.#linesDropped + sum(this.#linesDroppedThere.values());
  }

  /** Trace entries that the workers did not keep. */
  get entriesDropped(): number {
    return this.#entriesDropped + sum(this.#entriesDroppedThere.values());
  }

  get uncaught(): readonly TraceError[] {
    return this.#uncaught;
  }

  /** Takes the output of a worker's report. */
  report(
    worker: WorkerId,
    report: {
      readonly output: readonly OutputLine[];
      readonly outputDropped: number;
      readonly dropped: number;
    },
  ): void {
    this.#linesDroppedThere.set(worker, report.outputDropped);
    this.#entriesDroppedThere.set(worker, report.dropped);
    const { output } = report;
    if (output.length === 0) return;
    const kept = output.slice(0, MAX_OUTPUT_LINES - this.#lines.length);
    this.#linesDropped += output.length - kept.length;
    this.#lines = [...this.#lines, ...kept];
  }

  /** A worker is gone: the one in its place counts anew. */
  lose(worker: WorkerId): void {
    this.#linesDropped += this.#linesDroppedThere.get(worker) ?? 0;
    this.#entriesDropped += this.#entriesDroppedThere.get(worker) ?? 0;
    this.#linesDroppedThere.delete(worker);
    this.#entriesDroppedThere.delete(worker);
  }

  /** Something was thrown outside every callback. */
  fail(error: TraceError): void {
    if (this.#uncaught.length < MAX_UNCAUGHT) this.#uncaught = [...this.#uncaught, error];
  }
}

function sum(numbers: Iterable<number>): number {
  let total = 0;
  for (const each of numbers) total += each;
  return total;
}
