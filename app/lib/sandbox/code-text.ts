import type { SourcePlace } from 'sluice';

/** File name → its text. */
export type Sources = Readonly<Record<string, string>>;

/** A place in one of the files: characters from its beginning. */
export interface Offset {
  readonly file: string;
  readonly offset: number;
}

/** A slash begins a regular expression where a value may begin, and divides where one has just ended. */
const REGEXP = String.raw`(?<=(?:^|[(,=:[!&|?{};+\-*%<>~^]|\breturn|\bcase)\s*)\/(?![*/])(?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\\n[])+\/[a-z]*`;
const COMMENT = String.raw`\/\/[^\n]*|\/\*[\s\S]*?\*\/`;
const TEXT = String.raw`'(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*"|` + '`(?:\\\\[\\s\\S]|[^`\\\\])*`';
const NO_CODE = new RegExp(`${COMMENT}|${TEXT}|${REGEXP}`, 'gm');

/** The same text with comments blanked: every offset stays. */
export function withoutComments(source: string): string {
  return source.replace(NO_CODE, (part) => (/^\/[/*]/.test(part) ? blank(part) : part));
}

/** The same text with comments, the insides of texts and regular expressions blanked. */
export function codeOnly(source: string): string {
  return source.replace(NO_CODE, blank);
}

/** The regular expressions that are spelled out, each with where it begins. */
export function regularExpressions(
  source: string,
): readonly { readonly at: number; readonly text: string }[] {
  const parts = [...source.matchAll(NO_CODE)];
  return parts.flatMap(({ index, 0: text }) => (/^\/[^/*]/.test(text) ? [{ at: index, text }] : []));
}

/** Offset behind a member of an object, or behind a statement's value: where the next one begins, or what holds it ends. */
export function endOfMember(code: string, from: number): number {
  let depth = 0;
  for (let i = from; i < code.length; i += 1) {
    depth += depthOf(code.charAt(i));
    if (depth < 0 || (depth === 0 && code.charAt(i) === ',')) return i;
  }
  return code.length;
}

/** How many brackets are open. */
export function depthAt(code: string, offset: number): number {
  let depth = 0;
  for (const letter of code.slice(0, offset)) depth += depthOf(letter);
  return depth;
}

/** Offset behind the bracket that closes the first one from `from` on. */
export function endOfBrackets(code: string, from: number): number {
  let depth = 0;
  for (let i = from; i < code.length; i += 1) {
    const step = depthOf(code.charAt(i));
    if ((depth += step) <= 0 && step < 0) return i + 1;
  }
  return code.length;
}

/** Line and column of an offset, from 1. */
export function placeOf(sources: Sources, { file, offset }: Offset): SourcePlace {
  const before = (sources[file] ?? '').slice(0, offset).split('\n');
  return { file, line: before.length, column: (before.at(-1) ?? '').length + 1 };
}

/** A pattern that matches the text as it is. */
export function escapeRegExp(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}

function depthOf(letter: string): number {
  if ('([{'.includes(letter)) return 1;
  return ')]}'.includes(letter) ? -1 : 0;
}

function blank(part: string): string {
  return part.replace(/[^\n]/g, ' ');
}
