import type { SourcePlace } from 'sluice';
import type { Problem } from '../../app/lib/sandbox/run-view.ts';

/** Lines shown around the one that is meant. */
const CONTEXT = 2;
/** Characters shown of one line, and of them those before the place that is meant, where the line is longer. */
const MAX_COLUMNS = 120;
const LEAD_COLUMNS = 60;

/** How text is set off, where it can be. */
export interface Paint {
  readonly error: (text: string) => string;
  readonly warning: (text: string) => string;
  readonly faint: (text: string) => string;
  readonly strong: (text: string) => string;
}

const as = (text: string) => text;
const PLAIN: Paint = { error: as, warning: as, faint: as, strong: as };

const sgr = (on: number, off: number) => (text: string) => `\u001B[${on}m${text}\u001B[${off}m`;
const COLOURED: Paint = { error: sgr(31, 39), warning: sgr(33, 39), faint: sgr(2, 22), strong: sgr(1, 22) };

/** Colours where a person looks. */
export function paint(isColoured: boolean): Paint {
  return isColoured ? COLOURED : PLAIN;
}

/**
 * A problem as a command tells it: what is wrong, where, and what to do about it.
 *
 * @param files - The program's files by name.
 */
export function problemText(
  { severity, message, place, hint }: Problem,
  files: Readonly<Record<string, string>>,
  { error, warning, faint, strong }: Paint,
): string {
  const label = severity === 'error' ? error('error') : warning('warning');
  const at = place ? `${strong(`${place.file}:${place.line}:${place.column}`)}: ` : '';
  const frame = place ? codeFrame(place, files, { error, warning, faint, strong }) : [];
  return [
    `${at}${label}: ${strong(message)}`,
    ...frame,
    ...(hint === undefined ? [] : [`${faint('hint:')} ${hint}`]),
  ].join('\n');
}

/** The line that is meant, marked, with its neighbours. */
function codeFrame(
  place: SourcePlace,
  files: Readonly<Record<string, string>>,
  { error, faint }: Paint,
): string[] {
  const lines = (files[place.file] ?? '').split('\n');
  if (lines[place.line - 1] === undefined || files[place.file] === undefined) return [];
  const first = Math.max(1, place.line - CONTEXT);
  const last = Math.min(lines.length, place.line + CONTEXT);
  const width = String(last).length;
  const from = place.column > MAX_COLUMNS ? place.column - LEAD_COLUMNS : 0;
  const frame: string[] = [];
  for (let number = first; number <= last; number += 1) {
    const isMeant = number === place.line;
    const text = part((lines[number - 1] ?? '').replaceAll('\t', ' '), from);
    const mark = isMeant ? error('>') : ' ';
    frame.push(`${mark} ${faint(`${String(number).padStart(width)} |`)} ${text}`.trimEnd());
    if (!isMeant) continue;
    const before = ' '.repeat(place.column - 1 - from + (from > 0 ? 1 : 0));
    frame.push(`  ${faint(`${' '.repeat(width)} |`)} ${before}${error('^')}`);
  }
  return frame;
}

/** What is shown of a line, from a column on. */
function part(line: string, from: number): string {
  const shown = line.slice(from, from + MAX_COLUMNS);
  const isCut = line.length > from + MAX_COLUMNS;
  return `${from > 0 ? '…' : ''}${shown}${isCut ? '…' : ''}`;
}
