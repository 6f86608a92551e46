import { realScheduler, type Scheduler } from './scheduler.ts';

/** The clock of a run, as programs wait by it. */
export interface SleepScheduler extends Scheduler {
  /** Makes what happens later belong to the stage whose code runs now. */
  owned?(action: () => void): () => void;
}

let ambient: SleepScheduler = realScheduler();

/** Makes `sleep` use this scheduler from now on; returns the one it used before. For whoever hosts stages. */
export function sleepOn(scheduler: SleepScheduler): SleepScheduler {
  const before = ambient;
  ambient = scheduler;
  return before;
}

/** Makes what a program does later, in a timer, belong to the stage whose code runs now. For platforms. */
export function owned(action: () => void): () => void {
  return ambient.owned?.(action) ?? action;
}

/**
 * Waits, by the clock of the run: real time on workers, virtual time under checks.
 *
 * @param ms - How long, in milliseconds.
 * @example
 * const slow = consumer({ handleEvents: async (events: number[]) => { await sleep(100); } });
 */
export function sleep(ms: number): Promise<void> {
  const scheduler = ambient;
  return new Promise((resolve) => {
    scheduler.after(ms, owned(resolve));
  });
}
