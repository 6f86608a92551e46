import type { StateAfterFiring } from '../trace/trace-entry.ts';
import type { Firing, Slice, WindowReducer } from '../window/window.ts';
import { copyOf, pushElements } from './emission.ts';
import { hasState, takeStep } from './emitting-step.ts';
import { asCalled, type Seen } from './fuse.ts';
import type { Intake } from './intake.ts';
import { Accumulator, reductionOf, type LayerLoop, type LayerLoops } from './layer-loops.ts';
import { MappedOnce } from './mapped-once.ts';
import type { Departing, Emission, LayerSpec, Reduction, StageIndex } from './operation.ts';
import { nothingSeen } from './uniqueness.ts';

const NO_SLICE: Slice = { events: [], from: 0, to: 0, upstream: '' };

/** What the stages of a layer do with the events of a window. Where it has an intake, that comes first. */
export class LayerReducer implements WindowReducer<Accumulator> {
  readonly #loop: LayerLoop;
  readonly #mappedOnce: MappedOnce | null;
  readonly #intake: Intake<unknown> | null;
  readonly #reduction: Reduction | null;
  readonly #emission: Emission;
  readonly #departs: boolean;
  readonly #nothingSeen: () => Seen;
  readonly #stage: StageIndex;

  constructor(
    spec: LayerSpec,
    of: { readonly loops: LayerLoops; readonly intake: Intake<unknown> | null; readonly stage: StageIndex },
  ) {
    this.#loop = of.loops.perWindow;
    this.#mappedOnce = of.loops.once && new MappedOnce(of.loops.once);
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
    if (this.#mappedOnce) return this.#loop(this.#mappedOnce.of(slice), accumulator, emitted);
    if (!this.#intake) return this.#loop(slice, accumulator, emitted);
    const taken: unknown[] = [];
    this.#intake.take(accumulator.memory, slice, taken);
    this.#reduceAll(taken, accumulator, emitted, slice);
  }

  end(accumulator: Accumulator): void {
    accumulator.isOver = true;
  }

  fire(accumulator: Accumulator, firing: Firing, out: unknown[]): StateAfterFiring | undefined {
    if (accumulator.isOver && this.#intake) {
      const left: unknown[] = [];
      this.#intake.finish(accumulator.memory, left);
      this.#reduceAll(left, accumulator, this.#departs ? accumulator.departing : out, NO_SLICE);
    }
    if (!this.#departs) return this.#emit(accumulator, firing, out);
    const fired: unknown[] = [];
    const after = this.#emit(accumulator, firing, fired);
    // What was emitted before the trigger is merged, too, but only the trigger may say that the window is done.
    this.#depart(accumulator.departing.splice(0), { ...firing, trigger: 'emitAndReduce' }, out);
    this.#depart(fired, firing, out);
    return after;
  }

  #depart(states: readonly unknown[], firing: Firing, out: unknown[]): void {
    for (const state of states) {
      const departing: Departing = { partition: this.#stage.index, firing, state };
      out.push(departing);
    }
  }

  /** A batch has been handled. */
  batchHandled(): void {
    this.#mappedOnce?.forget();
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

  #emit(accumulator: Accumulator, firing: Firing, out: unknown[]): StateAfterFiring | undefined {
    const emission = this.#emission;
    if (!this.#reduction) return undefined;
    const kept = accumulator.isOver ? undefined : 'kept';
    if (emission.type === 'nothing') return kept;
    const view = this.#reduction.type === 'reduce' ? this.#reduction.view : undefined;
    const last = accumulator.isOver;
    const state = view ? view.show(accumulator.state, last) : accumulator.state;
    switch (emission.type) {
      case 'events':
        pushElements(state, out);
        return kept;
      case 'state':
        out.push(last || view ? state : copyOf(state));
        return kept;
      case 'onTrigger': {
        const answer = asCalled(emission.fn)(state, this.#stage, firing);
        const events: unknown[] = [];
        const next = takeStep('onTrigger', answer, state, events);
        for (const event of events) out.push(event === next && !last ? copyOf(event) : event);
        if (last) return undefined;
        if (!view) accumulator.state = next;
        else if (hasState(answer)) accumulator.state = view.resume(next);
        return Object.is(next, state) ? 'kept' : 'replaced';
      }
    }
  }
}
