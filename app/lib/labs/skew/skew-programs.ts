import ordersText from './programs/orders.ts?raw';
import { ordersOf, type Order, type Shares } from './programs/orders.ts';
import plainText from './programs/plain.ts?raw';
import preAggregateText from './programs/pre-aggregate.ts?raw';
import saltAndMergeText from './programs/salt-and-merge.ts?raw';
import saltText from './programs/salt.ts?raw';
import twoStagesText from './programs/two-stages.ts?raw';

/** What may be done about a lane that gets too much; `plain`: nothing. */
export const FIXES = ['plain', 'salt', 'saltAndMerge', 'preAggregate', 'twoStages'] as const;

export type Fix = (typeof FIXES)[number];

/** Partitions that may be tried. */
export const PARTITION_COUNTS = [4, 8, 16] as const;

export type PartitionCount = (typeof PARTITION_COUNTS)[number];

/** One run, before it is run. */
export interface SkewSettings {
  readonly shares: Shares;
  readonly partitions: PartitionCount;
  readonly fix: Fix;
}

/** The keys, in the order in which they are shown. With four partitions Milan has a lane to itself. */
export const CITIES = ['Accra', 'Bern', 'Doha', 'Kyiv', 'Milan', 'Porto', 'Tokyo'] as const;

/** Orders of every run. */
export const ORDER_COUNT = 400;
/** How often one comes in, ms. */
export const EVERY_MS = 5;
/** Orders that are added up at a time by the program that does so before the partition. */
export const TOGETHER = 20;
/** A city with more percent of the orders than this is salted: each of four lanes would get as many. */
export const HOT_SHARE = 25;

/** Keys that a salted city gets in place of its one. */
export const SALTS = 8;

/** The file that runs. */
export const ENTRY = 'program.ts';

const TEXTS: Readonly<Record<Fix, string>> = {
  plain: plainText,
  salt: saltText,
  saltAndMerge: saltAndMergeText,
  preAggregate: preAggregateText,
  twoStages: twoStagesText,
};

const PARTITIONS_LINE = /^const PARTITIONS = .*$/m;
const SHARES_LINE = /^const SHARES = .*$/m;
const HOT_LINE = /^const HOT: .*$/m;

/** Cities that the programs with salt spread over several lanes. */
export function hotCities(shares: Shares): readonly string[] {
  return CITIES.filter((city) => (shares[city] ?? 0) > HOT_SHARE);
}

/** The program of a run, as it is shown and as it runs. */
export function skewProgram({ shares, partitions, fix }: SkewSettings): string {
  const all = CITIES.map((city) => `${city}: ${shares[city] ?? 0}`).join(', ');
  const hot = hotCities(shares).map((city) => `'${city}'`);
  return TEXTS[fix]
    .replace(PARTITIONS_LINE, `const PARTITIONS = ${partitions};`)
    .replace(SHARES_LINE, `const SHARES = { ${all} };`)
    .replace(HOT_LINE, `const HOT: readonly string[] = [${hot.join(', ')}];`);
}

/** All files of a run; {@link ENTRY} is the one that runs. */
export function skewFiles(settings: SkewSettings): Readonly<Record<string, string>> {
  return { [ENTRY]: skewProgram(settings), 'orders.ts': ordersText };
}

/** The orders that every run with these shares gets. */
export function skewOrders(shares: Shares): readonly Order[] {
  return ordersOf(shares, ORDER_COUNT);
}

/** How many orders each city has, by a plain loop over the same orders. */
export function plainTotals(shares: Shares): ReadonlyMap<string, number> {
  const totals = new Map<string, number>();
  for (const { key } of skewOrders(shares)) totals.set(key, (totals.get(key) ?? 0) + 1);
  return totals;
}
