/** More entries than this in so much time cannot be followed one by one. */
const QUICK_ENTRIES = 50;
const QUICK_WITHIN_MS = 250;

/** Tells of a playhead that moves on whether entries go by faster than they can be told apart. */
export class Quickness {
  #from: { readonly ms: number; readonly n: number };
  #isQuick = false;

  /** @param n - Where it sets off, at 0 ms. */
  constructor(n: number) {
    this.#from = { ms: 0, n };
  }

  /** @returns Whether it is quick where it stands now; it is looked at anew every quarter of a second. */
  at(ms: number, n: number): boolean {
    const { ms: fromMs, n: from } = this.#from;
    if (ms - fromMs < QUICK_WITHIN_MS) return this.#isQuick;
    this.#isQuick = (n - from) / (ms - fromMs) > QUICK_ENTRIES / QUICK_WITHIN_MS;
    this.#from = { ms, n };
    return this.#isQuick;
  }
}
