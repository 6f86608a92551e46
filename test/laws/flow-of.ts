import { expect } from 'vitest';
import {
  Flow,
  Window,
  broadcastDispatcher,
  consumer,
  demandDispatcher,
  fromIterable,
  pipeline,
  producerConsumer,
  runVirtual,
  self,
  type Plan,
  type VirtualRun,
} from 'sluice';
import {
  weigh,
  type Ending,
  type Every,
  type Layer,
  type Mapping,
  type Origin,
  type Program,
  type Routing,
  type Value,
} from './random-flows.ts';

/** A random flow as a learner would write it. */
export function flowOf({ origin, layers }: Program): Flow<Value> {
  return layers.reduce(
    (flow, layer, i) => ofLayer(i === 0 ? opened(origin, layer) : routed([flow], layer.routing), layer),
    new Flow<Value>(),
  );
}

/** A run of a random flow, and what came out of it. */
export interface FlowRun {
  readonly run: VirtualRun;
  readonly events: readonly Value[];
}

/** Runs a random flow under one of the schedules that may happen. */
export async function runFlow(
  program: Program,
  seed: number,
  trace: 'full' | 'counters' = 'counters',
): Promise<FlowRun> {
  const events: Value[] = [];
  const run = await runVirtual(planCollecting(flowOf(program), events), {
    seed,
    trace,
    entryBudget: 1_000_000,
  });
  return { run, events };
}

/** Every stage of the flow has ended in order; who has collected its events is still there. */
export function expectFlowOver({ plan, entries }: VirtualRun): void {
  const ended = new Map(
    entries.flatMap((entry) => (entry.type === 'exit' ? [[entry.stage, entry.reason] as const] : [])),
  );
  const own = plan.stages.filter(({ id }) => id !== 'collector');
  expect(own.map(({ id }) => [id, ended.get(id)])).toEqual(own.map(({ id }) => [id, 'normal']));
}

/** A pipeline of a flow whose events all end up in one list, in the order in which they come. */
export function planCollecting<Event>(flow: Flow<Event>, into: Event[]): Plan {
  return pipeline(({ start, subscribe }) => {
    const results = start('flow', flow);
    const collector = start(
      'collector',
      consumer({
        handleEvents: (events: Event[]) => {
          into.push(...events);
        },
      }),
    );
    subscribe(collector, { to: results, cancel: 'transient' });
  });
}

/** What stands between two layers and hands events on. A stage of GenStage's does not end with its input by itself. */
const passing = producerConsumer({
  init: () => ({ open: [] as readonly string[] }),
  handleSubscribe: (peer, _options, { open }, { id }) =>
    peer === 'producer' ? { state: { open: [...open, id] } } : undefined,
  handleEvents: (events: Value[]) => ({ events }),
  handleCancel: (_end, { open }, { id }) => {
    if (!open.includes(id)) return undefined;
    const left = open.filter((one) => one !== id);
    // Behind what is still to be sent.
    if (left.length === 0) self().queueInfo('over');
    return { state: { open: left } };
  },
  handleInfo: (message) => (message === 'over' ? { stop: 'normal' } : undefined),
});

function onlyOne(flows: readonly Flow<Value>[]): Flow<Value> {
  const [flow, another] = flows;
  if (!flow || another) throw new Error(`One flow is followed, not ${flows.length}`);
  return flow;
}

/** Options of a layer, as few as say it. */
function optionsOf({ stages, demand, window }: Routing) {
  return { stages, ...demand, ...(window !== null && { window: windowOf(window) }) };
}

function windowOf({ type, n }: Every): Window<Value> {
  return type === 'count' ? Window.count(n) : Window.global().triggerEvery(n);
}

function opened(origin: Origin, { routing }: Layer): Flow<Value> {
  switch (origin.type) {
    case 'lists':
      return fromLists(origin, optionsOf(routing));
    case 'flows':
      return routed(origin.flows.map(flowOf), routing);
    case 'join': {
      const { mode, n, left, right } = origin;
      const { stages, demand } = routing;
      const key = (event: Value) => weigh(event) % n;
      return Flow.boundedJoin(flowOf(left), flowOf(right), {
        mode,
        leftKey: key,
        rightKey: key,
        join: (a: Value | null, b: Value | null): Value => [a, b],
        stages,
        ...demand,
      });
    }
  }
}

function fromLists(
  { lists, as }: Extract<Origin, { type: 'lists' }>,
  options: ReturnType<typeof optionsOf>,
): Flow<Value> {
  switch (as) {
    case 'lists':
      return Flow.fromIterables<Value>(lists, options);
    case 'generators':
      return Flow.fromIterables<Value>(
        lists.map(
          (list) =>
            function* () {
              yield* list;
            },
        ),
        options,
      );
    case 'specs':
      return Flow.fromSpecs<Value>(
        lists.map((list) => fromIterable(list)),
        options,
      );
  }
}

function routed(flows: readonly Flow<Value>[], routing: Routing): Flow<Value> {
  const { type, n, stages } = routing;
  const options = optionsOf(routing);
  switch (type) {
    case 'stay':
      return onlyOne(flows);
    case 'through': {
      const specs = Array.from({ length: stages }, () => ({ definition: passing, ...routing.demand }));
      return onlyOne(flows).throughSpecs<Value>(specs, options);
    }
    case 'hash':
      return Flow.partition(flows, {
        ...options,
        hash: (event) => [event, weigh(event) % stages],
      });
    case 'key':
      return Flow.partition(flows, { ...options, key: (event) => weigh(event) % n });
    case 'shuffle':
      return Flow.shuffle(flows, options);
    case 'demand':
      return Flow.merge(flows, demandDispatcher(), options);
    case 'broadcast':
      return Flow.merge(flows, broadcastDispatcher(), options);
  }
}

function ofLayer(flow: Flow<Value>, { routing, mappings, ending }: Layer): Flow<Value> {
  return ended(mappings.reduce(mapped, flow), ending, routing.window);
}

function mapped(flow: Flow<Value>, mapping: Mapping): Flow<Value> {
  switch (mapping.type) {
    case 'map':
      return flow.map((event) => (weigh(event) * mapping.n + 1) % 97);
    case 'flatMap':
      return flow.flatMap((event) =>
        Array.from({ length: weigh(event) % mapping.n }, () => weigh(event) + mapping.n),
      );
    case 'filter':
      return flow.filter((event) => weigh(event) % (mapping.n + 1) !== 0);
    case 'reject':
      return flow.reject((event) => weigh(event) % (mapping.n + 1) === 1);
    case 'uniqBy':
      return flow.uniqBy((event) => weigh(event) % mapping.n).map((event) => weigh(event) % mapping.n);
    case 'uniq':
      return flow.uniq();
    case 'mapValues':
      return flow
        .map((event): [number, number] => [weigh(event) % 5, weigh(event)])
        .mapValues((value) => value + 1);
    case 'reverseBatch':
      return flow.mapBatch((events) => events.toReversed());
    case 'doubleBatch':
      return flow.mapBatch((events) => [...events, ...events]);
    case 'each':
      return flow.each(() => undefined);
  }
}

function ended(flow: Flow<Value>, ending: Ending, window: Every | null): Flow<Value> {
  const add = (sum: number, event: Value) => sum + weigh(event);
  switch (ending.type) {
    case 'none':
      return flow;
    case 'nothing':
      return flow.reduce(() => 0, add).emit('nothing');
    case 'elements':
      return flow.reduce(
        (): Value[] => [],
        (all, event) => [...all, event],
      );
    case 'total': {
      const total = flow.reduce(() => 0, add);
      // What a trigger has emitted is reduced no more.
      const pieces = (sum: number) => ({ events: [sum], state: 0 });
      if (ending.departs) {
        return (window === null ? total.emit('state') : total.onTrigger(pieces)).departition(
          () => 0,
          (sum, state) => sum + state,
          (sum) => sum,
        );
      }
      if (window === null) return total.emit('state');
      return total
        .onTrigger(pieces)
        .partition({ stages: 1 })
        .reduce(() => 0, add)
        .emit('state');
    }
    case 'counts':
      return counted(flow, ending);
    case 'twice': {
      const twice = flow.emitAndReduce(
        () => 0,
        (count, event: Value) => ({ events: [event, event], state: count + 1 }),
      );
      return ending.says ? twice.emit('state') : twice.emit('nothing');
    }
    case 'lightest':
      return flow
        .map(weigh)
        .reduce(
          (): number[] => [],
          (all, event) => [...all, event],
        )
        .takeSort(ending.n);
    case 'sizes':
      return flow
        .reduce(
          () => 0,
          (count) => count + 1,
        )
        .onTrigger((count, _stage, { id }) => ({
          events: [[typeof id === 'object' ? 'session' : id, count]],
          state: 0,
        }));
  }
}

function counted(flow: Flow<Value>, { n, how, departs }: Extract<Ending, { type: 'counts' }>): Flow<Value> {
  const remainders = flow.map((event) => weigh(event) % n);
  const counts = remainders.reduce(
    () => new Map<number, number>(),
    (all, key) => new Map(all).set(key, (all.get(key) ?? 0) + 1),
  );
  if (departs) {
    return counts.departition(
      () => new Map<number, number>(),
      (all, some) => {
        const merged = new Map(all);
        for (const [key, count] of some) merged.set(key, (merged.get(key) ?? 0) + count);
        return merged;
      },
      (all): Value => [...all].sort(([a], [b]) => a - b),
    );
  }
  const sizesOf = (groups: ReadonlyMap<number, readonly unknown[]>) => ({
    events: [...groups].map(([key, values]): Value => [key, values.length]),
  });
  switch (how) {
    case 'Map':
      return counts;
    case 'record':
      return remainders.reduce(
        (): Readonly<Record<string, number>> => ({}),
        (all, key) => ({ ...all, [key]: (all[key] ?? 0) + 1 }),
      );
    case 'group':
      return remainders.group().onTrigger(sizesOf);
    case 'groupBy':
      return remainders.groupBy((key) => key).onTrigger(sizesOf);
    case 'groupByKey':
      return remainders
        .map((key): [number, number] => [key, 1])
        .groupByKey()
        .onTrigger(sizesOf);
  }
}
