import type { TraceEntry } from './trace-entry.ts';

/** Fields of all entries; the others belong to a kind. */
const BASE_FIELDS: ReadonlySet<string> = new Set(['seq', 'atMs', 'worker', 'stage', 'cause']);
/** Fields that say which kind of entry it is: those of one kind have them alike. */
const KIND_FIELDS: ReadonlySet<string> = new Set(['type', 'callback']);
/** Entries of one line: fewer repeat names more often, more are lost where a file is cut off. */
const BLOCK_ENTRIES = 1_024;
/** Characters of one line, unless one entry alone has more. */
const BLOCK_CHARACTERS = 2_000_000;
/** A clock has no finer steps; what a subtraction leaves behind them is noise. */
const STEPS_PER_MS = 1e6;

/** A value for all entries, or a list with one for each. */
type Column = unknown;

/** Entries of one type that have the same fields. */
interface Kind {
  readonly index: number;
  readonly fields: ReadonlyMap<string, unknown[]>;
}

/**
 * Entries as lines of JSON, each with its end: a line holds a block of them, column by column, so that what they are called is
 * said once. Times are rounded to nanoseconds.
 */
export function encodeEntries(entries: readonly TraceEntry[]): string {
  const blocks: string[] = [];
  for (let from = 0; from < entries.length; from += BLOCK_ENTRIES) {
    blocks.push(encodeBlock(entries.slice(from, from + BLOCK_ENTRIES)));
  }
  return blocks.join('');
}

function encodeBlock(entries: readonly TraceEntry[]): string {
  const text = JSON.stringify(columnsOf(entries));
  if (text.length <= BLOCK_CHARACTERS || entries.length === 1) return `${text}\n`;
  const middle = entries.length >>> 1;
  return encodeBlock(entries.slice(0, middle)) + encodeBlock(entries.slice(middle));
}

/** Entries column by column, as JSON holds them and `parseBlock` reads them. */
export function columnsOf(entries: readonly TraceEntry[]): Readonly<Record<string, unknown>> {
  const names = new Map<string, number>();
  const kinds = new Map<string, Kind>();
  const kind = entries.map((entry) => {
    const told = Object.entries(entry).filter(
      ([field, value]) => !BASE_FIELDS.has(field) && value !== undefined,
    );
    const key = told.map(([field, value]) => (KIND_FIELDS.has(field) ? `${field} ${value}` : field)).join();
    const own = kinds.get(key) ?? { index: kinds.size, fields: new Map(told.map(([field]) => [field, []])) };
    kinds.set(key, own);
    for (const [field, value] of told) {
      own.fields.get(field)?.push(field === 'subscription' ? placeOf(names, String(value)) : value);
    }
    return own.index;
  });
  return {
    seq: entries.map(({ seq }) => seq),
    atMs: column(entries.map(({ atMs }) => Math.round(atMs * STEPS_PER_MS) / STEPS_PER_MS)),
    worker: column(entries.map(({ worker }) => worker)),
    stage: column(entries.map(({ stage }) => placeOf(names, stage))),
    cause: column(entries.map(({ cause }) => cause)),
    kind: column(kind),
    kinds: Array.from(kinds.values(), ({ fields }) =>
      Object.fromEntries(Array.from(fields, ([field, values]) => [field, column(values)])),
    ),
    names: [...names.keys()],
  };
}

function placeOf(names: Map<string, number>, name: string): number {
  const place = names.get(name) ?? names.size;
  names.set(name, place);
  return place;
}

/** What all have alike is said once, unless it could be taken for a list of theirs. */
function column(values: readonly unknown[]): Column {
  const [first] = values;
  if (typeof first === 'object' && first !== null) return values;
  return values.every((value) => value === first) ? first : values;
}
