import type { Injection } from '../view/fault-menu.ts';

/** What a page can do for the inspectors of its run. `null`: it cannot, as for a recording that was opened from a file. */
export interface RunHost {
  /** Does something to the run from outside. */
  readonly inject: ((what: Injection) => void) | null;
  /** Saves the run as a file. */
  readonly save: (() => void) | null;
}
