import { isPlain } from './plain.ts';

/** Evaluates the text of an expression, and hands over its value: at once, later or, where that is refused, never. */
export type Generate = (expression: string, take: (value: unknown) => void) => void;

/** Rows of one shape after which it is worth code of its own. */
const WORTH_CODE = 200;
/** Shapes that get code of their own; it is never forgotten. */
const MAX_GENERATED = 200;

const { keys: keysOf, getPrototypeOf, defineProperty } = Object;
const { isArray, prototype: arrayPrototype } = Array;

/** Takes the fields of rows apart into columns: whether all have just the fields of the shape, in its order. */
type Split = (rows: readonly unknown[], count: number, columns: readonly unknown[][]) => boolean;
/** Puts rows together again. */
type Join = (columns: readonly (readonly unknown[])[], count: number) => unknown[];

/** What generated code needs. */
interface Kit {
  readonly isPlain: (value: object) => boolean;
  readonly isTuple: (value: unknown, length: number) => boolean;
}

let generate: Generate | null = null;
let generated = 0;

/**
 * Lets shapes have code of their own: the compiler then sees that the same fields of the same records are read and made,
 * which is several times faster.
 */
export function generateRecordCode(by: Generate | null): void {
  generate = by;
}

/** For rows of one shape: records with the same fields in the same order, or arrays of the same length. */
export class RecordCode {
  /** Names of the fields; of a tuple, the indices. */
  readonly keys: readonly string[];
  #split: Split;
  #join: Join;
  #rows = 0;
  readonly #text: () => string;

  private constructor(keys: readonly string[], by: { split: Split; join: Join; text: () => string }) {
    this.keys = keys;
    this.#split = by.split;
    this.#join = by.join;
    this.#text = by.text;
  }

  static ofRecords(keys: readonly string[]): RecordCode {
    return new RecordCode(keys, {
      split: (rows, count, columns) => splitRecords(keys, rows, { count, columns }),
      join: (columns, count) => joinRecords(keys, columns, count),
      text: () => recordText(keys),
    });
  }

  static ofTuples(length: number): RecordCode {
    const keys = Array.from({ length }, (_, i) => String(i));
    return new RecordCode(keys, {
      split: (rows, count, columns) => splitTuples(length, rows, { count, columns }),
      join: joinTuples,
      text: () => tupleText(length),
    });
  }

  /**
   * Fills a column per field, if all of the first `count` rows are of this shape.
   *
   * @param columns - One per field, each at least `count` long.
   */
  split(rows: readonly unknown[], count: number, columns: readonly unknown[][]): boolean {
    this.#count(count);
    return this.#split(rows, count, columns);
  }

  /** Rows of which the columns hold the fields. */
  join(columns: readonly (readonly unknown[])[], count: number): unknown[] {
    this.#count(count);
    return this.#join(columns, count);
  }

  #count(rows: number): void {
    if (this.#rows > WORTH_CODE) return;
    this.#rows += rows;
    if (this.#rows <= WORTH_CODE || !generate || generated >= MAX_GENERATED) return;
    generated += 1;
    try {
      generate(this.#text(), (make) => {
        if (!isMaker(make)) return;
        const made = make({ isPlain, isTuple });
        this.#split = made.split;
        this.#join = made.join;
      });
    } catch {
      // A policy refuses it, and will the next time.
      generate = null;
    }
  }
}

/** A tuple has its places and nothing else. */
export function isTuple(value: unknown, length: number): value is readonly unknown[] {
  if (!isArray(value) || value.length !== length || getPrototypeOf(value) !== arrayPrototype) return false;
  const keys = keysOf(value);
  // Indices come first, in order: when the last key is the last index, all others are there.
  return keys.length === length && (length === 0 || keys[length - 1] === String(length - 1));
}

/** A record with these fields, defined and never assigned: no setter hears of it, and `__proto__` is a field like others. */
export function recordOf(keys: readonly string[], values: readonly unknown[]): object {
  const record = {};
  for (let i = 0; i < keys.length; i += 1) {
    defineProperty(record, keys[i] ?? '', {
      value: values[i],
      writable: true,
      enumerable: true,
      configurable: true,
    });
  }
  return record;
}

function splitRecords(
  keys: readonly string[],
  rows: readonly unknown[],
  { count, columns }: { readonly count: number; readonly columns: readonly unknown[][] },
): boolean {
  for (let row = 0; row < count; row += 1) {
    const record = rows[row];
    if (typeof record !== 'object' || record === null || !isPlain(record)) return false;
    let field = 0;
    for (const key in record) {
      const column = columns[field];
      if (key !== keys[field] || !column) return false;
      column[row] = record[key as keyof typeof record];
      field += 1;
    }
    if (field !== keys.length) return false;
  }
  return true;
}

function joinRecords(
  keys: readonly string[],
  columns: readonly (readonly unknown[])[],
  count: number,
): object[] {
  const records: object[] = [];
  const values: unknown[] = keys.map(() => undefined);
  for (let row = 0; row < count; row += 1) {
    for (let field = 0; field < keys.length; field += 1) values[field] = columns[field]?.[row];
    records.push(recordOf(keys, values));
  }
  return records;
}

function splitTuples(
  length: number,
  rows: readonly unknown[],
  { count, columns }: { readonly count: number; readonly columns: readonly unknown[][] },
): boolean {
  for (let row = 0; row < count; row += 1) {
    const tuple = rows[row];
    if (!isTuple(tuple, length)) return false;
    for (let place = 0; place < length; place += 1) {
      const column = columns[place];
      if (column) column[row] = tuple[place];
    }
  }
  return true;
}

function joinTuples(columns: readonly (readonly unknown[])[], count: number): unknown[][] {
  const tuples: unknown[][] = [];
  for (let row = 0; row < count; row += 1) {
    const tuple: unknown[] = [];
    for (const column of columns) tuple.push(column[row]);
    tuples.push(tuple);
  }
  return tuples;
}

/** The same as an expression. Names of fields are a stranger's: they go in as JSON. */
function recordText(keys: readonly string[]): string {
  const names = keys.map((key) => JSON.stringify(key));
  const isOther = names.map((name, i) => `field === ${i} ? key !== ${name} : `).join('');
  return codeText(keys.length, {
    check:
      `if (typeof row !== 'object' || row === null || !kit.isPlain(row)) return false;` +
      `let field = 0; for (const key in row) { if (${isOther}true) return false; field += 1; }` +
      `if (field !== ${keys.length}) return false;`,
    read: names.map((name) => `row[${name}]`),
    make: `({ ${names.map((name, i) => `[${name}]: c${i}[i]`).join(', ')} })`,
  });
}

function tupleText(length: number): string {
  const places = Array.from({ length }, (_, i) => i);
  return codeText(length, {
    check: `if (!kit.isTuple(row, ${length})) return false;`,
    read: places.map((i) => `row[${i}]`),
    make: `[${places.map((i) => `c${i}[i]`).join(', ')}]`,
  });
}

function codeText(
  fields: number,
  { check, read, make }: { readonly check: string; readonly read: readonly string[]; readonly make: string },
): string {
  const columns = `const [${read.map((_, i) => `c${i}`).join(', ')}] = columns;`;
  const fill = read.map((value, i) => `c${i}[i] = ${value};`).join(' ');
  return (
    `(kit) => ({ fields: ${fields}, ` +
    `split(rows, count, columns) { ${columns} for (let i = 0; i < count; i += 1) { const row = rows[i]; ${check} ${fill} } return true; }, ` +
    `join(columns, count) { ${columns} const rows = []; for (let i = 0; i < count; i += 1) rows.push(${make}); return rows; } })`
  );
}

/** The text is `codeText`'s: what it evaluates to makes such code. */
function isMaker(value: unknown): value is (kit: Kit) => { readonly split: Split; readonly join: Join } {
  return typeof value === 'function';
}
