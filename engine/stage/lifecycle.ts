import type { Seq } from '../ids.ts';
import { traceError, traceValue } from '../trace/trace-value.ts';
import { Ending, failure, type CallbackRunner } from './callback-runner.ts';
import type { Reason } from './definition.ts';
import type { Steps } from './steps.ts';

/** What a stage does: takes the next message, handles one, or is gone. */
export type StageStatus = 'waiting' | 'busy' | 'exited' | 'crashed';

/** From start to end: whether a stage lives, is free for a message, and how it ends. */
export class Lifecycle {
  readonly #runner: CallbackRunner;
  #status: StageStatus = 'busy';
  /** Entry that recorded the failure it ends of. */
  #crash: Seq | null = null;

  constructor(runner: CallbackRunner) {
    this.#runner = runner;
  }

  get status(): StageStatus {
    return this.#status;
  }

  get isAlive(): boolean {
    return this.#status === 'waiting' || this.#status === 'busy';
  }

  /** Takes up a message. */
  beBusy(): void {
    this.#status = 'busy';
  }

  /** Is done with it; a stage that ended meanwhile stays as it is. */
  beFree(): void {
    if (this.#status === 'busy') this.#status = 'waiting';
  }

  /** Leaves before it has begun, as its `init` asked. */
  leave(): void {
    this.#status = 'exited';
  }

  /** Ends at once: no callback runs any more. */
  kill(reason: Reason, cause: Seq | null): void {
    if (this.isAlive) this.exit(reason, new Ending(reason, null, cause));
  }

  /** Ends at once because of a failure outside the callbacks. */
  fail(error: unknown, cause: Seq | null): void {
    if (!this.isAlive) return;
    const ending = new Ending(failure(error), { callback: null, error }, cause);
    this.recordCrash(ending);
    this.exit(ending.reason, ending);
  }

  /** Ends after a last word of the learner's (GS-185). */
  *end(ending: Ending): Steps {
    this.recordCrash(ending);
    yield* this.terminate(ending);
    this.exit(ending.reason, ending);
  }

  *terminate({ reason, cause }: Ending): Steps {
    const runner = this.#runner;
    if (!runner.callbacks.terminate) return;
    try {
      yield* runner.call('terminate', null, () => runner.callbacks.terminate?.(reason, runner.state), cause);
      if (runner.context.tracing) {
        const state = traceValue(runner.state);
        runner.record({ type: 'end', callback: 'terminate', count: 0, emitted: [], state }, runner.began);
      }
    } catch (error) {
      // It ends anyway; that its last word failed is told.
      if (error instanceof Ending) this.recordCrash(error);
      else throw error;
    }
  }

  recordCrash({ crash, cause }: Ending): void {
    if (!crash || !this.isAlive) return;
    const entry = { type: 'crash', callback: crash.callback, error: traceError(crash.error) } as const;
    this.#crash = this.#runner.record(entry, cause);
    this.#runner.context.crashed(this.#runner.id, crash);
  }

  exit(reason: Reason, ending: Ending | null): void {
    if (!this.isAlive) return;
    this.#status = this.#crash === null ? 'exited' : 'crashed';
    const last =
      this.#crash ?? this.#runner.record({ type: 'exit', reason: traceValue(reason) }, ending?.cause ?? null);
    this.#runner.context.exited(this.#runner.id, reason, last);
  }
}
