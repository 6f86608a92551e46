import { LOG_LEVELS } from './trace-entry.ts';
import type { TraceEntry, TraceType, TraceValue } from './trace-entry.ts';

/** A record as JSON gives it. */
type Plain = Readonly<Record<string, unknown>>;

/** Fields of all entries: seq, atMs, worker, stage, cause and type. */
const BASE_FIELDS = 6;
/** Levels of a value that are looked at here; a trace keeps fewer. */
const MAX_LEVELS = 8;

/**
 * What the entries that a long trace mostly consists of hold beside the {@link BASE_FIELDS}: how many fields they are, if
 * they are as they must be; else -1.
 */
const FIELDS: Partial<Record<TraceType, (entry: Plain) => number>> = {
  ask: (own) => (isText(own['subscription']) && areNumbers(own['count'], own['pending']) ? 3 : -1),
  asked: (own) => (isText(own['subscription']) && areNumbers(own['count'], own['open']) ? 3 : -1),
  dispatch: (own) =>
    isText(own['subscription']) &&
    areNumbers(own['first'], own['count']) &&
    areNumbers(own['open'], 0) &&
    isList(own['events'])
      ? 5
      : -1,
  deliver: (own) => (isText(own['subscription']) && areNumbers(own['first'], own['count']) ? 3 : -1),
  begin: (own) => {
    if (own['callback'] === 'handleDemand') return areNumbers(own['demand'], 0) ? 2 : -1;
    return own['callback'] === 'handleEvents' &&
      isText(own['subscription']) &&
      areNumbers(own['count'], 0) &&
      isList(own['events'])
      ? 4
      : -1;
  },
  end: (own) => {
    if (!areNumbers(own['count'], 0) || !isList(own['emitted'])) return -1;
    // `null` is a state, too; what is left out is none.
    if (own['state'] !== null && !isPlain(own['state'], MAX_LEVELS)) return -1;
    if (own['callback'] === 'handleDemand') return 4;
    return own['callback'] === 'handleEvents' && areNumbers(own['pending'], 0) ? 5 : -1;
  },
  buffer: (own) =>
    areNumbers(own['added'], own['size']) && (own['limit'] === null || areNumbers(own['limit'], 0)) ? 3 : -1,
  log: (own) => {
    if (!LOG_LEVELS.some((level) => level === own['level']) || !isList(own['values'])) return -1;
    return isText(own['place']) ? 3 : 2;
  },
  unbuffer: (own) => (areNumbers(own['removed'], own['size']) ? 2 : -1),
};

const CHECKS = new Map(Object.entries(FIELDS));

/**
 * Whether a value out of JSON is an entry as it stands, with all its fields and no others: most entries of a long recording
 * with a line per entry, as before version 5, are, and need not be copied. `false` says nothing: `parseEntry` knows all
 * entries, and what is wrong with the others.
 */
export function isWholeEntry(value: unknown): value is TraceEntry {
  if (!isRecord(value)) return false;
  const { type, stage, seq, atMs, worker, cause } = value;
  if (typeof type !== 'string' || typeof stage !== 'string') return false;
  if (!areNumbers(seq, atMs) || typeof worker !== 'number') return false;
  if (cause !== null && typeof cause !== 'number') return false;
  const told = CHECKS.get(type)?.(value) ?? -1;
  return told >= 0 && Object.keys(value).length === BASE_FIELDS + told;
}

function isRecord(value: unknown): value is Plain {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isText(value: unknown): boolean {
  return typeof value === 'string';
}

function areNumbers(one: unknown, other: unknown): boolean {
  return typeof one === 'number' && typeof other === 'number';
}

function isList(value: unknown): boolean {
  return Array.isArray(value) && isPlain(value, MAX_LEVELS);
}

/** Whether all of it is plain data of no more than so many levels. */
function isPlain(value: unknown, levels: number): value is TraceValue {
  if (typeof value !== 'object') return typeof value !== 'undefined';
  if (value === null) return true;
  if (levels === 0) return false;
  const items: readonly unknown[] = Array.isArray(value) ? value : Object.values(value);
  for (let i = 0; i < items.length; i += 1) if (!isPlain(items[i], levels - 1)) return false;
  return true;
}
