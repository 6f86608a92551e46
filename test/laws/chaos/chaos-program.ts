import {
  Flow,
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
  type Child,
  type DispatcherSpec,
  type Plan,
  type StageHandle,
} from 'sluice';
import type {
  FlowShape,
  MiddleShape,
  SharingKind,
  SinkShape,
  SourceShape,
  StagesShape,
} from './chaos-shapes.ts';

/** Events for a program, each of them new, and its memory of those that it was given. */
export interface Maker {
  next(count: number): number[];
  taken(subscription: string, events: readonly number[]): void;
}

/**
 * The pipeline of a shape, as a learner would write it: this file runs on workers, too, and imports nothing else. Its stages
 * are called `source 0`, `middle 0.1`, `sink 2` …
 */
export function chaosPlan(shape: StagesShape | FlowShape, maker: Maker): Plan {
  return shape.type === 'flow' ? flowPlan(shape, maker) : stagesPlan(shape, maker);
}

export const hasPartition = (event: number) => event % 5 !== 0;
export const isWanted = (event: number, index: number) => (index === 0 ? event % 3 !== 0 : event % 2 === 0);

function dispatcherFor(kind: SharingKind, consumers: number): DispatcherSpec {
  switch (kind) {
    case 'demand':
      return demandDispatcher();
    case 'shuffled':
      return demandDispatcher({ shuffleDemandsOnFirstDispatch: true });
    case 'broadcast':
    case 'selected':
      return broadcastDispatcher();
    case 'partition':
    case 'some':
      return partitionDispatcher({
        partitions: consumers,
        hash: (event: number) =>
          kind === 'some' && !hasPartition(event) ? none : [event, event % consumers],
      });
  }
}

/** Does what it is told to. */
function obey(request: unknown): { readonly stop?: string } {
  if (request === 'throw') throw new Error('told to throw');
  return request === 'stop' ? { stop: 'enough' } : {};
}

function source(shape: SourceShape, consumers: number, { next }: Maker) {
  let left = shape.limit;
  return producer({
    handleDemand: (asked) => {
      const size = Math.min(left, asked + shape.extra);
      left -= size;
      const step = { events: next(size) };
      return shape.slow ? sleep(1).then(() => step) : step;
    },
    handleCast: (count) => ({ events: next(Number(count)) }),
    ...(shape.parting && { handleCancel: () => ({ events: next(1) }) }),
    // A step that stops sends nothing: what it emits is lost.
    handleInfo: (request) => ({ ...obey(request), ...(request === 'stop' && { events: next(2) }) }),
    bufferSize: shape.bufferSize ?? Infinity,
    bufferKeep: shape.keep,
    dispatcher: dispatcherFor(shape.sharing, consumers),
  });
}

const CHILDREN_OF: Readonly<Record<MiddleShape['does'], (event: number) => number>> = {
  map: () => 1,
  filter: (event) => event % 2,
  double: () => 2,
};

function middle(shape: MiddleShape, consumers: number, { next, taken }: Maker) {
  return producerConsumer({
    handleEvents: (events: number[], _state, from) => {
      taken(from.id, events);
      const step = { events: events.flatMap((event) => next(CHILDREN_OF[shape.does](event))) };
      return shape.slow ? sleep(1).then(() => step) : step;
    },
    handleInfo: obey,
    bufferSize: shape.bufferSize ?? Infinity,
    bufferKeep: shape.keep,
    dispatcher: dispatcherFor(shape.sharing, consumers),
  });
}

function sink({ manual, slow, emits }: SinkShape, { next, taken }: Maker) {
  return consumer({
    handleSubscribe: (_peer, options, _state, from) => {
      if (!manual) return undefined;
      ask(from, options.maxDemand ?? 1);
      return { mode: 'manual' };
    },
    handleEvents: (events: number[], _state, from) => {
      taken(from.id, events);
      if (manual) ask(from, events.length);
      // What a consumer emits is a mistake, and counted as one.
      const step = (emits ? { events: next(events.length) } : {}) as object;
      return slow ? sleep(events.length).then(() => step) : step;
    },
    handleInfo: obey,
  });
}

/** The indices below `count` that a number chooses; one at least. */
function chosen(which: number, count: number): readonly number[] {
  const all = Array.from({ length: count }, (_, i) => i);
  const some = all.filter((i) => (which >> i) % 2 === 0);
  return some.length > 0 ? some : all;
}

function stagesPlan(shape: StagesShape, maker: Maker): Plan {
  const wiring = [...shape.wiring];
  const demands = [...shape.demands];
  const widths = [shape.sources, ...shape.layers, shape.sinks].map(({ length }) => length);
  /** Of each layer but the first, by stage: whom it subscribes to. */
  const links = widths
    .slice(1)
    .map((width, i) => Array.from({ length: width }, () => chosen(wiring.shift() ?? 0, widths[i] ?? 0)));
  const consumersOf = (layer: number, index: number) =>
    Math.max(1, links[layer]?.filter((to) => to.includes(index)).length ?? 0);
  return pipeline(({ start, subscribe, supervise }) => {
    const connect: (consumer: StageHandle, options: object) => void = subscribe as never;
    const inside: StageHandle[] = [];
    let upstream = shape.sources.map((one, i) => ({
      handle: start(`source ${i}`, source(one, consumersOf(0, i), maker)) as StageHandle,
      sharing: one.sharing,
      consumers: 0,
    }));
    inside.push(...upstream.map(({ handle }) => handle));
    const subscribeAll = (handle: StageHandle, to: readonly number[]): void => {
      for (const index of to) {
        const one = upstream[index];
        if (!one) continue;
        const [maxDemand = 5, minDemand = 0] = demands.shift() ?? [];
        const own = optionsFor(one.sharing, one.consumers++);
        connect(handle, { to: one.handle, maxDemand, minDemand, cancel: shape.cancel, ...own });
      }
    };
    for (const [layer, all] of shape.layers.entries()) {
      const next = all.map((one, i) => {
        const consumers = consumersOf(layer + 1, i);
        const handle = start(`middle ${layer}.${i}`, middle(one, consumers, maker)) as StageHandle;
        subscribeAll(handle, links[layer]?.[i] ?? []);
        return { handle, sharing: one.sharing, consumers: 0 };
      });
      inside.push(...next.map(({ handle }) => handle));
      upstream = next;
    }
    const sinks = shape.sinks.map((one, i) => {
      const handle = start(`sink ${i}`, sink(one, maker)) as StageHandle;
      subscribeAll(handle, links.at(-1)?.[i] ?? []);
      return handle;
    });
    if (!shape.supervision) return;
    const { strategy, maxRestarts, restart, nested } = shape.supervision;
    const child = (handle: StageHandle): Child => ({ child: handle, restart });
    const last: readonly Child[] = nested
      ? [supervise('sinks', sinks.map(child), { strategy: 'oneForOne', maxRestarts })]
      : sinks.map(child);
    supervise('all', [...inside.map(child), ...last], { strategy, maxRestarts });
  });
}

function optionsFor(kind: SharingKind, index: number): object {
  if (kind === 'partition' || kind === 'some') return { partition: index };
  return kind === 'selected' ? { selector: (event: number) => isWanted(event, index) } : {};
}

function flowPlan({ lists, layers, demand: [maxDemand, minDemand] }: FlowShape, maker: Maker): Plan {
  const own = { maxDemand, minDemand };
  const sources = lists.map((length) => () => maker.next(length));
  return pipeline(({ start, subscribe }) => {
    let flow = Flow.fromIterables(sources, { stages: layers[0]?.stages ?? 1, ...own });
    for (const [i, { stages, drops, twice }] of layers.entries()) {
      if (i > 0) flow = flow.partition({ stages, ...own });
      if (drops) flow = flow.filter((event) => event % 3 !== 0);
      flow = flow.flatMap(() => maker.next(twice ? 2 : 1));
    }
    const to = start('flow', flow);
    subscribe(start('sink', sink({ manual: false, slow: true, emits: false }, maker)), { to, ...own });
  });
}
