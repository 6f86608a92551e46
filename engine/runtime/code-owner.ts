import type { Seq, StageId } from '../ids.ts';
import type { TaskRun } from './task-run.ts';

/** Whose code runs: a stage, and the entry of the callback it belongs to; or a task that was started for the stage. */
export interface Owner {
  readonly stage: StageId;
  readonly cause: Seq | null;
  readonly task?: TaskRun;
}

/**
 * Knows whose code runs on a worker, also when a callback goes on after it has waited: a timer remembers who set it.
 * What goes on without one, after some other promise, is left to a guess.
 */
export class CodeOwner {
  readonly #guess: (latest: Owner | null) => Owner | null;
  /** `null` while it is the callback of {@link enterCallback} and nobody has asked. */
  #latest: Owner | null = null;
  #stage: StageId | null = null;
  #cause: Seq | null = null;
  /** A callback runs at this moment, or a timer has just called back. */
  #isSure = false;

  /** @param guess - Whose code it most likely is, given who was the latest to run. */
  constructor(guess: (latest: Owner | null) => Owner | null) {
    this.#guess = guess;
  }

  /** `null` when no code of a stage has run yet. */
  get current(): Owner | null {
    if (this.#latest === null && this.#stage !== null) {
      this.#latest = { stage: this.#stage, cause: this.#cause };
    }
    return this.#isSure ? this.#latest : this.#guess(this.#latest);
  }

  /** A callback of a stage is about to run. Makes no owner, as few callbacks are ever asked about. */
  enterCallback(stage: StageId, cause: Seq | null): void {
    this.#latest = null;
    this.#stage = stage;
    this.#cause = cause;
    this.#isSure = true;
  }

  /** Code of this owner is about to run. */
  enter(owner: Owner): void {
    this.#latest = owner;
    this.#isSure = true;
  }

  /** It has returned, or given a promise. */
  leave(): void {
    this.#isSure = false;
  }

  /**
   * An action that belongs to its owner, by default whoever runs now, whenever it happens; so does what follows from it in
   * promises. A task that was ended meanwhile goes no further.
   */
  owned<Args extends readonly unknown[]>(
    action: (...args: Args) => void,
    owner: Owner | null = this.current,
  ): (...args: Args) => void {
    return (...args) => {
      if (owner?.task?.isOver) return;
      if (owner) this.enter(owner);
      action(...args);
    };
  }
}
