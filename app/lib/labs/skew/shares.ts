import { sum } from 'd3-array';
import type { Shares } from './programs/orders.ts';

/** All shares together, in percent. */
export const WHOLE = 100;

/**
 * Sets one share; the others keep their proportions and give or take the rest, so that all add up to 100 again. Others that are all
 * nothing share the rest evenly.
 *
 * @param to - Percent; taken to the next whole number from 0 to 100.
 */
export function withShare(shares: Shares, key: string, to: number): Shares {
  const own = Math.round(Math.min(WHOLE, Math.max(0, to)));
  const others = Object.keys(shares).filter((other) => other !== key);
  const rest = wholeParts(
    others.map((other) => shares[other] ?? 0),
    WHOLE - own,
  );
  const given = new Map(others.map((other, i) => [other, rest[i] ?? 0]));
  return Object.fromEntries(
    Object.keys(shares).map((one) => [one, one === key ? own : (given.get(one) ?? 0)]),
  );
}

/** The same share for each, as far as whole percents go. */
export function evenShares(keys: readonly string[]): Shares {
  const parts = wholeParts(
    keys.map(() => 1),
    WHOLE,
  );
  return Object.fromEntries(keys.map((key, i) => [key, parts[i] ?? 0]));
}

/** Whole numbers with the proportions of the weights that add up to `whole`: the largest remainders are rounded up. */
function wholeParts(weights: readonly number[], whole: number): readonly number[] {
  const all = sum(weights);
  const exact = weights.map(
    (weight) => (whole * (all === 0 ? 1 : weight)) / (all === 0 ? weights.length : all),
  );
  const missing = whole - sum(exact, Math.floor);
  const byRemainder = exact
    .map((_, i) => i)
    .sort((a, b) => remainder(exact[b]) - remainder(exact[a]) || a - b);
  const up = new Set(byRemainder.slice(0, missing));
  return exact.map((part, i) => Math.floor(part) + (up.has(i) ? 1 : 0));
}

function remainder(part = 0): number {
  return part - Math.floor(part);
}
