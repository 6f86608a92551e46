import { MAX_BATCH_BYTES } from './format.ts';

const FIRST_BYTES = 16 * 1024;

/** Thrown by writers, and caught by the encoder: this batch has no compact form. */
export const NO_COMPACT_FORM = Symbol('no compact form');

/** Memory that is written from its beginning, up to `MAX_BATCH_BYTES`. Numbers of several bytes lie at multiples of their size. */
export class ByteWriter {
  #bytes = new Uint8Array(FIRST_BYTES);
  #words = new Int32Array(this.#bytes.buffer);
  #doubles = new Float64Array(this.#bytes.buffer);
  #at = 0;

  get bytes(): Uint8Array {
    return this.#bytes;
  }

  /** Bytes written. */
  get length(): number {
    return this.#at;
  }

  /** Forgets what was written behind `length`. */
  rewind(length: number): void {
    this.#at = length;
  }

  byte(value: number): void {
    this.#need(1);
    this.#bytes[this.#at] = value;
    this.#at += 1;
  }

  /** A whole number from 0 to 65,535. */
  short(value: number): void {
    this.#need(2);
    this.#bytes[this.#at] = value & 0xff;
    this.#bytes[this.#at + 1] = value >>> 8;
    this.#at += 2;
  }

  /** A whole number from 0 to 2³² - 1. Small ones take fewer bytes. */
  count(value: number): void {
    this.#need(5);
    let rest = value >>> 0;
    while (rest > 0x7f) {
      this.#bytes[this.#at] = (rest & 0x7f) | 0x80;
      this.#at += 1;
      rest >>>= 7;
    }
    this.#bytes[this.#at] = rest;
    this.#at += 1;
  }

  /** An integer of 32 bits. Those near 0 take fewer bytes. */
  int(value: number): void {
    this.count((value << 1) ^ (value >> 31));
  }

  double(value: number): void {
    this.#align(8);
    this.#need(8);
    this.#doubles[this.#at >> 3] = value;
    this.#at += 8;
  }

  /** Writes values as long as they are integers of 32 bits (-0 is none); how many were. */
  ints(values: readonly unknown[], count: number): number {
    this.#align(4);
    this.#need(count * 4);
    const words = this.#words;
    const from = this.#at >> 2;
    let i = 0;
    for (; i < count; i += 1) {
      const value = values[i];
      if (typeof value !== 'number' || (value | 0) !== value) break;
      if (value === 0 && 1 / value < 0) break;
      words[from + i] = value;
    }
    this.#at += i * 4;
    return i;
  }

  /** Writes values as long as they are numbers; how many were. */
  doubles(values: readonly unknown[], count: number): number {
    this.#align(8);
    this.#need(count * 8);
    const doubles = this.#doubles;
    const from = this.#at >> 3;
    let i = 0;
    for (; i < count; i += 1) {
      const value = values[i];
      if (typeof value !== 'number') break;
      doubles[from + i] = value;
    }
    this.#at += i * 8;
    return i;
  }

  /** The UTF-16 units of a text behind their number: in a byte each where they all fit. */
  units(text: string): void {
    const { length } = text;
    if (length > MAX_BATCH_BYTES) throw NO_COMPACT_FORM;
    const start = this.#at;
    this.count(length * 2);
    this.#need(length);
    const bytes = this.#bytes;
    let at = this.#at;
    for (let i = 0; i < length; i += 1) {
      const unit = text.charCodeAt(i);
      if (unit > 0xff) return this.#wideUnits(text, start);
      bytes[at] = unit;
      at += 1;
    }
    this.#at = at;
  }

  #wideUnits(text: string, start: number): void {
    const { length } = text;
    this.#at = start;
    this.count(length * 2 + 1);
    this.#need(length * 2);
    const bytes = this.#bytes;
    for (let i = 0; i < length; i += 1) {
      const unit = text.charCodeAt(i);
      bytes[this.#at] = unit & 0xff;
      bytes[this.#at + 1] = unit >>> 8;
      this.#at += 2;
    }
  }

  #align(size: number): void {
    this.#at = (this.#at + size - 1) & -size;
  }

  #need(more: number): void {
    if (this.#at + more <= this.#bytes.length) return;
    if (this.#at + more > MAX_BATCH_BYTES) throw NO_COMPACT_FORM;
    let size = this.#bytes.length;
    while (size < this.#at + more) size *= 2;
    const bytes = new Uint8Array(size);
    bytes.set(this.#bytes.subarray(0, this.#at));
    this.#bytes = bytes;
    this.#words = new Int32Array(bytes.buffer);
    this.#doubles = new Float64Array(bytes.buffer);
  }
}
