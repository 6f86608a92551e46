import { TOGETHER, type Fix, type SkewSettings } from './skew-programs.ts';

/** What the fixes are called. */
export const FIX_WORDS: Readonly<Record<Fix, string>> = {
  plain: 'None',
  salt: 'Salt the key',
  saltAndMerge: 'Salt and merge',
  preAggregate: 'Pre-aggregate',
  twoStages: 'Two stages',
};

/** What each of them does, in a sentence. */
export const FIX_MEANS: Readonly<Record<Fix, string>> = {
  plain: 'Each order goes to the lane of its city. More partitions are the first thing that one tries.',
  salt: 'A city with more than a quarter of the orders gets eight keys, “Milan#0” to “Milan#7”, so that several lanes have it.',
  saltAndMerge: 'The same, and the last stage adds up what the lanes have counted of a city: a second merge.',
  preAggregate: `${TOGETHER} orders at a time are added up by city first; what goes through the partition are the sums.`,
  twoStages: 'First the work, by whichever worker is free. Then the counting, by the lane of the city.',
};

/** Whether two runs get the same orders. */
export function sameShares(a: SkewSettings, b: SkewSettings): boolean {
  return Object.entries(a.shares).every(([city, share]) => b.shares[city] === share);
}

/** The city with the most orders, and its percent. */
export function largestShare(shares: SkewSettings['shares']): readonly [city: string, share: number] {
  return Object.entries(shares).sort(([, a], [, b]) => b - a)[0] ?? ['', 0];
}

/** How uneven the orders are: "Milan 60 %", or "even shares". */
export function loadText({ shares }: SkewSettings): string {
  const [city, share] = largestShare(shares);
  return share - Math.min(...Object.values(shares)) <= 1 ? 'even shares' : `${city} ${share}\u00a0%`;
}
