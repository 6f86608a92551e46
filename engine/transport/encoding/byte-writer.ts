import { FORM, MAX_BATCH_BYTES } from './format.ts';

const FIRST_BYTES = 16 * 1024;
/** Shorter texts are written unit by unit, UTF-16 units: to call the encoder takes longer. */
const SHORT_TEXT = 48;

const utf8 = new TextEncoder();

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

  /** A text behind its length: short ones in a byte per unit where they fit, long ones as UTF-8 where that keeps them. */
  text(text: string): void {
    const { length } = text;
    if (length > MAX_BATCH_BYTES) throw NO_COMPACT_FORM;
    if (length < SHORT_TEXT) {
      if (!this.#narrow(text)) this.#wide(text);
    } else if (text.isWellFormed()) this.#utf8(text);
    else this.#wide(text);
  }

  #narrow(text: string): boolean {
    const { length } = text;
    const start = this.#at;
    this.count(length * 4 + FORM.narrow);
    this.#need(length);
    const bytes = this.#bytes;
    const from = this.#at;
    for (let i = 0; i < length; i += 1) {
      const unit = text.charCodeAt(i);
      if (unit > 0xff) {
        this.#at = start;
        return false;
      }
      bytes[from + i] = unit;
    }
    this.#at = from + length;
    return true;
  }

  #wide(text: string): void {
    const { length } = text;
    this.count(length * 4 + FORM.wide);
    this.#need(length * 2);
    for (let i = 0; i < length; i += 1) this.short(text.charCodeAt(i));
  }

  #utf8(text: string): void {
    const most = text.length * 3;
    this.#need(most + 10);
    this.count(text.length * 4 + FORM.utf8);
    // How many bytes it takes is known afterwards: its place is kept.
    const place = this.#at;
    const { written } = utf8.encodeInto(text, this.#bytes.subarray(place + 4, place + 4 + most));
    this.#at = place + 4 + written;
    for (let i = 0; i < 4; i += 1) this.#bytes[place + i] = written >>> (8 * i);
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
