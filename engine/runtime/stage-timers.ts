import type { StageId } from '../ids.ts';
import type { Scheduler } from '../time/scheduler.ts';

/** A message that a stage has sent itself for later. */
interface Timer {
  /** When it comes, by the scheduler's clock. */
  dueMs: number;
  readonly action: () => void;
  unset: () => void;
}

/** The timers of one stage. */
interface OwnTimers {
  /** In the order in which they were set. */
  readonly waiting: Set<Timer>;
  /** How many times as fast they run. */
  pace: number;
}

/** Messages that stages have sent themselves for later (`sendAfter`), until they come or the stage ends. */
export class StageTimers {
  readonly #scheduler: Scheduler;
  readonly #owners = new Map<StageId, OwnTimers>();
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
    const own = this.#ownOf(stage);
    const timer: Timer = { dueMs: 0, action, unset: () => undefined };
    own.waiting.add(timer);
    this.#count++;
    this.#set(stage, timer, delayMs / own.pace);
    return () => {
      timer.unset();
      return this.#take(stage, timer);
    };
  }

  /** Lets the timers of a stage run `pace` times as fast from now on, also those that are set. 1: as they were set. */
  setPace(stage: StageId, pace: number): void {
    const own = this.#ownOf(stage);
    const change = own.pace / pace;
    own.pace = pace;
    const nowMs = this.#scheduler.nowMs();
    for (const timer of own.waiting) {
      timer.unset();
      this.#set(stage, timer, Math.max(0, timer.dueMs - nowMs) * change);
    }
    this.#forget(stage, own);
  }

  /** A stage has ended: nothing comes to it any more. */
  clear(stage: StageId): void {
    for (const timer of this.#owners.get(stage)?.waiting ?? []) {
      timer.unset();
      this.#take(stage, timer);
    }
  }

  #set(stage: StageId, timer: Timer, delayMs: number): void {
    timer.dueMs = this.#scheduler.nowMs() + delayMs;
    timer.unset = this.#scheduler.after(delayMs, () => {
      if (this.#take(stage, timer)) timer.action();
    });
  }

  /** A timer waits no longer; whether it did. */
  #take(stage: StageId, timer: Timer): boolean {
    const own = this.#owners.get(stage);
    if (!own?.waiting.delete(timer)) return false;
    this.#count--;
    this.#forget(stage, own);
    return true;
  }

  #ownOf(stage: StageId): OwnTimers {
    let own = this.#owners.get(stage);
    if (!own) this.#owners.set(stage, (own = { waiting: new Set(), pace: 1 }));
    return own;
  }

  #forget(stage: StageId, own: OwnTimers): void {
    if (own.waiting.size === 0 && own.pace === 1) this.#owners.delete(stage);
  }
}
