import { realClock, type Clock } from './clock.ts';

/** Does something later. */
export interface Scheduler extends Clock {
  /** Runs `action` once, `delayMs` from now; what it returns takes that back. */
  after(delayMs: number, action: () => void): () => void;
}

/** Real time. */
export function realScheduler(): Scheduler {
  const clock = realClock();
  return {
    nowMs: () => clock.nowMs(),
    after(delayMs, action) {
      const timer = setTimeout(action, delayMs);
      return () => clearTimeout(timer);
    },
  };
}
