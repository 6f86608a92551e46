import type { EmittingStep } from './operation.ts';

/** As `Array.prototype.sort` takes it: negative if `a` comes first, positive if `b` does, else 0. */
export type Compare<Event> = (a: Event, b: Event) => number;

/** `takeSort` as what it is made of: what each partition emits at a trigger, and how that becomes one list again. */
export interface TakeSort<Event> {
  readonly onTrigger: (state: unknown) => EmittingStep<unknown, readonly Event[]>;
  readonly init: () => readonly Event[];
  readonly merge: (merged: readonly Event[], sorted: readonly Event[]) => readonly Event[];
  readonly done: (merged: readonly Event[]) => readonly Event[];
}

/**
 * The first `count` elements of a state that is spread over partitions: each of them sorts its own elements and gives away no
 * more than `count`, so that what is merged stays small. Equal elements stay in the order in which they are merged.
 *
 * @param elements - The elements of a state, as they would be emitted.
 */
export function takeSorting<Event>(
  count: number,
  compare: Compare<Event>,
  elements: (state: unknown) => Iterable<Event>,
): TakeSort<Event> {
  return {
    onTrigger: (state) => ({ events: [[...elements(state)].sort(compare).slice(0, count)] }),
    init: () => [],
    // The engine's sort notices sorted runs, so this takes linear time; as it is stable, what was merged first comes first.
    merge: (merged, sorted) => [...merged, ...sorted].sort(compare).slice(0, count),
    done: (merged) => merged,
  };
}
