import type { Report } from './report.ts';

/** One quiz inside a file. `text` has as many lines as it has in the file, the first being `firstLine`. */
export interface Region {
  readonly text: string;
  /** Counted from 1. */
  readonly firstLine: number;
}

interface Fence {
  readonly name: string;
  readonly opens: RegExp;
  readonly closes: RegExp;
}

const SHORTCODE: Fence = {
  name: '{{< quizdown >}}',
  opens: /^\s*\{\{[<%]\s*quizdown\b[^}]*[>%]\}\}\s*$/,
  closes: /^\s*\{\{[<%]\s*\/\s*quizdown\s*[>%]\}\}\s*$/,
};
const DIV: Fence = {
  name: '<div class="quizdown">',
  opens:
    /^\s*<div\b[^>]*\bclass\s*=\s*(?:"(?:[^"]*\s)?quizdown(?:\s[^"]*)?"|'(?:[^']*\s)?quizdown(?:\s[^']*)?'|quizdown\b)[^>]*>\s*$/i,
  closes: /^\s*<\/div\s*>/i,
};
const RENDERED_SHORTCODE = /^\s*\{\{%/;
const CODE_FENCE = /^ {0,3}(`{3,}|~{3,})/;

/**
 * The quizzes of a file: each one between `{{< quizdown >}}` or `<div class="quizdown">` fences, or the whole
 * file where there are none. A `div` inside a code fence of the page is an example, not a quiz.
 */
export function findRegions(text: string, report: Report): readonly Region[] {
  const lines = text.replace(/^\uFEFF/, '').split(/\r\n|\n|\r/);
  const regions: Region[] = [];
  let codeFence: string | null = null;
  for (let at = 0; at < lines.length; at++) {
    const line = lines[at] ?? '';
    const fence = SHORTCODE.opens.test(line) ? SHORTCODE : !codeFence && DIV.opens.test(line) ? DIV : null;
    if (!fence) {
      codeFence = afterLine(codeFence, line);
      continue;
    }
    if (RENDERED_SHORTCODE.test(line)) {
      report.warn(
        at + 1,
        'Hugo renders what stands between {{% … %}} before the quiz is read: write {{< quizdown >}}',
      );
    }
    const end = closingLine(lines, at + 1, fence);
    if (end === null)
      report.error(at + 1, `${fence.name} is never closed: the rest of the file is read as the quiz`);
    const inside = lines.slice(at + 1, end ?? lines.length);
    regions.push({ text: decode(dedent(inside).join('\n')), firstLine: at + 2 });
    at = end ?? lines.length;
  }
  return regions.length > 0 ? regions : [{ text: dedent(lines).join('\n'), firstLine: 1 }];
}

/** Line of the fence that closes; a `div` of the quiz's own is stepped over, and so is its code. */
function closingLine(lines: readonly string[], from: number, fence: Fence): number | null {
  let depth = 0;
  let codeFence: string | null = null;
  for (let at = from; at < lines.length; at++) {
    const line = lines[at] ?? '';
    codeFence = afterLine(codeFence, line.trimStart());
    if (codeFence) continue;
    if (depth === 0 && fence.closes.test(line)) return at;
    if (fence === DIV) depth += count(line, /<div\b/gi) - count(line, /<\/div\s*>/gi);
  }
  return null;
}

/** The code fence that is open after a line: its marks, or `null`. */
export function afterLine(open: string | null, line: string): string | null {
  const marks = CODE_FENCE.exec(line)?.[1];
  if (!marks) return open;
  if (!open) return marks;
  const closes = marks[0] === open[0] && marks.length >= open.length && line.trim() === marks;
  return closes ? null : open;
}

function count(line: string, pattern: RegExp): number {
  return line.match(pattern)?.length ?? 0;
}

/** Without the indentation that all lines share. */
function dedent(lines: readonly string[]): readonly string[] {
  const indents = lines
    .filter((line) => line.trim() !== '')
    .map((line) => /^[ \t]*/.exec(line)?.[0].length ?? 0);
  const shared = indents.reduce((least, indent) => Math.min(least, indent), indents[0] ?? 0);
  return lines.map((line) => line.slice(shared));
}

/** A page's source escapes these three; the browser would have decoded them. */
function decode(text: string): string {
  return text.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&');
}
