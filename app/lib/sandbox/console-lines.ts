import type { EntryOf, OutputLine, TraceEntry, TraceValue } from 'sluice';
import { EntryFilter } from '../view/entry-filter.ts';
import type { SourcePlaces } from './error-mapping.ts';
import type { ConsoleLine } from './run-view.ts';

/** Lines that are kept: the newest; older ones are counted. */
export const MAX_LINES = 1_000;

/** Characters of one line. */
const MAX_TEXT = 2_000;

/** Numbers of lines that no entry recorded: unique, and never those of entries. */
const OUTPUT_SEQ = -1_000_000;

/** The newest lines of a console, and how many older ones there were. */
export interface ConsoleTail {
  readonly lines: readonly ConsoleLine[];
  readonly dropped: number;
}

/** What programs print, what the engine warns of, and what crashed. */
type Spoken = EntryOf<'log'> | EntryOf<'warning'> | EntryOf<'crash'>;

/** What a line is made by, beside what it says. */
interface Around {
  readonly numbers: ReadonlyMap<Spoken | OutputLine, number>;
  readonly crashes: readonly TraceEntry[];
}

/** Makes the console of one run, again and again as its trace grows: a line that was made once is kept. */
export class RunConsole {
  readonly #places: SourcePlaces | null;
  readonly #spoken = new EntryFilter(isSpoken);
  readonly #crashes = new EntryFilter((entry) => entry.type === 'crash');
  readonly #made = new WeakMap<Spoken | OutputLine, ConsoleLine>();

  constructor(places: SourcePlaces | null) {
    this.#places = places;
  }

  /** @param output what was printed while no stage handled a message, by time */
  tail(entries: readonly TraceEntry[], output: readonly OutputLine[] = []): ConsoleTail {
    const spoken = this.#spoken.update(entries);
    const crashes = this.#crashes.update(entries);
    const outputFrom = Math.max(0, output.length - MAX_LINES);
    const merged = byTime(spoken.slice(-MAX_LINES), output.slice(outputFrom)).slice(-MAX_LINES);
    const numbers = new Map(output.slice(outputFrom).map((line, i) => [line, OUTPUT_SEQ + outputFrom + i]));
    return {
      lines: merged.map((line) => this.#lineOf(line, { numbers, crashes })),
      dropped: spoken.length + output.length - merged.length,
    };
  }

  #lineOf(from: Spoken | OutputLine, { numbers, crashes }: Around): ConsoleLine {
    const known = this.#made.get(from);
    if (known) return known;
    const line =
      'seq' in from ? this.#ofEntry(from, crashes) : this.#ofOutput(from, numbers.get(from) ?? OUTPUT_SEQ);
    this.#made.set(from, line);
    return line;
  }

  #ofEntry(entry: Spoken, crashes: readonly TraceEntry[]): ConsoleLine {
    const { seq, stage, worker } = entry;
    switch (entry.type) {
      case 'log': {
        const place = this.#places?.ofText(entry.place) ?? null;
        const { level } = entry;
        return {
          seq,
          stage,
          worker,
          level,
          text: formatValues(entry.values),
          ...(place && { place }),
          ...(isAfterCrash(entry, crashes) && { afterCrash: true }),
        };
      }
      case 'warning':
        return { seq, stage, worker, level: 'warn', text: entry.message };
      case 'crash': {
        const place = this.#places?.ofStack(entry.error.stack) ?? null;
        const text = cut(`${entry.error.name}: ${entry.error.message}`);
        return { seq, stage, worker, level: 'error', text, ...(place && { place }) };
      }
    }
  }

  #ofOutput({ worker, level, values, place: generated }: OutputLine, seq: number): ConsoleLine {
    const place = this.#places?.ofText(generated) ?? null;
    return { seq, stage: null, worker, level, text: formatValues(values), ...(place && { place }) };
  }
}

/** Values as one line: texts as they are, everything else as it would be written in a program. */
export function formatValues(values: readonly TraceValue[]): string {
  return cut(values.map((value) => (typeof value === 'string' ? value : formatValue(value))).join(' '));
}

/** Whether its stage crashed after the callback began that printed it. */
function isAfterCrash({ stage, seq, cause }: EntryOf<'log'>, crashes: readonly TraceEntry[]): boolean {
  if (cause === null) return false;
  return crashes.some((crash) => crash.stage === stage && cause < crash.seq && crash.seq < seq);
}

function isSpoken(entry: TraceEntry): entry is Spoken {
  return entry.type === 'log' || entry.type === 'warning' || entry.type === 'crash';
}

/** Both lists keep their order; what was printed outside stages goes before what was recorded later. */
function byTime(spoken: readonly Spoken[], output: readonly OutputLine[]): (Spoken | OutputLine)[] {
  const merged: (Spoken | OutputLine)[] = [];
  let next = 0;
  for (const entry of spoken) {
    for (let line = output[next]; line && line.atMs <= entry.atMs; line = output[next]) {
      merged.push(line);
      next += 1;
    }
    merged.push(entry);
  }
  return [...merged, ...output.slice(next)];
}

function cut(text: string): string {
  return text.length <= MAX_TEXT ? text : `${text.slice(0, MAX_TEXT)}…`;
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
