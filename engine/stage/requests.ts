import { EngineError } from '../errors.ts';
import type { Seq, StageId } from '../ids.ts';
import { describe } from '../trace/trace-value.ts';
import { Ending, type CallbackRunner, type Taken } from './callback-runner.ts';
import type { Caller } from './definition.ts';
import type { Lifecycle } from './lifecycle.ts';
import type { Steps } from './steps.ts';

/** What others want of a stage beside events: calls, casts, infos; and the answers that are still owed. */
export class Requests {
  readonly #runner: CallbackRunner;
  readonly #lifecycle: Lifecycle;
  readonly #emit: (events: readonly unknown[], cause: Seq | null) => void;
  /** Calls taken and not yet answered, by number. */
  readonly #callers = new Map<number, Caller>();

  constructor(
    runner: CallbackRunner,
    lifecycle: Lifecycle,
    emit: (events: readonly unknown[], cause: Seq | null) => void,
  ) {
    this.#runner = runner;
    this.#lifecycle = lifecycle;
    this.#emit = emit;
  }

  /** The calls that nobody will answer any more; forgets them. */
  takeCallers(): readonly Caller[] {
    const left = [...this.#callers.values()];
    this.#callers.clear();
    return left;
  }

  /** Remembers a call, so that its caller hears of it if the stage ends first. */
  owe(call: number | undefined, stage: StageId | null): void {
    if (call !== undefined) this.#callers.set(call, { call, stage });
  }

  /** What is owed no more: the answer comes by another way. */
  forget(call: number | undefined): void {
    if (call !== undefined) this.#callers.delete(call);
  }

  /** Answers a call that is owed an answer; a second answer says nothing. */
  reply(caller: Caller, value: unknown): void {
    if (!this.#callers.delete(caller.call)) return;
    this.#runner.context.reply(this.#runner.id, caller, value);
  }

  /** The engine's own answer; nobody waits for one without a call. */
  answer(stage: StageId | null, call: number | undefined, value: unknown): void {
    if (call === undefined) return;
    this.#callers.delete(call);
    this.#runner.context.reply(this.#runner.id, { call, stage }, value);
  }

  /** Events leave before the reply (GS-180); a stage that stops terminates, then replies (GS-182). */
  *call(caller: Caller, request: unknown, cause: Seq | null): Steps {
    const runner = this.#runner;
    this.#callers.set(caller.call, caller);
    if (!runner.callbacks.handleCall) throw this.#undefined('handleCall', request);
    const taken = yield* runner.step(
      'handleCall',
      null,
      () => runner.callbacks.handleCall?.(request, runner.state, caller),
      cause,
    );
    const [...answers] = taken.reply;
    if (taken.ending) {
      yield* this.#lifecycle.terminate(taken.ending);
      for (const value of answers) this.reply(caller, value);
      this.#lifecycle.recordCrash(taken.ending);
      this.#lifecycle.exit(taken.ending.reason, taken.ending);
      return;
    }
    this.#emit(taken.events, taken.cause);
    for (const value of answers) this.reply(caller, value);
  }

  *cast(request: unknown, cause: Seq | null): Steps {
    const runner = this.#runner;
    if (!runner.callbacks.handleCast) throw this.#undefined('handleCast', request);
    this.#finish(
      yield* runner.step(
        'handleCast',
        null,
        () => runner.callbacks.handleCast?.(request, runner.state),
        cause,
      ),
    );
  }

  *info(request: unknown, cause: Seq | null): Steps {
    const runner = this.#runner;
    const { handleInfo, understands } = runner.callbacks;
    if (!handleInfo || understands?.(request) === false) {
      const message = `"${runner.id}" has no handleInfo: received ${describe(request)}`;
      runner.record({ type: 'warning', code: 'undefined_handle_info', message }, cause);
      return;
    }
    this.#finish(
      yield* runner.step(
        'handleInfo',
        null,
        () => runner.context.slowed(runner.id, runner.callbacks.handleInfo?.(request, runner.state)),
        cause,
      ),
    );
  }

  #finish(taken: Taken): void {
    if (taken.ending) throw taken.ending;
    this.#emit(taken.events, taken.cause);
  }

  #undefined(callback: 'handleCall' | 'handleCast', request: unknown): Ending {
    const requirement = `it has no ${callback}`;
    const details = { stage: this.#runner.id, callback, requirement, received: describe(request) };
    return this.#runner.crash(callback, new EngineError('bad_step', details), {
      error: 'undefined_function',
    });
  }
}
