import { consumer, fromIterable, pipeline, producer, runVirtual } from 'sluice';
import type { Producer, ProducerConsumer, SubscribeOptions, TraceEntry } from 'sluice';
import { layerStage } from '../../../engine/flow/layer-stage.ts';
import type { LayerSpec, LayerStage, Mapper } from '../../../engine/flow/operation.ts';
import type { WindowSpec } from '../../../engine/window/window.ts';

/** The window that everything falls into. */
export const GLOBAL: WindowSpec = {
  type: 'global',
  length: 0,
  step: 0,
  by: null,
  key: null,
  punctuation: null,
  periodically: [],
  allowedLatenessMs: 0,
  outOfOrdernessMs: null,
  idleAfterMs: null,
  onLate: null,
};

/** A global window that fires after every so many events. */
export function every(count: number): WindowSpec {
  return { ...GLOBAL, punctuation: { type: 'every', count } };
}

/** A layer that does what is said, and nothing else. */
export function layer(parts: Partial<LayerSpec>): LayerSpec {
  return {
    batchMappers: [],
    intake: null,
    mappers: [],
    reduction: null,
    emission: { type: 'events' },
    window: GLOBAL,
    departs: false,
    partitionKey: null,
    onInit: null,
    ...parts,
  };
}

export const map = (fn: (event: never) => unknown): Mapper => ({ type: 'map', fn });
export const uniq: Mapper = { type: 'uniq', by: (event) => event };

/** A reduction as it is written by hand. */
export function reduce<State>(
  init: () => State,
  fn: (state: State, event: never) => State,
): LayerSpec['reduction'] {
  return { type: 'reduce', written: 'reduce', init, fn };
}

export const sum = reduce(
  () => 0,
  (state, event: number) => state + event,
);

/** All events in the order of their arrival. */
export const all = reduce(
  () => [] as unknown[],
  (state, event) => [...state, event],
);

export interface LayerRun {
  /** What the layer emitted, and in which batches. */
  readonly events: readonly unknown[];
  readonly batches: readonly (readonly unknown[])[];
  readonly entries: readonly TraceEntry[];
}

interface LayerRunOptions extends SubscribeOptions<unknown> {
  readonly stage?: Partial<LayerStage>;
  readonly kind?: 'producerConsumer' | 'consumer';
  readonly seed?: number;
  readonly trace?: 'full' | 'counters';
  /** Events the sink takes before it stops. */
  readonly enough?: number;
  /** Of a join: the side of each source. */
  readonly sides?: readonly ('left' | 'right')[];
  /** What is done with each batch at the sink, before it asks again. */
  readonly digest?: () => Promise<void>;
}

/** Runs one stage of a layer, `layer`, between `source 1` … and `sink`, in virtual time. */
export async function runLayer(
  spec: LayerSpec,
  sources: readonly (readonly unknown[] | Producer<void, unknown>)[],
  {
    stage,
    kind = 'producerConsumer',
    seed = 0,
    trace = 'full',
    enough = Infinity,
    sides,
    digest,
    ...options
  }: LayerRunOptions = {},
): Promise<LayerRun> {
  const batches: unknown[][] = [];
  const sink = consumer<unknown>({
    handleEvents: async (events) => {
      batches.push(events);
      await digest?.();
      return batches.flat().length >= enough ? { stop: 'normal' } : {};
    },
  });
  const arg = { index: 0, total: 1, upstreams: sources.length, ...stage };
  const plan = pipeline(({ start, subscribe }) => {
    // As the plan of a flow does: the types of its layers are those of its operators.
    const definition = layerStage(spec, kind) as ProducerConsumer<LayerStage, unknown, unknown>;
    const made = start('layer', definition, arg);
    if (kind === 'producerConsumer') {
      subscribe(start('sink', sink), { to: made, cancel: 'transient', ...(digest && { maxDemand: 1 }) });
    }
    for (const [i, source] of sources.entries()) {
      const from = start(`source ${i + 1}`, 'kind' in source ? source : fromIterable(source));
      subscribe(made, { to: from, cancel: 'transient', ...(sides && { side: sides[i] }), ...options });
    }
  });
  const { entries } = await runVirtual(plan, { seed, trace });
  return { events: batches.flat(), batches, entries };
}

/** A producer that gives these events and ends with `reason`. */
export function ending(events: readonly unknown[], reason: unknown): Producer<void, unknown> {
  return producer<unknown, number>({
    init: () => 0,
    handleDemand: (_demand, given) =>
      given < events.length ? { events: [...events], state: events.length } : { stop: reason },
    handleInfo: () => ({ stop: reason }),
  });
}

/** The error that a stage crashed with; `null` if it did not. */
export function crashOf(entries: readonly TraceEntry[], stage = 'layer') {
  for (const entry of entries) {
    if (entry.type === 'crash' && entry.stage === stage) return entry.error;
  }
  return null;
}
