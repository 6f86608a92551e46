import type { Problem } from '../sandbox/run-view.ts';

/** A problem as the editor underlines it. Lines and columns count from 1; the end is exclusive. */
export interface Marker {
  readonly severity: Problem['severity'];
  readonly message: string;
  readonly line: number;
  readonly column: number;
  readonly endColumn: number;
}

/**
 * Markers of the problems that lie in `file`. Each covers the word at its place, and at least one character; a place
 * beyond the text (it was edited since) moves to where the text ends.
 */
export function markersOf(problems: readonly Problem[], file: string, text: string): Marker[] {
  const lines = text.split('\n');
  return problems.flatMap(({ severity, message, hint, place }) => {
    if (place?.file !== file) return [];
    const line = Math.min(Math.max(place.line, 1), lines.length);
    const content = lines[line - 1] ?? '';
    const column = Math.min(Math.max(place.column, 1), content.length + 1);
    const word = /^[\p{L}\p{N}_$]+/u.exec(content.slice(column - 1))?.[0] ?? '';
    return [
      {
        severity,
        message: hint === undefined ? message : `${message}\n${hint}`,
        line,
        column,
        endColumn: column + Math.max(word.length, 1),
      },
    ];
  });
}
