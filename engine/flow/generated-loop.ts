import type { Mapper } from './operation.ts';

/** What a loop does with the events that have come through its mappers: hand them out, or reduce them into a state. */
export type LoopEnd = 'out' | 'reduce';

/** What a loop does, and nothing of what a program wrote: all that its text is made of. */
export interface LoopShape {
  readonly mappers: readonly Mapper['type'][];
  readonly end: LoopEnd;
}

/** What a generated loop is called, so that stacks and profiles tell it from the closures that do the same. */
export const GENERATED_LOOP = 'fusedLoop';

/** One mapper as a statement. `event` is a variable, `next` a new one where the mapper makes another event of it. */
type Statement = (names: {
  readonly fn: string;
  readonly event: string;
  readonly next: string;
  readonly seen: string;
}) => string;

const STATEMENTS: Readonly<Record<Mapper['type'], Statement>> = {
  map: ({ fn, event, next }) => `const ${next} = ${fn}(${event});`,
  mapValues: ({ fn, event, next }) =>
    `const pair${next} = pairOf(${event}, 'mapValues'); const ${next} = [pair${next}[0], ${fn}(pair${next}[1])];`,
  // Its block is closed at the end: what follows is done per element.
  flatMap: ({ fn, event, next }) => `for (const ${next} of iterableOf(${fn}(${event}), 'flatMap')) {`,
  filter: ({ fn, event }) => `if (!${fn}(${event})) continue;`,
  reject: ({ fn, event }) => `if (${fn}(${event})) continue;`,
  uniq: ({ fn, event, seen }) => `if (!isNew(${seen}, ${fn}(${event}))) continue;`,
  each: ({ fn, event }) => `${fn}(${event});`,
};
const MAKES_ANOTHER: readonly Mapper['type'][] = ['map', 'mapValues', 'flatMap'];

/**
 * The text of an expression: `([…functions], kit) => loop`. The functions are those of the mappers in their order and, where
 * it reduces, the one that does; the kit is what closures use, too. The loop is `(slice, out, seen) => void` or
 * `(slice, state, seen) => state`.
 */
export function generateLoop({ mappers, end }: LoopShape): string {
  const functions = mappers.map((_, i) => `f${i}`);
  const head = (last: readonly string[], second: string) =>
    `([${[...functions, ...last].join(', ')}], { isNew, iterableOf, pairOf }) => ` +
    `function ${GENERATED_LOOP}({ events, from, to }, ${second}, seen) {`;
  const loop = (last: (event: string) => string) => loopOver(mappers, last);
  if (end === 'out') return [head([], 'out'), ...loop((event) => `out.push(${event});`), '}'].join('\n');
  const reducing = (state: string) => [
    ...loop((event) => `${state} = reduce(${state}, ${event});`),
    `return ${state};`,
  ];
  return [
    head(['reduce'], 'state'),
    // Of a variable that begins as what is known to be a number, the compiler makes no object per event.
    "if (typeof state === 'number') {",
    'let number = +state;',
    ...reducing('number'),
    '}',
    ...reducing('state'),
    '}',
  ].join('\n');
}

function loopOver(mappers: LoopShape['mappers'], last: (event: string) => string): string[] {
  const statements: string[] = [];
  let event = 'event';
  let sets = 0;
  for (const [i, type] of mappers.entries()) {
    const next = `event${i}`;
    statements.push(STATEMENTS[type]({ fn: `f${i}`, event, next, seen: `seen[${sets}]` }));
    if (type === 'uniq') sets += 1;
    if (MAKES_ANOTHER.includes(type)) event = next;
  }
  return [
    'for (let i = from; i < to; i++) {',
    'const event = events[i];',
    ...statements,
    last(event),
    ...mappers.filter((type) => type === 'flatMap').map(() => '}'),
    '}',
  ];
}
