import { describe, expect, it, vi } from 'vitest';
import {
  EngineError,
  Flow,
  Window,
  broadcastDispatcher,
  consumer,
  demandDispatcher,
  partitionDispatcher,
  planOf,
  producer,
  producerConsumer,
  runVirtual,
} from '#engine';
import { planFlow, type FlowContext } from '#engine/flow/plan.ts';

const numbers = Flow.from([1, 2, 3], { stages: 1 });
const others = Flow.from([4, 5], { stages: 1 });
const add = (sum: number, n: number) => sum + n;
const zero = () => 0;
const same = <Value>(value: Value) => value;

/** A plan in short: per layer its kind, stages, dispatcher and how many each of its stages subscribes to. */
function topology(flow: Flow<unknown>, context: FlowContext = {}): readonly string[] {
  const { layers, stages, subscriptions } = planFlow(flow, context);
  return layers.map(({ kind, stages: ids }) => {
    const upstreams = ids.map((id) => subscriptions.filter(({ consumer: by }) => by === id).length);
    expect(new Set(upstreams).size).toBe(1);
    const first = stages.find(({ id }) => id === ids[0]);
    const dispatcher = first?.definition.options.dispatcher?.name ?? 'demand';
    return `${kind} ×${ids.length} ${dispatcher} ←${upstreams[0]}`;
  });
}

function refusal(flow: Flow<unknown>, context: FlowContext = {}): string {
  try {
    planFlow(flow, context);
  } catch (error) {
    if (error instanceof EngineError) return error.code;
    throw error;
  }
  return 'planned';
}

/** A custom `demandDispatcher`: nothing is known of what it does. */
const custom = { ...demandDispatcher(), name: 'custom' };

describe('planFlow() refuses what is too large before it is made', () => {
  const twice = (flow: Flow<number>) => Flow.shuffle([flow, flow], { stages: 1 });
  const repeated = (count: number, step: (flow: Flow<number>) => Flow<number>, first = numbers) => {
    let flow = first;
    for (let i = 0; i < count; i++) flow = step(flow);
    return flow;
  };

  it.each([
    ['stages of a layer', numbers.partition({ stages: 1e9 }).map(same)],
    ['stages of a layer that is left out', numbers.partition({ stages: Number.MAX_SAFE_INTEGER })],
    [
      'stages of all layers',
      Flow.shuffle(Array.from({ length: 3 }, () => numbers.shuffle({ stages: 4_000 }).map(same))),
    ],
    ['subscriptions', numbers.shuffle({ stages: 400 }).map(same).partition({ stages: 400 }).map(same)],
    ['layers, one behind the other', repeated(10_000, (flow) => flow.shuffle({ stages: 1 }).map(same))],
    ['layers that are left out', repeated(10_000, (flow) => flow.shuffle({ stages: 1 }))],
    ['a flow that is merged with itself again and again', repeated(60, twice)],
    [
      'a flow of stages that run beside it, merged with itself',
      repeated(60, twice, Flow.fromStages<number>(['a'])),
    ],
    [
      'a flow that is joined with itself again and again',
      repeated(60, (flow) =>
        Flow.boundedJoin(flow, flow, { mode: 'inner', leftKey: same, rightKey: same, join: same, stages: 1 }),
      ),
    ],
  ])('%s', (_, flow) => {
    expect(refusal(flow)).toBe('flow_too_large');
  });

  it('and says what there may be', () => {
    const flow = numbers.map(same).partition({ stages: 20_000 }).map(same);
    expect(() => planFlow(flow, { name: 'counts' })).toThrow(
      'Cannot plan the flow "counts" as it must have at most 10,000 stages: received more',
    );
    expect(planFlow(repeated(5, twice).map(same)).stages).toHaveLength(33);
  });
});

describe('planFlow() makes layers', () => {
  it('FL-008 none without operators: the consumer subscribes to the source itself', () => {
    expect(topology(numbers)).toEqual(['source ×1 demand ←0']);
    expect(planFlow(numbers).outlets).toEqual(['source']);
  });

  it('FL-009, FL-025 one stage per source, and one layer for all operators between two borders', () => {
    const flow = Flow.fromIterables([[1], [2], [3]], { stages: 2 })
      .map(same)
      .filter(Boolean);
    expect(topology(flow.reduce(zero, add).emit('state'))).toEqual([
      'source ×3 demand ←0',
      'mapReducer ×2 demand ←3',
    ]);
  });

  it('FL-007 with as many stages as the context says, or four', () => {
    expect(topology(Flow.from([1]).map(same), { stages: 3 })).toContain('mapReducer ×3 demand ←1');
    expect(topology(Flow.from([1]).map(same))).toContain('mapReducer ×4 demand ←1');
  });

  it('FL-060 partitions that each get the events of all stages before', () => {
    const flow = Flow.from([1], { stages: 2 }).map(same).partition({ stages: 3 }).reduce(zero, add);
    expect(topology(flow)).toEqual([
      'source ×1 demand ←0',
      'mapReducer ×2 partition ←1',
      'mapReducer ×3 demand ←2',
    ]);
    const { subscriptions } = planFlow(flow);
    const taken = subscriptions.filter(({ producer: from }) => from === 'map 1');
    expect(taken.map(({ consumer: by, options }) => [by, options['partition']])).toEqual([
      ['reduce 1', 0],
      ['reduce 2', 1],
      ['reduce 3', 2],
    ]);
  });

  it('FL-070 partitions fed by the sources, where nothing is done before', () => {
    expect(topology(numbers.partition({ stages: 2 }).reduce(zero, add))).toEqual([
      'source ×1 partition ←0',
      'mapReducer ×2 demand ←1',
    ]);
    expect(topology(Flow.shuffle([numbers, others], { stages: 2 }).map(same))).toEqual([
      'source ×1 demand ←0',
      'source ×1 demand ←0',
      'mapReducer ×2 demand ←2',
    ]);
  });

  it('FL-063 by demand where there is one stage: neither key nor hash is looked at', () => {
    const flow = numbers.map(same).partition({ stages: 1, key: same });
    expect(topology(flow.reduce(zero, add))).toEqual([
      'source ×1 demand ←0',
      'mapReducer ×1 demand ←1',
      'mapReducer ×1 demand ←1',
    ]);
  });

  it('FL-067 none where events would go on as they came', () => {
    expect(topology(numbers.map(same).shuffle({ stages: 2 }))).toEqual([
      'source ×1 demand ←0',
      'mapReducer ×1 demand ←1',
    ]);
    const key = (n: number) => n;
    const twice = numbers.map(same).partition({ stages: 2, key }).partition({ stages: 2, key });
    expect(topology(twice.reduce(zero, add))).toEqual([
      'source ×1 demand ←0',
      'mapReducer ×1 partition ←1',
      'mapReducer ×2 demand ←1',
    ]);
    const broadcast = numbers.map(same).merge(broadcastDispatcher(), { stages: 2 });
    expect(topology(broadcast.merge(broadcastDispatcher(), { stages: 3 }).map(same))).toEqual([
      'source ×1 demand ←0',
      'mapReducer ×1 broadcast ←1',
      'mapReducer ×3 demand ←1',
    ]);
  });

  it('FL-067 one that passes events on where they go on another way', () => {
    const passing = ['source ×1 demand ←0', 'mapReducer ×1 partition ←1', 'mapReducer ×2 demand ←1'];
    const flow = numbers.map(same).partition({ stages: 2 });
    expect(topology(flow)).toEqual(passing);
    expect(planFlow(flow).layers.at(-1)).toMatchObject({
      boundary: 'partition',
      operations: [],
      stages: ['partition 1', 'partition 2'],
    });
    expect(topology(flow.shuffle({ stages: 3 }))).toEqual(passing);
    expect(topology(flow.partition({ stages: 3 }).reduce(zero, add))).toEqual([
      'source ×1 demand ←0',
      'mapReducer ×1 partition ←1',
      'mapReducer ×2 partition ←1',
      'mapReducer ×3 demand ←2',
    ]);
    const byKey = numbers.map(same).partition({ stages: 2, key: same });
    expect(topology(byKey.partition({ stages: 2 }).map(same))).toHaveLength(4);
    expect(
      topology(
        numbers
          .map(same)
          .merge(custom, { stages: 1 })
          .merge({ ...custom }, { stages: 1 }),
      ),
    ).toHaveLength(4);
  });

  it('FL-065, FL-068 for each border, with the demand of the layer that asks', () => {
    const flow = numbers
      .map(same)
      .partition({ stages: 2, maxDemand: 8, minDemand: 2 })
      .map(same)
      .shuffle({ stages: 3, maxDemand: 4 })
      .map(same);
    expect(topology(flow)).toEqual([
      'source ×1 demand ←0',
      'mapReducer ×1 partition ←1',
      'mapReducer ×2 demand ←1',
      'mapReducer ×3 demand ←2',
    ]);
    const { subscriptions } = planFlow(flow);
    const optionsOf = (id: string) => subscriptions.find(({ consumer: by }) => by === id)?.options;
    expect(optionsOf('map')).toEqual({ cancel: 'transient' });
    expect(optionsOf('map b 2')).toEqual({ cancel: 'transient', maxDemand: 8, minDemand: 2, partition: 1 });
    expect(optionsOf('map c 1')).toEqual({ cancel: 'transient', maxDemand: 4 });
  });

  it('FL-064, FL-066 that flows come together in, one branch after the other', () => {
    const merged = Flow.merge([numbers.map(same), others.map(same)], broadcastDispatcher(), { stages: 2 });
    expect(topology(merged.reduce(zero, add))).toEqual([
      'source ×1 demand ←0',
      'mapReducer ×1 broadcast ←1',
      'source ×1 demand ←0',
      'mapReducer ×1 broadcast ←1',
      'mapReducer ×2 demand ←2',
    ]);
    const inner = Flow.shuffle([numbers, others], { stages: 1 }).map(same);
    expect(topology(Flow.partition([inner, others], { stages: 1 }).reduce(zero, add))).toEqual([
      'source ×1 demand ←0',
      'source ×1 demand ←0',
      'mapReducer ×1 demand ←2',
      'source ×1 demand ←0',
      'mapReducer ×1 demand ←2',
    ]);
  });

  it('FL-066 for the partitions of a dispatcher, by their names', () => {
    const dispatcher = partitionDispatcher({
      partitions: ['even', 'odd'],
      hash: (n: number) => [n, n % 2 === 0 ? 'even' : 'odd'],
    });
    const { subscriptions } = planFlow(numbers.map(same).merge(dispatcher, { stages: 2 }).reduce(zero, add));
    expect(subscriptions.flatMap(({ options }) => options['partition'] ?? [])).toEqual(['even', 'odd']);
    expect(refusal(numbers.map(same).merge(dispatcher, { stages: 3 }).map(same))).toBe('flow_partitions');
    expect(refusal(Flow.from([1], { dispatcher, stages: 1 }).map(same))).toBe('flow_partitions');
  });

  it('FL-080, FL-084, FL-086 of one stage where partitions become one again', () => {
    const flow = numbers.map(same).partition({ stages: 2 }).reduce(zero, add).departition(zero, add);
    expect(topology(flow.map(same).reduce(zero, add))).toEqual([
      'source ×1 demand ←0',
      'mapReducer ×1 partition ←1',
      'mapReducer ×2 demand ←1',
      'mapReducer ×1 demand ←2',
    ]);
    expect(planFlow(flow.map(same)).layers.at(-1)?.operations).toEqual(['departition', 'map']);
    expect(topology(flow, { stages: 9 }).at(-1)).toBe('mapReducer ×1 demand ←2');
  });

  it('FL-088 of one stage for takeSort', () => {
    const flow = numbers.partition({ stages: 2 }).reduce(zero, add).emit('state').takeSort(2);
    expect(topology(flow)).toEqual([
      'source ×1 partition ←0',
      'mapReducer ×2 demand ←1',
      'mapReducer ×1 demand ←2',
    ]);
  });

  it('FL-100, FL-107 for joins: both sides are partitioned, also for one stage', () => {
    const options = { mode: 'inner', leftKey: same, rightKey: same, join: Math.max } as const;
    expect(topology(Flow.boundedJoin(numbers, others, { ...options, stages: 2 }))).toEqual([
      'source ×1 partition ←0',
      'source ×1 partition ←0',
      'mapReducer ×2 demand ←2',
    ]);
    expect(topology(Flow.boundedJoin(numbers, others, { ...options, stages: 1 }).map(same)).at(-1)).toBe(
      'mapReducer ×1 demand ←2',
    );
    const left = numbers.map(same).partition({ stages: 2 }).reduce(zero, add).emit('state');
    const flow = Flow.boundedJoin(left, others, { ...options, stages: 2 });
    expect(topology(flow)).toEqual([
      'source ×1 demand ←0',
      'mapReducer ×1 partition ←1',
      'mapReducer ×2 partition ←1',
      'source ×1 partition ←0',
      'mapReducer ×2 demand ←3',
    ]);
    const joining = planFlow(flow).subscriptions.filter(({ consumer: by }) => by === 'join 2');
    expect(
      joining.map(({ producer: from, options: { side, partition } }) => [from, side, partition]),
    ).toEqual([
      ['reduce 1', 'left', 1],
      ['reduce 2', 'left', 1],
      ['source b', 'right', 1],
    ]);
  });
});

describe('planFlow() and stages of other kinds', () => {
  const made = producer({ handleDemand: () => ({ events: [1] }) });
  const halves = producerConsumer({ handleEvents: (events: number[]) => ({ events }) });
  const printer = consumer({ handleEvents: (events: number[]) => void events });

  it('FL-004 reads producers that run beside it, and starts none', () => {
    const plain = planFlow(Flow.fromStages<number>(['a', { stage: 'b', maxDemand: 3 }]));
    expect(plain).toMatchObject({
      stages: [],
      layers: [],
      outlets: ['a', 'b'],
      sources: ['a', 'b'],
      ends: ['a', 'b'],
    });
    const { subscriptions } = planFlow(
      Flow.fromStages<number>([{ stage: 'a', maxDemand: 3 }], { stages: 2 }).map(same),
    );
    expect(subscriptions).toEqual(
      ['map 1', 'map 2'].map((id) => ({
        consumer: id,
        producer: 'a',
        options: { maxDemand: 3, cancel: 'transient' },
      })),
    );
  });

  it('FL-004 reads every outlet of another flow', () => {
    const outletsOf = (id: string) => (id === 'counts' ? ['counts/map 1', 'counts/map 2'] : [id]);
    const plan = planFlow(Flow.fromStages(['counts', 'a'], { stages: 1 }).map(same), { outletsOf });
    expect(plan.subscriptions.map(({ producer: from }) => from)).toEqual([
      'counts/map 1',
      'counts/map 2',
      'a',
    ]);
    expect(plan.stages).toMatchObject([{ id: 'map', arg: { upstreams: 3 } }]);
    // A flow holds and lets go its own sources.
    expect(plan.sources).toEqual(['a']);
  });

  it('FL-005 starts producers of the program, which keep their dispatchers', () => {
    const flow = Flow.fromSpecs([made, { definition: made, arg: 2, maxDemand: 5 }], { stages: 1 });
    expect(topology(flow)).toEqual(['stage ×2 demand ←0']);
    expect(topology(flow.partition({ stages: 2 }).map(same))).toEqual([
      'stage ×2 demand ←0',
      'mapReducer ×1 partition ←2',
      'mapReducer ×2 demand ←1',
    ]);
    expect(topology(Flow.from(made).partition({ stages: 2 }).map(same), { stages: 1 })).toHaveLength(3);
    const plan = planFlow(flow.map(same));
    expect(plan.stages.map(({ arg }) => arg).slice(0, 2)).toEqual([undefined, 2]);
    expect(plan.sources).toEqual(['source 1', 'source 2']);
    expect(plan.subscriptions.map(({ options }) => options)).toEqual([
      { cancel: 'transient' },
      { cancel: 'transient', maxDemand: 5 },
    ]);
    const held = producer({ demand: 'accumulate', handleDemand: () => ({ events: [1] }) });
    expect(planFlow(Flow.fromSpecs([held])).sources).toEqual([]);
  });

  it('gives a producer that was handed to from the dispatcher of the options, unless it has one', () => {
    const dispatcher = broadcastDispatcher();
    expect(topology(Flow.from(made, { stages: 2, dispatcher }).map(same))).toEqual([
      'source ×1 broadcast ←0',
      'mapReducer ×2 demand ←1',
    ]);
    const decided = producer({ dispatcher, handleDemand: () => ({ events: [1] }) });
    expect(topology(Flow.from(decided, { stages: 1 }).map(same))[0]).toBe('source ×1 broadcast ←0');
    expect(() => Flow.from(decided, { dispatcher })).toThrow('left out where a producer has one of its own');
  });

  it('FL-005 parts the events of a producer and of data side by side in a layer behind both', () => {
    const mixed = Flow.fromIterables([made, [1]], { stages: 1 }).partition({ stages: 2 });
    expect(planFlow(mixed.map(same)).layers[1]?.stages).toEqual(['pass']);
    expect(topology(mixed.map(same))).toEqual([
      'source ×2 demand ←0',
      'mapReducer ×1 partition ←2',
      'mapReducer ×2 demand ←1',
    ]);
  });

  it('FL-181 goes through stages of the program', () => {
    const flow = numbers.map(same).throughSpecs([{ definition: halves, maxDemand: 7 }], { stages: 2 });
    expect(topology(flow.map(same))).toEqual([
      'source ×1 demand ←0',
      'mapReducer ×1 demand ←1',
      'stage ×1 demand ←1',
      'mapReducer ×2 demand ←1',
    ]);
    expect(planFlow(flow).subscriptions[0]).toEqual({
      consumer: 'through',
      producer: 'map',
      options: { maxDemand: 7, cancel: 'transient' },
    });
    const beside = planFlow(numbers.throughStages(['halves'], { stages: 1 }).map(same));
    expect(beside.subscriptions.map(({ consumer: by, producer: from }) => `${by}←${from}`)).toEqual([
      'map←halves',
      'halves←source',
    ]);
    expect(beside.layers.map(({ stages }) => stages)).toEqual([['source'], ['map']]);
    // They run already: nothing of theirs is held until all is wired.
    expect(beside.sources).toEqual(['source']);
  });

  it('FL-178, FL-182 ends in consumers', () => {
    const into = planFlow(
      numbers.map(same).intoStages(['a', { stage: 'b', maxDemand: 2, cancel: 'permanent' }]),
    );
    expect(into.subscriptions.slice(0, 2)).toEqual([
      { consumer: 'a', producer: 'map', options: { cancel: 'transient' } },
      { consumer: 'b', producer: 'map', options: { cancel: 'transient', maxDemand: 2 } },
    ]);
    expect(into).toMatchObject({ ends: ['map'], outlets: ['map'] });
    expect(into.layers.map(({ stages }) => stages)).toEqual([['source'], ['map']]);
    const flow = numbers.map(same).intoSpecs([printer, printer], { dispatcher: broadcastDispatcher() });
    expect(topology(flow)).toEqual([
      'source ×1 demand ←0',
      'mapReducer ×1 broadcast ←1',
      'stage ×2 demand ←1',
    ]);
    expect(planFlow(flow).ends).toEqual(['into 1', 'into 2']);
  });

  it('FL-182 says of consumers whose end is a failure, and of those whose end never is', () => {
    const definition = printer;
    const restarts = (...specs: Parameters<typeof numbers.intoSpecs>[0]) =>
      planFlow(numbers.intoSpecs(specs)).restart;
    expect(restarts({ definition, restart: 'permanent' }, printer)).toEqual({ 'into 1': 'permanent' });
    expect(restarts(printer, { definition, restart: 'temporary' })).toEqual({ 'into 2': 'temporary' });
    expect(planFlow(numbers.intoSpecs([printer]))).not.toHaveProperty('restart');
    expect(planFlow(numbers.map(same))).not.toHaveProperty('restart');
  });

  it('gives a layer its buffer, and none where nobody takes events', () => {
    const held = Flow.from([1], { stages: 1, bufferSize: 3, bufferKeep: 'first' }).map(same);
    const optionsOf = (flow: Flow<unknown>, context: FlowContext = {}) =>
      planFlow(flow, context).stages.at(-1)?.definition.options;
    const plain = optionsOf(numbers.map(same));
    expect(plain).not.toHaveProperty('bufferSize');
    expect(plain).not.toHaveProperty('bufferKeep');
    expect(optionsOf(held)).toEqual({ ...plain, bufferSize: 3, bufferKeep: 'first' });
    const sink = optionsOf(numbers.map(same), { emits: false });
    expect(optionsOf(held, { emits: false, dispatcher: broadcastDispatcher() })).toEqual(sink);
  });

  it('FL-171 runs for its side effects where nobody takes events', () => {
    const kinds = (flow: Flow<unknown>) =>
      planFlow(flow, { emits: false }).stages.map(({ definition: { kind } }) => kind);
    expect(kinds(numbers.map(same))).toEqual(['producer', 'consumer']);
    expect(kinds(numbers)).toEqual(['producer', 'consumer']);
    expect(planFlow(numbers.map(same), { emits: false })).toMatchObject({ outlets: [], ends: ['map'] });
  });
});

describe('planFlow() refuses', () => {
  it('FL-011 a flow without a source', () => {
    expect(refusal(new Flow())).toBe('flow_without_source');
    expect(refusal(new Flow<number>().map(same))).toBe('flow_without_source');
    expect(() => planFlow(new Flow(), { name: 'counts' })).toThrow('counts');
    expect(() => planFlow(new Flow())).toThrow('"flow"');
  });

  it('FL-061 a key that is none', () => {
    const by = (key: unknown) => Reflect.apply(numbers.partition, numbers, [{ stages: 2, key }]);
    for (const key of [true, -1, 1.5, null, {}]) expect(refusal(by(key).map(same))).toBe('flow_key');
    for (const key of ['a', 0, same]) expect(refusal(by(key).map(same))).toBe('planned');
  });

  it('FL-062 a hash that is none', () => {
    const flow: Flow<number> = Reflect.apply(numbers.partition, numbers, [{ stages: 2, hash: 42 }]);
    expect(refusal(flow.map(same))).toBe('flow_hash');
  });

  it('FL-063 neither where there is one stage', () => {
    const flow: Flow<number> = Reflect.apply(numbers.partition, numbers, [
      { stages: 1, hash: 42, key: true },
    ]);
    expect(refusal(flow.map(same))).toBe('planned');
  });

  it('FL-183 a window where nothing is done', () => {
    expect(refusal(Flow.from([1], { window: Window.count(2) }))).toBe('flow_window_unused');
    expect(refusal(numbers.map(same).partition({ window: Window.count(2) }))).toBe('flow_window_unused');
    expect(refusal(Flow.from([1], { window: Window.global() }))).toBe('planned');
  });
});

describe('planFlow() names', () => {
  const flow = Flow.boundedJoin(numbers.map(same), Flow.fromIterables([[1], [2]], { stages: 2 }).map(same), {
    mode: 'inner',
    leftKey: same,
    rightKey: same,
    join: add,
    stages: 1,
  });
  const ids = (context: FlowContext) => planFlow(flow, context).stages.map(({ id }) => id);

  it('stages after what they do, numbered where there are several', () => {
    expect(ids({})).toEqual(['source', 'map', 'source b 1', 'source b 2', 'map b 1', 'map b 2', 'join']);
  });

  it('them behind the name of their flow', () => {
    expect(ids({ prefix: 'counts/' })[1]).toBe('counts/map');
  });

  it('each name once, and the same ones again', () => {
    const branch = numbers.map(same).shuffle({ stages: 1 }).map(same);
    const many = Flow.shuffle(Array.from({ length: 20 }, () => branch)).map(same);
    const names = planFlow(many).stages.map(({ id }) => id);
    expect(new Set(names).size).toBe(names.length);
    expect(names).toContain('map ab');
    expect(planFlow(many).stages.map(({ id }) => id)).toEqual(names);
  });
});

describe('planFlow() says', () => {
  const flow = Flow.from([{ origin: 'A', time: 1 }], { stages: 2 })
    .map(same)
    .filter(Boolean)
    .partition({
      key: 'origin',
      stages: 2,
      window: Window.fixed(90, 'minute', ({ time }: { time: number }) => time).triggerEvery(10),
    })
    .groupBy(({ origin }) => origin)
    .emit('state');

  it('which operators share a stage', () => {
    expect(planFlow(flow).layers.map(({ operations }) => operations)).toEqual([
      ['from'],
      ['map', 'filter'],
      ['groupBy', 'emit'],
    ]);
  });

  it('which operators were written before takeSort', () => {
    const sorted = numbers
      .group()
      .onTrigger(() => ({ events: [1] }))
      .takeSort(1);
    expect(planFlow(sorted).layers.map(({ operations }) => operations)).toEqual([
      ['from'],
      ['group', 'onTrigger'],
      ['takeSort'],
    ]);
  });

  it('which operators were written, and not what takeSort makes of them', () => {
    const sorted = Flow.from([1, 2]).partition({ stages: 2 }).group().takeSort(1);
    expect(planFlow(sorted).layers.map(({ operations }) => operations)).toEqual([
      ['from'],
      ['group'],
      ['takeSort'],
    ]);
  });

  it('why a new stage begins', () => {
    expect(planFlow(flow).layers.map(({ boundary, because }) => [boundary, because])).toEqual([
      ['source', 'a source is read by one stage, so that no event is read twice'],
      [
        'mappers',
        'a source only reads: what is done with its events is shared by 2 stages, each takes what it asks for',
      ],
      ['partition', 'partition by origin: equal keys must meet in the same stage'],
    ]);
  });

  it('which windows there are', () => {
    expect(planFlow(flow).layers.map(({ window }) => window)).toEqual([
      undefined,
      undefined,
      'fixed, 90 minutes, fires every 10 events',
    ]);
  });
});

describe('planFlow() subscribes', () => {
  it('later layers first, so that nothing is sent before all is wired', () => {
    const flow = numbers.map(same).partition({ stages: 2 }).reduce(zero, add).departition(zero, add);
    expect(planFlow(flow).subscriptions.map(({ consumer: by, producer: from }) => `${by}←${from}`)).toEqual([
      'departition←reduce 1',
      'departition←reduce 2',
      'reduce 1←map',
      'reduce 2←map',
      'map←source',
    ]);
  });

  it('with an orderly end of one being no end of the other (FL-004, FL-176)', () => {
    const { subscriptions } = planFlow(numbers.map(same).shuffle().map(same));
    expect(new Set(subscriptions.map(({ options }) => options.cancel))).toEqual(new Set(['transient']));
  });
});

describe('planOf()', () => {
  it('takes a flow as default export and prints what it emits', async () => {
    const flow = Flow.from([1, 2, 3, 4, 5, 6], { stages: 2 })
      .map((n) => n + 1)
      .partition({ stages: 2, key: (n) => n % 2 })
      .reduce(zero, add)
      .emit('state');
    const plan = planOf({ default: flow });
    expect(plan.flows).toMatchObject([
      { id: 'flow', outlets: ['reduce 1', 'reduce 2'], ends: ['reduce 1', 'reduce 2'] },
    ]);
    const log = vi.spyOn(console, 'log').mockReturnValue(undefined);
    const { ended } = await runVirtual(plan, { seed: 0 });
    expect(ended).toBe('exited');
    expect(log.mock.calls.flat().sort()).toEqual([12, 15]);
    log.mockRestore();
  });

  it('prints a thousand events of it, and says how many more there were', async () => {
    const log = vi.spyOn(console, 'log').mockReturnValue(undefined);
    await runVirtual(planOf(Flow.from(Array.from({ length: 1_234 }, (_, i) => i))), { seed: 0 });
    expect(log).toHaveBeenCalledTimes(1_001);
    expect(log).toHaveBeenLastCalledWith('… and 234 more');
    log.mockRestore();
  });

  it('adds no output to a flow that ends in consumers of its own', () => {
    const printer = consumer({ handleEvents: (events: number[]) => void events });
    expect(planOf(numbers.intoSpecs([printer])).stages.map(({ id }) => id)).toEqual(['source', 'into']);
  });
});
