import type { ProgramLine } from './program-lines.ts';

/** A program beside the one that it was made from: lines that are not in that one are `changed`, unless they are empty. */
export function changedLines(before: string, now: string): readonly ProgramLine<'changed'>[] {
  const old = before.trimEnd().split('\n');
  const own = now.trimEnd().split('\n');
  const common = commonLengths(old, own);
  const lines: ProgramLine<'changed'>[] = [];
  let i = 0;
  for (const [j, text] of own.entries()) {
    // Lines that are gone are stepped over as long as that costs none that both have.
    while (i < old.length && old[i] !== text && (common[i + 1]?.[j] ?? 0) === (common[i]?.[j] ?? 0)) i += 1;
    const isKept = i < old.length && old[i] === text;
    if (isKept) i += 1;
    lines.push({ text, of: isKept || text === '' ? null : 'changed' });
  }
  return lines;
}

/** `[i][j]`: how many lines the rests from the i-th and the j-th line on have in common, in this order. */
function commonLengths(old: readonly string[], own: readonly string[]): readonly (readonly number[])[] {
  const rows: number[][] = [Array<number>(own.length + 1).fill(0)];
  for (const line of [...old].reverse()) {
    const below = rows[0] ?? [];
    const row = Array<number>(own.length + 1).fill(0);
    for (let j = own.length - 1; j >= 0; j -= 1) {
      row[j] = line === own[j] ? (below[j + 1] ?? 0) + 1 : Math.max(below[j] ?? 0, row[j + 1] ?? 0);
    }
    rows.unshift(row);
  }
  return rows;
}
