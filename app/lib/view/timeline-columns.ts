const FIRST_CAPACITY = 64;

/** Numbers in one growing block of memory: a million of them are cheap to keep and quick to search. */
export class NumberColumn {
  #values = new Float64Array(FIRST_CAPACITY);
  #length = 0;

  get length(): number {
    return this.#length;
  }

  push(value: number): void {
    if (this.#length === this.#values.length) {
      const grown = new Float64Array(this.#values.length * 2);
      grown.set(this.#values);
      this.#values = grown;
    }
    this.#values[this.#length] = value;
    this.#length += 1;
  }

  /** The value at an index; `NaN` where there is none. */
  at(index: number): number {
    return index >= 0 && index < this.#length ? (this.#values[index] ?? NaN) : NaN;
  }

  /** The last value; `NaN` of none. */
  get last(): number {
    return this.at(this.#length - 1);
  }

  setLast(value: number): void {
    if (this.#length > 0) this.#values[this.#length - 1] = value;
  }

  truncate(length: number): void {
    this.#length = Math.min(this.#length, length);
  }

  /** Index of the first value greater than `value`, of values that never fall. */
  firstAbove(value: number): number {
    let [low, high] = [0, this.#length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#values[middle] ?? NaN) > value) high = middle;
      else low = middle + 1;
    }
    return low;
  }

  toArray(): number[] {
    return [...this.#values.subarray(0, this.#length)];
  }
}

/** A moment as both rulers of the timeline measure it: entries applied, and milliseconds. */
export interface Moment {
  readonly n: number;
  readonly ms: number;
}

/** Which ruler a span is measured by. */
export type Ruler = keyof Moment;

/** Spans of one lane, one after the other; the last one may go on. */
export class Spans {
  readonly #from = { n: new NumberColumn(), ms: new NumberColumn() };
  /** Invariant: `Infinity` where a span goes on, which only the last does. */
  readonly #to = { n: new NumberColumn(), ms: new NumberColumn() };
  /** Length of all spans before each one: how much of a range they cover is then two look-ups. */
  readonly #before = { n: new NumberColumn(), ms: new NumberColumn() };

  get length(): number {
    return this.#from.n.length;
  }

  /** Whether the last one goes on. */
  get isOpen(): boolean {
    return this.#to.n.last === Infinity;
  }

  open({ n, ms }: Moment): void {
    this.#push('n', n);
    // Clocks of several workers agree but for a little: a search needs values that never fall.
    this.#push('ms', Math.max(ms, this.#to.ms.length > 0 ? this.#to.ms.last : ms));
  }

  /** Ends the last one, where it goes on. */
  close({ n, ms }: Moment): void {
    if (!this.isOpen) return;
    this.#to.n.setLast(n);
    this.#to.ms.setLast(Math.max(ms, this.#from.ms.last));
  }

  from(index: number, ruler: Ruler): number {
    return this.#from[ruler].at(index);
  }

  /** `Infinity` where it goes on. */
  to(index: number, ruler: Ruler): number {
    return this.#to[ruler].at(index);
  }

  /** Index of the first span that ends after a value. */
  firstEndingAfter(value: number, ruler: Ruler): number {
    return this.#to[ruler].firstAbove(value);
  }

  /** How much of `from` … `to` the spans cover. */
  covered(from: number, to: number, ruler: Ruler): number {
    return this.coveredUntil(to, ruler) - this.coveredUntil(from, ruler);
  }

  /** How much of all that lies before `value` the spans cover. */
  coveredUntil(value: number, ruler: Ruler): number {
    const index = this.#from[ruler].firstAbove(value) - 1;
    if (index < 0) return 0;
    const end = Math.min(this.#to[ruler].at(index), value);
    return this.#before[ruler].at(index) + end - this.#from[ruler].at(index);
  }

  /** Goes back to an earlier moment, when none had begun after `lastFrom` entries, nor ended after `lastTo`. */
  forget(lastFrom: number, lastTo: number): void {
    const length = this.#from.n.firstAbove(lastFrom);
    for (const columns of [this.#from, this.#to, this.#before]) {
      columns.n.truncate(length);
      columns.ms.truncate(length);
    }
    if (this.#to.n.last > lastTo) {
      this.#to.n.setLast(Infinity);
      this.#to.ms.setLast(Infinity);
    }
  }

  /** In entries; `null` where one goes on. */
  toArray(): { readonly from: number; readonly to: number | null }[] {
    const ends = this.#to.n.toArray();
    return this.#from.n
      .toArray()
      .map((from, i) => ({ from, to: ends[i] === Infinity ? null : (ends[i] ?? null) }));
  }

  #push(ruler: Ruler, from: number): void {
    const [before, begun, ended] = [this.#before[ruler], this.#from[ruler], this.#to[ruler]];
    const length = before.last + ended.last - begun.last;
    before.push(Number.isFinite(length) ? length : 0);
    begun.push(from);
    ended.push(Infinity);
  }
}

/** Moments of one kind, in order of entries. */
export class Moments {
  readonly #columns = { n: new NumberColumn(), ms: new NumberColumn() };

  get length(): number {
    return this.#columns.n.length;
  }

  push({ n, ms }: Moment): void {
    this.#columns.n.push(n);
    // Workers' clocks agree but for a little: a search needs values that never fall.
    this.#columns.ms.push(Math.max(ms, this.#columns.ms.length > 0 ? this.#columns.ms.last : ms));
  }

  at(index: number, ruler: Ruler): number {
    return this.#columns[ruler].at(index);
  }

  firstAbove(value: number, ruler: Ruler): number {
    return this.#columns[ruler].firstAbove(value);
  }

  forget(n: number): void {
    const length = this.#columns.n.firstAbove(n);
    this.#columns.n.truncate(length);
    this.#columns.ms.truncate(length);
  }
}
