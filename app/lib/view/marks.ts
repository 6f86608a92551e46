/**
 * Entries between two marks, and how many are kept beside the first: late entries come near the end, though of a run at full
 * speed on busy threads some ten thousand entries back.
 */
const MARK_EVERY = 1_024;
const MARKS_KEPT = 64;

interface Mark<State> {
  /** Entries applied. */
  readonly n: number;
  readonly state: State;
}

/** What a log knew at some positions of its trace, to go back to when a late entry is sorted in. */
export class Marks<State> {
  /** In order of `n`; the first one is of the beginning. */
  readonly #marks: Mark<State>[] = [];

  /** Whether what is known after the first `n` entries is to be kept; asked before each entry. */
  isDue(n: number): boolean {
    return n % MARK_EVERY === 0;
  }

  add(n: number, state: State): void {
    this.#marks.push({ n, state });
    if (this.#marks.length > MARKS_KEPT + 1) this.#marks.splice(1, 1);
  }

  /** @returns The last mark within the first `n` entries; it is due again for whoever goes on from there. */
  goBack(n: number): Mark<State> | null {
    while ((this.#marks.at(-1)?.n ?? 0) > n) this.#marks.pop();
    return this.#marks.pop() ?? null;
  }
}
