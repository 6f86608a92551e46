import { EngineError } from '../errors.ts';
import { refuseDepth, refuseRepeated } from './refused.ts';
import type { TraceValue } from './trace-entry.ts';

/** Numbers side by side, as narrow as they are: whole ones of 32 bits take no memory of their own where they are used. */
export type Numbers = Int32Array | Float64Array;

/** The same, where some may be `null`. */
export type NumbersOrNull = Numbers | readonly (number | null)[];

/**
 * Reads columns of unknown origin: lists with a value per entry, or one value that holds for all of them.
 *
 * Every method throws {@link EngineError} `field_damaged`, naming the field, what it must be and what it is.
 */
export class ColumnFields {
  readonly #record: Readonly<Record<string, unknown>>;
  readonly #path: string;
  readonly #length: number;
  readonly #names: number;

  /**
   * @param length - Entries that the columns are of.
   * @param names - How many names the block has: what is named says which of them.
   */
  constructor(record: object, path: string, { length, names }: { length: number; names: number }) {
    this.#record = Object.fromEntries(Object.entries(record));
    this.#path = path;
    this.#length = length;
    this.#names = names;
  }

  numbers(name: string): Numbers {
    const values = this.#column(name);
    const whole = new Int32Array(this.#length);
    for (let i = 0; i < whole.length; i += 1) {
      const value = values[i];
      if (typeof value !== 'number') throw damaged(this.#at(name, i), 'a number', value);
      const narrow = value | 0;
      if (narrow !== value) return this.#wide(name, values);
      whole[i] = narrow;
    }
    return whole;
  }

  numbersOrNull(name: string): NumbersOrNull {
    const values = this.#column(name);
    if (!values.includes(null)) return this.numbers(name);
    return values.map((value, i) => {
      if (value !== null && typeof value !== 'number')
        throw damaged(this.#at(name, i), 'a number or null', value);
      return value;
    });
  }

  /** Whole numbers from 0 to less than `limit`. */
  indexes(name: string, limit: number, what: string): Numbers {
    const indexes = this.numbers(name);
    const wrong = indexes.findIndex((index) => !(Number.isInteger(index) && index >= 0 && index < limit));
    if (wrong < 0) return indexes;
    throw damaged(this.#at(name, wrong), what, indexes[wrong]);
  }

  /** Which of the names each one has. */
  named(name: string): Numbers {
    return this.indexes(name, this.#names, 'the place of one of the names');
  }

  /** What traces keep of values. */
  values(name: string): readonly TraceValue[] {
    return this.#column(name).map((value, i) => {
      if (!isValue(value)) throw damaged(this.#at(name, i), 'plain data', value);
      return value;
    });
  }

  /** Lists of them. */
  lists(name: string): readonly (readonly TraceValue[])[] {
    return this.#column(name).map((value, i) => {
      if (!Array.isArray(value) || !isValue(value)) throw damaged(this.#at(name, i), 'an array', value);
      return value;
    });
  }

  has(name: string): boolean {
    return Object.hasOwn(this.#record, name);
  }

  /** The fields of one entry. */
  entry(i: number): Record<string, unknown> {
    return Object.fromEntries(
      Object.entries(this.#record).map(([name, column]) => [
        name,
        Array.isArray(column) ? column[i] : column,
      ]),
    );
  }

  /** Refuses lists that are too long or too short. */
  checkLengths(): void {
    for (const name of Object.keys(this.#record)) this.#column(name);
  }

  #wide(name: string, values: readonly unknown[]): Float64Array {
    return Float64Array.from(values, (value, i) => {
      if (typeof value !== 'number') throw damaged(this.#at(name, i), 'a number', value);
      return value;
    });
  }

  #column(name: string): readonly unknown[] {
    const column = this.#record[name];
    const at = this.#path + name;
    if (Array.isArray(column)) {
      if (column.length === this.#length) return column;
      throw damagedAs(at, `a list of ${this.#length} values`, `a list of ${column.length}`);
    }
    // What has parts would be gone through, and sent on, as often as it holds.
    if (typeof column === 'object' && column !== null) throw damaged(at, 'a list or one plain value', column);
    if (typeof column === 'string') refuseRepeated(at, column, this.#length);
    return new Array<unknown>(this.#length).fill(column);
  }

  #at(name: string, i: number): string {
    return Array.isArray(this.#record[name]) ? `${this.#path}${name}[${i}]` : this.#path + name;
  }
}

/** JSON holds nothing but plain data: only how deep it goes is to be looked at. */
function isValue(value: unknown): value is TraceValue {
  refuseDepth(value);
  return value !== undefined;
}

function damaged(field: string, expected: string, received: unknown): EngineError {
  const shown =
    typeof received === 'string' || typeof received === 'number'
      ? JSON.stringify(received).slice(0, 42)
      : received === null
        ? 'null'
        : Array.isArray(received)
          ? 'an array'
          : typeof received;
  return damagedAs(field, expected, shown);
}

function damagedAs(field: string, expected: string, received: string): EngineError {
  return new EngineError('field_damaged', { field, expected, received });
}
