/** Slots of a new queue; a power of two, as all later sizes are. */
const FIRST_SLOTS = 16;

/** First in, first out, in a ring that doubles when it is full: neither end ever moves what lies between. */
export class Fifo<Item> {
  #slots: (Item | undefined)[] = new Array<Item | undefined>(FIRST_SLOTS).fill(undefined);
  #head = 0;
  #size = 0;

  get size(): number {
    return this.#size;
  }

  push(item: Item): void {
    if (this.#size === this.#slots.length) this.#grow();
    this.#slots[(this.#head + this.#size) & (this.#slots.length - 1)] = item;
    this.#size++;
  }

  /** The oldest item, taken out; `undefined` when there is none. */
  shift(): Item | undefined {
    if (this.#size === 0) return undefined;
    const item = this.#slots[this.#head];
    this.#slots[this.#head] = undefined;
    this.#head = (this.#head + 1) & (this.#slots.length - 1);
    this.#size--;
    return item;
  }

  /** The oldest item, left in place. */
  peek(): Item | undefined {
    return this.#size === 0 ? undefined : this.#slots[this.#head];
  }

  /** Keeps only the items for which `keeps` holds, in their order. */
  retain(keeps: (item: Item) => boolean): void {
    for (let left = this.#size; left > 0; left--) {
      const item = this.shift();
      if (item !== undefined && keeps(item)) this.push(item);
    }
  }

  clear(): void {
    this.#slots = new Array<Item | undefined>(FIRST_SLOTS).fill(undefined);
    this.#head = 0;
    this.#size = 0;
  }

  #grow(): void {
    const all = this.#slots;
    const tail = all.slice(this.#head);
    this.#slots = tail.concat(
      all.slice(0, this.#head),
      new Array<Item | undefined>(all.length).fill(undefined),
    );
    this.#head = 0;
  }
}
