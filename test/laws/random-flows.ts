import fc from 'fast-check';

/** An event of a random flow: a number, or what operators make of numbers. */
export type Value = number | string | null | readonly Value[];

/** A number for any event: what functions of random flows look at. */
export function weigh(event: unknown): number {
  if (typeof event === 'number') return Math.abs(event);
  if (typeof event === 'string') return 3 * event.length + 1;
  return Array.isArray(event) ? event.reduce<number>((all, item) => (all * 31 + weigh(item)) % 9_973, 11) : 7;
}

/** An operator that handles one event after the other; numbers are what its function counts with. */
export type Mapping =
  | { readonly type: 'map' | 'flatMap' | 'filter' | 'reject' | 'uniqBy'; readonly n: number }
  | { readonly type: 'each' | 'mapValues' | 'uniq' | 'reverseBatch' | 'doubleBatch' };

/** How a layer reduces its events, and what it emits of that. */
export type Ending =
  | { readonly type: 'none' | 'elements' | 'nothing' }
  /** The sum of what its events weigh; `departs`: of all partitions together. */
  | { readonly type: 'total'; readonly departs: boolean }
  /** How many events of each weight modulo n. */
  | {
      readonly type: 'counts';
      readonly n: number;
      readonly how: 'Map' | 'record' | 'group' | 'groupBy' | 'groupByKey';
      readonly departs: boolean;
    }
  /** Every event twice, at once; then how many it has seen, if it says so. */
  | { readonly type: 'twice'; readonly says: boolean }
  /** The n lightest of all partitions, by `takeSort`. */
  | { readonly type: 'lightest'; readonly n: number }
  /** Of each window its id and number of events. */
  | { readonly type: 'sizes' };

export interface Demand {
  readonly maxDemand?: number;
  readonly minDemand?: number;
}

/** A window that ends, or a trigger that fires, every `n` events. */
export interface Every {
  readonly type: 'count' | 'every';
  readonly n: number;
}

/** How events get to a layer, and how many stages it has. */
export interface Routing {
  /**
   * `hash`: to the partition that its weight says. `key`: to wherever equal weights modulo n go. `through`: by way of stages that
   * the flow starts and knows nothing of. `stay`: it is the layer that departitions.
   */
  readonly type: 'hash' | 'key' | 'shuffle' | 'demand' | 'broadcast' | 'through' | 'stay';
  readonly n: number;
  readonly stages: number;
  readonly demand: Demand;
  readonly window: Every | null;
}

export interface Layer {
  /** Of the first layer it only says stages, demand and window. */
  readonly routing: Routing;
  readonly mappings: readonly Mapping[];
  readonly ending: Ending;
}

export type Origin =
  | {
      readonly type: 'lists';
      readonly lists: readonly (readonly number[])[];
      /** How they are given: as they are, as functions that make generators, or as producers to be started. */
      readonly as: 'lists' | 'generators' | 'specs';
    }
  | { readonly type: 'flows'; readonly flows: readonly Program[] }
  | {
      readonly type: 'join';
      readonly mode: 'inner' | 'leftOuter' | 'rightOuter' | 'fullOuter';
      readonly n: number;
      readonly left: Program;
      readonly right: Program;
    };

/** A random flow, as data. */
export interface Program {
  readonly origin: Origin;
  readonly layers: readonly Layer[];
}

/** Mostly this one. */
const often = (value: boolean) => fc.constantFrom(value, value, value, !value);

const small = fc.integer({ min: 2, max: 4 });

/** What a layer asks for at most, and how long it waits with that. */
export const demands: fc.Arbitrary<Demand> = fc.oneof(
  fc.constant({}),
  fc.integer({ min: 1, max: 9 }).map((maxDemand) => ({ maxDemand })),
  fc
    .integer({ min: 1, max: 6 })
    .chain((maxDemand) => fc.nat({ max: maxDemand - 1 }).map((minDemand) => ({ maxDemand, minDemand }))),
);

const routing: fc.Arbitrary<Routing> = fc.record({
  type: fc.constantFrom('hash', 'key', 'shuffle', 'demand', 'broadcast', 'through', 'stay'),
  n: small,
  stages: fc.integer({ min: 1, max: 4 }),
  demand: demands,
  window: fc.option(
    fc.record({ type: fc.constantFrom('count', 'every'), n: fc.integer({ min: 1, max: 6 }) }),
    { freq: 2 },
  ),
});

const mapping: fc.Arbitrary<Mapping> = fc.oneof(
  fc.record({ type: fc.constantFrom('map', 'flatMap', 'filter', 'reject', 'uniqBy'), n: small }),
  fc.record({ type: fc.constantFrom('each', 'mapValues', 'uniq', 'reverseBatch', 'doubleBatch') }),
);

/** Endings that leave about as many events as there were. */
const keeping: fc.Arbitrary<Ending> = fc.oneof(
  { weight: 3, arbitrary: fc.constant({ type: 'none' } as const) },
  fc.record({ type: fc.constantFrom('elements', 'sizes') }),
  fc.record({ type: fc.constant('twice'), says: fc.boolean() }),
  fc.record({
    type: fc.constant('counts'),
    n: fc.integer({ min: 2, max: 9 }),
    how: fc.constantFrom('Map', 'record', 'group', 'groupBy', 'groupByKey'),
    departs: often(false),
  }),
);

/** Endings that leave few. */
const gathering: fc.Arbitrary<Ending> = fc.oneof(
  fc.constant({ type: 'nothing' } as const),
  { weight: 3, arbitrary: fc.record({ type: fc.constant('total'), departs: often(false) }) },
  fc.record({ type: fc.constant('lightest'), n: fc.integer({ min: 1, max: 20 }) }),
);

const layerWith = (ending: fc.Arbitrary<Ending>): fc.Arbitrary<Layer> =>
  fc.record({ routing, mappings: fc.array(mapping, { maxLength: 3 }), ending });

const layersUpTo = (most: number): fc.Arbitrary<readonly Layer[]> =>
  fc
    .tuple(
      fc.array(layerWith(fc.oneof({ weight: 6, arbitrary: keeping }, gathering)), { maxLength: most - 1 }),
      layerWith(fc.oneof({ weight: 2, arbitrary: keeping }, gathering)),
    )
    .map(([inner, last]) => [...inner, last]);

const lists = fc.record({
  type: fc.constant('lists'),
  as: fc.constantFrom('lists', 'lists', 'generators', 'specs'),
  lists: fc.array(fc.array(fc.nat({ max: 60 }), { maxLength: 20, size: 'max' }), {
    minLength: 1,
    maxLength: 3,
  }),
});

const flat: fc.Arbitrary<Program> = fc.record({
  origin: lists,
  layers: layersUpTo(2),
});

const origin: fc.Arbitrary<Origin> = fc.oneof(
  { weight: 3, arbitrary: lists },
  fc.record({ type: fc.constant('flows'), flows: fc.array(flat, { minLength: 1, maxLength: 3 }) }),
  fc.record({
    type: fc.constant('join'),
    mode: fc.constantFrom('inner', 'leftOuter', 'rightOuter', 'fullOuter'),
    n: fc.integer({ min: 3, max: 30 }),
    left: flat,
    right: flat,
  }),
);

/** Random flows, as they fall. */
export const anyPrograms: fc.Arbitrary<Program> = fc.record({
  origin,
  layers: layersUpTo(3),
});
