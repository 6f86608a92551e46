import type { SourcePlace } from 'sluice';
import {
  codeOnly,
  endOfBrackets,
  endOfMember,
  escapeRegExp,
  placeOf,
  withoutComments,
  type Offset,
  type Sources,
} from './code-text.ts';

export type { Sources } from './code-text.ts';

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

/** Where a file says what it exports by default. */
export function findDefaultExport(sources: Sources, file: string): SourcePlace | null {
  const offset = codeOnly(sources[file] ?? '').search(/\bexport\s+default\b/);
  return offset < 0 ? null : placeOf(sources, { file, offset });
}

/** `start('numbers', numbers, 0)`: where, and the name of the definition if it is written elsewhere. */
export interface Started extends Offset {
  readonly definition?: string;
}

/** Where a stage is started. */
export function findStart(sources: Sources, stage: string): Started | null {
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

/** Where something of that name is declared. */
export function findDefinition(sources: Sources, name: string): Offset | null {
  const declaration = new RegExp(`\\b(?:const|let|var|function)\\s+${escapeRegExp(name)}\\b`);
  for (const [file, source] of Object.entries(sources)) {
    const offset = codeOnly(source).search(declaration);
    if (offset >= 0) return { file, offset };
  }
  return null;
}

/** The first of `names` that the definition of a started stage has. */
export function memberOf(sources: Sources, started: Started, names: readonly string[]): Offset | null {
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

/** Every property or method of one of these names, anywhere. */
export function findMembers(
  sources: Sources,
  names: readonly string[],
): readonly { readonly file: string; readonly from: number; readonly to: number }[] {
  const member = new RegExp(`(?<=[{,]\\s*)(?:${names.map(escapeRegExp).join('|')})\\s*[:(]`, 'g');
  return Object.entries(sources).flatMap(([file, source]) => {
    const code = codeOnly(source);
    return [...code.matchAll(member)].map(({ index }) => ({
      file,
      from: index,
      to: endOfMember(code, index),
    }));
  });
}
