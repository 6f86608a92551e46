import { bisectRight } from 'd3-array';

/** Changes between two sums: what is asked for is added up from the last one before it. */
const SUM_EVERY = 64;

/** What somebody did one after the other, and how long each took in all. */
export class SpentTime<Doing extends string> {
  readonly #kinds: readonly Doing[];
  readonly #first: Doing;
  readonly #atMs: number[] = [];
  readonly #doing: Doing[] = [];
  /** At every {@link SUM_EVERY}-th change: the time that each kind has taken by then, ms. */
  readonly #sums: number[][] = [];

  /**
   * @param kinds - Everything there is to do.
   * @param first - What it does until the first change.
   */
  constructor(kinds: readonly Doing[], first: Doing) {
    this.#kinds = kinds;
    this.#first = first;
  }

  /** Changes so far. */
  get length(): number {
    return this.#atMs.length;
  }

  /** From `atMs` on it does this. */
  note(doing: Doing, atMs: number): void {
    const last = this.#doing.length - 1;
    if ((this.#doing[last] ?? this.#first) === doing) return;
    // The clocks of two workers may differ by a little: nobody goes back in time.
    const sinceMs = Math.max(atMs, this.#atMs[last] ?? 0);
    if (this.#doing.length % SUM_EVERY === 0) this.#sums.push(this.#spentBy(sinceMs));
    this.#atMs.push(sinceMs);
    this.#doing.push(doing);
  }

  /** Forgets all but the first changes. */
  goBack(length: number): void {
    this.#atMs.length = length;
    this.#doing.length = length;
    this.#sums.length = Math.ceil(length / SUM_EVERY);
  }

  /** The share of a span that each kind has taken; together 1. The span must have a length. */
  shares(fromMs: number, toMs: number): Readonly<Record<Doing, number>> {
    const [before, after] = [this.#spentBy(fromMs), this.#spentBy(toMs)];
    const shares = this.#kinds.map(
      (kind, i) => [kind, ((after[i] ?? 0) - (before[i] ?? 0)) / (toMs - fromMs)] as const,
    );
    return byKind(shares);
  }

  /** How long each kind has taken until a moment, ms. */
  #spentBy(ms: number): number[] {
    const n = bisectRight(this.#atMs, ms);
    const sum = Math.floor((n - 1) / SUM_EVERY);
    const spent = this.#sums[sum]?.slice() ?? this.#kinds.map(() => 0);
    let doing = n === 0 ? this.#first : (this.#doing[sum * SUM_EVERY] ?? this.#first);
    let sinceMs = n === 0 ? 0 : (this.#atMs[sum * SUM_EVERY] ?? 0);
    const add = (untilMs: number) => {
      const kind = this.#kinds.indexOf(doing);
      spent[kind] = (spent[kind] ?? 0) + untilMs - sinceMs;
    };
    for (let i = Math.max(0, sum) * SUM_EVERY + 1; i < n; i += 1) {
      const atMs = this.#atMs[i] ?? sinceMs;
      add(atMs);
      doing = this.#doing[i] ?? doing;
      sinceMs = atMs;
    }
    add(ms);
    return spent;
  }
}

/** The compiler does not follow that every kind is among the pairs. */
function byKind<Kind extends string>(pairs: readonly (readonly [Kind, number])[]): Record<Kind, number> {
  return Object.fromEntries(pairs) as Record<Kind, number>;
}
