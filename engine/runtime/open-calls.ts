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
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: EngineError) => void;
  readonly cancelTimeout: () => void;
}

/** Calls made on one worker that wait for their answer, by number. */
export class OpenCalls {
  readonly #worker: WorkerId;
  readonly #workers: number;
  readonly #scheduler: Scheduler;
  readonly #open = new Map<number, OpenCall>();
  #made = 0;
  #answered = 0;

  constructor({
    worker,
    workers,
    scheduler,
  }: {
    readonly worker: WorkerId;
    readonly workers: number;
    readonly scheduler: Scheduler;
  }) {
    this.#worker = worker;
    this.#workers = workers;
    this.#scheduler = scheduler;
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
      this.#open.set(call, { from, resolve, reject, cancelTimeout });
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
