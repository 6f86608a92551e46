import { EngineError } from '../errors.ts';
import type { StageId, WorkerId } from '../ids.ts';
import type { HostMessage } from '../stage/message.ts';
import type { Scheduler } from '../time/scheduler.ts';
import { describe } from '../trace/trace-value.ts';

/** What ends a call. */
export type Answer = Extract<HostMessage, { readonly type: 'reply' | 'replyFailed' }>;

interface OpenCall {
  /** Calling stage; `null` for the outside world. */
  readonly from: StageId | null;
  readonly to: StageId;
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: EngineError) => void;
  readonly cancelTimeout: () => void;
}

/** More than a worker makes before it dies; so many lives of so many workers still give exact numbers. */
const CALLS_PER_LIFE = 2 ** 36;

/** Calls made on one worker that wait for their answer, by number. */
export class OpenCalls {
  readonly #worker: WorkerId;
  readonly #workers: number;
  readonly #scheduler: Scheduler;
  readonly #open = new Map<number, OpenCall>();
  #made: number;
  #answered = 0;

  constructor({
    worker,
    workers,
    scheduler,
    life = 0,
  }: {
    readonly worker: WorkerId;
    readonly workers: number;
    readonly scheduler: Scheduler;
    /** Which worker of this number it is, from 0: answers to calls of those before are nobody's. */
    readonly life?: number;
  }) {
    this.#worker = worker;
    this.#workers = workers;
    this.#scheduler = scheduler;
    this.#made = life * CALLS_PER_LIFE;
  }

  /** Calls that were answered, or cannot be any more, in all. */
  get answered(): number {
    return this.#answered;
  }

  /**
   * A new call. Its number is unique in the run, as answers may come from other workers.
   *
   * @param timeoutMs - After this time the call fails with `call_timeout`; an answer that comes later says nothing.
   */
  open({
    from,
    to,
    timeoutMs,
  }: {
    readonly from: StageId | null;
    readonly to: StageId;
    readonly timeoutMs: number;
  }): { readonly call: number; readonly answer: Promise<unknown> } {
    const call = this.#made++ * this.#workers + this.#worker;
    const expire = () => this.#take(call)?.reject(new EngineError('call_timeout', { stage: to, timeoutMs }));
    const answer = new Promise<unknown>((resolve, reject) => {
      const cancelTimeout =
        timeoutMs === Infinity ? () => undefined : this.#scheduler.after(timeoutMs, expire);
      this.#open.set(call, { from, to, resolve, reject, cancelTimeout });
    });
    return { call, answer };
  }

  /** Takes the answer of `stage`; one that nobody waits for says nothing. Failures reject with `call_unanswered`. */
  settle(answer: Answer, stage: StageId | null): void {
    const open = this.#take(answer.call);
    if (!open) return;
    this.#answered++;
    if (answer.type === 'reply') open.resolve(answer.value);
    else {
      const reason = describe(answer.reason);
      open.reject(new EngineError('call_unanswered', { stage: stage ?? '', reason }));
    }
  }

  /** A worker is gone: nothing that ran there answers any more. */
  lose(isGone: (stage: StageId) => boolean): void {
    for (const [call, { to }] of [...this.#open]) {
      if (isGone(to)) this.settle({ type: 'replyFailed', call, reason: 'killed' }, to);
    }
  }

  /** A stage has ended: it waits for nothing any more. */
  forget(stage: StageId): void {
    for (const [call, { from }] of this.#open) if (from === stage) this.#take(call);
  }

  #take(call: number): OpenCall | undefined {
    const open = this.#open.get(call);
    this.#open.delete(call);
    open?.cancelTimeout();
    return open;
  }
}
