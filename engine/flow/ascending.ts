/**
 * Compares values as Elixir does, as far as JavaScript has them: numbers and bigints first, then `false`, `true`, `null` and
 * `undefined`, dates by their time, other objects, arrays item by item, and strings by their code units. `NaN` comes after all
 * numbers. What has no order of its own is equal, so that a stable sort leaves it as it came.
 *
 * @returns Negative if `a` comes first, positive if `b` does, else 0, as `Array.prototype.sort` takes it.
 * @example
 * [10, 'b', [2], 9, 'a', [1, 5]].sort(ascending); // => [9, 10, [1, 5], [2], 'a', 'b']
 */
export function ascending(a: unknown, b: unknown): number {
  if (isNumeric(a) && isNumeric(b)) return ofNumbers(a, b);
  if (typeof a === 'string' && typeof b === 'string') return ofOrdered(a, b);
  if (Array.isArray(a) && Array.isArray(b)) return ofArrays(a, b);
  if (a instanceof Date && b instanceof Date) return ofNumbers(a.getTime(), b.getTime());
  return rankOf(a) - rankOf(b);
}

function ofOrdered<Value extends number | bigint | string>(a: Value, b: Value): number {
  if (a < b) return -1;
  return a > b ? 1 : 0;
}

function ofNumbers(a: number | bigint, b: number | bigint): number {
  const order = ofOrdered(a, b);
  // Two numbers are neither equal nor in order when one of them is none.
  return order === 0 && a !== b ? Number(Number.isNaN(a)) - Number(Number.isNaN(b)) : order;
}

/** The first items that differ decide; if none do, the shorter one comes first. */
function ofArrays(a: readonly unknown[], b: readonly unknown[]): number {
  const both = Math.min(a.length, b.length);
  for (let i = 0; i < both; i++) {
    const difference = ascending(a[i], b[i]);
    if (difference !== 0) return difference;
  }
  return a.length - b.length;
}

function isNumeric(value: unknown): value is number | bigint {
  return typeof value === 'number' || typeof value === 'bigint';
}

function rankOf(value: unknown): number {
  if (isNumeric(value)) return 0;
  if (typeof value === 'boolean') return value ? 2 : 1;
  if (value === null) return 3;
  if (value === undefined) return 4;
  if (typeof value === 'string') return 8;
  if (Array.isArray(value)) return 7;
  return value instanceof Date ? 5 : 6;
}
