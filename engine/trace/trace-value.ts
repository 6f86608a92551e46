import type { TraceError, TraceValue } from './trace-entry.ts';

const MAX_TEXT = 200;
const MAX_ITEMS = 20;
const MAX_LEVELS = 3;
/** Characters of an error's message, and of its stack. */
const MAX_MESSAGE = 2_000;
const MAX_STACK = 10_000;
/** Events whose values one entry keeps; its `count` is exact all the same. */
export const MAX_EVENTS = 1_000;
/** Items an entry's events may take together, so that one entry of big records stays small. */
const MAX_VALUES = 20_000;
/** Items of a printed value that is shown one level deeper. */
const MAX_PRINTED = 1_000;
const MORE = '…';
const A_PROMISE = 'a promise';
/** From here on a bigint is told by its size: its digits would take longer to find than anybody reads. */
const LARGE = 10n ** BigInt(MAX_TEXT);

/** Something that a trace shows as something else. */
export abstract class Pictured {
  /** Made only when a trace is kept; of a big thing, its beginning is enough: {@link MAX_PICTURED} items. */
  abstract picture(): unknown;
}

/** Items a picture has room for, and one more, which shows that there are more. */
export const MAX_PICTURED = MAX_ITEMS + 1;

/** A bounded, cloneable picture of any value. Never throws, whatever getters and proxies do. */
export function traceValue(value: unknown): TraceValue {
  return preview(value, 0, []);
}

/** A value that a program prints: one level deeper, so that a Map of lists of records can be read; unless that is much. */
export function printedValue(value: unknown): TraceValue {
  const deeper = preview(value, -1, []);
  return weigh(deeper) <= MAX_PRINTED ? deeper : traceValue(value);
}

/** The first events of a batch, as a trace keeps them: always a packed array, which V8 clones at once. */
export function traceEvents(events: readonly unknown[]): readonly TraceValue[] {
  // By far the most batches of a fast pipeline: copied as a whole, without room to spare.
  if (events.length <= MAX_EVENTS && areNumbers(events)) return events.map((event) => event);
  const kept: TraceValue[] = [];
  let weight = 0;
  for (let i = 0; i < events.length && i < MAX_EVENTS && weight < MAX_VALUES; i++) {
    const value = traceValue(events[i]);
    weight += typeof value === 'number' ? 0 : weigh(value);
    kept.push(value);
  }
  return kept;
}

/** Whether all are numbers that JSON has a word for. */
function areNumbers(events: readonly unknown[]): events is readonly number[] {
  for (let i = 0; i < events.length; i++) if (!Number.isFinite(events[i])) return false;
  return true;
}

/** A thrown value as a trace keeps it. Never throws: what cannot be read of an error is left out, or said so. */
export function traceError(thrown: unknown): TraceError {
  if (!isError(thrown)) return { name: 'Thrown', message: describe(thrown) };
  const [name, message, code, stack] = [
    memberOf(thrown, 'name'),
    memberOf(thrown, 'message'),
    memberOf(thrown, 'code'),
    memberOf(thrown, 'stack'),
  ];
  return {
    name: typeof name === 'string' ? cut(name, MAX_TEXT) : 'Error',
    message:
      message === UNREADABLE ? 'an error whose message cannot be read' : cut(inText(message), MAX_MESSAGE),
    ...(typeof code === 'string' ? { code: cut(code, MAX_TEXT) } : {}),
    ...(typeof stack === 'string' ? { stack: cut(withShortMessage(stack, message), MAX_STACK) } : {}),
  };
}

/** Where a stack begins with the message, as in V8, the places stand behind it: a giant must not push them out. */
function withShortMessage(stack: string, message: unknown): string {
  if (stack.length <= MAX_STACK || typeof message !== 'string' || message.length <= MAX_MESSAGE) return stack;
  const at = stack.indexOf(message);
  if (at < 0) return stack;
  return stack.slice(0, at) + cut(message, MAX_MESSAGE) + stack.slice(at + message.length);
}

function inText(message: unknown): string {
  return typeof message === 'string' ? message : describe(message);
}

/** Stands for a member whose getter throws. */
const UNREADABLE: unique symbol = Symbol('unreadable');

function memberOf(owner: object, key: string): unknown {
  try {
    return Reflect.get(owner, key);
  } catch {
    return UNREADABLE;
  }
}

/** A proxy may refuse to say what it is. */
function isError(value: unknown): value is Error {
  try {
    return value instanceof Error;
  } catch {
    return false;
  }
}

/** A value in one short line of an error message. */
export function describe(value: unknown): string {
  if (value === undefined) return 'undefined';
  if (typeof value === 'function') return nameOf(value);
  const shown = traceValue(value);
  if (shown === A_PROMISE) return A_PROMISE;
  if (shown === MORE && typeof value === 'object') return 'a value that cannot be read';
  if (typeof value === 'bigint' || typeof value === 'symbol') return String(shown);
  return typeof value === 'number' ? String(value) : cut(JSON.stringify(shown), MAX_TEXT);
}

function preview(value: unknown, level: number, path: readonly object[]): TraceValue {
  switch (typeof value) {
    case 'string':
      return cut(value, MAX_TEXT);
    case 'number':
      // A trace is also JSON, which has no word for these.
      return Number.isFinite(value) ? value : String(value);
    case 'boolean':
      return value;
    case 'undefined':
      return null;
    case 'bigint':
      return value < LARGE && value > -LARGE ? `${value}n` : `a bigint of more than ${MAX_TEXT} digits`;
    case 'symbol':
      return cut(String(value), MAX_TEXT);
    case 'function':
      return nameOf(value);
    case 'object':
      if (value === null) return null;
      try {
        return previewObject(value, level, path);
      } catch {
        return MORE;
      }
  }
}

function previewObject(value: object, level: number, path: readonly object[]): TraceValue {
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? 'Invalid Date' : value.toISOString();
  if (value instanceof Pictured) return preview(value.picture(), level, path);
  if (value instanceof Error) {
    const { name, message } = traceError(value);
    return cut(`${name}: ${message}`, MAX_TEXT);
  }
  // It has no fields of its own: a record of nothing would hide what was forgotten to be awaited.
  if (value instanceof Promise) return A_PROMISE;
  if (level >= MAX_LEVELS || path.includes(value)) return MORE;
  const inside = [...path, value];
  if (value instanceof Map) return previewItems(value.entries(), value.size, level, inside);
  if (value instanceof Set) return previewItems(value.values(), value.size, level, inside);
  if (ArrayBuffer.isView(value) && !(value instanceof DataView)) {
    // A typed array is a list of numbers to whoever looks.
    const list: unknown = value;
    if (isList(list))
      return previewItems(
        Array.from({ length: Math.min(list.length, MAX_ITEMS + 1) }, (_, i) => list[i]).values(),
        list.length,
        level,
        inside,
      );
  }
  if (Array.isArray(value)) return previewItems(value.values(), value.length, level, inside);
  const kept: [string, TraceValue][] = [];
  for (const key in value) {
    if (!Object.prototype.hasOwnProperty.call(value, key)) continue;
    if (kept.length === MAX_ITEMS) {
      kept.push([MORE, MORE]);
      break;
    }
    kept.push([cut(key, MAX_TEXT), previewMember(value, key, level, inside)]);
  }
  // Not by assignment: a key may be `__proto__`.
  return Object.fromEntries(kept);
}

function previewMember(owner: object, key: string, level: number, path: readonly object[]): TraceValue {
  try {
    const member: unknown = Reflect.get(owner, key);
    return preview(member, level + 1, path);
  } catch {
    return MORE;
  }
}

function previewItems(
  items: Iterator<unknown>,
  size: number,
  level: number,
  path: readonly object[],
): TraceValue {
  const kept: TraceValue[] = [];
  for (let next = items.next(); !next.done && kept.length < MAX_ITEMS; next = items.next()) {
    kept.push(preview(next.value, level + 1, path));
  }
  if (size > kept.length) kept.push(MORE);
  return kept;
}

function isList(value: unknown): value is ArrayLike<unknown> {
  return typeof value === 'object' && value !== null && 'length' in value && typeof value.length === 'number';
}

function nameOf(value: object): string {
  try {
    const name: unknown = Reflect.get(value, 'name');
    return typeof name === 'string' && name !== '' ? `function ${cut(name, MAX_TEXT)}` : 'function';
  } catch {
    return 'function';
  }
}

function weigh(value: TraceValue): number {
  if (value === null || typeof value !== 'object') return 1;
  let sum = 1;
  for (const inner of Object.values(value)) sum += weigh(inner);
  return sum;
}

function cut(text: string, length: number): string {
  return text.length <= length ? text : text.slice(0, length) + MORE;
}
