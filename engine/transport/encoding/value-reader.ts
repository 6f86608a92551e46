import { damaged, type ByteReader } from './byte-reader.ts';
import { COLUMN, MAX_DEPTH, MAX_FIELDS, SHAPES, SHAPE_TOLD, TAG, TEXT, TEXTS } from './format.ts';
import { recordMaker, type RecordMaker } from './record-maker.ts';

/** Reads what a `ValueWriter` has written, remembering the same texts and shapes. */
export class ValueReader {
  readonly #in: ByteReader;
  readonly #texts: string[] = new Array<string>(TEXTS).fill('');
  readonly #shapes: (RecordMaker | null)[] = new Array<RecordMaker | null>(SHAPES).fill(null);
  #depth = 0;

  constructor(source: ByteReader) {
    this.#in = source;
  }

  /** Remembers nothing any more. */
  forget(): void {
    this.#texts.fill('');
    this.#shapes.fill(null);
  }

  /** Begins with a message. */
  begin(): void {
    this.#depth = 0;
  }

  text(): string {
    const code = this.#in.short();
    if (code < TEXTS) return this.#texts[code] ?? '';
    if (code === TEXT.long) return this.#in.units();
    const place = code - TEXT.told;
    if (place < 0 || place >= TEXTS) throw damaged('a text has no place');
    const text = this.#in.units();
    this.#texts[place] = text;
    return text;
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
      case COLUMN.texts: {
        const texts: string[] = [];
        for (let i = 0; i < count; i += 1) texts.push(this.text());
        return texts;
      }
      case COLUMN.records:
        return this.#records(count);
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

  #records(count: number): unknown[] {
    const make = this.#shape();
    const columns = this.#inside(() => make.keys.map(() => this.column(count)));
    return make.fromColumns(columns, count);
  }

  #record(): object {
    const make = this.#shape();
    return make.fromValues(make.keys.map(() => this.value()));
  }

  #shape(): RecordMaker {
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
    const made = recordMaker(keys);
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
