import { none } from 'sluice';
import type { Json } from './recording.ts';

type Spec = Readonly<Record<string, Json>>;

/** The function that a recording names: `{ fn: 'mul', k: 2 }`. */
export function functionOf(spec: Json | undefined): (x: Json) => Json {
  const { fn, ...args } = record(spec);
  const make = FUNCTIONS[String(fn)];
  if (!make) throw new Error(`Cannot replay as the function must be known: received ${JSON.stringify(spec)}`);
  return make(args);
}

export function record(value: Json | undefined): Spec {
  if (typeof value === 'object' && value !== null && !isList(value)) return value;
  throw new Error(`Cannot replay as an object is needed: received ${JSON.stringify(value)}`);
}

export function list(value: Json | undefined): readonly Json[] {
  if (value !== undefined && isList(value)) return value;
  throw new Error(`Cannot replay as a list is needed: received ${JSON.stringify(value)}`);
}

export function isList(value: Json | undefined): value is readonly Json[] {
  return Array.isArray(value);
}

export function same(a: Json | undefined, b: Json | undefined): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

const num = (value: Json | undefined) => Number(value);
const truthy = (value: Json) => value !== null && value !== false;
const item = (value: Json, i: number): Json => (isList(value) ? (value[i] ?? null) : null);

const FUNCTIONS: Readonly<Record<string, (args: Spec) => (x: Json) => Json>> = {
  identity: () => (x) => x,
  mul: (a) => (x) => num(x) * num(a['k']),
  add: (a) => (x) => num(x) + num(a['k']),
  mod: (a) => (x) => num(x) % num(a['k']),
  div: (a) => (x) => Math.trunc(num(x) / num(a['k'])),
  square: () => (x) => num(x) * num(x),
  const: (a) => () => a['v'] ?? null,
  elem: (a) => (x) => item(x, num(a['i'])),
  field: (a) => (x) => record(x)[String(a['key'])] ?? null,
  pair_mod: (a) => (x) => [num(x) % num(a['k']), x],
  pair_div: (a) => (x) => [Math.trunc(num(x) / num(a['k'])), x],
  pair_with: (a) => (x) => [x, a['v'] ?? null],
  swap: () => (x) => [item(x, 1), item(x, 0)],
  record_mod: (a) => (x) => ({ [String(a['key'])]: num(x) % num(a['k']), v: x }),
  length: () => (x) => (isList(x) || typeof x === 'string' ? x.length : 0),
  upcase: () => (x) => String(x).toUpperCase(),
  first_char: () => (x) => String(x).slice(0, 1),
  tag: (a) => (x) => [a['v'] ?? null, x],
  compose: (a) => (x) => list(a['of']).reduce<Json>((value, spec) => functionOf(spec)(value), x),
  even: () => (x) => num(x) % 2 === 0,
  odd: () => (x) => Math.abs(num(x)) % 2 === 1,
  gt: (a) => (x) => num(x) > num(a['k'] ?? a['v']),
  lt: (a) => (x) => num(x) < num(a['k'] ?? a['v']),
  eq: (a) => (x) => same(x, a['v'] ?? a['k']),
  neq: (a) => (x) => !same(x, a['v'] ?? a['k']),
  mod_eq: (a) => (x) => num(x) % num(a['k']) === num(a['r']),
  in: (a) => (x) => list(a['list']).some((one) => same(one, x)),
  true: () => () => true,
  false: () => () => false,
  nil: () => () => null,
  num: () => (x) => (num(x) % 2 === 0 ? x : null),
  dup: (a) => (x) => Array.from({ length: num(a['n']) }, () => x),
  with_double: () => (x) => [x, num(x) * 2],
  upto: () => (x) => Array.from({ length: Math.max(0, num(x)) }, (_, i) => i + 1),
  keep_if: (a) => (x) => (truthy(functionOf(a['pred'])(x)) ? [x] : []),
  one: (a) => (x) => [functionOf(a['of'])(x)],
  drop: () => () => [],
  split: () => (x) => String(x).split(' ').filter(Boolean),
  graphemes: () => (x) => [...String(x)],
  scale: (a) => (x) => num(a['k']) * num(x) + num(a['off']),
  ranges: (a) => (x) => {
    const row = list(a['ranges']).find((one) => num(x) <= num(item(one, 0)));
    return row === undefined ? null : num(item(row, 1)) + num(item(row, 2)) * num(x);
  },
  table: (a) => (x) => {
    const row = list(a['table']).find((one) => same(item(one, 0), x));
    return row === undefined ? (a['default'] ?? null) : item(row, 1);
  },
  raise_if: (a) => (x) => {
    if (truthy(functionOf(a['pred'])(x))) throw new Error(`refused ${JSON.stringify(x)}`);
    return x;
  },
};

/** What a recorded hash answers: the event as it is sent and its partition, `none`, or what is no answer at all. */
type HashAnswer = readonly [event: Json, partition: string | number] | typeof none;

/** The hash function that a recording names: `{ fn: 'mod_names', k: 2, names: ['even', 'odd'] }`. */
export function hashOf(spec: Json | undefined): (x: Json) => HashAnswer {
  const { fn, ...args } = record(spec);
  const make = HASHES[String(fn)];
  if (!make) throw new Error(`Cannot replay as the hash must be known: received ${JSON.stringify(spec)}`);
  return make(args);
}

/** The selector that a recording names. Elixir takes everything but nil and false for true, also 0. */
export function selectorOf(spec: Json | undefined): (x: Json) => boolean {
  const wants = functionOf(spec);
  return (x) => truthy(wants(x));
}

const remainder = (value: Json | undefined, k: Json | undefined) => num(value) % num(k);
const name = (value: Json | undefined): string | number =>
  typeof value === 'number' ? value : String(value ?? null);
const codeOf = (value: Json): Json => (typeof value === 'string' ? (value.codePointAt(0) ?? 0) : value);

const HASHES: Readonly<Record<string, (args: Spec) => (x: Json) => HashAnswer>> = {
  mod: (a) => (x) => [x, remainder(x, a['k'])],
  const: (a) => (x) => [x, name(a['v'])],
  mod_names: (a) => (x) => [x, name(item(a['names'] ?? [], remainder(x, a['k'])))],
  mod_none: (a) => (x) => (remainder(x, a['k']) === num(a['none']) ? none : [x, remainder(x, a['k'])]),
  wrap_mod: (a) => (x) => [[remainder(x, a['k']), x], remainder(x, a['k'])],
  gt: (a) => (x) => [x, num(x) > num(a['k']) ? 1 : 0],
  table: (a) => (x) => {
    const row = list(a['table']).find((one) => same(item(one, 0), x));
    return [x, name(row === undefined ? a['default'] : item(row, 1))];
  },
  elem_mod: (a) => (x) => [x, remainder(item(x, num(a['i'] ?? 0)), a['k'])],
  len_mod: (a) => (x) => [x, remainder(isList(x) || typeof x === 'string' ? x.length : 0, a['k'])],
  first_mod: (a) => (x) => [x, remainder(codeOf(isList(x) ? item(x, 0) : x), a['k'])],
  // No answer that a hash may give, and that is the point of it.
  bad: () => (x) => x as never,
};

/** The words of functions, and of hashes. */
export const FUNCTION_WORDS: ReadonlySet<string> = new Set(Object.keys(FUNCTIONS));
export const HASH_WORDS: ReadonlySet<string> = new Set(Object.keys(HASHES));
