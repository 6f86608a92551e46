import { EngineError } from '../errors.ts';
import { describe } from '../trace/trace-value.ts';

/**
 * What stands for a value wherever values are told apart as in Elixir: two values are equal if and only if what stands for
 * them is the same to a Map or a Set. Arrays are equal when their items are, records and Maps when their entries are in any
 * order, Sets when their members are, dates and typed arrays by what they hold. A function, a symbol and an object that
 * shows nothing of itself are equal to themselves alone.
 *
 * A primitive stands for itself and costs nothing. An object is gone through whenever it is looked at.
 *
 * @throws {EngineError} `flow_key_size`; and whatever a getter of the value throws.
 * @example
 * valueKey([1, 2]) === valueKey([1, 2]); // true
 */
export function valueKey(value: unknown): unknown {
  if (typeof value === 'string') return value.charCodeAt(0) === MARK_CODE ? MARK + quoted(value) : value;
  if (typeof value !== 'object' || value === null) return value;
  parts = 0;
  return MARK + ofObject(value, []);
}

/** Values that one may hold: what it shares within itself counts each time. */
const MAX_PARTS = 1_000_000;
/** Objects that may lie within one another. */
const MAX_LEVELS = 500;
/** Values looked at so far of the one that is gone through. */
let parts = 0;

/** What stands for something that is no string begins with it; a string that does, too, is quoted behind it. */
const MARK = '\u0000';
const MARK_CODE = MARK.charCodeAt(0);

/** Numbers of what has nothing but its identity. */
let identities = new WeakMap<object, number>();
const symbols = new Map<symbol, number>();
let identified = 0;

/** Begins anew: what stands for a function or a symbol is as in a run that is the first of its worker. */
export function forgetIdentities(): void {
  identities = new WeakMap();
  symbols.clear();
  identified = 0;
}

function ofValue(value: unknown, path: readonly object[]): string {
  parts += 1;
  if (parts > MAX_PARTS) throw tooLarge(`at most ${MAX_PARTS} values`, path[0]);
  switch (typeof value) {
    case 'string':
      return quoted(value);
    case 'bigint':
      return `${value}n`;
    case 'object':
      return value === null ? 'null' : ofObject(value, path);
    case 'symbol':
      return `@${numberOf(symbols, value)}`;
    case 'function':
      return `#${numberOf(identities, value)}`;
    // Minus zero is zero to a Map, and to a template.
    default:
      return `${value}`;
  }
}

function ofObject(value: object, path: readonly object[]): string {
  // An object within itself: how far up it is says which.
  const above = path.indexOf(value);
  if (above >= 0) return `^${path.length - above}`;
  if (path.length === MAX_LEVELS) throw tooLarge(`objects at most ${MAX_LEVELS} levels deep`, path[0]);
  const inside = [...path, value];
  const of = (part: unknown) => ofValue(part, inside);
  // Of an array each item counts, holes too, so not by `map`.
  if (Array.isArray(value)) return `[${Array.from(value, of).join()}]`;
  if (value instanceof Date) return `d${value.getTime()}`;
  if (value instanceof Map) {
    return `m{${Array.from(value, ([key, item]) => `${of(key)}:${of(item)}`)
      .sort()
      .join()}}`;
  }
  if (value instanceof Set) return `s{${Array.from(value, of).sort().join()}}`;
  if (value instanceof ArrayBuffer) return `b[${new Uint8Array(value).join()}]`;
  if (ArrayBuffer.isView(value)) return ofView(value);
  const keys = Object.keys(value);
  if (keys.length === 0 && !isPlain(value)) return `#${numberOf(identities, value)}`;
  return `{${keys
    .sort()
    .map((key) => `${quoted(key)}:${of(Reflect.get(value, key))}`)
    .join()}}`;
}

function ofView(value: ArrayBufferView): string {
  const bytes = new Uint8Array(value.buffer, value.byteOffset, value.byteLength);
  return `${Object.prototype.toString.call(value)}[${bytes.join()}]`;
}

/** A class that crosses to a worker arrives as a plain record: what it shows of itself is all that can count. */
function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

function numberOf<Value>(
  numbers: { get(value: Value): number | undefined; set(value: Value, number: number): unknown },
  value: Value,
): number {
  const known = numbers.get(value);
  if (known !== undefined) return known;
  identified += 1;
  numbers.set(value, identified);
  return identified;
}

function quoted(text: string): string {
  return JSON.stringify(text);
}

function tooLarge(requirement: string, received: unknown): EngineError<'flow_key_size'> {
  return new EngineError('flow_key_size', { requirement, received: describe(received) });
}
