import { damaged, type ByteReader } from './byte-reader.ts';
import { TEXT, TEXTS, TEXTS_TOGETHER } from './format.ts';

/** Reads what a `TextWriter` has written, and remembers the same texts. */
export class TextReader {
  readonly #in: ByteReader;
  readonly #known: string[] = new Array<string>(TEXTS).fill('');

  constructor(source: ByteReader) {
    this.#in = source;
  }

  /** Remembers nothing any more. */
  forget(): void {
    this.#known.fill('');
  }

  text(): string {
    const code = this.#in.short();
    if (code < TEXTS) return this.#known[code] ?? '';
    const text = this.#in.text();
    this.#remember(code, text);
    return text;
  }

  /** `count` texts, of which each takes two bytes or more. */
  column(count: number): string[] {
    const source = this.#in;
    const known = this.#known;
    const codes: number[] = [];
    let untold = 0;
    for (let i = 0; i < count; i += 1) {
      const code = source.short();
      if (code >= TEXTS) untold += 1;
      codes.push(code);
    }
    const told = untold === 0 ? [] : this.#told(untold);
    const texts: string[] = [];
    let next = 0;
    for (const code of codes) {
      if (code < TEXTS) {
        texts.push(known[code] ?? '');
        continue;
      }
      const text = told[next] ?? '';
      next += 1;
      this.#remember(code, text);
      texts.push(text);
    }
    return texts;
  }

  /** Texts that lie together, cut apart. */
  #told(count: number): string[] {
    const source = this.#in;
    const lengths: number[] = [];
    for (let i = 0; i < count; i += 1) lengths.push(source.count());
    const texts: string[] = [];
    for (let from = 0; from < count;) {
      let to = from;
      let length = 0;
      while (to < count && length < TEXTS_TOGETHER) {
        length += lengths[to] ?? 0;
        to += 1;
      }
      const together = length > 0 ? source.text() : '';
      if (together.length !== length) throw damaged('texts have other lengths');
      let at = 0;
      for (; from < to; from += 1) {
        const end = at + (lengths[from] ?? 0);
        texts.push(together.substring(at, end));
        at = end;
      }
    }
    return texts;
  }

  #remember(code: number, text: string): void {
    if (code === TEXT.new) return;
    const place = code - TEXT.told;
    if (place < 0 || place >= TEXTS) throw damaged('a text has no place');
    this.#known[place] = text;
  }
}
