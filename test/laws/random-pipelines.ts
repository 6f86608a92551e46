import fc from 'fast-check';
import {
  ask,
  broadcastDispatcher,
  consumer,
  demandDispatcher,
  none,
  partitionDispatcher,
  pipeline,
  producer,
  producerConsumer,
  sleep,
  type DispatcherSpec,
  type Plan,
  type StageHandle,
} from 'sluice';

/** Every event names its source by its millions, and grows with each that the source makes. */
const SOURCE = 1_000_000;

/** How a stage that produces shares out its events among `consumers`. */
export type Sharing =
  'demand' | 'shuffled' | 'broadcast' | 'broadcast selected' | 'partition' | 'partition some';

/** A pipeline: sources, then middles one after the other, then sinks, all of them at the last stage before. */
export interface Shape {
  readonly sources: readonly {
    readonly limit: number;
    /** Events it makes at most for one demand; it remembers the rest. */
    readonly cap: number;
    /** Events it makes beyond each demand. */
    readonly extra: number;
    readonly bufferSize: number;
    readonly bufferKeep: 'first' | 'last';
    readonly sharing: Sharing;
  }[];
  readonly middles: readonly {
    readonly does: 'map' | 'filter' | 'double' | 'none';
    readonly bufferSize: number;
    readonly sharing: Sharing;
    readonly slow: boolean;
  }[];
  readonly sinks: readonly { readonly manual: boolean; readonly slow: boolean }[];
  /** maxDemand and minDemand of the subscriptions, in the order in which they are made. */
  readonly demands: readonly (readonly [number, number])[];
  readonly cancel: 'permanent' | 'transient' | 'temporary';
}

const demand = fc
  .integer({ min: 1, max: 12 })
  .chain((max) => fc.tuple(fc.constant(max), fc.nat({ max: max - 1 })));

const sharing = fc.constantFrom<Sharing>(
  'demand',
  'shuffled',
  'broadcast',
  'broadcast selected',
  'partition',
  'partition some',
);

export const shapes: fc.Arbitrary<Shape> = fc.record({
  sources: fc.array(
    fc.record({
      limit: fc.nat({ max: 80 }),
      cap: fc.integer({ min: 1, max: 10 }),
      extra: fc.nat({ max: 3 }),
      bufferSize: fc.constantFrom(0, 2, 10, 10_000, Infinity),
      bufferKeep: fc.constantFrom<'first' | 'last'>('first', 'last'),
      sharing,
    }),
    { minLength: 1, maxLength: 2 },
  ),
  middles: fc.array(
    fc.record({
      does: fc.constantFrom<'map' | 'filter' | 'double' | 'none'>('map', 'filter', 'double', 'none'),
      bufferSize: fc.constantFrom(5, Infinity),
      sharing,
      slow: fc.boolean(),
    }),
    { maxLength: 2 },
  ),
  sinks: fc.array(fc.record({ manual: fc.boolean(), slow: fc.boolean() }), { minLength: 1, maxLength: 3 }),
  demands: fc.array(demand, { minLength: 8, maxLength: 8 }),
  cancel: fc.constantFrom('permanent', 'transient', 'temporary'),
});

/** Which partition of `count` gets an event; the last one gets nothing where some events are for nobody. */
export function partitionOf(event: number, count: number): number {
  return event % count;
}

/** Whether the consumer at `index` wants an event of a broadcast with selectors. */
export function isWanted(event: number, index: number): boolean {
  return index === 0 ? event % 3 === 0 : event % 2 === 0;
}

/** Whether an event has a partition where some have none. */
export function hasPartition(event: number): boolean {
  return event % 5 !== 0;
}

function dispatcherFor(kind: Sharing, consumers: number): DispatcherSpec {
  switch (kind) {
    case 'demand':
      return demandDispatcher();
    case 'shuffled':
      return demandDispatcher({ shuffleDemandsOnFirstDispatch: true });
    case 'broadcast':
    case 'broadcast selected':
      return broadcastDispatcher();
    case 'partition':
    case 'partition some':
      return partitionDispatcher({
        partitions: consumers,
        hash: (event: number) =>
          kind === 'partition some' && !hasPartition(event) ? none : [event, partitionOf(event, consumers)],
      });
  }
}

function optionsFor(kind: Sharing, index: number): object {
  if (kind.startsWith('partition')) return { partition: index };
  return kind === 'broadcast selected' ? { selector: (event: number) => isWanted(event, index) } : {};
}

/** A source that makes more on `push`, and fails on `fail`. */
function source(shape: Shape['sources'][number], index: number, consumers: number) {
  const { limit, cap, extra, bufferSize, bufferKeep } = shape;
  const made = (count: number, next: number) =>
    Array.from({ length: count }, (_, i) => index * SOURCE + next + i);
  return producer({
    init: () => ({ next: 0, owed: 0 }),
    // It remembers what it could not give, as GenStage asks of a producer.
    handleDemand: (asked, { next, owed }) => {
      const size = Math.min(owed + asked, cap) + extra;
      const events = made(Math.max(0, Math.min(size, limit - next)), next);
      return { events, state: { next: next + events.length, owed: Math.max(0, owed + asked - size) } };
    },
    handleCast: (count, { next, owed }) => {
      const events = made(Number(count), next);
      return { events, state: { next: next + events.length, owed } };
    },
    handleInfo: (message) => {
      if (message === 'fail') throw new Error('told to fail');
    },
    bufferSize,
    bufferKeep,
    dispatcher: dispatcherFor(shape.sharing, consumers),
  });
}

function middle({ does, bufferSize, sharing: kind, slow }: Shape['middles'][number], consumers: number) {
  const transformed = (events: readonly number[]) => {
    if (does === 'map') return [...events];
    if (does === 'filter') return events.filter((n) => n % 2 === 0);
    return does === 'double' ? events.flatMap((n) => [n, n]) : [];
  };
  return producerConsumer({
    handleEvents: (events: number[]) => {
      const step = { events: transformed(events) };
      return slow ? sleep(1).then(() => step) : step;
    },
    handleInfo: (message) => {
      if (message === 'fail') throw new Error('told to fail');
    },
    bufferSize,
    dispatcher: dispatcherFor(kind, consumers),
  });
}

function sink({ manual, slow }: Shape['sinks'][number]) {
  return consumer({
    handleSubscribe: (_peer, options, _state, from) => {
      if (!manual) return undefined;
      ask(from, options.maxDemand ?? 1);
      return { mode: 'manual' };
    },
    handleEvents: (events: number[], _state, from) => {
      if (manual) ask(from, events.length);
      return slow ? sleep(events.length) : undefined;
    },
    handleInfo: (message) => {
      if (message === 'fail') throw new Error('told to fail');
    },
  });
}

/** The pipeline of a shape. Its stages are called `source 0`, `middle 1`, `sink 2` … */
export function planFor(shape: Shape): Plan {
  const demands = [...shape.demands];
  const next = () => {
    const [maxDemand = 1_000, minDemand = 0] = demands.shift() ?? [];
    return { maxDemand, minDemand, cancel: shape.cancel };
  };
  const { sources, middles, sinks } = shape;
  const widths = [...middles.map(() => 1), sinks.length];
  return pipeline(({ start, subscribe }) => {
    // Handles of every kind meet in these lists, so their event types are left out.
    const connect: (consumer: StageHandle, options: object) => void = subscribe as never;
    let upstream: readonly { readonly handle: StageHandle; readonly sharing: Sharing }[] = sources.map(
      (one, i) => ({
        handle: start(`source ${i}`, source(one, i, widths[0] ?? 1)),
        sharing: one.sharing,
      }),
    );
    for (const [i, one] of middles.entries()) {
      const handle = start(`middle ${i}`, middle(one, widths[i + 1] ?? 1));
      for (const { handle: to, sharing: kind } of upstream)
        connect(handle, { to, ...next(), ...optionsFor(kind, 0) });
      upstream = [{ handle, sharing: one.sharing }];
    }
    for (const [i, one] of sinks.entries()) {
      const handle = start(`sink ${i}`, sink(one));
      for (const { handle: to, sharing: kind } of upstream)
        connect(handle, { to, ...next(), ...optionsFor(kind, i) });
    }
  });
}
