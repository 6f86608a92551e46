/** Numbers, each of which may stand for many. */
export class WeightedSample {
  readonly #values: { readonly value: number; readonly weight: number }[] = [];
  #isSorted = true;
  /** How many numbers there are, those that one stands for included. */
  count = 0;

  /** @param weight - How many numbers it stands for, >= 0. */
  add(value: number, weight: number): void {
    if (weight <= 0) return;
    this.#values.push({ value, weight });
    this.#isSorted = false;
    this.count += weight;
  }

  /** The number below or at which a `part` (0 … 1) of all lies; NaN where there are none. */
  quantile(part: number): number {
    const values = this.sorted();
    const rank = Math.max(1, Math.ceil(part * this.count));
    let seen = 0;
    for (const { value, weight } of values) {
      seen += weight;
      if (seen >= rank) return value;
    }
    return values.at(-1)?.value ?? NaN;
  }

  /** In ascending order. */
  sorted(): readonly { readonly value: number; readonly weight: number }[] {
    if (!this.#isSorted) this.#values.sort((a, b) => a.value - b.value);
    this.#isSorted = true;
    return this.#values;
  }
}
