import { describe, expect, it } from 'vitest';
import {
  EngineError,
  consumer,
  pipeline,
  placementOf,
  producer,
  producerConsumer,
  viewOfPlan,
  type PipelineBuilder,
  type StageHandle,
  type SupervisorOptions,
} from 'sluice';
import { planDifference } from '../../../engine/runtime/plan-difference.ts';

const source = producer({ handleDemand: () => undefined });
const sink = consumer<never>({ handleEvents: () => undefined });

/** What `supervise` is given by somebody whom no compiler holds back. */
type Loose = (name: unknown, children: unknown, options: unknown) => StageHandle;

function declare(
  build: (a: StageHandle, supervise: Loose, builder: PipelineBuilder) => void,
): () => ReturnType<typeof pipeline> {
  return () =>
    pipeline((builder) => {
      const a = builder.start('a', source);
      builder.subscribe(builder.start('b', sink), { to: a });
      build(a, builder.supervise as Loose, builder);
    });
}

function failureOf(build: () => unknown): EngineError | null {
  try {
    build();
    return null;
  } catch (error) {
    if (error instanceof EngineError) return error;
    throw error;
  }
}

const oneForOne = { strategy: 'oneForOne' };

describe('`supervise()`', () => {
  it('is part of the plan, with its defaults, inner supervisors first', () => {
    const plan = declare((a, _, { supervise }) => {
      const inner = supervise('inner', [a], { strategy: 'restForOne' });
      const options = { strategy: 'oneForAll', maxRestarts: 0, maxSeconds: 60 } as const;
      supervise('outer', [inner, { child: { id: 'b' }, restart: 'transient' }], options);
    })();
    expect(viewOfPlan(plan).supervisors).toEqual([
      {
        id: 'inner',
        strategy: 'restForOne',
        maxRestarts: 3,
        maxSeconds: 5,
        children: [{ id: 'a', restart: 'permanent' }],
      },
      {
        id: 'outer',
        strategy: 'oneForAll',
        maxRestarts: 0,
        maxSeconds: 60,
        children: [
          { id: 'inner', restart: 'permanent' },
          { id: 'b', restart: 'transient' },
        ],
      },
    ]);
    expect('supervisors' in viewOfPlan(declare(() => undefined)())).toBe(false);
  });

  it('tells apart plans that differ in it', () => {
    const plan = (maxRestarts: number) =>
      viewOfPlan(declare((a, supervise) => void supervise('all', [a], { ...oneForOne, maxRestarts }))());
    expect(planDifference(plan(1), plan(1))).toBeNull();
    expect(planDifference(plan(1), plan(2))).toBe('maxRestarts of supervisor "all": 1 against 2');
  });

  it('gives its supervisor a place, where there is least to do', () => {
    const plan = viewOfPlan(declare((a, supervise) => void supervise('all', [a], oneForOne))());
    expect(placementOf(plan, 1)).toEqual({ a: 0, b: 0, all: 0 });
    expect(placementOf(plan, 3)['all']).toBe(2);
  });

  it('warns of a failure that would be too much for its supervisor, because it takes others along', () => {
    const warningsOf = (options: SupervisorOptions, cancel: 'permanent' | 'transient' | 'temporary') =>
      pipeline(({ start, subscribe, supervise }) => {
        const pass = producerConsumer({ handleEvents: () => undefined });
        const a = start('a', source);
        const [b, c, d] = [start('b', pass), start('c', pass), start('d', sink)];
        subscribe(b, { to: a, cancel });
        subscribe(c, { to: b, cancel });
        subscribe(d, { to: c, cancel });
        supervise('all', [a, b, c, d], options);
      }).warnings.map(({ code, stage, message }) => [code, stage, message] as const);
    expect(warningsOf({ strategy: 'oneForOne' }, 'permanent')).toEqual([
      [
        'too_few_restarts',
        'a',
        expect.stringContaining('4 restarts of "all": more than its maxRestarts (3)'),
      ],
    ]);
    expect(warningsOf({ strategy: 'oneForOne' }, 'transient')).toHaveLength(1);
    expect(warningsOf({ strategy: 'oneForOne' }, 'temporary')).toEqual([]);
    expect(warningsOf({ strategy: 'oneForOne', maxRestarts: 4 }, 'permanent')).toEqual([]);
    expect(warningsOf({ strategy: 'oneForOne', maxRestarts: 0 }, 'permanent')).toEqual([]);
    expect(warningsOf({ strategy: 'restForOne' }, 'permanent')).toEqual([]);
  });

  it.each<[string, Parameters<typeof declare>[0], string, string]>([
    [
      'a name in use',
      (a, supervise) => void supervise('b', [a], oneForOne),
      'duplicate_stage',
      'received "b" again',
    ],
    [
      'a stage that takes its name',
      (a, supervise, { start }) => {
        supervise('all', [a], oneForOne);
        start('all', source);
      },
      'duplicate_stage',
      'received "all" again',
    ],
    ['no name', (a, supervise) => void supervise('', [a], oneForOne), 'stage_name', 'received ""'],
    [
      'a name like that of a later life',
      (a, supervise) => void supervise('all@2', [a], oneForOne),
      'stage_name',
      'received "all@2"',
    ],
    [
      'no list of children',
      (a, supervise) => void supervise('all', a, oneForOne),
      'supervisor_children',
      'must be a list of at least one',
    ],
    [
      'no children',
      (_a, supervise) => void supervise('all', [], oneForOne),
      'supervisor_children',
      'received []',
    ],
    [
      'a stranger',
      (_a, supervise) => void supervise('all', [{ id: 'x' }], oneForOne),
      'stage_unknown',
      'supervise with "all" as "x"',
    ],
    [
      'a child twice',
      (a, supervise) => void supervise('all', [a, a], oneForOne),
      'supervised_twice',
      'received a child of "all"',
    ],
    [
      'a child of another',
      (a, supervise) => {
        supervise('one', [a], oneForOne);
        supervise('two', [{ child: a }], oneForOne);
      },
      'supervised_twice',
      'Cannot supervise "a" with "two" as a child has one supervisor: received a child of "one"',
    ],
    [
      'no strategy',
      (a, supervise) => void supervise('all', [a], {}),
      'option_out_of_range',
      'use strategy of',
    ],
    [
      'no options',
      (a, supervise) => void supervise('all', [a], undefined),
      'option_out_of_range',
      'strategy',
    ],
    [
      'an unknown option',
      (a, supervise) => void supervise('all', [a], { ...oneForOne, maxRestart: 1 }),
      'option_unknown',
      'did you mean "maxRestarts"',
    ],
    [
      'restarts below zero',
      (a, supervise) => void supervise('all', [a], { ...oneForOne, maxRestarts: -1 }),
      'option_out_of_range',
      'maxRestarts of the supervisor "all" as it must be an integer >= 0: received -1',
    ],
    [
      'no time',
      (a, supervise) => void supervise('all', [a], { ...oneForOne, maxSeconds: 0 }),
      'option_out_of_range',
      'an integer >= 1: received 0',
    ],
    [
      'a restart that does not exist',
      (a, supervise) => void supervise('all', [{ child: a, restart: 'always' }], oneForOne),
      'option_out_of_range',
      'restart of the child "a" of "all"',
    ],
    [
      'an unknown option of a child',
      (a, supervise) => void supervise('all', [{ child: a, restarts: 'temporary' }], oneForOne),
      'option_unknown',
      'did you mean "restart"',
    ],
  ])('refuses %s', (_, build, code, text) => {
    const failure = failureOf(declare(build));
    expect(failure?.code).toBe(code);
    expect(failure?.message).toContain(text);
  });
});
