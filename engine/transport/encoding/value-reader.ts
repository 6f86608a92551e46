import { damaged, type ByteReader } from './byte-reader.ts';
import { COLUMN, MAX_DEPTH, MAX_FIELDS, MAX_TUPLE, SHAPES, SHAPE_TOLD, TAG } from './format.ts';
import { RecordCode, recordOf } from './record-code.ts';
import { TextReader } from './text-reader.ts';

/** Reads what a `ValueWriter` has written, remembering the same texts and shapes. */
export class ValueReader {
  readonly #in: ByteReader;
  readonly #texts: TextReader;
  readonly #shapes: (RecordCode | null)[] = new Array<RecordCode | null>(SHAPES).fill(null);
  /** By length. */
  readonly #tuples: RecordCode[] = [];
  #depth = 0;

  constructor(source: ByteReader) {
    this.#in = source;
    this.#texts = new TextReader(source);
  }

  /** Remembers nothing any more. */
  forget(): void {
    this.#texts.forget();
    this.#shapes.fill(null);
  }

  /** Begins with a message. */
  begin(): void {
    this.#depth = 0;
  }

  text(): string {
    return this.#texts.text();
  }

  number(): number {
    const tag = this.#in.byte();
    if (tag === TAG.int) return this.#in.int();
    if (tag === TAG.double) return this.#in.double();
    throw damaged('a number is something else');
  }

  column(count: number): unknown[] {
    const kind = this.#in.byte();
    switch (kind) {
      case COLUMN.ints:
        return this.#in.ints(count);
      case COLUMN.doubles:
        return this.#in.doubles(count);
      case COLUMN.texts:
        return this.#texts.column(count);
      case COLUMN.records:
        return this.#rows(this.#shape(), count);
      case COLUMN.tuples:
        return this.#rows(this.#tuple(), count);
      case COLUMN.mixed: {
        const values: unknown[] = [];
        for (let i = 0; i < count; i += 1) values.push(this.value());
        return values;
      }
      default:
        throw damaged('a column is of no kind');
    }
  }

  value(): unknown {
    const source = this.#in;
    switch (source.byte()) {
      case TAG.undefined:
        return undefined;
      case TAG.null:
        return null;
      case TAG.false:
        return false;
      case TAG.true:
        return true;
      case TAG.int:
        return source.int();
      case TAG.double:
        return source.double();
      case TAG.text:
        return this.text();
      case TAG.bigint: {
        const low = BigInt.asUintN(32, BigInt(source.int()));
        return (BigInt(source.int()) << 32n) | low;
      }
      case TAG.date:
        return new Date(source.double());
      case TAG.array:
        return this.#inside(() => this.column(source.countOf('items')));
      case TAG.record:
        return this.#inside(() => this.#record());
      case TAG.map:
        return this.#inside(() => {
          const map = new Map<unknown, unknown>();
          for (let rest = source.countOf('entries'); rest > 0; rest -= 1) {
            const key = this.value();
            map.set(key, this.value());
          }
          return map;
        });
      case TAG.set:
        return this.#inside(() => {
          const set = new Set<unknown>();
          for (let rest = source.countOf('items'); rest > 0; rest -= 1) set.add(this.value());
          return set;
        });
      default:
        throw damaged('a value is of no kind');
    }
  }

  #rows(code: RecordCode, count: number): unknown[] {
    // Rows of nothing would take no bytes, however many there are.
    if (code.keys.length === 0) throw damaged('rows have no fields');
    const columns = this.#inside(() => code.keys.map(() => this.column(count)));
    return code.join(columns, count);
  }

  #record(): object {
    const { keys } = this.#shape();
    return recordOf(
      keys,
      keys.map(() => this.value()),
    );
  }

  #tuple(): RecordCode {
    const length = this.#in.byte();
    if (length === 0 || length > MAX_TUPLE) throw damaged('a tuple has no length');
    return (this.#tuples[length] ??= RecordCode.ofTuples(length));
  }

  #shape(): RecordCode {
    const code = this.#in.byte();
    if (code < SHAPE_TOLD) {
      const known = this.#shapes[code];
      if (!known) throw damaged('a record has no shape');
      return known;
    }
    const place = code - SHAPE_TOLD;
    const fields = this.#in.countOf('fields');
    if (place >= SHAPES || fields > MAX_FIELDS) throw damaged('a shape has no place');
    const keys: string[] = [];
    for (let i = 0; i < fields; i += 1) keys.push(this.text());
    const made = RecordCode.ofRecords(keys);
    this.#shapes[place] = made;
    return made;
  }

  #inside<Value>(read: () => Value): Value {
    this.#depth += 1;
    // Records of a column lie a step deeper than where they are written alone.
    if (this.#depth > MAX_DEPTH + 1) throw damaged('values lie too deep');
    const value = read();
    this.#depth -= 1;
    return value;
  }
}
