import type { SubscriptionId } from '../ids.ts';
import { STOP } from '../source/source-options.ts';
import type { SubscribeOptions, Subscription } from '../stage/definition.ts';
import { lending, self, windowing, type Lending } from '../stage/self.ts';
import type { TraceEvent } from '../trace/trace-entry.ts';
import { MAX_PICTURED, Pictured, describe, traceEvents, traceValue } from '../trace/trace-value.ts';
import type {
  TriggerName,
  WindowContext,
  WindowEntry,
  WindowId,
  WindowTimer,
  Windows,
} from '../window/window.ts';
import { windowsOf } from '../window/windows.ts';
import { iterableOf } from './answers.ts';
import { valueKey } from './by-value.ts';
import { departing } from './departition.ts';
import { asCalled } from './fuse.ts';
import type { Intake, JoinSide } from './intake.ts';
import { joining } from './join.ts';
import { Accumulator, hasWindows, type LayerLoop, type LayerLoops } from './layer-loops.ts';
import { LayerReducer } from './layer-reducer.ts';
import type { BatchMapper, LayerSpec, LayerStage } from './operation.ts';

const NO_EVENTS: readonly unknown[] = [];

/** The state of one stage of a layer. A picture shows what its windows have come to. */
export class Layer extends Pictured {
  readonly #batchMappers: readonly BatchMapper[];
  readonly #loop: LayerLoop;
  /** It has nothing to do with events, once its batch mappers have had them, but to pass them on. */
  readonly #passesOn: boolean;
  /** Where they make a difference; else each event goes its way at once. */
  readonly #kept: { readonly windows: Windows; readonly reducer: LayerReducer } | null;
  readonly #isGlobal: boolean;
  /** Where nothing remembers the array that a batch has come in. */
  readonly #lending: Lending | null;
  readonly #sides = new Map<SubscriptionId, JoinSide>();
  readonly #upstreams = new Set<SubscriptionId>();
  /** Events handled so far; `null` where nobody is told which ones they are. */
  readonly #handled: Map<SubscriptionId, number> | null;
  /** Subscriptions to the layer before that have not ended, those that are still to be made among them. */
  #open: number;
  #consumers = 0;
  #isOver = false;

  /** Called within `init`. */
  constructor(spec: LayerSpec, loops: LayerLoops, stage: LayerStage) {
    super();
    this.#batchMappers = spec.batchMappers;
    this.#loop = loops.perWindow;
    this.#open = stage.upstreams;
    this.#isGlobal = spec.window.type === 'global';
    this.#handled = windowing().tracing && spec.batchMappers.length === 0 ? new Map() : null;
    this.#kept = hasWindows(spec) ? this.#keeping(spec, loops, stage) : null;
    this.#passesOn = this.#kept === null && spec.mappers.length === 0;
    this.#lending = this.#isDoneWith(spec) ? lending() : null;
  }

  /** A subscription begins; `peer` is the role of its other end. */
  subscribed(peer: 'producer' | 'consumer', id: SubscriptionId, { side }: SubscribeOptions): void {
    if (peer === 'consumer') {
      this.#consumers += 1;
      return;
    }
    this.#upstreams.add(id);
    if (side === 'left' || side === 'right') this.#sides.set(id, side);
    this.#kept?.windows.join(id);
  }

  /** Handles a batch; answers with what is to be emitted. */
  take(batch: readonly unknown[], { id: upstream, peer }: Subscription): readonly unknown[] {
    const events = this.#mapped(batch);
    if (this.#passesOn) return events;
    const out: unknown[] = [];
    if (this.#kept) {
      this.#kept.windows.take(upstream, events, out);
      this.#handled?.set(upstream, (this.#handled.get(upstream) ?? 0) + batch.length);
      this.#kept.reducer.batchHandled();
    } else this.#loop({ events, from: 0, to: events.length, upstream }, STATELESS, out);
    this.#lending?.giveBack(peer, batch);
    return out;
  }

  /**
   * A subscription has ended.
   *
   * @returns What is to be emitted; `"alone"`: nobody is left to emit to.
   */
  cancelled(id: SubscriptionId): readonly unknown[] | 'alone' {
    if (!this.#upstreams.delete(id)) {
      this.#consumers -= 1;
      return this.#consumers === 0 ? 'alone' : NO_EVENTS;
    }
    this.#open -= 1;
    this.#kept?.windows.leave(id);
    if (this.#open > 0) return NO_EVENTS;
    const out: unknown[] = [];
    this.#kept?.windows.finish(out);
    this.#isOver = true;
    // Waits behind all that is still to be sent (FL-123).
    self().queueInfo(STOP);
    return out;
  }

  /** A timer of its own is due. */
  wake(timer: WindowTimer): readonly unknown[] {
    const out: unknown[] = [];
    if (!this.#isOver) this.#kept?.windows.wake(timer, out);
    return out;
  }

  /** Somebody has sent it a trigger (FL-128). */
  trigger(name: TriggerName): readonly unknown[] {
    const out: unknown[] = [];
    if (!this.#isOver) this.#kept?.windows.trigger(name, out);
    return out;
  }

  /** The state of a global window; else the states by window, the earliest first. */
  picture(): unknown {
    const windows = this.#kept?.windows.peek(MAX_PICTURED) ?? [];
    if (this.#isGlobal) return windows[0] && shown(windows[0].accumulator);
    return Object.fromEntries(windows.map(({ id, accumulator }) => [nameOf(id), shown(accumulator)]));
  }

  /** Whether nothing knows the array of a batch any more, once that has been taken. */
  #isDoneWith({ window, intake }: LayerSpec): boolean {
    if (!this.#kept) return !this.#passesOn;
    return this.#isGlobal && window.punctuation?.type !== 'custom' && intake === null;
  }

  #mapped(batch: readonly unknown[]): readonly unknown[] {
    let events = batch;
    // A copy, because a function may sort what it gets, and others may have been sent the same array.
    for (const { fn } of this.#batchMappers) {
      events = Array.from(iterableOf(asCalled(fn)(events.slice()), 'mapBatch'));
    }
    return events;
  }

  #keeping(spec: LayerSpec, loops: LayerLoops, stage: LayerStage) {
    const { index, total } = stage;
    const intake = this.#intakeOf(spec, stage);
    const reducer = new LayerReducer(spec, { loops, intake, stage: { index, total } });
    const key = spec.window.key ?? spec.partitionKey;
    const windows = windowsOf({ ...spec.window, key }, reducer, windowContext(this.#handled));
    windowing().count(windows);
    return { windows, reducer };
  }

  #intakeOf({ intake, window }: LayerSpec, { upstreams }: LayerStage): Intake<unknown> | null {
    switch (intake?.type) {
      case 'join':
        return joining(
          intake.join,
          (upstream) => this.#sides.get(upstream) ?? 'left',
          window.type === 'session',
        );
      case 'departition':
        return departing(intake, upstreams);
      case undefined:
        return null;
    }
  }
}

/** Of a layer that keeps nothing. */
const STATELESS = new Accumulator({ state: undefined, seen: [], memory: undefined });

/** The world as the windows of the stage whose callback runs see it. */
function windowContext(handled: ReadonlyMap<SubscriptionId, number> | null): WindowContext {
  const { tracing, nowMs, record } = windowing();
  const { sendAfter } = self();
  return {
    tracing,
    nowMs,
    keyOf: valueKey,
    after: (delayMs, timer) => void sendAfter(timer, delayMs),
    record: (entry) => record(traced(entry, handled)),
  };
}

function traced(entry: WindowEntry, handled: ReadonlyMap<SubscriptionId, number> | null): TraceEvent {
  switch (entry.type) {
    case 'window': {
      const { trigger, ...rest } = entry;
      return {
        ...rest,
        id: traceValue(entry.id),
        ...(trigger === undefined ? {} : { trigger: traceValue(trigger) }),
      };
    }
    case 'watermark':
      return entry;
    case 'assign':
      return {
        ...entry,
        ...(handled && { first: handled.get(entry.subscription) ?? 0 }),
        slices: entry.slices.map((slice) => ({ ...slice, id: traceValue(slice.id) })),
      };
    case 'late':
      return { ...entry, id: traceValue(entry.id), events: traceEvents(entry.events) };
  }
}

function shown(accumulator: unknown): unknown {
  if (!(accumulator instanceof Accumulator)) return undefined;
  // A layer that joins or departitions may reduce nothing.
  return accumulator.state === undefined ? accumulator.memory : accumulator.state;
}

function nameOf(id: WindowId): string {
  return typeof id === 'object' ? `${describe(id.key)} ${id.start}…${id.end}` : String(id);
}
