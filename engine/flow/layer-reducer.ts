import type { Firing, Slice, WindowReducer } from '../window/window.ts';
import { wrongAnswer } from './answers.ts';
import { copyOf, pushElements } from './emission.ts';
import { asCalled, fuseMap, fuseReduce, type Seen } from './fuse.ts';
import type { Intake } from './intake.ts';
import type { Departing, Emission, LayerSpec, Reduction, StageIndex } from './operation.ts';
import { KEPT_UNTIL_TRIGGER, nothingSeen } from './uniqueness.ts';

/** What a layer keeps for one window. */
export class Accumulator {
  state: unknown;
  readonly seen: Seen;
  /** Of the intake. */
  readonly memory: unknown;
  /** Of a layer that departs: emitted by `emitAndReduce`, and waiting for a trigger that says of which window they are. */
  readonly departing: unknown[] = [];

  constructor(begin: { readonly state: unknown; readonly seen: Seen; readonly memory: unknown }) {
    this.state = begin.state;
    this.seen = begin.seen;
    this.memory = begin.memory;
  }
}

/** Mappers and reduction of a layer as one loop over a slice. What is emitted at once is pushed to `out`. */
export type LayerLoop = (slice: Slice, accumulator: Accumulator, out: unknown[]) => void;

/** The loop of a layer. Made once and used by all of its stages. */
export function loopOf({ mappers, reduction }: LayerSpec): LayerLoop {
  const reduced = reductionOf({ mappers, reduction });
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

/** Whether a layer keeps anything, so that it needs windows to keep it for. */
export function keeps(spec: LayerSpec): boolean {
  return spec.intake !== null || reductionOf(spec) !== null;
}

/** What a layer reduces its events with: with `uniq` it does so in any case (FL-047). */
function reductionOf({ mappers, reduction }: Pick<LayerSpec, 'mappers' | 'reduction'>): Reduction | null {
  return reduction ?? (mappers.some(({ type }) => type === 'uniq') ? KEPT_UNTIL_TRIGGER : null);
}

/** As {@link loopOf}, for a reduction whose function also says what to emit at once (FL-048). */
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

/** What the stages of a layer do with the events of a window. Where it has an intake, that comes first. */
export class LayerReducer implements WindowReducer<Accumulator> {
  readonly #loop: LayerLoop;
  readonly #intake: Intake<unknown> | null;
  readonly #reduction: Reduction | null;
  readonly #emission: Emission;
  readonly #departs: boolean;
  readonly #nothingSeen: () => Seen;
  readonly #stage: StageIndex;

  constructor(
    spec: LayerSpec,
    of: { readonly loop: LayerLoop; readonly intake: Intake<unknown> | null; readonly stage: StageIndex },
  ) {
    this.#loop = of.loop;
    this.#intake = of.intake;
    this.#reduction = reductionOf(spec);
    this.#emission = spec.emission;
    this.#departs = spec.departs;
    this.#nothingSeen = nothingSeen(spec.mappers);
    this.#stage = of.stage;
  }

  create(): Accumulator {
    return new Accumulator({
      state: this.#reduction?.init(),
      seen: this.#nothingSeen(),
      memory: this.#intake?.create(),
    });
  }

  reduce(accumulator: Accumulator, slice: Slice, out: unknown[]): void {
    const emitted = this.#departs ? accumulator.departing : out;
    if (!this.#intake) return this.#loop(slice, accumulator, emitted);
    const taken: unknown[] = [];
    this.#intake.take(accumulator.memory, slice, taken);
    this.#reduceAll(taken, accumulator, emitted, slice);
  }

  fire(accumulator: Accumulator, firing: Firing, out: unknown[]): void {
    const emitted = this.#departs ? accumulator.departing : out;
    if (firing.trigger === 'done' && this.#intake) {
      const left: unknown[] = [];
      this.#intake.finish(accumulator.memory, left);
      this.#reduceAll(left, accumulator, emitted, NO_SLICE);
    }
    if (this.#reduction) this.#emit(accumulator, firing, emitted);
    if (!this.#departs) return;
    for (const state of accumulator.departing.splice(0)) {
      const departing: Departing = { partition: this.#stage.index, firing, state };
      out.push(departing);
    }
  }

  #reduceAll(
    events: readonly unknown[],
    accumulator: Accumulator,
    out: unknown[],
    { upstream }: Slice,
  ): void {
    if (events.length === 0) return;
    this.#loop({ events, from: 0, to: events.length, upstream }, accumulator, out);
  }

  #emit(accumulator: Accumulator, firing: Firing, out: unknown[]): void {
    const emission = this.#emission;
    if (emission.type === 'nothing') return;
    const view = this.#reduction?.type === 'reduce' ? this.#reduction.view : undefined;
    const last = firing.trigger === 'done';
    const state = view ? view.show(accumulator.state, last) : accumulator.state;
    switch (emission.type) {
      case 'events':
        return pushElements(state, out);
      case 'state':
        out.push(last || view ? state : copyOf(state));
        return;
      case 'onTrigger': {
        const answer = asCalled(emission.fn)(state, this.#stage, firing);
        const events: unknown[] = [];
        const next = takeStep('onTrigger', answer, state, events);
        for (const event of events) out.push(event === next && !last ? copyOf(event) : event);
        if (last) return;
        if (!view) accumulator.state = next;
        else if (hasState(answer)) accumulator.state = view.resume(next);
      }
    }
  }
}

const NO_SLICE: Slice = { events: [], from: 0, to: 0, upstream: '' };
const STEP = 'an object { events, state }';

/**
 * Takes what a function of a program has answered: its events are pushed to `out`.
 *
 * @returns The next state.
 * @throws {EngineError} `flow_answer`.
 */
function takeStep(operator: string, answer: unknown, state: unknown, out: unknown[]): unknown {
  if (typeof answer !== 'object' || answer === null || Array.isArray(answer)) {
    throw wrongAnswer(operator, STEP, answer);
  }
  const events: unknown = 'events' in answer ? answer.events : undefined;
  if (Array.isArray(events)) for (const event of events) out.push(event);
  else if (events !== undefined) throw wrongAnswer(operator, 'an array of events', events);
  else checkKeys(operator, answer);
  return hasState(answer) ? answer.state : state;
}

/** A step without events may be meant so, or be no step: something else that a function answered with. */
function checkKeys(operator: string, answer: object): void {
  for (const key in answer) {
    if (key !== 'state' && key !== 'events') throw wrongAnswer(operator, STEP, answer);
  }
}

function hasState(answer: unknown): answer is { readonly state: unknown } {
  return typeof answer === 'object' && answer !== null && 'state' in answer;
}
