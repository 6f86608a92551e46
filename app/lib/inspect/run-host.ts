import type { RerunOptions, RunChange } from '../sandbox/aside-run.ts';
import type { RunView } from '../sandbox/run-view.ts';
import type { StormSettings } from '../weather/storm.svelte.ts';
import type { MeasuredRuns } from './speed/measured-runs.svelte.ts';
import type { RunDot } from './speed/run-dot.ts';
import type { Injection } from '../view/fault-menu.ts';
import type { RunShelf } from './compare/run-shelf.svelte.ts';

/** What a page can do for the inspectors of its run. `null`: it cannot, as for a recording that was opened from a file. */
export interface RunHost {
  /** Does something to the run from outside. */
  readonly inject: ((what: Injection) => void) | null;
  /**
   * Runs what is shown once more, aside, at full speed: with the same settings and seed except for what is to change. The
   * picture stays as it is. Only one at a time, and none while a run is under way. Never rejects: what goes wrong is a problem
   * in the view it resolves to.
   */
  readonly rerun: ((change: RunChange, options?: RerunOptions) => Promise<RunView>) | null;
  /** The run went at full speed and nobody did anything to it: a rerun can be compared with it. */
  readonly undisturbed: boolean;
  /** Runs that are kept to be compared with. */
  readonly shelf: RunShelf;
  /** Runs the solution of what is shown, aside, as {@link rerun} does. */
  readonly solution: ((options?: RerunOptions) => Promise<RunView>) | null;
  /** What the next run goes through, and where it stops: to be chosen. */
  readonly storm: StormSettings | null;
  /** Runs the program once more with the seed and the weather of the run in view. */
  readonly replayStorm: (() => void) | null;
  /** Goes on after a condition has held the run. */
  readonly goOn: (() => void) | null;
  /** The runs that were measured where this one is made. */
  readonly measured: MeasuredRuns | null;
  /** Brings back what a measured run was made with: workers, placement and seed, or its program. */
  readonly restore: ((dot: RunDot, what: 'settings' | 'program') => void) | null;
  /** Saves the run as a file, with its bookmarks. */
  readonly save: (() => void) | null;
}

/** What a page can do for a run that is only looked at: nothing that would need its program. */
export const ONLY_SHOWN = {
  inject: null,
  rerun: null,
  undisturbed: false,
  measured: null,
  restore: null,
  solution: null,
  storm: null,
  replayStorm: null,
  goOn: null,
} as const satisfies Partial<RunHost>;
