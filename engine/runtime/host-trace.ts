import type { Seq, StageId, WorkerId } from '../ids.ts';
import { Recorder } from '../trace/recorder.ts';
import type { TraceEntry, TraceEvent } from '../trace/trace-entry.ts';

/** What one worker records, numbered so that every effect comes after its cause on whatever worker that was. */
export class HostTrace {
  readonly recorder: Recorder;
  readonly #console: Recorder;
  readonly #worker: WorkerId;
  readonly #workers: number;
  readonly #nowMs: () => number;
  /** Told of every entry but those of the console. */
  readonly #onEntry: ((entry: TraceEntry) => void) | undefined;
  /** Lamport clock: greater than that of everything this worker has heard of. */
  #lamport: number;

  constructor(options: {
    readonly worker: WorkerId;
    readonly workers: number;
    readonly capacity: number;
    readonly console?: Recorder;
    readonly nowMs: () => number;
    readonly onEntry?: ((entry: TraceEntry) => void) | undefined;
    /** What is recorded comes after this entry; default: the first one comes first. */
    readonly afterSeq?: Seq;
  }) {
    this.recorder = new Recorder(options.capacity);
    this.#console = options.console ?? this.recorder;
    this.#worker = options.worker;
    this.#workers = options.workers;
    this.#nowMs = options.nowMs;
    this.#onEntry = options.onEntry;
    this.#lamport = Math.floor((options.afterSeq ?? 0) / options.workers);
  }

  record(stage: StageId, event: TraceEvent, cause: Seq | null): Seq {
    return this.#add(this.recorder, stage, event, cause);
  }

  /** Records what belongs to the console. */
  print(stage: StageId, event: TraceEvent, cause: Seq | null): Seq {
    return this.#add(this.#console, stage, event, cause);
  }

  /** An entry of another worker has caused something here: what follows comes after it. */
  hear(cause: Seq | null): void {
    if (cause !== null) this.#lamport = Math.max(this.#lamport, Math.floor(cause / this.#workers));
  }

  #add(recorder: Recorder, stage: StageId, event: TraceEvent, cause: Seq | null): Seq {
    this.#lamport++;
    const seq = this.#lamport * this.#workers + this.#worker;
    const entry = { seq, atMs: this.#nowMs(), worker: this.#worker, stage, cause, ...event };
    recorder.add(entry);
    if (this.#onEntry && recorder === this.recorder) this.#onEntry(entry);
    return seq;
  }
}
