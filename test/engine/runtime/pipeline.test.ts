import { describe, expect, expectTypeOf, it } from 'vitest';
import {
  EngineError,
  Flow,
  consumer,
  isPlan,
  pipeline,
  planOf,
  producer,
  producerConsumer,
  runVirtual,
  viewOfPlan,
  type PipelineBuilder,
  type StageStartOptions,
  type StartArgs,
} from 'sluice';
import { placementOf } from '../../../engine/runtime/placement.ts';

const numbers = producer({
  init: (first: number) => first,
  handleDemand: (demand, next) => ({
    events: Array.from({ length: demand }, (_, i) => next + i),
    state: next + demand,
  }),
});
const evens = producerConsumer({
  handleEvents: (events: number[]) => ({ events: events.filter((n) => n % 2 === 0) }),
});
const printer = consumer<number>({ handleEvents: () => undefined });
const shouter = consumer<string>({ handleEvents: () => undefined });

function refusal(build: (builder: PipelineBuilder) => void): EngineError {
  try {
    pipeline(build);
  } catch (error) {
    if (error instanceof EngineError) return error;
    throw error;
  }
  throw new Error('The pipeline was accepted.');
}

describe('`worker` of start()', () => {
  it('pins a stage, counted from 1, whether its definition takes an argument or not', () => {
    const plan = pipeline(({ start }) => {
      start('numbers', numbers, 0, { worker: 2 });
      start('evens', evens, undefined, { worker: 1 });
      start('printer', printer, undefined, {});
    });
    expect(viewOfPlan(plan).stages.map(({ id, worker }) => [id, worker])).toEqual([
      ['numbers', 1],
      ['evens', 0],
      ['printer', undefined],
    ]);
  });

  it('pins a flow with all its stages, also those that are planned again at the end', () => {
    const view = viewOfPlan(
      pipeline(({ start }) => {
        const flow = Flow.from([1], { stages: 2 }).map((n) => n);
        start('sums', flow, { worker: 3 });
      }),
    );
    expect(view.flows?.[0]?.worker).toBe(2);
    expect(view.stages.length).toBeGreaterThan(1);
    expect(new Set(view.stages.map(({ worker }) => worker))).toEqual(new Set([2]));
  });

  it.each([0, 1.5, -1, '2', null, Number.NaN])('refuses %s, which numbers no worker', (worker) => {
    const error = refusal(({ start }) => {
      Reflect.apply(start, undefined, ['evens', evens, undefined, { worker }]);
    });
    expect(error.code).toBe('option_out_of_range');
    expect(error.message).toContain(
      'Cannot use worker of the stage "evens" as it must be the number of a worker',
    );
  });

  it('refuses options it does not know, and what are no options', () => {
    const given = (options: unknown) =>
      refusal(({ start }) => {
        Reflect.apply(start, undefined, ['evens', evens, undefined, options]);
      });
    expect(given({ wroker: 2 })).toMatchObject({ code: 'option_unknown' });
    expect(given({ wroker: 2 }).message).toContain('did you mean "worker"');
    expect(given(2)).toMatchObject({ code: 'start_options' });
  });

  it('is of the types of `start`: an argument stays one', () => {
    expectTypeOf<StartArgs<typeof numbers>>().toEqualTypeOf<[arg: number, options?: StageStartOptions]>();
    expectTypeOf<StartArgs<typeof evens>>().toEqualTypeOf<[arg?: undefined, options?: StageStartOptions]>();
    expectTypeOf<StageStartOptions['worker']>().toEqualTypeOf<number | undefined>();
  });
});

describe('pipeline()', () => {
  it('gives the plan as data, the same each time', () => {
    const declare = () =>
      pipeline(({ start, subscribe }) => {
        const source = start('numbers', numbers, 0);
        const filter = start('evens', evens);
        const sink = start('printer', printer);
        subscribe(filter, { to: source, maxDemand: 10 });
        subscribe(sink, { to: filter, maxDemand: 4, minDemand: 2, cancel: 'transient' });
        subscribe(sink, { to: filter, maxDemand: 1 });
      });
    const view = viewOfPlan(declare());
    expect(view).toEqual(viewOfPlan(declare()));
    expect(structuredClone(view)).toEqual(view);
    expect(view.stages).toEqual([
      { id: 'numbers', kind: 'producer', dispatcher: 'demand', bufferSize: 10_000 },
      { id: 'evens', kind: 'producerConsumer', dispatcher: 'demand', bufferSize: null },
      { id: 'printer', kind: 'consumer', dispatcher: null, bufferSize: null },
    ]);
    expect(
      view.subscriptions.map(({ id, maxDemand, minDemand, cancel }) => [id, maxDemand, minDemand, cancel]),
    ).toEqual([
      ['evens←numbers', 10, 5, 'permanent'],
      ['printer←evens', 4, 2, 'transient'],
      ['printer←evens#2', 1, 0, 'permanent'],
    ]);
  });

  it('includes what definitions subscribe to by themselves, whatever the order of starts', async () => {
    let got = 0;
    const sink = consumer({
      handleEvents: (events: number[]) => {
        got += events.length;
      },
      subscribeTo: [{ to: 'numbers', maxDemand: 5 }],
    });
    const plan = pipeline(({ start }) => {
      start('sink', sink);
      start('numbers', numbers, 0);
    });
    expect(viewOfPlan(plan).subscriptions).toMatchObject([{ id: 'sink←numbers', maxDemand: 5 }]);
    await runVirtual(plan, { seed: 0, entryBudget: 200 });
    expect(got).toBeGreaterThan(0);
  });

  it('refuses a second stage of the same name', () => {
    const error = refusal(({ start }) => {
      start('a', numbers, 0);
      start('a', printer);
    });
    expect(error.code).toBe('duplicate_stage');
    expect(error.message).toBe(
      'Cannot start a stage as its name must be new in the pipeline: received "a" again',
    );
  });

  it('refuses a subscription to a stage that is not there and names the nearest', () => {
    const error = refusal(({ start, subscribe }) => {
      start('numbers', numbers, 0);
      const elsewhere: { to: never } = JSON.parse('{ "to": "nubmers" }');
      subscribe(start('printer', printer), elsewhere);
    });
    expect(error.code).toBe('stage_unknown');
    expect(error.message).toContain('did you mean "numbers"?');
  });

  it('refuses a consumer as producer', () => {
    const error = refusal(({ start, subscribe }) => {
      const sink = start('sink', printer);
      // @ts-expect-error a consumer emits nothing
      subscribe(start('evens', evens), { to: sink });
    });
    expect(error.code).toBe('not_a_producer');
  });

  it('refuses a producer as consumer', () => {
    const error = refusal(({ start, subscribe }) => {
      const source = start('numbers', numbers, 0);
      // @ts-expect-error a producer receives nothing
      subscribe(source, { to: start('evens', evens) });
    });
    expect(error.code).toBe('not_a_consumer');
  });

  it('refuses a cycle and names its path', () => {
    const error = refusal(({ start, subscribe }) => {
      const [a, b, c] = [start('a', evens), start('b', evens), start('c', evens)];
      subscribe(b, { to: a });
      subscribe(c, { to: b });
      subscribe(a, { to: c });
    });
    expect(error.code).toBe('cycle');
    expect(error.message).toContain('"a" → "b" → "c" → "a"');
  });

  it('refuses a stage that subscribes to itself', () => {
    const error = refusal(({ start, subscribe }) => {
      const a = start('a', evens);
      subscribe(a, { to: a });
    });
    expect(error.message).toContain('"a" → "a"');
  });

  it('refuses options out of range', () => {
    const error = refusal(({ start, subscribe }) => {
      subscribe(start('printer', printer), { to: start('numbers', numbers, 0), maxDemand: 4, minDemand: 4 });
    });
    expect(error.code).toBe('option_out_of_range');
    expect(error.message).toContain('minDemand of the subscription of "printer" to "numbers"');
  });

  it('refuses what is no stage', () => {
    const nothing: { to: never } = JSON.parse('{}');
    expect(refusal(({ start, subscribe }) => subscribe(start('printer', printer), nothing)).code).toBe(
      'subscribe_target',
    );
    const definition: typeof printer = JSON.parse('{}');
    expect(refusal(({ start }) => start('x', definition)).code).toBe('not_a_definition');
    expect(refusal(({ start }) => start('', printer)).code).toBe('stage_name');
    expect(refusal(({ start }) => start('x'.repeat(201), printer)).code).toBe('stage_name');
  });

  it('ends a loop that starts stages or subscribes without end', () => {
    const stages = refusal(({ start }) => {
      for (let i = 0; ; i += 1) start(`s${i}`, printer);
    });
    expect(stages.message).toBe(
      'Cannot plan the pipeline as it must have at most 10,000 stages: received more',
    );
    const subscriptions = refusal(({ start, subscribe }) => {
      const [source, sink] = [start('numbers', numbers, 0), start('printer', printer)];
      for (;;) subscribe(sink, { to: source });
    });
    expect(subscriptions.message).toBe(
      'Cannot plan the pipeline as it must have at most 100,000 subscriptions: received more',
    );
    const supervisors = refusal(({ start, supervise }) => {
      for (let i = 0; ; i += 1) supervise(`all${i}`, [start(`s${i}`, printer)], { strategy: 'oneForOne' });
    });
    expect(supervisors.code).toBe('plan_too_large');
  });

  it('plans, and places, as many stages in a row as there may be', () => {
    const plan = pipeline(({ start, subscribe }) => {
      let before: ReturnType<typeof start<typeof evens>> | null = null;
      for (let i = 0; i < 9_999; i += 1) {
        const stage = start(`s${i}`, evens);
        // From the end to the beginning: each new subscription leads to all of those before.
        if (before) subscribe(before, { to: stage });
        before = stage;
      }
    });
    const placement = placementOf(viewOfPlan(plan), 2);
    expect(plan.subscriptions.map(({ id }) => id).slice(0, 2)).toEqual(['s0←s1', 's1←s2']);
    expect(plan.subscriptions.every((link) => placement[link.consumer] !== placement[link.producer])).toBe(
      true,
    );
  });

  it('warns of stages that nobody subscribes to, or that subscribe to nothing', () => {
    const plan = pipeline(({ start }) => {
      start('numbers', numbers, 0);
      start('printer', printer);
    });
    expect(plan.warnings.map(({ code, stage }) => [code, stage])).toEqual([
      ['never_subscribed', 'numbers'],
      ['never_subscribed', 'printer'],
    ]);
    expect(plan.warnings[0]?.declared).toContain('pipeline.test.ts');
  });

  it('lets the compiler refuse wrong wiring and wrong arguments', () => {
    pipeline(({ start, subscribe }) => {
      const source = start('numbers', numbers, 0);
      // @ts-expect-error strings are expected, numbers come
      subscribe(start('shouter', shouter), { to: source });
      subscribe(start('printer', printer), { to: source });
      // @ts-expect-error the first number is missing
      start('without argument', numbers);
      // @ts-expect-error the argument is a number
      start('with a text', numbers, 'zero');
    });
  });
});

describe('planOf()', () => {
  it('takes a default export, or the module that has it', () => {
    const plan = pipeline(() => undefined);
    expect(planOf(plan)).toBe(plan);
    expect(planOf({ default: plan })).toBe(plan);
    expect(isPlan({ stages: [] })).toBe(false);
  });

  it.each([
    [{}, 'received {}'],
    [{ default: undefined }, 'received no default export'],
    [undefined, 'received no default export'],
    [{ default: numbers }, 'received one producer, which is a stage of a pipeline but no pipeline'],
    [{ default: () => 1 }, 'received function default'],
    [42, 'received 42'],
  ])('says what it found instead of a pipeline: %#', (program, message) => {
    expect(() => planOf(program)).toThrow(message);
    expect(() => planOf(program)).toThrow(EngineError);
  });
});
