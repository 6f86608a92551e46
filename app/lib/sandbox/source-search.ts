import type { SourcePlace } from 'sluice';

/** File name → its text. */
export type Sources = Readonly<Record<string, string>>;

/**
 * Where a stage's callback is written, the first of `callbacks` that its definition has: for failures that leave no
 * stack in the learner's files, such as a returned value that is no step. Falls back to the place where the stage is
 * started; `null` when the source does not spell the name out.
 */
export function findCallback(
  sources: Sources,
  stage: string,
  ...callbacks: readonly string[]
): SourcePlace | null {
  const started = findStart(sources, stage);
  if (!started) return null;
  return placeOf(sources, memberOf(sources, started, callbacks) ?? started);
}

/** Where a stage's callback seems to go round for ever: its only loop, or one that says so; else the callback. */
export function findLoop(sources: Sources, stage: string, callback: string): SourcePlace | null {
  const started = findStart(sources, stage);
  const member = started && memberOf(sources, started, [callback]);
  if (!member) return findCallback(sources, stage);
  const code = codeOnly(sources[member.file] ?? '');
  const loops = loopsIn(code, member.offset, endOfMember(code, member.offset));
  const offset = likeliest(loops) ?? member.offset;
  return placeOf(sources, { file: member.file, offset });
}

/** Where a file seems to go round for ever while it is loaded; else its beginning. */
export function findLoadingLoop(sources: Sources, file: string): SourcePlace {
  const code = codeOnly(sources[file] ?? '');
  const loops = loopsIn(code, 0, code.length);
  const outside = loops.filter(({ offset }) => depthAt(code, offset) === 0);
  return placeOf(sources, { file, offset: likeliest(outside) ?? likeliest(loops) ?? 0 });
}

/** Where a file says what it exports by default. */
export function findDefaultExport(sources: Sources, file: string): SourcePlace | null {
  const offset = codeOnly(sources[file] ?? '').search(/\bexport\s+default\b/);
  return offset < 0 ? null : placeOf(sources, { file, offset });
}

interface Offset {
  readonly file: string;
  readonly offset: number;
}

/** `start('numbers', numbers, 0)`: where, and the name of the definition if it is written elsewhere. */
interface Started extends Offset {
  readonly definition?: string;
}

function findStart(sources: Sources, stage: string): Started | null {
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

/** The first of `names` that the definition of a started stage has. */
function memberOf(sources: Sources, started: Started, names: readonly string[]): Offset | null {
  const from = started.definition ? findDefinition(sources, started.definition) : started;
  if (!from) return null;
  for (const name of names) {
    const member = findMember(sources, from, name);
    if (member) return member;
  }
  return null;
}

/** The first property or method of that name inside the brackets that open next. */
function findMember(sources: Sources, { file, offset }: Offset, name: string): Offset | null {
  const code = codeOnly(sources[file] ?? '');
  const end = endOfBrackets(code, offset);
  const member = new RegExp(`\\b${escapeRegExp(name)}\\b\\s*(?:[:(,}])`);
  const found = code.slice(offset, end).search(member);
  return found < 0 ? null : { file, offset: offset + found };
}

interface Loop {
  readonly offset: number;
  /** Its condition is always true. */
  readonly isEndless: boolean;
}

/** `for (… of …)` ends with what it walks along; all others may not. */
const LOOP = /\bwhile\s*\([^)]*|\bfor\s*\([^;)]*;[^;]*;/g;
const ENDLESS = /^(?:while\s*\(\s*(?:true|1)\s*$|for\s*\([^;]*;\s*;$)/;

function loopsIn(code: string, from: number, to: number): readonly Loop[] {
  return [...code.slice(from, to).matchAll(LOOP)].map(({ index, 0: head }) => ({
    offset: from + index,
    isEndless: ENDLESS.test(head),
  }));
}

/** The offset of the loop to suspect; `null` when it could be any of several, or there is none. */
function likeliest(loops: readonly Loop[]): number | null {
  const endless = loops.find(({ isEndless }) => isEndless);
  const [only, ...others] = loops;
  return endless?.offset ?? (others.length === 0 ? (only?.offset ?? null) : null);
}

/** Offset behind a member of an object: where the next one begins, or the object ends. */
function endOfMember(code: string, from: number): number {
  let depth = 0;
  for (let i = from; i < code.length; i += 1) {
    const letter = code.charAt(i);
    if ('([{'.includes(letter)) depth += 1;
    else if (')]}'.includes(letter)) depth -= 1;
    if (depth < 0 || (depth === 0 && letter === ',')) return i;
  }
  return code.length;
}

/** How many brackets are open. */
function depthAt(code: string, offset: number): number {
  let depth = 0;
  for (const letter of code.slice(0, offset)) {
    if ('([{'.includes(letter)) depth += 1;
    else if (')]}'.includes(letter)) depth -= 1;
  }
  return depth;
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
