import { realScheduler, type Scheduler } from './scheduler.ts';

let ambient: Scheduler = realScheduler();

/** Makes `sleep` use this scheduler from now on; returns the one it used before. For whoever hosts stages. */
export function sleepOn(scheduler: Scheduler): Scheduler {
  const before = ambient;
  ambient = scheduler;
  return before;
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
    scheduler.after(ms, resolve);
  });
}
