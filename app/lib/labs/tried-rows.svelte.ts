/** Where the rows of a lab are kept. */
export interface RowStore<Row> {
  /** Oldest first. */
  read(): Promise<readonly Row[]>;
  write(rows: readonly Row[]): void;
  remove(): Promise<void>;
  /** Calls the listener when another tab has changed them. Returns the way to stop. */
  watch(listener: () => void): () => void;
}

/** What somebody has tried in a lab, a row each, to be compared. The rows stay from visit to visit until they are removed. */
export class TriedRows<Row extends { readonly number: number }> {
  /** Oldest first; at most `most`. */
  rows: readonly Row[] = $state.raw([]);
  readonly #store: RowStore<Row>;
  readonly #most: number;
  #loading: Promise<void> | null = null;
  #unwatch = (): void => undefined;

  constructor(store: RowStore<Row>, most: number) {
    this.#store = store;
    this.#most = most;
  }

  /** Reads what was kept, once; where nothing can be read, there is none. In the browser only. */
  load(): Promise<void> {
    this.#loading ??= this.#read().then(() => {
      this.#unwatch = this.#store.watch(() => void this.#read());
    });
    return this.#loading;
  }

  /** Keeps one more. Settles with its number: one more than that of the row before it, from 1. */
  async add(make: (number: number) => Row): Promise<number> {
    await this.load();
    const row = make((this.rows.at(-1)?.number ?? 0) + 1);
    this.rows = [...this.rows, row].slice(-this.#most);
    this.#store.write(this.rows);
    return row.number;
  }

  /** Removes them all, here and on the disk. */
  forget(): void {
    this.rows = [];
    // What cannot be removed there is gone from this page all the same.
    this.#store.remove().catch(() => undefined);
  }

  /** Hears of other tabs no more. */
  dispose(): void {
    this.#unwatch();
  }

  async #read(): Promise<void> {
    this.rows = await this.#store.read().catch(() => this.rows);
  }
}
