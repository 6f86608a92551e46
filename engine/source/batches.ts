import type { Lending } from '../stage/self.ts';

/** What is read batch by batch. */
export interface Batches<Event> {
  /**
   * The next elements, at most `count` of them: fewer only when it has run dry.
   *
   * @param lending - Where arrays come from that may be filled again.
   */
  next(count: number, lending?: Lending): Event[];
  /** Lets go of what is read, wherever it stands. */
  close(): void;
}

/** What an iterable has that makes whole batches by itself: how it does that, from its first element on. */
export const BATCHES = Symbol('batches');

interface MakesBatches<Event> {
  readonly [BATCHES]: () => Batches<Event>;
}

/** Reads an iterable: what lies there ready by whole batches, anything else one element after the other. */
export function batchesOf<Event>(iterable: Iterable<Event>): Batches<Event> {
  if (makesBatches(iterable)) return iterable[BATCHES]();
  const iterator: unknown = iterable[Symbol.iterator];
  // A program that has given its array an iterator of its own wants that to be used.
  if (isArray(iterable) && iterator === Array.prototype[Symbol.iterator]) return new OfArray(iterable);
  if (isTyped(iterable) && iterator === Uint8Array.prototype[Symbol.iterator]) return new OfTyped(iterable);
  return new StepByStep(iterable[Symbol.iterator]());
}

class OfArray<Event> implements Batches<Event> {
  readonly #array: readonly Event[];
  #taken = 0;

  constructor(array: readonly Event[]) {
    this.#array = array;
  }

  next(count: number): Event[] {
    const batch = this.#array.slice(this.#taken, this.#taken + count);
    this.#taken += batch.length;
    const any: readonly unknown[] = batch;
    // A hole would stay one in a slice; an iterator makes undefined of it.
    return any.includes(undefined) ? Array.from(batch) : batch;
  }

  close(): void {
    this.#taken = this.#array.length;
  }
}

class OfTyped<Event> implements Batches<Event> {
  readonly #array: ArrayLike<Event>;
  /** Copied and written over: quicker than pushing, and packed where `new Array(n)` is not (DSP-9). */
  readonly #any: Event[] = [];
  #taken = 0;

  constructor(array: ArrayLike<Event>) {
    this.#array = array;
  }

  next(count: number): Event[] {
    const from = this.#taken;
    const size = Math.min(count, this.#array.length - from);
    for (let i = this.#any.length; i < size; i++) this.#copy(from + i, this.#any, i);
    const batch = this.#any.slice(0, size);
    for (let i = 0; i < size; i++) this.#copy(from + i, batch, i);
    this.#taken += size;
    return batch;
  }

  close(): void {
    this.#taken = this.#array.length;
  }

  #copy(from: number, batch: Event[], to: number): void {
    const element = this.#array[from];
    if (element !== undefined) batch[to] = element;
  }
}

class StepByStep<Event> implements Batches<Event> {
  readonly #iterator: Iterator<Event>;
  /** While an element is made it counts as over: an iterator that throws has nothing left to close. */
  #over = false;

  constructor(iterator: Iterator<Event>) {
    this.#iterator = iterator;
  }

  next(count: number): Event[] {
    const iterator = this.#iterator;
    const batch: Event[] = [];
    this.#over = true;
    for (let i = 0; i < count; i++) {
      const step = iterator.next();
      if (step.done) return batch;
      batch.push(step.value);
    }
    this.#over = false;
    return batch;
  }

  close(): void {
    if (!this.#over) this.#iterator.return?.();
    this.#over = true;
  }
}

function makesBatches<Event>(iterable: Iterable<Event>): iterable is Iterable<Event> & MakesBatches<Event> {
  return typeof iterable === 'object' && BATCHES in iterable;
}

function isArray<Event>(iterable: Iterable<Event>): iterable is readonly Event[] {
  return Array.isArray(iterable);
}

/** A DataView is no iterable. */
function isTyped<Event>(iterable: Iterable<Event>): iterable is Iterable<Event> & ArrayLike<Event> {
  return ArrayBuffer.isView(iterable);
}
