import { EngineError } from '../../errors.ts';
import { FORM } from './format.ts';

const FIRST_BYTES = 16 * 1024;
/** Arrays that begin as a copy of these are packed and of the right kind, which pushing value by value takes longer for. */
const ZEROS: readonly number[] = Array.from({ length: 1_024 }, () => 0).map((zero) => zero);

/** Units that one call makes a text of. */
const MOST_UNITS = 4_096;

const { fromCharCode } = String;
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Reads what a `ByteWriter` has written. Whatever the bytes are, nothing is read or made beyond what they can hold. */
export class ByteReader {
  #bytes = new Uint8Array(FIRST_BYTES);
  #words = new Int32Array(this.#bytes.buffer);
  #doubles = new Float64Array(this.#bytes.buffer);
  #at = 0;
  #end = 0;

  /** Memory for the next bytes to read. */
  room(length: number): Uint8Array {
    if (length > this.#bytes.length) {
      let size = this.#bytes.length;
      while (size < length) size *= 2;
      this.#bytes = new Uint8Array(size);
      this.#words = new Int32Array(this.#bytes.buffer);
      this.#doubles = new Float64Array(this.#bytes.buffer);
    }
    return this.#bytes;
  }

  /** Begins with the first of `length` bytes. */
  begin(length: number): void {
    this.#at = 0;
    this.#end = length;
  }

  /** Whether all has been read. */
  get isAtEnd(): boolean {
    return this.#at === this.#end;
  }

  byte(): number {
    this.#need(1);
    const value = this.#bytes[this.#at] ?? 0;
    this.#at += 1;
    return value;
  }

  short(): number {
    this.#need(2);
    const value = (this.#bytes[this.#at] ?? 0) | ((this.#bytes[this.#at + 1] ?? 0) << 8);
    this.#at += 2;
    return value;
  }

  count(): number {
    let value = 0;
    for (let shift = 0; shift < 35; shift += 7) {
      const next = this.byte();
      value |= (next & 0x7f) << shift;
      if (next < 0x80) return value >>> 0;
    }
    throw damaged('a number has no end');
  }

  /** How many of something follow, each of which takes a byte or more. */
  countOf(what: string): number {
    const count = this.count();
    if (count > this.#end - this.#at) throw damaged(`${count} ${what} do not fit`);
    return count;
  }

  int(): number {
    const value = this.count();
    return (value >>> 1) ^ -(value & 1);
  }

  double(): number {
    this.#align(8);
    this.#need(8);
    const value = this.#doubles[this.#at >> 3] ?? 0;
    this.#at += 8;
    return value;
  }

  ints(count: number): number[] {
    this.#align(4);
    this.#need(count * 4);
    const values = zeros(count);
    const words = this.#words;
    const from = this.#at >> 2;
    for (let i = 0; i < count; i += 1) values[i] = words[from + i] ?? 0;
    this.#at += count * 4;
    return values;
  }

  doubles(count: number): number[] {
    this.#align(8);
    this.#need(count * 8);
    const values = zeros(count);
    const doubles = this.#doubles;
    const from = this.#at >> 3;
    for (let i = 0; i < count; i += 1) values[i] = doubles[from + i] ?? 0;
    this.#at += count * 8;
    return values;
  }

  text(): string {
    const header = this.count();
    const length = header >>> 2;
    switch (header & 3) {
      case FORM.narrow:
        return this.#narrow(length);
      case FORM.wide:
        return this.#wide(length);
      case FORM.utf8:
        return this.#utf8(length);
      default:
        throw damaged('a text has no form');
    }
  }

  #narrow(length: number): string {
    this.#need(length);
    const bytes = this.#bytes;
    const end = this.#at + length;
    let at = this.#at;
    let text = '';
    // Eight at once: each call and each joint takes longer than the units.
    for (; end - at >= 8; at += 8) {
      text += fromCharCode(
        bytes[at] ?? 0,
        bytes[at + 1] ?? 0,
        bytes[at + 2] ?? 0,
        bytes[at + 3] ?? 0,
        bytes[at + 4] ?? 0,
        bytes[at + 5] ?? 0,
        bytes[at + 6] ?? 0,
        bytes[at + 7] ?? 0,
      );
    }
    if (end - at >= 4) {
      text += fromCharCode(bytes[at] ?? 0, bytes[at + 1] ?? 0, bytes[at + 2] ?? 0, bytes[at + 3] ?? 0);
      at += 4;
    }
    for (; at < end; at += 1) text += fromCharCode(bytes[at] ?? 0);
    this.#at = end;
    return text;
  }

  #wide(length: number): string {
    this.#need(length * 2);
    const units: number[] = [];
    let text = '';
    for (let i = 0; i < length; i += 1) {
      units.push(this.short());
      if (units.length < MOST_UNITS && i < length - 1) continue;
      text += fromCharCode(...units);
      units.length = 0;
    }
    return text;
  }

  #utf8(length: number): string {
    this.#need(4);
    let size = 0;
    for (let i = 0; i < 4; i += 1) size |= this.byte() << (8 * i);
    if (size < 0) throw damaged('a text has no end');
    this.#need(size);
    const text = decoded(this.#bytes.subarray(this.#at, this.#at + size));
    if (text.length !== length) throw damaged('a text has another length');
    this.#at += size;
    return text;
  }

  #align(size: number): void {
    this.#at = (this.#at + size - 1) & -size;
  }

  #need(more: number): void {
    if (this.#at + more > this.#end) throw damaged('something is cut off');
  }
}

/** What cannot be read, as an error. */
export function damaged(problem: string): EngineError<'line_damaged'> {
  return new EngineError('line_damaged', { problem });
}

function decoded(bytes: Uint8Array): string {
  try {
    return utf8.decode(bytes);
  } catch {
    throw damaged('a text is not UTF-8');
  }
}

function zeros(count: number): number[] {
  if (count <= ZEROS.length) return ZEROS.slice(0, count);
  const values = ZEROS.slice();
  while (values.length < count) values.push(0);
  return values;
}
