import type { SourcePlace } from 'sluice';
import {
  codeOnly,
  depthAt,
  endOfBrackets,
  endOfMember,
  escapeRegExp,
  placeOf,
  regularExpressions,
  type Sources,
} from './code-text.ts';
import { findCallback, findDefinition, findMembers, findStart, memberOf } from './source-search.ts';

/** Where a program seems to go on for ever. */
export interface Endless {
  readonly place: SourcePlace;
  /** A loop, or a regular expression that may try too many ways; `null` where nothing in the code shows which it is. */
  readonly what: 'loop' | 'expression' | null;
}

/** A part of a file. */
interface Region {
  readonly file: string;
  readonly from: number;
  readonly to: number;
}

interface Loop {
  readonly file: string;
  readonly offset: number;
  /** Its condition is always true, or what it walks along has no end. */
  readonly isEndless: boolean;
}

/** How far calls are followed: a function that a function of a callback calls is three steps away. */
const MOST_STEPS = 5;

/**
 * Where the callback of a stage seems to go on for ever: in the loop that says so, or the only one, of the callback and of the
 * functions it calls; else at the callback. `null` when the source does not spell the stage out.
 *
 * @param callback - As the engine names it: a callback, `a timer`, or `task "…"`.
 */
export function findEndless(sources: Sources, stage: string, callback: string): Endless | null {
  const started = findStart(sources, stage);
  const member = started && memberOf(sources, started, [callback]);
  const own = member
    ? [
        {
          file: member.file,
          from: member.offset,
          to: endOfMember(codeOf(sources, member.file), member.offset),
        },
      ]
    : [];
  const defined = started && (started.definition ? findDefinition(sources, started.definition) : started);
  const whole = defined
    ? [
        {
          file: defined.file,
          from: defined.offset,
          to: endOfStatement(codeOf(sources, defined.file), defined.offset),
        },
      ]
    : [];
  const found =
    suspectIn(sources, own) ??
    // Functions that the engine calls between two callbacks, or in the place of one.
    (callback.startsWith('task ') ? suspectIn(sources, callsOf(sources, 'task')) : null) ??
    (member === null ? suspectIn(sources, whole) : null) ??
    suspectIn(sources, findMembers(sources, ['hash', 'selector', 'key'])) ??
    // What remains is a flow, or a stage that is started in a loop: only what says that it has no end is to blame.
    suspectIn(sources, allOf(sources), 'endless');
  if (found) return found;
  const place = member ? placeOf(sources, member) : findCallback(sources, stage);
  return place && { place, what: null };
}

/** Where a file seems to go on for ever while it is loaded; else its beginning. */
export function findEndlessLoading(sources: Sources, file: string): Endless {
  const code = codeOf(sources, file);
  const isOutside = ({ offset }: Loop) => depthAt(code, offset) === 0;
  const region = { file, from: 0, to: code.length };
  const outside = likeliest(loopsIn(sources, region).filter(isOutside));
  if (outside) return { place: placeOf(sources, outside), what: 'loop' };
  return suspectIn(sources, [region]) ?? { place: placeOf(sources, { file, offset: 0 }), what: null };
}

/** What of these regions, and of the functions they call, goes on for ever; `null` when it could be any of several, or none. */
function suspectIn(
  sources: Sources,
  regions: readonly Region[],
  which: 'likeliest' | 'endless' = 'likeliest',
): Endless | null {
  const all = withCalled(sources, regions);
  const loops = all.map((region) => loopsIn(sources, region)).flat();
  const own = regions.flatMap((region) => loopsIn(sources, region));
  const endless = loops.filter(({ isEndless }) => isEndless);
  const loop =
    which === 'endless'
      ? endless.length === 1
        ? endless[0]
        : null
      : (endless[0] ?? likeliest(own.length > 0 ? own : loops));
  if (loop) return { place: placeOf(sources, loop), what: 'loop' };
  const [expression, ...others] = loops.length === 0 ? all.flatMap((region) => riskyIn(sources, region)) : [];
  if (expression && others.length === 0) return { place: placeOf(sources, expression), what: 'expression' };
  return null;
}

/** The loop to suspect; `null` when it could be any of several, or there is none. */
function likeliest(loops: readonly Loop[]): Loop | null {
  const endless = loops.find(({ isEndless }) => isEndless);
  const [only, ...others] = loops;
  return endless ?? (others.length === 0 ? (only ?? null) : null);
}

/** The regions, and after them the functions that they name, and so on. */
function withCalled(sources: Sources, regions: readonly Region[]): readonly Region[] {
  const found = new Map(regions.map((region) => [keyOf(region), region]));
  let latest = regions;
  for (let step = 0; step < MOST_STEPS && latest.length > 0; step += 1) {
    const called = latest.flatMap((region) =>
      namesIn(sources, region).flatMap((name) => bodiesOf(sources, name)),
    );
    latest = called.filter((region) => !found.has(keyOf(region)));
    for (const region of latest) found.set(keyOf(region), region);
  }
  return [...found.values()];
}

function keyOf({ file, from }: Region): string {
  return `${file}:${from}`;
}

function namesIn(sources: Sources, { file, from, to }: Region): readonly string[] {
  return [
    ...new Set(
      codeOf(sources, file)
        .slice(from, to)
        .match(/(?<![.\w$])[A-Za-z_$][\w$]*/g),
    ),
  ];
}

/** The functions of that name: `function name() {…}`, `const name = () => …`. */
function bodiesOf(sources: Sources, name: string): readonly Region[] {
  const declaration = new RegExp(
    `\\bfunction\\s*\\*?\\s*${escapeRegExp(name)}\\s*\\(|\\b(?:const|let|var)\\s+${escapeRegExp(name)}\\s*=\\s*(?:async\\s*)?(?:function\\b|\\([^)]*\\)[^=;{]*=>|[\\w$]+\\s*=>)`,
    'g',
  );
  return Object.keys(sources).flatMap((file) => {
    const code = codeOf(sources, file);
    return [...code.matchAll(declaration)].map(({ index }) => ({
      file,
      from: index,
      to: endOfStatement(code, index),
    }));
  });
}

/** What is given to every call of a function. */
function callsOf(sources: Sources, name: string): readonly Region[] {
  return Object.keys(sources).flatMap((file) => {
    const code = codeOf(sources, file);
    const calls = code.matchAll(new RegExp(`(?<![.\\w$])${escapeRegExp(name)}\\s*\\(`, 'g'));
    return [...calls].map(({ index }) => ({ file, from: index, to: endOfBrackets(code, index) }));
  });
}

function allOf(sources: Sources): readonly Region[] {
  return Object.keys(sources).map((file) => ({ file, from: 0, to: codeOf(sources, file).length }));
}

/** A statement ends with its semicolon, or with its line where nothing is open and nothing says that it goes on. */
function endOfStatement(code: string, from: number): number {
  let depth = 0;
  for (let i = from; i < code.length; i += 1) {
    const letter = code.charAt(i);
    if ('([{'.includes(letter)) depth += 1;
    else if (')]}'.includes(letter)) depth -= 1;
    if (depth < 0 || (depth === 0 && letter === ';')) return i;
    const isLineEnd = depth === 0 && letter === '\n';
    if (isLineEnd && !/[=>,(+&|?:]\s*$/.test(code.slice(from, i)) && !/^\s*[.=+&|?:,({]/.test(code.slice(i)))
      return i;
  }
  return code.length;
}

/** `for (… of …)` ends with what it walks along; all others may not. */
const LOOP = /\bwhile\s*\((?:[^()]|\([^()]*\))*\)|\bfor\s*\([^;)]*;[^;]*;/g;
const ENDLESS = /^(?:while\s*\(\s*(?:true|1)\s*\)$|for\s*\([^;]*;\s*(?:true\s*)?;$)/;
/** What walks along something: `for (… of name(`, `[...name(`. */
const WALK =
  /\bfor\s*(?:await\s*)?\([^;()]*\bof\s+([A-Za-z_$][\w$]*)\s*\(|\.\.\.([A-Za-z_$][\w$]*)\s*\(|\bArray\.from\(\s*([A-Za-z_$][\w$]*)\s*\(/g;

function loopsIn(sources: Sources, { file, from, to }: Region): readonly Loop[] {
  const code = codeOf(sources, file);
  const part = code.slice(from, to);
  const loops = [...part.matchAll(LOOP)].flatMap(({ index, 0: head }): Loop[] => {
    const offset = from + index;
    // Whoever walks along a generator says when it is enough.
    if (/\byield\b/.test(code.slice(offset, endOfBrackets(code, code.indexOf('{', offset))))) return [];
    return [{ file, offset, isEndless: ENDLESS.test(head) }];
  });
  const walks = [...part.matchAll(WALK)].flatMap(({ index, 1: walked, 2: spread, 3: made }): Loop[] => {
    const name = walked ?? spread ?? made ?? '';
    return isEndlessGenerator(sources, name) ? [{ file, offset: from + index, isEndless: true }] : [];
  });
  return [...loops, ...walks].sort((a, b) => a.offset - b.offset);
}

function hasEndless(body: string): boolean {
  return [...body.matchAll(LOOP)].some(([head]) => ENDLESS.test(head));
}

/** Whether a generator of that name yields in a loop that has no end. */
function isEndlessGenerator(sources: Sources, name: string): boolean {
  return bodiesOf(sources, name).some(({ file, from, to }) => {
    const body = codeOf(sources, file).slice(from, to);
    return /^function\s*\*/.test(body) && /\byield\b/.test(body) && hasEndless(body);
  });
}

/** A group that repeats what repeats: there may be more ways to match than anybody can try. */
const RISKY = /\((?:[^()\\]|\\.)*[+*](?:[^()\\]|\\.)*\)[+*{]/;

function riskyIn(
  sources: Sources,
  { file, from, to }: Region,
): readonly { readonly file: string; readonly offset: number }[] {
  return regularExpressions(sources[file] ?? '')
    .filter(({ at, text }) => at >= from && at < to && RISKY.test(text))
    .map(({ at }) => ({ file, offset: at }));
}

function codeOf(sources: Sources, file: string): string {
  return codeOnly(sources[file] ?? '');
}
