/** Rows compared with others, at most, per row. */
const MAX_COMPARED = 8;

/**
 * Whether no two of the first `count` rows are the same object, told by what their fields hold: the same object has the
 * same. May say no where many rows hold the same.
 *
 * @param columns - Their fields. Whether two fields that are no numbers or texts are the same is not looked at.
 */
export function areDistinct(
  rows: readonly unknown[],
  count: number,
  columns: readonly (readonly unknown[])[],
): boolean {
  if (count < 2) return true;
  // Numbered events, and those in order of time: the most frequent case, and the cheapest.
  for (const column of columns) if (isStrictlyMonotonic(column, count)) return true;
  return haveNoTwins(rows, count, columns);
}

function isStrictlyMonotonic(column: readonly unknown[], count: number): boolean {
  const [first, second] = column;
  if (typeof first !== 'number' || typeof second !== 'number') return false;
  const sign = second > first ? 1 : -1;
  let before = first;
  for (let i = 1; i < count; i += 1) {
    const value = column[i];
    if (typeof value !== 'number' || !((value - before) * sign > 0)) return false;
    before = value;
  }
  return true;
}

/** Compares only rows that may hold the same: those whose hash is equal. */
function haveNoTwins(
  rows: readonly unknown[],
  count: number,
  columns: readonly (readonly unknown[])[],
): boolean {
  const size = 2 ** Math.ceil(Math.log2(count * 2));
  const lasts = new Int32Array(size).fill(-1);
  const previous = new Int32Array(count);
  let compared = 0;
  for (let i = 0; i < count; i += 1) {
    let hash = 0;
    for (const column of columns) hash = (Math.imul(hash, 31) + hashOf(column[i])) | 0;
    const place = (hash ^ (hash >>> 15)) & (size - 1);
    const last = lasts[place] ?? -1;
    for (let j = last; j >= 0; j = previous[j] ?? -1) {
      if (rows[j] === rows[i]) return false;
      compared += 1;
      if (compared > count * MAX_COMPARED) return new Set(rows.slice(0, count)).size === count;
    }
    previous[i] = last;
    lasts[place] = i;
  }
  return true;
}

function hashOf(value: unknown): number {
  if (typeof value === 'number') return Math.imul(value | 0, 0x9e3779b1) ^ (value * 1_024);
  if (typeof value !== 'string') return 0;
  const { length } = value;
  if (length === 0) return 0;
  return (
    length * 0x9e5 +
    value.charCodeAt(length - 1) * 0x3c1 +
    value.charCodeAt(length >> 1) * 31 +
    value.charCodeAt(0)
  );
}
