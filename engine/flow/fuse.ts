import type { Slice } from '../window/window.ts';
import type { Mapper, Reduction } from './operation.ts';

/** Keys that each `uniq` among mappers has seen, in the order of the mappers: `seen[0]` is the first one's. */
export type Seen = readonly Set<unknown>[];

/** Mappers as one loop over a slice: what comes out is pushed to `out`. */
export type MapLoop = (slice: Slice, out: unknown[], seen: Seen) => void;

/** Mappers and a reduction as one loop over a slice: answers with the next state. */
export type ReduceLoop = (slice: Slice, state: unknown, seen: Seen) => unknown;

/** Fuses mappers, so that an event goes through all of them before the next one begins. */
export function fuseMap(mappers: readonly Mapper[]): MapLoop {
  const steps = mappers.map((mapper) => mapper.type);
  throw new Error(`not fused yet: ${steps.join()}`);
}

/** Fuses mappers with what reduces their events. */
export function fuseReduce(
  mappers: readonly Mapper[],
  reduction: Extract<Reduction, { readonly type: 'reduce' }>,
): ReduceLoop {
  throw new Error(`not fused yet: ${mappers.length} ${reduction.type}`);
}
