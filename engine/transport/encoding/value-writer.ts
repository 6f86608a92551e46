import { NO_COMPACT_FORM, type ByteWriter } from './byte-writer.ts';
import { COLUMN, MAX_DEPTH, MAX_FIELDS, MAX_TUPLE, SHAPES, SHAPE_TOLD, TAG } from './format.ts';
import { areDistinct } from './distinct.ts';
import { isPlain } from './plain.ts';
import { isTuple, RecordCode } from './record-code.ts';
import { placeOf, TextWriter } from './text-writer.ts';

type Keys = readonly string[];

// Taken hold of at the beginning: a program may change them later.
const { getPrototypeOf, keys: keysOf } = Object;
const { isArray } = Array;
const { apply } = Reflect;
const timeOf = Date.prototype.getTime;
const eachEntry = Map.prototype.forEach;
const eachItem = Set.prototype.forEach;

/** Columns begin as copies of this one, which are of a kind that holds anything. */
const BLANK: readonly unknown[] = Array.from({ length: 1_024 }, (): unknown => undefined).map((none) => none);

/**
 * Writes values such that reading them gives what a structured clone would. It remembers texts and shapes that it has
 * written. Values of other kinds, and objects that occur twice, make it throw `NO_COMPACT_FORM`.
 */
export class ValueWriter {
  readonly #out: ByteWriter;
  readonly #texts: TextWriter;
  readonly #shapes: (RecordCode | null)[] = new Array<RecordCode | null>(SHAPES).fill(null);
  /** By length. */
  readonly #tuples: RecordCode[] = [];
  /** Objects of the message that is being written. */
  readonly #seen = new Set<object>();
  #depth = 0;

  constructor(out: ByteWriter) {
    this.#out = out;
    this.#texts = new TextWriter(out);
  }

  /** Remembers nothing any more. */
  forget(): void {
    this.#texts.forget();
    this.#shapes.fill(null);
  }

  /** What follows may hold the same objects again: they become others. */
  endMessage(): void {
    this.#depth = 0;
    if (this.#seen.size > 0) this.#seen.clear();
  }

  text(text: string): void {
    this.#texts.text(text);
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
      if (this.#texts.column(values, count)) return;
    } else if (typeof first === 'object' && first !== null) {
      if (this.#rows(first, values, count)) return;
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

  /** Whether all values are objects of the shape of the first one; then they are written. */
  #rows(first: object, values: readonly unknown[], count: number): boolean {
    const keys = keysOf(first);
    if (keys.length === 0) return false;
    let code: RecordCode;
    if (isArray(first)) {
      const { length } = first;
      if (length > MAX_TUPLE || !isTuple(first, length)) return false;
      code = this.#tuples[length] ??= RecordCode.ofTuples(length);
    } else {
      if (keys.length > MAX_FIELDS || !isPlain(first)) return false;
      code = this.#shapeOf(keys);
    }
    const columns = keys.map(() => blank(count));
    if (!code.split(values, count, columns)) return false;
    const isFirstOfAll = this.#depth === 0 && this.#seen.size === 0;
    if (!isFirstOfAll) this.#seeAll(values, count);
    if (isArray(first)) {
      this.#out.byte(COLUMN.tuples);
      this.#out.byte(first.length);
    } else {
      this.#out.byte(COLUMN.records);
      this.#shape(keys, code);
    }
    this.#enter();
    for (const column of columns) this.column(column, count);
    this.#depth -= 1;
    if (!isFirstOfAll) return true;
    // Rows without objects in them are told apart by what they hold, which is cheaper than to remember each.
    if (this.#seen.size > 0) this.#seeAll(values, count);
    else if (!areDistinct(values, count, columns)) throw NO_COMPACT_FORM;
    return true;
  }

  #shapeOf(keys: Keys): RecordCode {
    const known = this.#shapes[shapePlaceOf(keys)];
    return known && areSame(known.keys, keys) ? known : RecordCode.ofRecords(keys);
  }

  #shape(keys: Keys, code: RecordCode): void {
    const out = this.#out;
    const place = shapePlaceOf(keys);
    if (this.#shapes[place] === code) return out.byte(place);
    this.#shapes[place] = code;
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
    // Holes, and what an array may carry beside its items, have no place here.
    if (!isTuple(value, length)) throw NO_COMPACT_FORM;
    this.#out.byte(TAG.array);
    this.#out.count(length);
    this.column(value, length);
  }

  #record(value: object): void {
    const keys = keysOf(value);
    if (keys.length > MAX_FIELDS) throw NO_COMPACT_FORM;
    this.#out.byte(TAG.record);
    this.#shape(keys, this.#shapeOf(keys));
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

  #seeAll(values: readonly unknown[], count: number): void {
    for (let i = 0; i < count; i += 1) {
      const value = values[i];
      if (typeof value === 'object' && value !== null) this.#see(value);
    }
  }

  #enter(): void {
    this.#depth += 1;
    if (this.#depth > MAX_DEPTH) throw NO_COMPACT_FORM;
  }
}

function blank(count: number): unknown[] {
  const column = BLANK.slice(0, count);
  while (column.length < count) column.push(undefined);
  return column;
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
