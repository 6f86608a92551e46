import type { Reason } from './definition.ts';

/** Something outside of a run that a stage uses: an open stream, a listener, an iterator. */
export interface External {
  /** Lets go of it. Called once at most, when the stage is gone, however it ended. It must not wait. */
  close(reason: Reason): void;
}

/** What a stage says of what it uses. */
export interface OwnedExternal {
  /**
   * Whether it may give the stage something to do, by itself and at any time. While it may, a run in which nothing else is
   * left to do goes on. At first it may not.
   */
  mayAct(mayAct: boolean): void;
}
