import { EngineError } from '../errors.ts';
import type { StageId, WorkerId } from '../ids.ts';
import type { HostMessage } from '../stage/message.ts';
import { describe } from '../trace/trace-value.ts';

/** What ends a call. */
export type Answer = Extract<HostMessage, { readonly type: 'reply' | 'replyFailed' }>;

interface OpenCall {
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: EngineError) => void;
}

/** Calls made on one worker that wait for their answer, by number. */
export class OpenCalls {
  readonly #worker: WorkerId;
  readonly #workers: number;
  readonly #open = new Map<number, OpenCall>();
  #made = 0;

  constructor({ worker, workers }: { readonly worker: WorkerId; readonly workers: number }) {
    this.#worker = worker;
    this.#workers = workers;
  }

  /** A new call. Its number is unique in the run, as answers may come from other workers. */
  open(): { readonly call: number; readonly answer: Promise<unknown> } {
    const call = this.#made++ * this.#workers + this.#worker;
    const answer = new Promise<unknown>((resolve, reject) => {
      this.#open.set(call, { resolve, reject });
    });
    return { call, answer };
  }

  /** Takes the answer of `stage`; one that nobody waits for says nothing. Failures reject with `call_unanswered`. */
  settle(answer: Answer, stage: StageId | null): void {
    const open = this.#open.get(answer.call);
    if (!open) return;
    this.#open.delete(answer.call);
    if (answer.type === 'reply') open.resolve(answer.value);
    else {
      const reason = describe(answer.reason);
      open.reject(new EngineError('call_unanswered', { stage: stage ?? '', reason }));
    }
  }
}
