import { sum } from 'd3-array';

/** Part of a total: where some of the events are, or what became of them. */
export interface TotalPart {
  readonly word: string;
  readonly count: number;
  /** How it is coloured where it is not 0. `event`: it waits. Default: as any number. */
  readonly tone?: 'event' | 'good' | 'warn' | 'bad';
}

/** A count, and the parts that it is the sum of. */
export interface Totals {
  readonly word: string;
  readonly count: number;
  readonly parts: readonly TotalPart[];
}

/** What no part accounts for: 0 where the totals add up. */
export function unaccounted({ count, parts }: Totals): number {
  return count - sum(parts, (part) => part.count);
}
