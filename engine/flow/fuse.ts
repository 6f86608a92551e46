import type { Slice } from '../window/window.ts';
import { iterableOf, pairOf } from './answers.ts';
import { valueKey } from './by-value.ts';
import { LoopCode, type LoopKit } from './loop-code.ts';
import type { Mapper, Reduction } from './operation.ts';

/** Keys that each `uniq` among mappers has seen, in the order of the mappers: `seen[0]` is the first one's. */
export type Seen = readonly Set<unknown>[];

/** Mappers as one loop over a slice: what comes out is pushed to `out`. */
export type MapLoop = (slice: Slice, out: unknown[], seen: Seen) => void;

/** Mappers and a reduction as one loop over a slice: answers with the next state. */
export type ReduceLoop = (slice: Slice, state: unknown, seen: Seen) => unknown;

/** What is done with one event. */
type Push = (event: unknown) => void;

/** What generated loops do as the closures do. */
const KIT: LoopKit = { isNew, iterableOf, pairOf };

/**
 * Fuses mappers, so that an event goes through all of them before the next one begins. Called once per layer when a program is
 * loaded: the stages of a layer share the loop, as they share the functions.
 */
export function fuseMap(mappers: readonly Mapper[]): MapLoop {
  const code = new LoopCode<MapLoop>(
    { mappers: mappers.map(({ type }) => type), end: 'out' },
    { functions: mappers.map(functionOf), kit: KIT, closures: () => mapByClosures(mappers) },
  );
  return (slice, out, seen) => code.loop(slice, out, seen);
}

/** Fuses mappers with what reduces their events, as {@link fuseMap} does. */
export function fuseReduce(
  mappers: readonly Mapper[],
  { fn }: Extract<Reduction, { readonly type: 'reduce' }>,
): ReduceLoop {
  const code = new LoopCode<ReduceLoop>(
    { mappers: mappers.map(({ type }) => type), end: 'reduce' },
    {
      functions: [...mappers.map(functionOf), fn],
      kit: KIT,
      closures: () => reduceByClosures(mappers, asCalled(fn)),
    },
  );
  return (slice, state, seen) => code.loop(slice, state, seen);
}

function functionOf(mapper: Mapper): unknown {
  return mapper.type === 'uniq' ? mapper.by : mapper.fn;
}

function isNew(seen: Set<unknown>, value: unknown): boolean {
  const key = valueKey(value);
  if (seen.has(key)) return false;
  seen.add(key);
  return true;
}

function mapByClosures(mappers: readonly Mapper[]): MapLoop {
  let into: unknown[] = [];
  let keys: Seen = [];
  const push = chain(
    mappers,
    () => keys,
    (event) => into.push(event),
  );
  return ({ events, from, to }, out, seen) => {
    into = out;
    keys = seen;
    for (let i = from; i < to; i++) push(events[i]);
  };
}

function reduceByClosures(mappers: readonly Mapper[], fn: (...args: unknown[]) => unknown): ReduceLoop {
  let reduced: unknown;
  let keys: Seen = [];
  const push = chain(
    mappers,
    () => keys,
    (event) => {
      reduced = fn(reduced, event);
    },
  );
  return ({ events, from, to }, state, seen) => {
    reduced = state;
    keys = seen;
    for (let i = from; i < to; i++) push(events[i]);
    return reduced;
  };
}

function chain(mappers: readonly Mapper[], seen: () => Seen, last: Push): Push {
  let next = last;
  let uniques = mappers.filter(({ type }) => type === 'uniq').length;
  for (const mapper of mappers.toReversed()) {
    if (mapper.type === 'uniq') uniques -= 1;
    next = step(mapper, uniques, seen, next);
  }
  return next;
}

function step(mapper: Mapper, unique: number, seen: () => Seen, next: Push): Push {
  switch (mapper.type) {
    case 'map': {
      const fn = asCalled(mapper.fn);
      return (event) => next(fn(event));
    }
    case 'filter': {
      const fn = asCalled(mapper.fn);
      return (event) => {
        if (fn(event)) next(event);
      };
    }
    case 'reject': {
      const fn = asCalled(mapper.fn);
      return (event) => {
        if (!fn(event)) next(event);
      };
    }
    case 'flatMap': {
      const fn = asCalled(mapper.fn);
      return (event) => {
        for (const inner of iterableOf(fn(event), 'flatMap')) next(inner);
      };
    }
    case 'mapValues': {
      const fn = asCalled(mapper.fn);
      return (event) => {
        const [key, value] = pairOf(event, 'mapValues');
        next([key, fn(value)]);
      };
    }
    case 'each': {
      const fn = asCalled(mapper.fn);
      return (event) => {
        fn(event);
        next(event);
      };
    }
    case 'uniq': {
      const by = asCalled(mapper.by);
      return (event) => {
        const keys = seen()[unique];
        if (keys && isNew(keys, by(event))) next(event);
      };
    }
  }
}

/** The functions of a program take what its own operators made, which the types of `Flow` have checked. */
export function asCalled<Args extends readonly never[], Result>(
  fn: (...args: Args) => Result,
): (...args: unknown[]) => Result {
  return fn as unknown as (...args: unknown[]) => Result;
}
