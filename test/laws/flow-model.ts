import {
  weigh,
  type Ending,
  type Every,
  type Layer,
  type Mapping,
  type Origin,
  type Program,
  type Routing,
  type Value,
} from './random-flows.ts';

/** Events of a layer: a list per stage where that is known, else one list with all of them. */
type Parts = readonly (readonly Value[])[];

/** What a random flow gives, by arrays: in no order that means anything. */
export function modelOf({ origin, layers }: Program): readonly Value[] {
  let events: readonly Value[] = [];
  for (const [i, layer] of layers.entries()) {
    const parts = i === 0 ? opened(origin, layer.routing) : routed(events, layer.routing);
    events = ofLayer(parts, layer);
  }
  return events;
}

function opened(origin: Origin, routing: Routing): Parts {
  switch (origin.type) {
    case 'lists':
      return [origin.lists.flat()];
    case 'flows':
      return routed(origin.flows.flatMap(modelOf), routing);
    case 'join':
      return [joined(origin, modelOf(origin.left), modelOf(origin.right))];
  }
}

function routed(events: readonly Value[], { type, stages }: Routing): Parts {
  const each = Array.from({ length: stages }, (_, i) => i);
  if (type === 'broadcast') return each.map(() => events);
  if (type === 'hash') return each.map((i) => events.filter((event) => weigh(event) % stages === i));
  return [events];
}

/** Nested loops. */
function joined(
  { mode, n }: Extract<Origin, { type: 'join' }>,
  left: readonly Value[],
  right: readonly Value[],
): Value[] {
  const meets = (a: Value, b: Value) => weigh(a) % n === weigh(b) % n;
  const pairs = left.flatMap((a) => right.filter((b) => meets(a, b)).map((b): Value => [a, b]));
  const alone = (rows: readonly Value[], others: readonly Value[]) =>
    rows.filter((row) => !others.some((other) => meets(row, other)));
  const keepsLeft = mode === 'leftOuter' || mode === 'fullOuter';
  const keepsRight = mode === 'rightOuter' || mode === 'fullOuter';
  return [
    ...pairs,
    ...(keepsLeft ? alone(left, right).map((row): Value => [row, null]) : []),
    ...(keepsRight ? alone(right, left).map((row): Value => [null, row]) : []),
  ];
}

function ofLayer(parts: Parts, { routing, mappings, ending }: Layer): readonly Value[] {
  const mapped = parts.map((part) => mappings.reduce(afterMapping, part));
  switch (ending.type) {
    case 'total': {
      const totals = mapped.map((part) => sum(part.map(weigh)));
      // Pieces of a total, one per window or trigger, are summed up in one stage behind it.
      return ending.departs || routing.window !== null ? [sum(totals)] : totals;
    }
    case 'counts':
      return ending.departs
        ? [counted(mapped.flat(), ending)]
        : mapped.flatMap((part) => counted(part, ending));
    case 'lightest':
      return [
        mapped
          .flat()
          .map(weigh)
          .sort((a, b) => a - b)
          .slice(0, ending.n),
      ];
    case 'sizes':
      return parts.flatMap((part) => sizes(part.length, routing.window));
    case 'twice':
      return mapped.flatMap((part) => [...part, ...part, ...(ending.says ? [part.length] : [])]);
    case 'nothing':
      return [];
    case 'none':
    case 'elements':
      return mapped.flat();
  }
}

function afterMapping(events: readonly Value[], mapping: Mapping): readonly Value[] {
  switch (mapping.type) {
    case 'map':
      return events.map((event) => (weigh(event) * mapping.n + 1) % 97);
    case 'flatMap':
      return events.flatMap((event) => Array<Value>(weigh(event) % mapping.n).fill(weigh(event) + mapping.n));
    case 'filter':
      return events.filter((event) => weigh(event) % (mapping.n + 1) !== 0);
    case 'reject':
      return events.filter((event) => weigh(event) % (mapping.n + 1) !== 1);
    case 'uniqBy':
      return [...new Set(events.map((event) => weigh(event) % mapping.n))];
    case 'uniq':
      return [...new Map(events.map((event) => [JSON.stringify(event), event])).values()];
    case 'mapValues':
      return events.map((event) => [weigh(event) % 5, weigh(event) + 1]);
    case 'doubleBatch':
      return [...events, ...events];
    case 'each':
    case 'reverseBatch':
      return events;
  }
}

/** Pairs of a remainder and how often it comes, in order. */
function counted(
  events: readonly Value[],
  { n, how }: Extract<Ending, { type: 'counts' }>,
): readonly Value[] {
  return Array.from({ length: n }, (_, remainder): readonly [Value, number] => [
    how === 'record' ? `${remainder}` : remainder,
    events.filter((event) => weigh(event) % n === remainder).length,
  ]).filter(([, count]) => count > 0);
}

/** A window, or a trigger, for every so many events, and a last one for what is left, however little. */
function sizes(count: number, window: Every | null): readonly Value[] {
  const n = window?.n ?? 1;
  const full = Math.floor(count / n);
  return Array.from({ length: full + 1 }, (_, i): Value => [
    window?.type === 'count' ? i : 'global',
    i < full ? n : count % n,
  ]);
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((all, one) => all + one, 0);
}
