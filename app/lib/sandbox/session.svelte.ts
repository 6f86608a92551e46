import type { Exercise, RunRecord } from '#lessons/schema.ts';
import type { CheckResult } from './evaluate.ts';
import type { RunView, Speed } from './run-view.ts';

export type { CheckResult } from './evaluate.ts';

/** What the page shows before anything has run. */
export const EMPTY_VIEW: RunView = {
  status: 'ready',
  plan: null,
  placement: {},
  workers: 0,
  entries: [],
  dropped: 0,
  stages: [],
  subscriptions: [],
  console: [],
  consoleDropped: 0,
  problems: [],
  elapsedMs: 0,
};

/** One learner's runs on one page: compiles, starts, watches and ends them. Harmless to make on a server. */
export class RunSession {
  /** Replaced as a whole, at most once per animation frame. */
  view: RunView = $state.raw(EMPTY_VIEW);
  speed: Speed = $state.raw({ kind: 'full' });

  /** Makes the first Run quick: loads the compiler and keeps a sandbox frame ready. Call it when the page is idle. */
  warm(): void {}

  /** Compiles and runs. Never rejects: whatever goes wrong is a problem in `view`. */
  async run(_files: Readonly<Record<string, string>>, _entry: string): Promise<void> {}

  /** Ends the run at once. */
  stop(): void {}

  /** Lets one delivery pass; a run at another speed is held first. */
  step(): void {}

  setSpeed(speed: Speed): void {
    this.speed = speed;
  }

  /** Grants a spent run as many entries again. */
  continueRun(): void {}

  /** Ends the run and forgets it. */
  reset(): void {}

  /** Runs the program on the virtual scheduler in the sandbox and applies the exercise to what happened. */
  async check(
    _files: Readonly<Record<string, string>>,
    _entry: string,
    _exercise: Exercise,
  ): Promise<CheckResult> {
    return { ran: false, problems: [], verdicts: [], message: null, passed: false };
  }

  /** Shows a recording, for instance the one a check failed on, as if it were this page's run. */
  openRecording(_run: RunRecord): void {}

  /** Ends everything and gives back frames and workers. */
  dispose(): void {}
}
