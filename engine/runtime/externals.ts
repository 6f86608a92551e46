import type { StageId } from '../ids.ts';
import type { Reason } from '../stage/definition.ts';
import type { External, OwnedExternal } from '../stage/external.ts';

interface Entry {
  readonly external: External;
  mayAct: boolean;
}

/** What stages of one worker use outside of the run: open streams, listeners, iterators. */
export class Externals {
  readonly #owned = new Map<StageId, Set<Entry>>();
  readonly #failed: (stage: StageId, error: unknown) => void;
  #acting = 0;

  /** @param failed - Told when something could not be closed. */
  constructor(failed: (stage: StageId, error: unknown) => void) {
    this.#failed = failed;
  }

  /** How many of them may give their stage something to do, by themselves and at any time. */
  get acting(): number {
    return this.#acting;
  }

  /** Something belongs to a stage from now on. */
  own(stage: StageId, external: External): OwnedExternal {
    const own = this.#owned.get(stage) ?? new Set();
    this.#owned.set(stage, own);
    const entry: Entry = { external, mayAct: false };
    own.add(entry);
    return {
      mayAct: (mayAct) => {
        if (!own.has(entry) || entry.mayAct === mayAct) return;
        entry.mayAct = mayAct;
        this.#acting += mayAct ? 1 : -1;
      },
    };
  }

  /** A stage has ended: what it used is closed. */
  close(stage: StageId, reason: Reason): void {
    const own = this.#owned.get(stage);
    if (!own) return;
    this.#owned.delete(stage);
    for (const entry of own) {
      if (entry.mayAct) this.#acting -= 1;
      own.delete(entry);
      try {
        entry.external.close(reason);
      } catch (error) {
        this.#failed(stage, error);
      }
    }
  }

  /** The run has ended, and with it every stage that is left. */
  closeAll(reason: Reason): void {
    for (const stage of [...this.#owned.keys()]) this.close(stage, reason);
  }
}
