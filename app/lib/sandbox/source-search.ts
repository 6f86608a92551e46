import type { SourcePlace } from 'sluice';

/** File name → its text. */
export type Sources = Readonly<Record<string, string>>;

/**
 * Where a stage's callback is written: for failures that leave no stack in the learner's files, such as a loop that
 * never ends or a returned value that is no step. Falls back to the place where the stage is started; `null` when
 * the source does not spell the name out.
 */
export function findCallback(sources: Sources, stage: string, callback: string | null): SourcePlace | null {
  const started = findStart(sources, stage);
  if (!started) return null;
  const from = started.definition ? findDefinition(sources, started.definition) : started;
  const found = from && callback ? findMember(sources, from, callback) : null;
  return found ?? placeOf(sources, started);
}

/** Where a file says what it exports by default. */
export function findDefaultExport(sources: Sources, file: string): SourcePlace | null {
  const offset = codeOnly(sources[file] ?? '').search(/\bexport\s+default\b/);
  return offset < 0 ? null : placeOf(sources, { file, offset });
}

/** How many stages a program seems to start: a guess, good enough to choose a number of workers before it is loaded. */
export function countStarts(sources: Sources): number {
  const calls = Object.values(sources).map(
    (source) => [...codeOnly(source).matchAll(/\bstart\s*\(/g)].length,
  );
  return calls.reduce((sum, count) => sum + count, 0);
}

interface Offset {
  readonly file: string;
  readonly offset: number;
}

/** `start('numbers', numbers, 0)`: where, and the name of the definition if it is written elsewhere. */
function findStart(sources: Sources, stage: string): (Offset & { readonly definition?: string }) | null {
  const call = new RegExp(
    `\\bstart\\s*\\(\\s*(['"\`])${escapeRegExp(stage)}\\1\\s*,\\s*([\\w$]+)?(\\s*[(.])?`,
  );
  for (const [file, source] of Object.entries(sources)) {
    const match = call.exec(withoutComments(source));
    if (!match) continue;
    const [, , definition, isCall] = match;
    return { file, offset: match.index, ...(definition && !isCall && { definition }) };
  }
  return null;
}

function findDefinition(sources: Sources, name: string): Offset | null {
  const declaration = new RegExp(`\\b(?:const|let|var|function)\\s+${escapeRegExp(name)}\\b`);
  for (const [file, source] of Object.entries(sources)) {
    const offset = codeOnly(source).search(declaration);
    if (offset >= 0) return { file, offset };
  }
  return null;
}

/** The first property or method of that name inside the brackets that open next. */
function findMember(sources: Sources, { file, offset }: Offset, name: string): SourcePlace | null {
  const code = codeOnly(sources[file] ?? '');
  const end = endOfBrackets(code, offset);
  const member = new RegExp(`\\b${escapeRegExp(name)}\\b\\s*(?:[:(,}])`);
  const found = code.slice(offset, end).search(member);
  return found < 0 ? null : placeOf(sources, { file, offset: offset + found });
}

/** Offset behind the bracket that closes the first one from `from` on. */
function endOfBrackets(code: string, from: number): number {
  let depth = 0;
  for (let i = from; i < code.length; i += 1) {
    const letter = code.charAt(i);
    if ('([{'.includes(letter)) depth += 1;
    else if (')]}'.includes(letter) && (depth -= 1) <= 0) return i + 1;
  }
  return code.length;
}

function placeOf(sources: Sources, { file, offset }: Offset): SourcePlace {
  const before = (sources[file] ?? '').slice(0, offset).split('\n');
  return { file, line: before.length, column: (before.at(-1) ?? '').length + 1 };
}

const COMMENT_OR_TEXT =
  /\/\/[^\n]*|\/\*[\s\S]*?\*\/|'(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*"|`(?:\\[\s\S]|[^`\\])*`/g;

/** The same text with comments blanked: every offset stays. */
function withoutComments(source: string): string {
  return source.replace(COMMENT_OR_TEXT, (part) => (part.startsWith('/') ? blank(part) : part));
}

/** The same text with comments and the insides of texts blanked. */
function codeOnly(source: string): string {
  return source.replace(COMMENT_OR_TEXT, blank);
}

function blank(part: string): string {
  return part.replace(/[^\n]/g, ' ');
}

function escapeRegExp(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
