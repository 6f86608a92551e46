import type { EntryOf, TraceEntry, TraceValue } from 'sluice';
import type { SourcePlaces } from './error-mapping.ts';
import type { ConsoleLine } from './run-view.ts';

/** Lines that are kept; older ones are counted. */
export const MAX_LINES = 1_000;

/** Characters of one line. */
const MAX_TEXT = 2_000;

/** The newest lines of a console, and how many older ones there were. */
export interface ConsoleTail {
  readonly lines: readonly ConsoleLine[];
  readonly dropped: number;
}

export const EMPTY_TAIL: ConsoleTail = { lines: [], dropped: 0 };

/** The tail after `entries`: what programs print, what the engine warns of, and what crashed. */
export function appendLines(
  tail: ConsoleTail,
  entries: readonly TraceEntry[],
  places: SourcePlaces | null,
): ConsoleTail {
  const spoken = entries.filter(isSpoken);
  if (spoken.length === 0) return tail;
  // Only lines that stay are worth formatting.
  const fresh = spoken.slice(-MAX_LINES).map((entry) => lineOf(entry, places));
  const lines = [...tail.lines, ...fresh].sort((a, b) => a.seq - b.seq).slice(-MAX_LINES);
  return { lines, dropped: tail.dropped + tail.lines.length + spoken.length - lines.length };
}

/** Values as one line: texts as they are, everything else as it would be written in a program. */
export function formatValues(values: readonly TraceValue[]): string {
  const text = values.map((value) => (typeof value === 'string' ? value : formatValue(value))).join(' ');
  return text.length <= MAX_TEXT ? text : `${text.slice(0, MAX_TEXT)}…`;
}

type Spoken = EntryOf<'log'> | EntryOf<'warning'> | EntryOf<'crash'>;

function isSpoken(entry: TraceEntry): entry is Spoken {
  return entry.type === 'log' || entry.type === 'warning' || entry.type === 'crash';
}

function lineOf(entry: Spoken, places: SourcePlaces | null): ConsoleLine {
  const { seq, stage, worker } = entry;
  switch (entry.type) {
    case 'log': {
      const place = places?.ofText(entry.place) ?? null;
      const { level } = entry;
      return { seq, stage, worker, level, text: formatValues(entry.values), ...(place && { place }) };
    }
    case 'warning':
      return { seq, stage, worker, level: 'warn', text: entry.message };
    case 'crash': {
      const place = places?.ofStack(entry.error.stack) ?? null;
      const text = `${entry.error.name}: ${entry.error.message}`;
      return { seq, stage, worker, level: 'error', text, ...(place && { place }) };
    }
  }
}

function formatValue(value: TraceValue): string {
  if (typeof value === 'string') return value === '…' ? value : JSON.stringify(value);
  if (value === null || typeof value !== 'object') return String(value);
  if (isList(value)) return `[${value.map(formatValue).join(', ')}]`;
  const members = Object.entries(value).map(([key, member]) =>
    key === '…' ? key : `${isName(key) ? key : JSON.stringify(key)}: ${formatValue(member)}`,
  );
  return members.length === 0 ? '{}' : `{ ${members.join(', ')} }`;
}

/** `Array.isArray` does not narrow a readonly array. */
function isList(value: object): value is readonly TraceValue[] {
  return Array.isArray(value);
}

function isName(key: string): boolean {
  return /^[A-Za-z_$][\w$]*$/.test(key);
}
