/** A named part of a source file, marked by `// #region name` and `// #endregion`. */
export interface Region {
  /** Without the markers and without the indentation that all its lines share. */
  readonly code: string;
  /** 1-based line of its first line of code. */
  readonly line: number;
}

const OPEN = /^\s*(?:\/\/|#)\s*#region\s+(\S+)/;
const CLOSE = /^\s*(?:\/\/|#)\s*#endregion\b/;

/** Finds a region by name; `null` when the source has none. Regions may nest; inner markers are left out. */
export function regionOf(source: string, name: string): Region | null {
  const lines = source.split('\n');
  const start = lines.findIndex((line) => OPEN.exec(line)?.[1] === name);
  if (start === -1) return null;
  let depth = 1;
  let end = start + 1;
  for (; end < lines.length; end += 1) {
    const line = lines[end] ?? '';
    if (OPEN.test(line)) depth += 1;
    if (CLOSE.test(line)) depth -= 1;
    if (depth === 0) break;
  }
  return { code: dedent(withoutMarkers(lines.slice(start + 1, end))), line: start + 2 };
}

/** The source as a learner gets it: without the markers. */
export function withoutRegions(source: string): string {
  return withoutMarkers(source.split('\n')).join('\n');
}

/** The line that `line` of the source becomes in {@link withoutRegions}. */
export function lineWithoutRegions(source: string, line: number): number {
  return withoutMarkers(source.split('\n').slice(0, line - 1)).length + 1;
}

function withoutMarkers(lines: readonly string[]): readonly string[] {
  return lines.filter((line) => !OPEN.test(line) && !CLOSE.test(line));
}

function dedent(lines: readonly string[]): string {
  const indents = lines
    .filter((line) => line.trim() !== '')
    .map((line) => line.length - line.trimStart().length);
  const shared = Math.min(...indents, Infinity);
  return lines
    .map((line) => line.slice(Number.isFinite(shared) ? shared : 0))
    .join('\n')
    .trim();
}
