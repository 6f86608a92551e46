/** How many of the latest entries can be taken back, one by one. What is older is read anew. */
const KEPT = 4_096;

/** A list that nothing has been added to yet. */
export const NONE: readonly never[] = [];

interface Undo {
  readonly n: number;
  readonly back: () => void;
}

/**
 * Changes to what a reader of a trace remembers, so that it can go back a little: entries of other workers are sorted in near
 * the end of a trace that still grows.
 */
export class Journal {
  #undo: Undo[] = [];
  #n = 0;
  #keeps = true;
  /** Entries applied before the first change that can be taken back. */
  #floor = 0;

  /** Changes from here on belong to the `n`-th entry of `count`. */
  at(n: number, count: number): void {
    this.#n = n;
    this.#keeps = n > count - KEPT;
    if (!this.#keeps) this.#floor = n;
    if (this.#undo.length > 16 * KEPT) this.#shorten();
  }

  /** Takes back all changes of entries after the first `n`; `false` where too many have passed. */
  back(n: number): boolean {
    if (n < this.#floor) return false;
    for (let last = this.#undo.at(-1); last && last.n > n; last = this.#undo.at(-1)) {
      last.back();
      this.#undo.pop();
    }
    return true;
  }

  // What notes a change is made only where it is kept: these are called several times for each entry.
  set<Target extends object, Key extends keyof Target>(target: Target, key: Key, value: Target[Key]): void {
    if (this.#keeps) this.#noteSet(target, key);
    target[key] = value;
  }

  push<Item>(list: Item[], item: Item): void {
    list.push(item);
    if (this.#keeps) this.#notePush(list);
  }

  put<Key, Value>(map: Map<Key, Value>, key: Key, value: Value): void {
    if (this.#keeps) this.#notePut(map, key);
    map.set(key, value);
  }

  remove<Key, Value>(map: Map<Key, Value>, key: Key): void {
    if (this.#keeps) this.#notePut(map, key);
    map.delete(key);
  }

  #noteSet<Target extends object, Key extends keyof Target>(target: Target, key: Key): void {
    const before = target[key];
    this.#note(() => {
      target[key] = before;
    });
  }

  #notePush(list: unknown[]): void {
    this.#note(() => list.pop());
  }

  #notePut<Key, Value>(map: Map<Key, Value>, key: Key): void {
    const before = map.get(key);
    this.#note(() => {
      if (before === undefined) map.delete(key);
      else map.set(key, before);
    });
  }

  /** Something that goes back by itself is about to change. */
  keep<Mark>(what: { mark(): Mark; goBack(mark: Mark): void }): void {
    if (!this.#keeps) return;
    const mark = what.mark();
    this.#note(() => what.goBack(mark));
  }

  #note(back: () => void): void {
    this.#undo.push({ n: this.#n, back });
  }

  #shorten(): void {
    this.#undo = this.#undo.slice(this.#undo.length / 2);
    this.#floor = this.#undo[0]?.n ?? this.#n;
  }
}
