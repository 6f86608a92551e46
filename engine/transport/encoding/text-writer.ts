import type { ByteWriter } from './byte-writer.ts';
import { COLUMN, MAX_REMEMBERED_LENGTH, TEXT, TEXTS, TEXTS_TOGETHER } from './format.ts';

/** So many texts of a column that nobody has seen before, and none that somebody has: the others are hardly known either. */
const ENOUGH_NEW = 32;

/** Writes texts, and remembers the short ones: when they come again, two bytes stand for them. */
export class TextWriter {
  readonly #out: ByteWriter;
  /** Each where its first and last units say. */
  readonly #known: string[] = new Array<string>(TEXTS).fill('');
  /** Of a column: those that are to be told. */
  readonly #untold: string[] = [];

  constructor(out: ByteWriter) {
    this.#out = out;
  }

  /** Remembers nothing any more. */
  forget(): void {
    this.#known.fill('');
  }

  text(text: string): void {
    const code = this.#codeOf(text);
    this.#out.short(code);
    if (code >= TEXT.told) this.#out.text(text);
  }

  /** The first `count` values, if they are all texts; else nothing. */
  column(values: readonly unknown[], count: number): boolean {
    // Asked before anything is written: what is remembered cannot be taken back.
    for (let i = 0; i < count; i += 1) if (typeof values[i] !== 'string') return false;
    const out = this.#out;
    out.byte(COLUMN.texts);
    const untold = this.#untold;
    untold.length = 0;
    for (let i = 0; i < count; i += 1) {
      const text = values[i];
      if (typeof text !== 'string') continue;
      const isHopeless = i >= ENOUGH_NEW && untold.length === i;
      const code = isHopeless ? TEXT.new : this.#codeOf(text);
      out.short(code);
      if (code >= TEXT.told) untold.push(text);
    }
    for (const text of untold) out.count(text.length);
    let together = '';
    for (const text of untold) {
      together += text;
      if (together.length < TEXTS_TOGETHER) continue;
      out.text(together);
      together = '';
    }
    if (together.length > 0) out.text(together);
    untold.length = 0;
    return true;
  }

  #codeOf(text: string): number {
    if (text.length > MAX_REMEMBERED_LENGTH) return TEXT.new;
    const place = placeOf(text);
    if (this.#known[place] === text) return place;
    this.#known[place] = text;
    return TEXT.told | place;
  }
}

/** Where a text is remembered: the units that differ most often decide. */
export function placeOf(text: string): number {
  const { length } = text;
  if (length === 0) return 0;
  const last = text.charCodeAt(length - 1);
  const before = length > 1 ? text.charCodeAt(length - 2) : 0;
  const middle = text.charCodeAt(length >> 1);
  return (
    (length * 0x9e5 + last * 0x1f + before * 0x3c1 + middle * 0x2b + text.charCodeAt(0) * 7) & (TEXTS - 1)
  );
}
