import { describe, expect, it } from 'vitest';
import {
  EngineError,
  Flow,
  Plan,
  broadcastDispatcher,
  consumer,
  pipeline,
  producer,
  viewOfPlan,
  type ErrorCode,
  type PipelineBuilder,
} from '#engine';

const numbers = Flow.from([1, 2, 3], { stages: 2 }).map((n) => n);
const printer = consumer({ handleEvents: (events: number[]) => void events });
const counter = producer({ handleDemand: () => ({ events: [1] }) });

const subscriptionsOf = (plan: Plan) => plan.subscriptions.map(({ id }) => id);

function refusal(build: (builder: PipelineBuilder) => void): ErrorCode {
  try {
    pipeline(build);
  } catch (error) {
    if (error instanceof EngineError) return error.code;
    throw error;
  }
  throw new Error('nothing was refused');
}

describe('start() of a flow', () => {
  it('adds its stages and subscriptions under its name', () => {
    const plan = pipeline(({ start, subscribe }) => {
      subscribe(start('sink', printer), { to: start('all', numbers) });
    });
    expect(plan.stages.map(({ id }) => id)).toEqual(['sink', 'all/source', 'all/map 1', 'all/map 2']);
    expect(subscriptionsOf(plan)).toEqual([
      'all/map 1←all/source',
      'all/map 2←all/source',
      'sink←all/map 1',
      'sink←all/map 2',
    ]);
    expect(viewOfPlan(plan).flows).toMatchObject([
      {
        id: 'all',
        stages: ['all/source', 'all/map 1', 'all/map 2'],
        sources: ['all/source'],
        outlets: ['all/map 1', 'all/map 2'],
        ends: ['all/map 1', 'all/map 2'],
        demand: 'forward',
        layers: [{ kind: 'source' }, { kind: 'mapReducer', operations: ['map'] }],
      },
    ]);
    expect(plan.flows[0]?.declared).toContain('flow-pipeline.test.ts');
    expect(plan.warnings).toEqual([]);
  });

  it('makes the same plan again', () => {
    const declared = () =>
      pipeline(({ start, subscribe }) => {
        subscribe(start('sink', printer), { to: start('all', numbers.partition({ stages: 3 })) });
      });
    expect(viewOfPlan(declared())).toEqual(viewOfPlan(declared()));
  });

  it('FL-177 lets consumers subscribe to every stage of its last layer, by handle or name', () => {
    const plan = pipeline(({ start, subscribe }) => {
      const all = start('all', numbers);
      start('named', consumer({ subscribeTo: [{ to: 'all', maxDemand: 3 }], handleEvents: () => undefined }));
      subscribe(start('sink', printer), { to: all, maxDemand: 2, cancel: 'temporary' });
    });
    const own = plan.subscriptions.filter(({ consumer: by }) => by === 'sink' || by === 'named');
    expect(own.map(({ producer: from, options }) => [from, options.maxDemand])).toEqual([
      ['all/map 1', 2],
      ['all/map 2', 2],
      ['all/map 1', 3],
      ['all/map 2', 3],
    ]);
  });

  it('FL-171 runs it for its side effects where nothing subscribes to it', () => {
    const kindsOf = (flow: Flow<unknown>) =>
      pipeline(({ start }) => {
        start('all', flow);
      }).stages.map(({ id, definition: { kind } }) => `${id}: ${kind}`);
    expect(kindsOf(numbers)).toEqual(['all/source: producer', 'all/map 1: consumer', 'all/map 2: consumer']);
    expect(kindsOf(Flow.from([1], { stages: 1 }))).toEqual(['all/source: producer', 'all/end: consumer']);
  });

  it('FL-177 keeps it open for consumers that come later, without a warning', () => {
    const plan = pipeline(({ start }) => {
      start('all', numbers.intoStages([]));
    });
    expect(plan.stages.at(-1)?.definition.kind).toBe('producerConsumer');
    expect(plan.flows[0]?.outlets).toEqual(['all/map 1', 'all/map 2']);
    expect(plan.warnings).toEqual([]);
  });

  it('FL-004, FL-178 wires it to stages and to other flows', () => {
    const plan = pipeline(({ start }) => {
      const source = start('counter', counter);
      const first = start(
        'first',
        Flow.fromStages([source], { stages: 1 }).map((n) => n),
      );
      const sink = start('sink', printer);
      start(
        'second',
        Flow.fromStages([first], { stages: 1 })
          .map((n) => n)
          .intoStages([sink]),
      );
    });
    expect(subscriptionsOf(plan)).toEqual(['first/map←counter', 'sink←second/map', 'second/map←first/map']);
    expect(plan.flows.map(({ sources }) => sources)).toEqual([['counter'], []]);
    expect(plan.stages.map(({ definition: { kind } }) => kind)).toEqual([
      'producer',
      'producerConsumer',
      'consumer',
      'producerConsumer',
    ]);
  });

  it('FL-175 takes its demand mode, and the dispatcher of its last layer', () => {
    const plan = pipeline(({ start, subscribe }) => {
      const options = { demand: 'accumulate', dispatcher: broadcastDispatcher() } as const;
      subscribe(start('sink', printer), { to: start('all', numbers, options) });
    });
    expect(plan.flows[0]?.demand).toBe('accumulate');
    expect(viewOfPlan(plan).stages.map(({ dispatcher }) => dispatcher)).toEqual([
      null,
      'demand',
      'broadcast',
      'broadcast',
    ]);
  });

  it('FL-184 lets it be supervised by its name', () => {
    const plan = pipeline(({ start, supervise }) => {
      const all = start('all', numbers);
      supervise('both', [all, { child: start('sink', printer), restart: 'temporary' }], {
        strategy: 'oneForOne',
      });
    });
    expect(plan.supervisors[0]?.children).toEqual([
      { id: 'all', restart: 'permanent' },
      { id: 'sink', restart: 'temporary' },
    ]);
  });

  const strategy = { strategy: 'oneForOne' } as const;
  it.each<readonly [string, ErrorCode, (builder: PipelineBuilder) => void]>([
    [
      'a name that a stage has',
      'duplicate_stage',
      ({ start }) => (start('all', counter), start('all', numbers)),
    ],
    [
      'a name that a flow has',
      'duplicate_stage',
      ({ start }) => (start('all', numbers), start('all', counter)),
    ],
    [
      'a stage that has the name of one of its own',
      'duplicate_stage',
      ({ start }) => (start('all/map 1', counter), start('all', numbers)),
    ],
    [
      'a stage named as one of its own',
      'duplicate_stage',
      ({ start }) => (start('all', numbers), start('all/map 1', counter)),
    ],
    ['an empty name', 'stage_name', ({ start }) => start('', numbers)],
    ['a flow without a source', 'flow_without_source', ({ start }) => start('all', new Flow())],
    ['an unknown producer', 'stage_unknown', ({ start }) => start('all', Flow.fromStages(['counter']))],
    [
      'a consumer as its producer',
      'not_a_producer',
      ({ start }) => (start('sink', printer), start('all', Flow.fromStages(['sink']).map(Number))),
    ],
    [
      'a producer as its consumer',
      'not_a_consumer',
      ({ start }) => (start('counter', counter), start('all', numbers.intoStages(['counter']))),
    ],
    [
      'a subscription of the flow itself',
      'not_a_consumer',
      ({ start, subscribe }) => {
        const handle = start('all', numbers);
        Reflect.apply(subscribe, null, [handle, { to: start('counter', counter) }]);
      },
    ],
    [
      'an option it does not have',
      'option_unknown',
      ({ start }) => Reflect.apply(start, null, ['all', numbers, { stages: 2 }]),
    ],
    [
      'a demand mode that is none',
      'option_out_of_range',
      ({ start }) => Reflect.apply(start, null, ['all', numbers, { demand: 'hold' }]),
    ],
    [
      'a supervisor of a stage of its own',
      'supervised_twice',
      ({ start, supervise }) => (start('all', numbers), supervise('one', [{ id: 'all/map 1' }], strategy)),
    ],
  ])('refuses %s', (_what, code, build) => {
    expect(refusal(build)).toBe(code);
  });
});
