import { EngineError } from '../errors.ts';
import type { TraceValue } from './trace-entry.ts';

/**
 * Reads fields of a value of unknown origin.
 *
 * Every method throws {@link EngineError} `field_damaged`, naming the field, what it must be and what it is.
 */
export class Fields {
  readonly #record: object;
  readonly #path: string;

  constructor(value: unknown, path: string) {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      throw damaged(path || 'it', 'a record', value);
    }
    this.#record = value;
    this.#path = path;
  }

  has(name: string): boolean {
    return this.#get(name) !== undefined;
  }

  get keys(): readonly string[] {
    return Object.keys(this.#record);
  }

  isNull(name: string): boolean {
    return this.#get(name) === null;
  }

  text(name: string): string {
    const value = this.#get(name);
    if (typeof value !== 'string') throw this.#damaged(name, 'a string');
    return value;
  }

  number(name: string): number {
    const value = this.#get(name);
    if (typeof value !== 'number') throw this.#damaged(name, 'a number');
    return value;
  }

  /** A number per key, whatever the keys. */
  numbers(name: string): Record<string, number> {
    const record = this.fields(name);
    return Object.fromEntries(record.keys.map((key) => [key, record.number(key)]));
  }

  /** Numbers in an array. */
  numberList(name: string): number[] {
    return this.#array(name).map((item, i) => {
      if (typeof item !== 'number') throw damaged(`${this.#at(name)}[${i}]`, 'a number', item);
      return item;
    });
  }

  /** Strings in an array. */
  texts(name: string): string[] {
    return this.#array(name).map((item, i) => {
      if (typeof item !== 'string') throw damaged(`${this.#at(name)}[${i}]`, 'a string', item);
      return item;
    });
  }

  numberOrNull(name: string): number | null {
    return this.isNull(name) ? null : this.number(name);
  }

  oneOf<T extends string>(name: string, allowed: readonly T[]): T {
    const value = this.#get(name);
    const found = allowed.find((candidate) => candidate === value);
    if (found === undefined) throw this.#damaged(name, `one of ${allowed.join(', ')}`);
    return found;
  }

  value(name: string): TraceValue {
    return traceValue(this.#get(name), this.#at(name));
  }

  values(name: string): readonly TraceValue[] {
    const values = this.#array(name);
    return values.every(isPlain)
      ? values
      : values.map((value, i) => traceValue(value, `${this.#at(name)}[${i}]`));
  }

  truth(name: string): boolean {
    const value = this.#get(name);
    if (typeof value !== 'boolean') throw this.#damaged(name, 'true or false');
    return value;
  }

  fields(name: string): Fields {
    return new Fields(this.#get(name), this.#at(name));
  }

  /** What a record holds, key by key and as it is. */
  record(name: string): Record<string, unknown> {
    return this.fields(name).own();
  }

  /** What it holds itself, the same way. */
  own(): Record<string, unknown> {
    return Object.fromEntries(Object.entries(this.#record));
  }

  /** A text or a number by which a program names something. */
  name(name: string): string | number {
    return nameAt(this.#get(name), this.#at(name));
  }

  /** Such names in an array. */
  names(name: string): readonly (string | number)[] {
    return this.#array(name).map((item, i) => nameAt(item, `${this.#at(name)}[${i}]`));
  }

  /** Each record of an array, read by `read`. */
  list<T>(name: string, read: (item: Fields) => T): T[] {
    return this.#array(name).map((item, i) => read(new Fields(item, `${this.#at(name)}[${i}]`)));
  }

  /** Each item of an array, parsed by `parse`. */
  items<T>(name: string, parse: (item: unknown) => T): T[] {
    return this.#array(name).map((item) => parse(item));
  }

  /** A value as it is: for what a program sent and only a program reads. */
  unknown(name: string): unknown {
    return this.#get(name);
  }

  #array(name: string): readonly unknown[] {
    const value = this.#get(name);
    if (!Array.isArray(value)) throw this.#damaged(name, 'an array');
    return value;
  }

  #get(name: string): unknown {
    return Object.hasOwn(this.#record, name) ? Reflect.get(this.#record, name) : undefined;
  }

  #at(name: string): string {
    return this.#path === '' ? name : `${this.#path}.${name}`;
  }

  #damaged(name: string, expected: string): EngineError {
    return damaged(this.#at(name), expected, this.#get(name));
  }
}

/** As it is where all of it is plain data, as nearly always; else a copy, or an error that names what is not. */
function traceValue(value: unknown, path: string): TraceValue {
  return isPlain(value) ? value : copyOf(value, path);
}

function isPlain(value: unknown): value is TraceValue {
  switch (typeof value) {
    case 'string':
    case 'number':
    case 'boolean':
      return true;
    case 'object':
      if (value === null) return true;
      if (Array.isArray(value)) return value.every(isPlain);
      return Object.getPrototypeOf(value) === Object.prototype && Object.values(value).every(isPlain);
    default:
      return false;
  }
}

function copyOf(value: unknown, path: string): TraceValue {
  switch (typeof value) {
    case 'string':
    case 'number':
    case 'boolean':
      return value;
    case 'object':
      if (value === null) return null;
      if (Array.isArray(value)) return value.map((item, i) => copyOf(item, `${path}[${i}]`));
      return Object.fromEntries(
        Object.entries(value).map(([key, item]) => [key, copyOf(item, `${path}.${key}`)]),
      );
    default:
      throw damaged(path, 'plain data', value);
  }
}

/** What is wrong with a line, as a part of a sentence that says already that it cannot be read. */
export function problemOf(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return message.replace(/^Cannot read the data as /, '');
}

function nameAt(value: unknown, path: string): string | number {
  if (typeof value === 'string' || typeof value === 'number') return value;
  throw damaged(path, 'a string or a number', value);
}

function damaged(field: string, expected: string, received: unknown): EngineError {
  const shown = typeof received === 'string' ? JSON.stringify(received.slice(0, 40)) : kindOf(received);
  return new EngineError('field_damaged', { field, expected, received: shown });
}

function kindOf(value: unknown): string {
  if (value === null) return 'null';
  return Array.isArray(value) ? 'an array' : typeof value;
}
