import { NO_COMPACT_FORM, type ByteWriter } from './byte-writer.ts';
import {
  COLUMN,
  MAX_DEPTH,
  MAX_FIELDS,
  MAX_REMEMBERED_LENGTH,
  SHAPES,
  SHAPE_TOLD,
  TAG,
  TEXT,
  TEXTS,
} from './format.ts';
import { isPlain } from './plain.ts';

type Keys = readonly string[];

// Taken hold of at the beginning: a program may change them later.
const { getPrototypeOf, keys: keysOf } = Object;
const { isArray } = Array;
const { apply } = Reflect;
const timeOf = Date.prototype.getTime;
const eachEntry = Map.prototype.forEach;
const eachItem = Set.prototype.forEach;

/**
 * Writes values such that reading them gives what a structured clone would. It remembers texts and shapes that it has
 * written. Values of other kinds, and objects that occur twice, make it throw `NO_COMPACT_FORM`.
 */
export class ValueWriter {
  readonly #out: ByteWriter;
  readonly #texts: string[] = new Array<string>(TEXTS).fill('');
  readonly #shapes: (Keys | null)[] = new Array<Keys | null>(SHAPES).fill(null);
  /** Of the message that is being written. */
  readonly #seen = new Set<object>();
  #depth = 0;

  constructor(out: ByteWriter) {
    this.#out = out;
  }

  /** Remembers nothing any more. */
  forget(): void {
    this.#texts.fill('');
    this.#shapes.fill(null);
    this.endMessage();
  }

  /** What follows may hold the same objects again: they become others. */
  endMessage(): void {
    this.#depth = 0;
    if (this.#seen.size > 0) this.#seen.clear();
  }

  text(text: string): void {
    const out = this.#out;
    if (text.length > MAX_REMEMBERED_LENGTH) {
      out.short(TEXT.long);
      out.units(text);
      return;
    }
    const place = placeOf(text);
    if (this.#texts[place] === text) {
      out.short(place);
      return;
    }
    this.#texts[place] = text;
    out.short(TEXT.told | place);
    out.units(text);
  }

  number(value: number): void {
    if ((value | 0) === value && !Object.is(value, -0)) {
      this.#out.byte(TAG.int);
      this.#out.int(value);
    } else {
      this.#out.byte(TAG.double);
      this.#out.double(value);
    }
  }

  /** The first `count` values of an array, holes as `undefined`. */
  column(values: readonly unknown[], count: number): void {
    const first = values[0];
    if (typeof first === 'number') {
      if (this.#numbers(values, count)) return;
    } else if (typeof first === 'string') {
      if (this.#allTexts(values, count)) return;
    } else if (typeof first === 'object' && first !== null && isPlain(first)) {
      if (this.#records(first, values, count)) return;
    }
    this.#out.byte(COLUMN.mixed);
    for (let i = 0; i < count; i += 1) this.value(values[i]);
  }

  value(value: unknown): void {
    const out = this.#out;
    switch (typeof value) {
      case 'number':
        return this.number(value);
      case 'string':
        out.byte(TAG.text);
        return this.text(value);
      case 'boolean':
        return out.byte(value ? TAG.true : TAG.false);
      case 'undefined':
        return out.byte(TAG.undefined);
      case 'bigint':
        return this.#bigint(value);
      case 'object':
        return value === null ? out.byte(TAG.null) : this.#object(value);
      default:
        throw NO_COMPACT_FORM;
    }
  }

  #numbers(values: readonly unknown[], count: number): boolean {
    const out = this.#out;
    const start = out.length;
    out.byte(COLUMN.ints);
    if (out.ints(values, count) === count) return true;
    out.rewind(start);
    out.byte(COLUMN.doubles);
    if (out.doubles(values, count) === count) return true;
    out.rewind(start);
    return false;
  }

  #allTexts(values: readonly unknown[], count: number): boolean {
    // Asked before anything is written: what is remembered of texts cannot be taken back.
    for (let i = 0; i < count; i += 1) if (typeof values[i] !== 'string') return false;
    this.#out.byte(COLUMN.texts);
    for (let i = 0; i < count; i += 1) {
      const text = values[i];
      if (typeof text === 'string') this.text(text);
    }
    return true;
  }

  /** Whether all are records with the fields of the first one, in the same order; then they are written. */
  #records(first: object, values: readonly unknown[], count: number): boolean {
    const keys = keysOf(first);
    if (keys.length === 0 || keys.length > MAX_FIELDS) return false;
    const columns = keys.map((): unknown[] => []);
    for (let i = 0; i < count; i += 1) {
      const value = values[i];
      if (typeof value !== 'object' || value === null || !isPlain(value)) return false;
      if (!collect(value, keys, columns)) return false;
    }
    for (let i = 0; i < count; i += 1) {
      const value = values[i];
      if (typeof value === 'object' && value !== null) this.#see(value);
    }
    this.#out.byte(COLUMN.records);
    this.#shape(keys);
    this.#enter();
    for (const column of columns) this.column(column, count);
    this.#depth -= 1;
    return true;
  }

  #shape(keys: Keys): void {
    const out = this.#out;
    const place = shapePlaceOf(keys);
    const known = this.#shapes[place];
    if (known && areSame(known, keys)) return out.byte(place);
    this.#shapes[place] = keys;
    out.byte(SHAPE_TOLD | place);
    out.count(keys.length);
    for (const key of keys) this.text(key);
  }

  #object(value: object): void {
    this.#see(value);
    this.#enter();
    if (isArray(value)) this.#array(value);
    else if (isPlain(value)) this.#record(value);
    else this.#builtIn(value);
    this.#depth -= 1;
  }

  #array(value: readonly unknown[]): void {
    const { length } = value;
    // Holes, and what else an array may carry beside its items, has no place here.
    if (getPrototypeOf(value) !== Array.prototype || keysOf(value).length !== length) throw NO_COMPACT_FORM;
    this.#out.byte(TAG.array);
    this.#out.count(length);
    this.column(value, length);
  }

  #record(value: object): void {
    const keys = keysOf(value);
    if (keys.length > MAX_FIELDS) throw NO_COMPACT_FORM;
    this.#out.byte(TAG.record);
    this.#shape(keys);
    for (const key of keys) this.value(Reflect.get(value, key));
  }

  #builtIn(value: object): void {
    const out = this.#out;
    const prototype: unknown = getPrototypeOf(value);
    if (prototype === Date.prototype) {
      out.byte(TAG.date);
      out.double(apply(timeOf, value, []));
    } else if (prototype === Map.prototype) {
      const entries: unknown[] = [];
      apply(eachEntry, value, [(item: unknown, key: unknown) => void entries.push(key, item)]);
      out.byte(TAG.map);
      out.count(entries.length / 2);
      for (const each of entries) this.value(each);
    } else if (prototype === Set.prototype) {
      const items: unknown[] = [];
      apply(eachItem, value, [(item: unknown) => void items.push(item)]);
      out.byte(TAG.set);
      out.count(items.length);
      for (const each of items) this.value(each);
    } else throw NO_COMPACT_FORM;
  }

  #bigint(value: bigint): void {
    if (BigInt.asIntN(64, value) !== value) throw NO_COMPACT_FORM;
    this.#out.byte(TAG.bigint);
    this.#out.int(Number(BigInt.asIntN(32, value)));
    this.#out.int(Number(BigInt.asIntN(32, value >> 32n)));
  }

  #see(value: object): void {
    const { size } = this.#seen;
    this.#seen.add(value);
    if (this.#seen.size === size) throw NO_COMPACT_FORM;
  }

  #enter(): void {
    this.#depth += 1;
    if (this.#depth > MAX_DEPTH) throw NO_COMPACT_FORM;
  }
}

/** Adds the fields of a record to the columns, if it has just these. */
function collect(record: object, keys: Keys, columns: readonly unknown[][]): boolean {
  let i = 0;
  for (const key in record) {
    if (key !== keys[i]) return false;
    columns[i]?.push(record[key as keyof typeof record]);
    i += 1;
  }
  return i === keys.length;
}

function placeOf(text: string): number {
  const { length } = text;
  if (length === 0) return 0;
  const last = text.charCodeAt(length - 1);
  const before = length > 1 ? text.charCodeAt(length - 2) : 0;
  const middle = text.charCodeAt(length >> 1);
  return (
    (length * 0x9e5 + last * 0x1f + before * 0x3c1 + middle * 0x2b + text.charCodeAt(0) * 7) & (TEXTS - 1)
  );
}

function shapePlaceOf(keys: Keys): number {
  const first = keys[0] ?? '';
  const last = keys[keys.length - 1] ?? '';
  return (keys.length * 7 + placeOf(first) + placeOf(last) * 3) & (SHAPES - 1);
}

function areSame(a: Keys, b: Keys): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i += 1) if (a[i] !== b[i]) return false;
  return true;
}
