/** Steps back that are kept: late entries of another worker come near the end of a trace. */
const KEPT_STEPS = 50_000;

interface Step {
  /** Entries applied when it was taken. */
  readonly n: number;
  readonly undo: () => void;
}

/** Steps that can be taken back, the latest first: of what is known of a trace when a late entry comes before its end. */
export class UndoLog {
  #steps: Step[] = [];
  /** Before this there is no way back: those steps were let go of. */
  #floor = 0;

  /** A step that was taken with the `n`-th entry. */
  add(n: number, undo: () => void): void {
    this.#steps.push({ n, undo });
    if (this.#steps.length < 2 * KEPT_STEPS) return;
    this.#floor = this.#steps[KEPT_STEPS]?.n ?? n;
    this.#steps = this.#steps.slice(KEPT_STEPS + 1);
  }

  /** Appends to a list, until that is taken back. */
  push<Item>(n: number, list: Item[], item: Item): void {
    list.push(item);
    this.add(n, () => void list.pop());
  }

  /** Goes back to what was known after the first `n` entries; `false` where there is no way back that far. */
  back(n: number): boolean {
    if (n < this.#floor) return false;
    for (let last = this.#steps.at(-1); last && last.n > n; last = this.#steps.at(-1)) {
      this.#steps.pop();
      last.undo();
    }
    return true;
  }
}
