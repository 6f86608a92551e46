import { isMap, parseDocument } from 'yaml';
import { afterLine } from './regions.ts';

/** A block of YAML found in a quiz, with the lines it stands on (from 0, fences included). */
export interface YamlBlock {
  readonly from: number;
  readonly to: number;
  readonly values: Readonly<Record<string, unknown>>;
  /** Why it could not be read, in which case `values` is empty. */
  readonly failure: string | null;
}

const FENCE = /^ {0,3}(-{3,}|~{3,})[ \t]*(?:ya?ml)?[ \t]*$/;
const HEADING = /^ {0,3}#{1,6}(?:[ \t]|$)/;
const LOOKS_LIKE_YAML = /^[ \t]*[\w-]+[ \t]*:(?:[ \t]|$)/;

/** Options of the quiz: the first block before the first heading, between `---` or `~~~`. */
export function quizBlock(lines: readonly string[]): YamlBlock | null {
  let code: string | null = null;
  for (let at = 0; at < lines.length; at++) {
    const line = lines[at] ?? '';
    if (!code && HEADING.test(line)) return null;
    const block = code ? null : blockAt(lines, at, FENCE);
    if (block) return block;
    code = afterLine(code, line);
  }
  return null;
}

/** Options of one question: a `---` block that follows its heading with nothing but blank lines between. */
export function questionBlock(lines: readonly string[], afterHeading: number): YamlBlock | null {
  let at = afterHeading;
  while (at < lines.length && (lines[at] ?? '').trim() === '') at++;
  return /^ {0,3}-{3,}[ \t]*$/.test(lines[at] ?? '') ? blockAt(lines, at, FENCE) : null;
}

/** The same lines with a block's own emptied, so that all others keep their number. */
export function blankOut(lines: readonly string[], block: YamlBlock): string[] {
  return lines.map((line, at) => (at >= block.from && at <= block.to ? '' : line));
}

function blockAt(lines: readonly string[], from: number, fence: RegExp): YamlBlock | null {
  const mark = fence.exec(lines[from] ?? '')?.[1]?.[0];
  if (!mark) return null;
  const length = lines.slice(from + 1).findIndex((line) => fence.exec(line)?.[1]?.[0] === mark);
  if (length === -1) return null;
  const to = from + 1 + length;
  const inside = lines.slice(from + 1, to);
  const first = inside.find((line) => line.trim() !== '' && !line.trim().startsWith('#'));
  if (first === undefined || !LOOKS_LIKE_YAML.test(first)) return null;
  return { from, to, ...readYaml(inside.join('\n')) };
}

function readYaml(text: string): Pick<YamlBlock, 'values' | 'failure'> {
  const document = parseDocument(text, { prettyErrors: false, logLevel: 'error' });
  const error = document.errors[0];
  if (error) return { values: {}, failure: error.message };
  if (!isMap(document.contents)) return { values: {}, failure: 'expected one "name: value" per line' };
  try {
    const values: unknown = document.toJS();
    return { values: Object.fromEntries(Object.entries(values ?? {})), failure: null };
  } catch (error) {
    return { values: {}, failure: error instanceof Error ? error.message : String(error) };
  }
}
