import type { Slice } from '../window/window.ts';
import { takeStep } from './emitting-step.ts';
import { asCalled, fuseMap, fuseReduce, type MapLoop, type Seen } from './fuse.ts';
import { partMappers } from './mapped-once.ts';
import type { LayerSpec, Reduction } from './operation.ts';
import { KEPT_UNTIL_TRIGGER } from './uniqueness.ts';

/** What a layer keeps for one window. */
export class Accumulator {
  state: unknown;
  readonly seen: Seen;
  /** Of the intake. */
  readonly memory: unknown;
  /** Of a layer that departs: emitted by `emitAndReduce`, and waiting for a trigger that says of which window they are. */
  readonly departing: unknown[] = [];
  /** It fires for the last time. A program may call a trigger of its own `done` too, so this is not in the trigger's name. */
  isOver = false;

  constructor(begin: { readonly state: unknown; readonly seen: Seen; readonly memory: unknown }) {
    this.state = begin.state;
    this.seen = begin.seen;
    this.memory = begin.memory;
  }
}

/** Mappers and reduction of a layer as one loop over a slice. What is emitted at once is pushed to `out`. */
export type LayerLoop = (slice: Slice, accumulator: Accumulator, out: unknown[]) => void;

/** The loops of a layer. */
export interface LayerLoops {
  readonly perWindow: LayerLoop;
  /** What events go through before they fall into windows, where these overlap. */
  readonly once: MapLoop | null;
}

/** Fuses the operators of a layer. Done once, for all of its stages. */
export function loopsOf(spec: LayerSpec): LayerLoops {
  const { once, perWindow } = hasWindows(spec) ? partMappers(spec) : { once: [], perWindow: spec.mappers };
  return {
    perWindow: loopOf(perWindow, reductionOf(spec)),
    once: once.length > 0 ? fuseMap(once) : null,
  };
}

function loopOf(mappers: LayerSpec['mappers'], reduced: Reduction | null): LayerLoop {
  switch (reduced?.type) {
    case undefined: {
      const map = fuseMap(mappers);
      return (slice, { seen }, out) => map(slice, out, seen);
    }
    case 'reduce': {
      const reduce = fuseReduce(mappers, reduced);
      return (slice, accumulator) => {
        accumulator.state = reduce(slice, accumulator.state, accumulator.seen);
      };
    }
    case 'emitAndReduce':
      return emitting(mappers, reduced);
  }
}

/**
 * Whether windows make a difference: where something is kept for them; else only where they drop what is late, or a program's own
 * trigger says what goes on. Of windows that overlap, an event that is not kept belongs to none.
 */
export function hasWindows(spec: LayerSpec): boolean {
  if (spec.intake !== null || reductionOf(spec) !== null) return true;
  const { type, punctuation } = spec.window;
  return type === 'fixed' || type === 'session' || (punctuation?.type === 'custom' && type !== 'sliding');
}

/** What a layer reduces its events with: with `uniq` it does so in any case (FL-047). */
export function reductionOf({
  mappers,
  reduction,
}: Pick<LayerSpec, 'mappers' | 'reduction'>): Reduction | null {
  return reduction ?? (mappers.some(({ type }) => type === 'uniq') ? KEPT_UNTIL_TRIGGER : null);
}

/** The loop of a reduction whose function also says what to emit at once (FL-048). */
function emitting(
  mappers: LayerSpec['mappers'],
  { init, fn }: Extract<Reduction, { readonly type: 'emitAndReduce' }>,
): LayerLoop {
  const step = asCalled(fn);
  let emitted: unknown[] = [];
  const reduce = fuseReduce(mappers, {
    type: 'reduce',
    written: 'reduce',
    init,
    fn: (state: unknown, event: unknown) => takeStep('emitAndReduce', step(state, event), state, emitted),
  });
  return (slice, accumulator, out) => {
    emitted = out;
    accumulator.state = reduce(slice, accumulator.state, accumulator.seen);
  };
}
