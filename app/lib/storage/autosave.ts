import type { Store } from './records.ts';
import type { Kind, RecordOf } from './schemas.ts';

/** What the header says. `unavailable`: this browser keeps nothing. `unsaved`: a write failed and is tried again. */
export type SaveState = 'saved' | 'saving' | 'unsaved' | 'unavailable';

/** The timers this needs, so that tests can turn the hands. */
export interface Timers {
  set(callback: () => void, delayMs: number): unknown;
  clear(handle: unknown): void;
}

interface Waiting {
  readonly write: () => Promise<void>;
  /** `null`: a write that failed, kept until the next change or flush tries it again. */
  readonly timer: unknown;
}

/** A change is on the disk at the latest this long after it was made. */
export const SAVE_DELAY_MS = 300;

/**
 * Writes changes a little later and the last one only. The first change starts the wait, so that steady typing is
 * saved too.
 */
export class Autosave {
  readonly #store: Store;
  readonly #timers: Timers;
  readonly #onState: (state: SaveState) => void;
  /** Changes not handed to the store yet, by kind and id. */
  readonly #waiting = new Map<string, Waiting>();
  /** Writes under way. */
  #writing = 0;
  /** Writes go one after the other, so that an older one never lands last. */
  #queue: Promise<void> = Promise.resolve();

  constructor(store: Store, timers: Timers, onState: (state: SaveState) => void) {
    this.#store = store;
    this.#timers = timers;
    this.#onState = onState;
    this.#report();
  }

  put<K extends Kind>(kind: K, id: string, value: RecordOf<K>): void {
    const key = `${kind}:${id}`;
    const earlier = this.#waiting.get(key);
    const timer = earlier?.timer ?? this.#timers.set(() => void this.flush(), SAVE_DELAY_MS);
    this.#waiting.set(key, { write: () => this.#store.put(kind, id, value), timer });
    this.#report();
  }

  /** Whether a change of this record has not reached the store yet. */
  holds(kind: Kind, id: string): boolean {
    return this.#waiting.has(`${kind}:${id}`);
  }

  /** Hands everything to the store now; resolves once it is written, or has failed. */
  async flush(): Promise<void> {
    for (const key of [...this.#waiting.keys()]) this.#release(key);
    await this.#queue;
  }

  #release(key: string): void {
    const waiting = this.#waiting.get(key);
    if (!waiting) return;
    this.#timers.clear(waiting.timer);
    this.#waiting.delete(key);
    this.#writing += 1;
    this.#queue = this.#queue
      .then(waiting.write)
      .catch(() => {
        // A newer change of the same record takes its place; without one, this is what must not be lost.
        if (!this.#waiting.has(key)) this.#waiting.set(key, { write: waiting.write, timer: null });
      })
      .then(() => {
        this.#writing -= 1;
        this.#report();
      });
  }

  #report(): void {
    const waiting = [...this.#waiting.values()];
    if (!this.#store.durable) this.#onState('unavailable');
    else if (this.#writing > 0 || waiting.some(({ timer }) => timer !== null)) this.#onState('saving');
    else this.#onState(waiting.length > 0 ? 'unsaved' : 'saved');
  }
}
