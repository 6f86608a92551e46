import { group, sum } from 'd3-array';
import { laneOf, type Order } from './programs/orders.ts';
import { hotCities, ORDER_COUNT, SALTS, skewOrders, type SkewSettings } from './skew-programs.ts';

/** A city in the lane that its key is hashed to; of a salted one, those of its keys that are. */
export interface StripKey {
  readonly city: string;
  /** Of all orders, 0 to 1. */
  readonly share: number;
  /** Keys of the city in this lane, of how many. */
  readonly keys: number;
  readonly of: number;
}

/** One lane, and what is hashed to it. */
export interface StripLane {
  readonly lane: number;
  readonly keys: readonly StripKey[];
  /** Of all orders, 0 to 1. */
  readonly share: number;
}

/** Which lane counts the orders of which city, as the hash of the program says: known before it runs. */
export function keyStrip(settings: SkewSettings): readonly StripLane[] {
  const { shares, partitions, fix } = settings;
  const isSalted = fix === 'salt' || fix === 'saltAndMerge';
  const salted = isSalted ? hotCities(shares) : [];
  const keyOf = ({ n, key }: Order) => (salted.includes(key) ? `${key}#${n % SALTS}` : key);
  const byLane = group(
    skewOrders(shares),
    (order) => laneOf(keyOf(order), partitions),
    ({ key }) => key,
  );
  return Array.from({ length: partitions }, (_, lane) => {
    const keys = Object.keys(shares).flatMap((city): readonly StripKey[] => {
      const own = byLane.get(lane)?.get(city) ?? [];
      if (own.length === 0) return [];
      const of = salted.includes(city) ? SALTS : 1;
      return [{ city, share: own.length / ORDER_COUNT, keys: new Set(own.map(keyOf)).size, of }];
    });
    return { lane, keys, share: sum(keys, ({ share }) => share) };
  });
}
