import type { StageId } from '../ids.ts';
import type { Scheduler } from '../time/scheduler.ts';

/** Messages that stages have sent themselves for later (`sendAfter`), until they come or the stage ends. */
export class StageTimers {
  readonly #scheduler: Scheduler;
  readonly #pending = new Map<StageId, Set<() => void>>();
  #count = 0;

  constructor(scheduler: Scheduler) {
    this.#scheduler = scheduler;
  }

  /** Timers that are still to come. */
  get count(): number {
    return this.#count;
  }

  /** Does something for a stage, `delayMs` from now. What it gives takes that back; whether it was in time. */
  after(stage: StageId, delayMs: number, action: () => void): () => boolean {
    const own = this.#pending.get(stage) ?? new Set();
    this.#pending.set(stage, own);
    let cancelTimer: () => void = () => undefined;
    const take = (): boolean => {
      if (!own.delete(cancel)) return false;
      this.#count--;
      if (own.size === 0) this.#pending.delete(stage);
      return true;
    };
    const cancel = (): boolean => {
      cancelTimer();
      return take();
    };
    own.add(cancel);
    this.#count++;
    cancelTimer = this.#scheduler.after(delayMs, () => {
      if (take()) action();
    });
    return cancel;
  }

  /** A stage has ended: nothing comes to it any more. */
  clear(stage: StageId): void {
    for (const cancel of this.#pending.get(stage) ?? []) cancel();
  }
}
