import { realClock, type Clock } from './clock.ts';

/** Does something later. */
export interface Scheduler extends Clock {
  /** Runs `action` once, `delayMs` from now; what it returns takes that back. */
  after(delayMs: number, action: () => void): () => void;
}

/** What a timer can wait for at most, ms (25 days): a longer one would go off at once. */
const MAX_DELAY_MS = 2 ** 31 - 1;

/** Real time, by the timers that the realm has when this is called. */
export function realScheduler(): Scheduler {
  const clock = realClock();
  const later = setTimeout;
  const cancelLater = clearTimeout;
  return {
    nowMs: () => clock.nowMs(),
    after(delayMs, action) {
      const timer = later(action, Math.min(delayMs, MAX_DELAY_MS));
      return () => cancelLater(timer);
    },
  };
}
