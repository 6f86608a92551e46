import type { StageId } from 'sluice';
import type { RunStatus, RunView } from '../sandbox/run-view.ts';

/** What a run is doing, in a few words. */
export const STATUS_WORDS: Readonly<Record<RunStatus, string>> = {
  ready: 'Ready',
  compiling: 'Compiling…',
  starting: 'Starting the workers…',
  running: 'Running',
  paused: 'Waiting for your next step',
  spent: 'Paused: it recorded as much as it may',
  finished: 'Finished',
  stopped: 'Stopped',
  failed: 'Failed',
};

/** True while there is something to stop. */
export function isUnderWay(status: RunStatus): boolean {
  switch (status) {
    case 'compiling':
    case 'starting':
    case 'running':
    case 'paused':
    case 'spent':
      return true;
    case 'ready':
    case 'finished':
    case 'stopped':
    case 'failed':
      return false;
  }
}

/**
 * The stage whose callback never came back, seen from the end of the recording; `null` elsewhere: before its end the stage
 * did what the trace says.
 *
 * @param at - Entries applied.
 */
export function hungStage(run: Pick<RunView, 'entries' | 'problems'>, at: number): StageId | null {
  if (at < run.entries.length) return null;
  return run.problems.find(({ phase }) => phase === 'watchdog')?.stage ?? null;
}
