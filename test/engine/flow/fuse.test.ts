import fc from 'fast-check';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { fuseMap, fuseReduce } from '#engine/flow/fuse.ts';
import { GENERATED_LOOP, generateLoop } from '#engine/flow/generated-loop.ts';
import { collectLoops, evaluateLoopsWith, importLoops } from '#engine/flow/loop-code.ts';
import type { Mapper } from '#engine/flow/operation.ts';
import type { Slice } from '#engine/window/window.ts';

interface Way {
  readonly name: string;
  /** Before loops are declared. */
  readonly begin: () => void;
  /** Before they run. */
  readonly ready: () => Promise<unknown>;
}

/** How loops can come to be. */
const WAYS: readonly Way[] = [
  { name: 'by closures', begin: () => evaluateLoopsWith(null), ready: () => Promise.resolve() },
  { name: 'evaluated', begin: () => evaluateLoopsWith(evaluated), ready: () => Promise.resolve() },
  { name: 'imported', begin: collectLoops, ready: () => importLoops(imported) },
];

afterEach(() => evaluateLoopsWith(null));

describe('fuseMap() and fuseReduce()', () => {
  it('FL-025 take an event through all operators before the next one, however they are made', async () => {
    await fc.assert(
      fc.asyncProperty(
        chains,
        fc.array(events, { maxLength: 12 }),
        fc.nat(3),
        async (chain, given, skipped) => {
          const from = Math.min(skipped, given.length);
          const slice = { events: given, from, to: given.length, upstream: 's' };
          const errors: unknown[] = [];
          for (const way of WAYS) {
            const { mapped, reduced, error } = await outcomesOf(way, chain, slice);
            const right = modelOf(chain, given.slice(from));
            expect(mapped, way.name).toEqual(right);
            expect(reduced, way.name).toEqual({ ...right, out: right.failed ? [] : right.out });
            errors.push(error);
          }
          expect(new Set(errors).size).toBe(1);
        },
      ),
      { numRuns: 150 },
    );
  });

  it('run generated code where text is evaluated or imported, closures where neither is', async () => {
    const ran: Record<string, boolean> = {};
    for (const { name, begin, ready } of WAYS) {
      begin();
      let stack = '';
      const loop = fuseMap([{ type: 'each', fn: () => (stack = new Error('here').stack ?? '') }]);
      await ready();
      loop({ events: [1], from: 0, to: 1, upstream: 's' }, [], []);
      ran[name] = stack.includes(GENERATED_LOOP);
    }
    expect(ran).toEqual({ 'by closures': false, evaluated: true, imported: true });
  });

  it('go on being generated after one whose text is too deep to be read', () => {
    const texts: string[] = [];
    evaluateLoopsWith((text) => {
      texts.push(text);
      if (texts.length === 1) throw new RangeError('Maximum call stack size exceeded');
      return evaluated(text);
    });
    expect(mappedBy((n) => n + 1)).toEqual([2, 3]);
    expect(mappedBy((n) => n + 2)).toEqual([3, 4]);
    expect(texts).toHaveLength(2);
  });

  it('do the same by closures where generated code is refused', async () => {
    const refuse = () => {
      throw new EvalError('refused by a policy');
    };
    evaluateLoopsWith(refuse);
    expect(mappedBy(double)).toEqual([2, 4]);
    collectLoops();
    const loop = fuseMap([{ type: 'map', fn: double }]);
    await expect(importLoops(() => Promise.reject(new TypeError('refused')))).resolves.toBe(0);
    const out: unknown[] = [];
    loop({ events: [1, 2], from: 0, to: 2, upstream: 's' }, out, []);
    expect(out).toEqual([2, 4]);
  });

  it.each(WAYS)('$name: a state may be a number and become something else', async ({ begin, ready }) => {
    begin();
    const loop = fuseReduce([], {
      type: 'reduce',
      written: 'reduce',
      init: () => 0,
      fn: (state: number | string, event: number) => (event < 2 ? Number(state) + event : `${state}${event}`),
    });
    await ready();
    const states = [0, -0, 'x'].map((state) => {
      return loop({ events: [1, 2, 3], from: 0, to: 3, upstream: 's' }, state, []);
    });
    expect(states).toEqual(['123', '123', 'NaN23']);
    expect(loop({ events: [], from: 0, to: 0, upstream: 's' }, -0, [])).toBe(-0);
  });

  it('import each loop once', async () => {
    collectLoops();
    fuseMap([{ type: 'map', fn: double }]);
    fuseMap([{ type: 'map', fn: double }]);
    await expect(importLoops(imported)).resolves.toBe(2);
    await expect(importLoops(imported)).resolves.toBe(0);
  });

  it('load no module where no loop waits', async () => {
    collectLoops();
    await expect(importLoops(() => Promise.reject(new Error('loaded')))).resolves.toBe(0);
    const load = vi.fn(imported);
    await importLoops(load);
    expect(load).not.toHaveBeenCalled();
  });

  it('wait no more once they may be evaluated, and are not evaluated while they wait', async () => {
    collectLoops();
    fuseMap([{ type: 'map', fn: double }]);
    const evaluator = vi.fn(evaluated);
    evaluateLoopsWith(evaluator);
    await expect(importLoops(imported)).resolves.toBe(0);
    collectLoops();
    expect(mappedBy(double)).toEqual([2, 4]);
    expect(evaluator).not.toHaveBeenCalled();
  });

  it('do the same by closures where a module makes no loops', async () => {
    for (const exported of [[3], [() => 3], [], undefined]) {
      collectLoops();
      const loop = fuseMap([{ type: 'map', fn: double }]);
      await expect(importLoops(() => Promise.resolve({ default: exported }))).resolves.toBe(0);
      const out: unknown[] = [];
      loop({ events: [1, 2], from: 0, to: 2, upstream: 's' }, out, []);
      expect(out).toEqual([2, 4]);
    }
  });

  it('evaluate a text once for the same functions, and another one for others', () => {
    const texts: string[] = [];
    evaluateLoopsWith((text) => {
      texts.push(text);
      return evaluated(text);
    });
    const results = [2, 3].map((factor) => {
      const [times, plus] = [(n: number) => n * factor, (n: number) => n + factor];
      return [times, plus].map((fn) => mappedBy(fn));
    });
    expect(results).toEqual([
      [
        [2, 4],
        [3, 4],
      ],
      [
        [3, 6],
        [4, 5],
      ],
    ]);
    expect(new Set(texts).size).toBe(2);
    expect(texts).toHaveLength(2);
  });

  it('are evaluated anew by another evaluator', () => {
    const [first, second] = [vi.fn(evaluated), vi.fn(evaluated)];
    for (const evaluator of [first, second]) {
      evaluateLoopsWith(evaluator);
      expect(mappedBy(double)).toEqual([2, 4]);
      expect(evaluator).toHaveBeenCalledTimes(1);
    }
  });

  it('evaluate nothing more once a policy has refused it', () => {
    const refuse = vi.fn(() => {
      throw new EvalError('refused by a policy');
    });
    evaluateLoopsWith(refuse);
    expect(mappedBy((n) => n + 5)).toEqual([6, 7]);
    expect(mappedBy((n) => n + 6)).toEqual([7, 8]);
    expect(refuse).toHaveBeenCalledTimes(1);
  });

  it('keep no more than 500 texts of a program that makes functions without end', () => {
    let count = 0;
    evaluateLoopsWith((text) => {
      count += 1;
      return evaluated(text);
    });
    // A function of its own text each.
    const adds = (added: number) => mappedBy(evaluated(`(n) => n + ${added}`) as (n: number) => number);
    for (let added = 1_000; added <= 1_500; added++) expect(adds(added)).toEqual([1 + added, 2 + added]);
    expect(count).toBe(501);
    adds(1_500);
    expect(count).toBe(501);
    adds(1_000);
    expect(count).toBe(502);
  });
});

it('generateLoop() writes a loop of its own for states that are numbers', () => {
  expect(generateLoop({ mappers: ['each'], end: 'reduce' })).toBe(
    [
      '([f0, reduce], { isNew, iterableOf, pairOf }) => function fusedLoop({ events, from, to }, state, seen) {',
      "if (typeof state === 'number') {",
      'let number = +state;',
      'for (let i = from; i < to; i++) {',
      'const event = events[i];',
      'f0(event);',
      'number = reduce(number, event);',
      '}',
      'return number;',
      '}',
      'for (let i = from; i < to; i++) {',
      'const event = events[i];',
      'f0(event);',
      'state = reduce(state, event);',
      '}',
      'return state;',
      '}',
    ].join('\n'),
  );
});

it('generateLoop() writes the kinds of the operators and nothing else', () => {
  const text = generateLoop({ mappers: ['map', 'filter', 'flatMap', 'uniq', 'uniq'], end: 'out' });
  expect(text).toBe(
    [
      '([f0, f1, f2, f3, f4], { isNew, iterableOf, pairOf }) => function fusedLoop({ events, from, to }, out, seen) {',
      'for (let i = from; i < to; i++) {',
      'const event = events[i];',
      'const event0 = f0(event);',
      'if (!f1(event0)) continue;',
      "for (const event2 of iterableOf(f2(event0), 'flatMap')) {",
      'if (!isNew(seen[0], f3(event2))) continue;',
      'if (!isNew(seen[1], f4(event2))) continue;',
      'out.push(event2);',
      '}',
      '}',
      '}',
    ].join('\n'),
  );
});

type Kind = Mapper['type'];

const KINDS: readonly Kind[] = ['map', 'filter', 'reject', 'flatMap', 'mapValues', 'each', 'uniq'];
const chains = fc.array(fc.constantFrom(...KINDS), { maxLength: 6 });

/** Pairs, which every operator takes; a number, which `mapValues` refuses; a text, which makes functions fail. */
type Given = readonly [number, number] | number | string;
const events: fc.Arbitrary<Given> = fc.oneof(
  { weight: 30, arbitrary: fc.tuple(fc.nat(5), fc.nat(9)) },
  { weight: 1, arbitrary: fc.constantFrom(7, 'fails') },
);

function sizeOf(event: Given): number {
  if (typeof event === 'string') throw new RangeError('it was told to fail');
  return typeof event === 'number' ? event : event[0] + event[1];
}

/** What an operator's function answers with; that of `mapValues` is given the second of a pair. */
const ANSWERS: Readonly<Record<Kind, (event: Given) => unknown>> = {
  map: (event) => (sizeOf(event) > 0 && typeof event === 'object' ? [event[0], event[1] + 1] : event),
  filter: (event) => sizeOf(event) % 3 !== 0,
  reject: (event) => sizeOf(event) % 4 === 0,
  flatMap: (event) => Array.from({ length: sizeOf(event) % 3 }, () => event),
  mapValues: (value) => sizeOf(value) * 2,
  each: (event) => sizeOf(event),
  uniq: (event) => [sizeOf(event) % 5],
};

/** An operator that tells what its function is called with. */
function mapperOf(kind: Kind, place: number, told: string[]): Mapper {
  const fn = (event: Given) => {
    told.push(`${place} ${kind} ${String(event)}`);
    return ANSWERS[kind](event);
  };
  if (kind === 'uniq') return { type: kind, by: fn };
  if (kind === 'flatMap') return { type: kind, fn: (event: Given) => [fn(event)].flat() };
  return { type: kind, fn };
}

interface Outcome {
  readonly out: readonly unknown[];
  /** What the functions have been called with, in order. */
  readonly told: readonly string[];
  readonly failed: boolean;
}

/** What a way of fusing comes to, and what it throws. */
async function outcomesOf(way: Way, chain: readonly Kind[], slice: Slice) {
  way.begin();
  const told: string[] = [];
  const mappers = chain.map((kind, i) => mapperOf(kind, i, told));
  const map = fuseMap(mappers);
  const reduce = fuseReduce(mappers, {
    type: 'reduce',
    written: 'reduce',
    init: () => [],
    fn: (state: readonly unknown[], event: unknown) => [...state, event],
  });
  await way.ready();
  const seen = () => chain.filter((kind) => kind === 'uniq').map(() => new Set());
  const out: unknown[] = [];
  const mapping = errorOf(() => map(slice, out, seen()));
  const mapped: Outcome = { out, told: [...told], failed: mapping !== null };
  told.length = 0;
  let state: unknown = [];
  const reducing = errorOf(() => (state = reduce(slice, [], seen())));
  return {
    mapped,
    reduced: { out: state, told, failed: reducing !== null },
    error: `${mapping} ${reducing}`,
  };
}

function errorOf(act: () => void): string | null {
  try {
    act();
    return null;
  } catch (error) {
    return String(error);
  }
}

/** The same, event after event and operator after operator. */
function modelOf(chain: readonly Kind[], given: readonly Given[]): Outcome {
  const out: unknown[] = [];
  const told: string[] = [];
  const seen = new Set<string>();
  const handle = (event: Given, place: number): void => {
    const kind = chain[place];
    if (kind === undefined) return void out.push(event);
    const on = (next: unknown) => handle(next as Given, place + 1);
    if (kind === 'mapValues' && !Array.isArray(event)) throw new TypeError('no pair');
    const argument = kind === 'mapValues' && Array.isArray(event) ? event[1] : event;
    told.push(`${place} ${kind} ${String(argument)}`);
    const answer = ANSWERS[kind](argument);
    if (kind === 'map') on(answer);
    else if (kind === 'mapValues' && Array.isArray(event)) on([event[0], answer]);
    else if (kind === 'flatMap' && Array.isArray(answer)) answer.forEach(on);
    else if (kind === 'filter' ? answer : kind === 'reject' ? !answer : kind === 'each') on(event);
    else if (kind === 'uniq' && !seen.has(`${place} ${String(answer)}`)) {
      seen.add(`${place} ${String(answer)}`);
      on(event);
    }
  };
  const failed = errorOf(() => given.forEach((event) => handle(event, 0))) !== null;
  return { out, told, failed };
}

function evaluated(expression: string): unknown {
  const value: unknown = new Function(`return ${expression}`)();
  return value;
}

function imported(module: string): Promise<unknown> {
  return import(`data:text/javascript,${encodeURIComponent(module)}`);
}

const double = (n: number) => n * 2;

/** What a loop makes of 1 and 2. */
function mappedBy(fn: (n: number) => unknown): unknown[] {
  const out: unknown[] = [];
  fuseMap([{ type: 'map', fn }])({ events: [1, 2], from: 0, to: 2, upstream: 's' }, out, []);
  return out;
}
