import type { Scheduler } from './scheduler.ts';

interface Timer {
  readonly atMs: number;
  readonly action: () => void;
}

/** Time that passes only when it is told to: a run that sleeps an hour takes no longer than one that does not. */
export class VirtualScheduler implements Scheduler {
  #nowMs = 0;
  /** Soonest first; among equals, the one set first. */
  readonly #timers: Timer[] = [];

  nowMs(): number {
    return this.#nowMs;
  }

  after(delayMs: number, action: () => void): () => void {
    const timer = { atMs: this.#nowMs + Math.max(0, delayMs), action };
    let at = this.#timers.length;
    while (at > 0 && (this.#timers[at - 1]?.atMs ?? 0) > timer.atMs) at--;
    this.#timers.splice(at, 0, timer);
    return () => {
      const index = this.#timers.indexOf(timer);
      if (index >= 0) this.#timers.splice(index, 1);
    };
  }

  /** Timers that are set. */
  get waiting(): number {
    return this.#timers.length;
  }

  /** Moves to the next timer and runs it; `false` when none is set. */
  advance(): boolean {
    const timer = this.#timers.shift();
    if (!timer) return false;
    this.#nowMs = timer.atMs;
    timer.action();
    return true;
  }
}
