import { functionOf, isList, list, record, same } from './functions.ts';
import { changed, mapOf } from './flow-values.ts';
import type { Json, JsonRecord } from './recording.ts';

/** What a state is in a recorded flow: JSON, or a Map. The functions below check what they need of it. */
type State = unknown;
/** What came of a function that emits and reduces, or of one that a trigger calls. */
export interface Emitted {
  readonly events: readonly Json[];
  readonly state: State;
}
interface Named {
  readonly fn: string;
  readonly args: JsonRecord;
  /** Which of the meanings that the format leaves open is tried, from 0. */
  readonly reading: number;
}

/**
 * Words whose meaning the format leaves open in a detail. Each has several readings; the first is the likeliest.
 * A scenario is replayed under the next one when it differs under the one before.
 */
export const OPEN_WORDS: ReadonlySet<string> = new Set([
  'emit_each',
  'put_last',
  'emit_sorted_reset',
  'windowed',
  'at_marker',
]);
export const READINGS = 3;

function reading<Choice>({ reading: wanted }: Named, choices: readonly [Choice, ...Choice[]]): Choice {
  return choices[Math.min(wanted, choices.length - 1)] ?? choices[0];
}

function named(spec: Json | undefined, wanted: number): Named {
  const { fn, ...args } = typeof spec === 'string' ? { fn: spec } : record(spec);
  return { fn: String(fn), args, reading: wanted };
}

function lookUp<Meaning>(
  table: Readonly<Record<string, (spec: Named) => Meaning>>,
  spec: Named,
  what: string,
): Meaning {
  const make = table[spec.fn];
  if (!make) throw new Error(`Cannot replay as the ${what} must be known: received ${spec.fn}`);
  return make(spec);
}

/** A number: anything else is a failure, as in Elixir. */
function num(value: unknown): number {
  if (typeof value === 'number') return value;
  throw new Error(`Cannot calculate as a number is needed: received ${JSON.stringify(value)}`);
}

function items(state: State): readonly Json[] {
  if (Array.isArray(state)) return state;
  if (state instanceof Map) return [...state];
  throw new Error(`Cannot go on as a list is needed: received ${JSON.stringify(state)}`);
}

const item = (value: unknown, i: number): Json => (Array.isArray(value) ? (value[i] ?? null) : null);
const json = (state: State): Json => state as Json;

/** Names and functions of `reduce`. */
export type Reducer = (event: Json, state: State) => State;

const REDUCERS: Readonly<Record<string, (spec: Named) => Reducer>> = {
  sum: () => (x, acc) => num(acc) + num(x),
  count: () => (_, acc) => num(acc) + 1,
  product: () => (x, acc) => num(acc) * num(x),
  max: () => (x, acc) => Math.max(num(acc), num(x)),
  prepend: () => (x, acc) => [x, ...items(acc)],
  append: () => (x, acc) => [...items(acc), x],
  count_map: () => (x, acc) => changed(acc, x, (count = 0) => num(count) + 1),
  count_first: () => (x, acc) => changed(acc, item(x, 0), (count = 0) => num(count) + 1),
  sum_by_key: () => (x, acc) => changed(acc, item(x, 0), (sum = 0) => num(sum) + num(item(x, 1))),
  put_last: (spec) =>
    reading<Reducer>(spec, [
      (x, acc) => changed(acc, item(x, 0), () => item(x, 1)),
      (x, acc) => changed(acc, x, () => x),
      (x) => x,
    ]),
  sum_second: () => (x, acc) => num(acc) + num(item(x, 1)),
};

export function reducerOf(spec: Json | undefined, wanted: number): Reducer {
  return lookUp(REDUCERS, named(spec, wanted), 'reducer');
}

type EmittingReducer = (event: Json, state: State) => Emitted;

const EMITTING: Readonly<Record<string, (spec: Named) => EmittingReducer>> = {
  running_sum: () => (x, acc) => ({ events: [num(acc) + num(x)], state: num(acc) + num(x) }),
  emit_each: (spec) => (x, acc) => ({
    events: [x],
    state: reading<(x: Json, acc: State) => State>(spec, [
      grown,
      (_, acc) => acc,
      (x, acc) => [...items(acc), x],
    ])(x, acc),
  }),
  emit_none: () => (x, acc) => ({ events: [], state: grown(x, acc) }),
  emit_two: () => (x, acc) => ({ events: [x, num(x) * 10], state: num(acc) + num(x) }),
  sliding:
    ({ args }) =>
    (x, acc) => {
      const last = [...items(acc), x].slice(-num(args['k']));
      return { events: [last], state: last };
    },
  pairwise: () => (x, acc) => {
    const [before] = items(acc);
    return { events: before === undefined ? [] : [[before, x]], state: [x] };
  },
  dedup: () => (x, acc) => ({ events: same(json(acc), [x]) ? [] : [x], state: [x] }),
  every:
    ({ args }) =>
    (x, acc) => {
      const all = [...items(acc), x];
      return all.length === num(args['k']) ? { events: [all], state: [] } : { events: [], state: all };
    },
  session:
    ({ args }) =>
    (x, acc) => {
      const [word, time] = [item(x, 0), num(item(x, 1))];
      const known = [...mapOf(acc)].find(([key]) => same(key, word))?.[1] ?? [0, time];
      const [count, last] = [num(item(known, 0)), num(item(known, 1))];
      const isOver = time - last > num(args['gap']);
      return {
        events: isOver ? [[word, [count, last]]] : [],
        state: changed(acc, word, () => [isOver ? 1 : count + 1, time]),
      };
    },
};

/** A sum grows by the event, a list gets it in front. */
function grown(x: Json, acc: State): State {
  return typeof acc === 'number' ? acc + num(x) : [x, ...items(acc)];
}

export function emittingReducerOf(spec: Json | undefined, wanted: number): EmittingReducer {
  return lookUp(EMITTING, named(spec, wanted), 'reducer that emits');
}

/** What a trigger calls: the state, `[index, total]`, `[window type, window id, trigger name]`. */
type OnTrigger = (state: State, stage: Json, firing: readonly [Json, Json, Json]) => unknown;

const sorted = (state: State): readonly Json[] => [...items(state)].sort(ascending);

const ON_TRIGGER: Readonly<Record<string, (spec: Named) => OnTrigger>> = {
  emit_state: () => (acc) => ({ events: [acc], state: acc }),
  emit_reset:
    ({ args }) =>
    (acc) => ({ events: [acc], state: accumulator(args['v']) }),
  emit_events: () => (acc) => ({ events: items(acc), state: acc }),
  emit_sorted_reset: (spec) => (acc) => ({
    events: reading(spec, [[sorted(acc)], sorted(acc)]),
    state: accumulator(spec.args['v'] ?? []),
  }),
  nothing: () => (acc) => ({ events: [], state: acc }),
  size: () => (acc) => ({ events: [sizeOf(acc)], state: acc }),
  indexed: () => (acc, stage) => ({ events: [[acc, stage]], state: acc }),
  tagged: () => (acc, stage, firing) => ({ events: [[acc, stage, firing]], state: acc }),
  tagged_reset:
    ({ args }) =>
    (acc, stage, firing) => ({ events: [[acc, stage, firing]], state: accumulator(args['v']) }),
  only_done: () => (acc, _, firing) => ({ events: firing[2] === 'done' ? [acc] : [], state: acc }),
  only_not_done: () => (acc, _, firing) => ({ events: firing[2] === 'done' ? [] : [acc], state: acc }),
  windowed: (spec) => (acc, _, firing) => ({
    events: [
      reading<unknown>(spec, [
        [firing[1], acc],
        [acc, firing[1]],
        [firing, acc],
      ]),
    ],
    state: acc,
  }),
  // Neither is an answer that a trigger understands, and that is the point of them.
  bad_return: () => () => 'rubbish',
  bad_list: () => (acc) => ({ events: 'rubbish', state: acc }),
};

export function onTriggerOf(spec: Json | undefined, wanted: number): OnTrigger {
  return lookUp(ON_TRIGGER, named(spec, wanted), 'function of onTrigger');
}

function sizeOf(state: State): number {
  return state instanceof Map ? state.size : items(state).length;
}

/** What a state begins as: `"map"` is an empty one. */
export function accumulator(value: Json | undefined): State {
  return value === 'map' ? new Map<Json, Json>() : (value ?? null);
}

const JOINS: Readonly<Record<string, (spec: Named) => (left: Json, right: Json) => Json>> = {
  pair: () => (left, right) => [left, right],
  values: () => (left, right) => [item(left ?? right, 0), item(left, 1), item(right, 1)],
  sum: () => (left, right) => num(left ?? 0) + num(right ?? 0),
};

/** Joins two events; an absent one is `null`. */
export function joinOf(spec: Json | undefined): (left: Json, right: Json) => Json {
  return lookUp(JOINS, named(spec, 0), 'function of the join');
}

const MERGES: Readonly<Record<string, (spec: Named) => (state: State, acc: State) => State>> = {
  sum: () => (state, acc) => num(acc) + num(state),
  concat: () => (state, acc) => [...items(acc), ...items(state)],
  cons: () => (state, acc) => [state, ...items(acc)],
  map_merge: () => (state, acc) =>
    [...mapOf(state)].reduce<State>((all, [key, value]) => changed(all, key, () => value), acc),
  map_merge_sum: () => (state, acc) =>
    [...mapOf(state)].reduce<State>(
      (all, [key, value]) => changed(all, key, (sum = 0) => num(sum) + num(value)),
      acc,
    ),
  count_calls: () => (_, acc) => num(acc) + 1,
};

export function mergeOf(spec: Json | undefined): (state: State, acc: State) => State {
  return lookUp(MERGES, named(spec, 0), 'function that merges');
}

const DONE: Readonly<Record<string, (spec: Named) => (acc: State, window: Json) => State>> = {
  identity: () => (acc) => acc,
  sorted: () => (acc) => sorted(acc),
  with_window: () => (acc, window) => [window, acc],
  size: () => (acc) => sizeOf(acc),
};

export function doneOf(spec: Json | undefined): (acc: State, window: Json) => State {
  return lookUp(DONE, named(spec, 0), 'function of the end');
}

type Compare = (a: Json, b: Json) => number;

/** Elixir's order, as far as recordings need it: numbers, then lists item by item, then texts. */
function ascending(a: Json, b: Json): number {
  if (typeof a === 'number' && typeof b === 'number') return a - b;
  if (isList(a) && isList(b)) {
    if (a.length !== b.length) return a.length - b.length;
    for (const [i, one] of a.entries()) {
      const order = ascending(one, b[i] ?? null);
      if (order !== 0) return order;
    }
    return 0;
  }
  const ranks = [a, b].map((one) => (typeof one === 'number' ? 0 : isList(one) ? 2 : 3));
  const [first = 0, second = 0] = ranks;
  if (first !== second) return first - second;
  const [left, right] = [String(a), String(b)];
  return left < right ? -1 : left > right ? 1 : 0;
}

const SORTS: Readonly<Record<string, () => Compare>> = {
  asc: () => ascending,
  desc: () => (a, b) => ascending(b, a),
  second_desc: () => (a, b) => ascending(item(b, 1), item(a, 1)),
  second_desc_key_asc: () => (a, b) => ascending(item(b, 1), item(a, 1)) || ascending(item(a, 0), item(b, 0)),
};

export function compareOf(spec: Json | undefined): Compare {
  return lookUp<Compare>(SORTS, named(spec, 0), 'order');
}

type BatchMapper = (events: readonly Json[]) => readonly Json[];

const BATCHES: Readonly<Record<string, (spec: Named) => BatchMapper>> = {
  sum_list: () => (events) => [events.reduce<number>((sum, x) => sum + num(x), 0)],
  size: () => (events) => [events.length],
  as_list: () => (events) => [[...events]],
  reverse: () => (events) => [...events].reverse(),
  each: ({ args }) => {
    const each = functionOf(args['f']);
    return (events) => events.map((x) => each(x));
  },
};

export function batchMapperOf(spec: Json | undefined): BatchMapper {
  return lookUp(BATCHES, named(spec, 0), 'function of a batch');
}

/** What a program's own trigger answers with; the words of the learner's API. */
export type CustomStep =
  | { readonly state: Json; readonly events?: readonly Json[] }
  | {
      readonly trigger: string;
      readonly before: readonly Json[];
      readonly after: readonly Json[];
      readonly state: Json;
    };

interface CustomTrigger {
  readonly init: Json;
  readonly fn: (events: readonly Json[], state: Json) => CustomStep;
}

const CUSTOM: Readonly<Record<string, (spec: Named) => CustomTrigger>> = {
  after_value: ({ args }) => ({
    init: null,
    fn: (events, state) => {
      const at = events.findIndex((x) => same(x, args['v']));
      return at < 0 ? { state } : fired('after', [events.slice(0, at + 1), events.slice(at + 1)], state);
    },
  }),
  at_marker: (spec) => ({
    init: null,
    fn: (events, state) => {
      const at = events.findIndex((x) => same(x, spec.args['v']));
      const name = reading(spec, ['marker', 'at', 'at_marker']);
      return at < 0 ? { state } : fired(name, [events.slice(0, at), events.slice(at + 1)], state);
    },
  }),
  moving: ({ args }) => ({
    init: [],
    fn: (events, state) => {
      const all = [...list(state), ...events];
      const size = num(args['k']);
      if (all.length < size) return { events: list(args['emit'] ?? []), state: all };
      return fired('moving', [all.slice(0, size), all.slice(1)], []);
    },
  }),
  never: () => ({ init: null, fn: (_, state) => ({ state }) }),
  keep_gt: ({ args }) => ({
    init: null,
    fn: (events, state) => ({ state, events: events.filter((x) => num(x) > num(args['v'] ?? args['k'])) }),
  }),
  numbered: ({ args }) => ({
    init: 0,
    fn: (events, state) => {
      const size = num(args['k']);
      if (events.length < size) return { state };
      return fired(`t${num(state)}`, [events.slice(0, size), events.slice(size)], num(state) + 1);
    },
  }),
};

function fired(
  trigger: string,
  [before, after]: readonly [readonly Json[], readonly Json[]],
  state: Json,
): CustomStep {
  return { trigger, before, after, state };
}

export function customTriggerOf(spec: Json | undefined, wanted: number): CustomTrigger {
  return lookUp(CUSTOM, named(spec, wanted), 'trigger');
}

/** The words of each part of the vocabulary. */
export const FLOW_WORDS: Readonly<Record<string, ReadonlySet<string>>> = {
  reduce: new Set(Object.keys(REDUCERS)),
  emit_and_reduce: new Set(Object.keys(EMITTING)),
  on_trigger: new Set(Object.keys(ON_TRIGGER)),
  join: new Set(Object.keys(JOINS)),
  merge: new Set(Object.keys(MERGES)),
  done: new Set(Object.keys(DONE)),
  sort: new Set(Object.keys(SORTS)),
  map_batch: new Set(Object.keys(BATCHES)),
  custom: new Set(Object.keys(CUSTOM)),
};
