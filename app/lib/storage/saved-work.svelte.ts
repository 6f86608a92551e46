import { Autosave, type SaveState } from './autosave.ts';
import { openStore, type Quarantined, type RemoteChange, type Store } from './records.ts';
import type { Kind, RecordOf } from './schemas.ts';

/** The page's one door to what is stored: reads, delayed writes, and what the header says about them. */
class SavedWork {
  state: SaveState = $state('saved');
  /** Records of this visit that could not be read and were put aside. */
  damaged: readonly Quarantined[] = $state.raw([]);
  readonly #opened: Promise<{ store: Store; autosave: Autosave }>;
  readonly #openedAtMs = Date.now();
  #askedToPersist = false;

  constructor() {
    this.#opened = openStore().then((store) => ({
      store,
      autosave: new Autosave(store, WINDOW_TIMERS, (state) => (this.state = state)),
    }));
    // The last chance to write: the page may be gone right after.
    addEventListener('pagehide', () => void this.flush());
    document.addEventListener('visibilitychange', () => {
      if (document.visibilityState === 'hidden') void this.flush();
    });
  }

  async get<K extends Kind>(kind: K, id: string): Promise<RecordOf<K> | null> {
    const { store } = await this.#opened;
    const value = await store.get(kind, id);
    await this.#lookForDamage(store);
    return value;
  }

  async all<K extends Kind>(kind: K): Promise<Map<string, RecordOf<K>>> {
    const { store } = await this.#opened;
    const found = await store.all(kind);
    await this.#lookForDamage(store);
    return found;
  }

  /** Writes soon; the state says when it is done. */
  async put<K extends Kind>(kind: K, id: string, value: RecordOf<K>): Promise<void> {
    const { autosave } = await this.#opened;
    autosave.put(kind, id, value);
    if (kind === 'code') this.#askToPersist();
  }

  async remove(kind: Kind, id: string): Promise<void> {
    const { store, autosave } = await this.#opened;
    await autosave.flush();
    await store.remove(kind, id);
  }

  async flush(): Promise<void> {
    const { autosave } = await this.#opened;
    await autosave.flush();
  }

  /**
   * Calls `listener` when another tab wrote a record that this one has no newer change of. Returns the way to stop.
   */
  onRemote(listener: (change: RemoteChange) => void): () => void {
    let stop = () => {};
    let stopped = false;
    void this.#opened.then(({ store, autosave }) => {
      if (stopped) return;
      stop = store.onRemote((change) => {
        if (!autosave.holds(change.kind, change.id)) listener(change);
      });
    });
    return () => {
      stopped = true;
      stop();
    };
  }

  /** Somebody has begun to write: the browser should not clear it away when space is short. It may say no. */
  #askToPersist(): void {
    if (this.#askedToPersist) return;
    this.#askedToPersist = true;
    navigator.storage?.persist?.().catch(() => false);
  }

  async #lookForDamage(store: Store): Promise<void> {
    const all = await store.quarantined();
    const now = all.filter(({ atMs }) => atMs >= this.#openedAtMs);
    if (now.length !== this.damaged.length) this.damaged = now;
  }
}

const WINDOW_TIMERS = {
  set: (callback: () => void, delayMs: number): unknown => window.setTimeout(callback, delayMs),
  clear: (handle: unknown): void => {
    if (typeof handle === 'number') window.clearTimeout(handle);
  },
};

let instance: SavedWork | null = null;

/** One per page, made on first use. In the browser only. */
export function savedWork(): SavedWork {
  instance ??= new SavedWork();
  return instance;
}

export type { SavedWork };
