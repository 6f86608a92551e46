import { EngineError } from '../errors.ts';
import { describe } from '../trace/trace-value.ts';
import type { Lending } from '../stage/self.ts';
import { BATCHES, type Batches } from './batches.ts';

/** Integers from one to another, both among them, made as they are read. Made by {@link range}. */
export class Range implements Iterable<number> {
  readonly first: number;
  readonly last: number;
  /** What each is more than the one before. Not 0. */
  readonly step: number;

  constructor(first: number, last: number, step: number) {
    this.first = first;
    this.last = last;
    this.step = step;
  }

  /** How many there are. */
  get size(): number {
    return Math.max(0, Math.floor((this.last - this.first) / this.step) + 1);
  }

  *[Symbol.iterator](): Generator<number, void, void> {
    const { first, step, size } = this;
    for (let i = 0; i < size; i++) yield first + i * step;
  }

  [BATCHES](): Batches<number> {
    return new OfRange(this);
  }
}

class OfRange implements Batches<number> {
  readonly #range: Range;
  /** Copied and written over: quicker than pushing, and packed where `new Array(n)` is not (DSP-9). */
  readonly #zeros: number[] = [];
  #taken = 0;

  constructor(range: Range) {
    this.#range = range;
  }

  next(count: number, lending?: Lending): number[] {
    const { first, step, size } = this.#range;
    const wanted = Math.min(count, size - this.#taken);
    const batch = lending?.spare(wanted) ?? this.#zerosOf(wanted);
    let next = first + this.#taken * step;
    for (let i = 0; i < batch.length; i++) {
      batch[i] = next;
      next += step;
    }
    this.#taken += batch.length;
    lending?.lend(batch);
    return batch;
  }

  close(): void {
    this.#taken = this.#range.size;
  }

  #zerosOf(count: number): number[] {
    while (this.#zeros.length < count) this.#zeros.push(0);
    return this.#zeros.slice(0, count);
  }
}

/**
 * The integers from `first` to `last`, both among them (Elixir's `first..last//step`). It takes no room, however many there
 * are, and can be read again and again; a source that reads one makes whole batches at once.
 *
 * @param step - What each is more than the one before. Default 1, or -1 where `last` is the lesser.
 * @throws {EngineError} `option_out_of_range` if one of them is no safe integer, or `step` is 0.
 * @example
 * [...range(1, 4)]; // => [1, 2, 3, 4]
 * [...range(0, 10, 5)]; // => [0, 5, 10]
 */
export function range(first: number, last: number, step: number = first <= last ? 1 : -1): Range {
  for (const [option, value] of Object.entries({ first, last, step })) {
    if (Number.isSafeInteger(value) && !(option === 'step' && value === 0)) continue;
    const requirement = option === 'step' ? 'an integer other than 0' : 'an integer';
    throw new EngineError('option_out_of_range', {
      option,
      at: 'range',
      requirement,
      received: describe(value),
    });
  }
  return new Range(first, last, step);
}
