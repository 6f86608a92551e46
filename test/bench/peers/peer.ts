import type { Chain } from '../chain.ts';
import type { Reading } from '../readings.ts';

/** A library that does the same works; those it has no words for are left out. */
export interface Peer {
  readonly name: string;
  /** The package whose version is printed; `null` for what Node brings. */
  readonly package: string | null;
  /** Sums the integers from 0. */
  readonly passThrough: (events: number) => number | Promise<number>;
  readonly chain: Chain;
  /** Sums what an iterable of the program gives. */
  readonly fromIterable?: (events: Iterable<number>) => number | Promise<number>;
  /** Two consumers get every event; the sum of both sums. */
  readonly broadcast?: (events: number) => number | Promise<number>;
  /** One of four consumers gets each event, by its key (the integer modulo 4); the sum of all sums. */
  readonly partition?: (events: number) => number | Promise<number>;
  /** Counts the words of lines. */
  readonly wordCount?: (lines: readonly string[]) => Counts | Promise<Counts>;
  /** Hands each reading to a window written by hand. */
  readonly readings?: (readings: readonly Reading[], add: (reading: Reading) => void) => void | Promise<void>;
}

export type Counts = Iterable<readonly [word: string, count: number]>;
