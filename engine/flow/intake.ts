import type { Slice } from '../window/window.ts';

/** Where an event of a join comes from: the option `side` of its subscription. */
export type JoinSide = 'left' | 'right';

/**
 * What a layer that joins or departitions does first with the events of a window, before its mappers. What it remembers
 * belongs to one window from `create` on, beside the accumulator of the layer's reduction.
 */
export interface Intake<Memory> {
  create(): Memory;
  /** Takes events; what the mappers of the layer are to get is pushed to `out`. */
  take(memory: Memory, slice: Slice, out: unknown[]): void;
  /** The window is done: what is still due to the mappers is pushed to `out`. Comes before the window fires. */
  finish(memory: Memory, out: unknown[]): void;
}
