import type { Seq, StageId, TaskId, WorkerId } from '../ids.ts';

/** One task on the worker that runs it. */
export class TaskRun {
  readonly id: TaskId;
  /** The stage it was started for. */
  readonly stage: StageId;
  /** The worker that wants to hear of its end. */
  readonly origin: WorkerId;
  /** Entry that recorded its start. */
  readonly cause: Seq | null;
  readonly #invoke: (run: TaskRun) => unknown;
  /** Made when it is asked for. */
  #controller: AbortController | null = null;
  #status: 'waiting' | 'running' | 'over' = 'waiting';
  /** Tasks it has started itself, in all. */
  started = 0;

  constructor(
    place: {
      readonly id: TaskId;
      readonly stage: StageId;
      readonly origin: WorkerId;
      readonly cause: Seq | null;
    },
    invoke: (run: TaskRun) => unknown,
  ) {
    this.id = place.id;
    this.stage = place.stage;
    this.origin = place.origin;
    this.cause = place.cause;
    this.#invoke = invoke;
  }

  get isWaiting(): boolean {
    return this.#status === 'waiting';
  }

  get isOver(): boolean {
    return this.#status === 'over';
  }

  /** Whether it is given time to finish when it is shut down: only code that knows of its signal can use it. */
  get finishesItself(): boolean {
    return this.#status === 'running' && this.#controller !== null;
  }

  /** Aborted when it is shut down, or killed. */
  get signal(): AbortSignal {
    this.#controller ??= new AbortController();
    return this.#controller.signal;
  }

  /** Calls its function, once. */
  begin(): unknown {
    this.#status = 'running';
    return this.#invoke(this);
  }

  abort(reason: unknown): void {
    this.#controller?.abort(reason);
  }

  /** Whether a failure is only its answer to having been aborted. */
  isAbort(error: unknown): boolean {
    const signal = this.#controller?.signal;
    if (!signal?.aborted) return false;
    return error === signal.reason || (error instanceof Error && error.name === 'AbortError');
  }

  end(): void {
    this.#status = 'over';
  }
}
