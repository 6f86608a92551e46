import { describe, expect, it } from 'vitest';
import {
  EngineError,
  consumer,
  ignore,
  producer,
  producerConsumer,
  self,
  stop,
  withOptions,
  type StageDefinition,
  type StartOutcome,
} from 'sluice';
import { Hosted } from '../../support/hosted.ts';

const nothing = () => undefined;

/** What became of a start whose `init` gives these options. */
async function started(
  kind: 'producer' | 'producerConsumer' | 'consumer',
  options: object,
  more: Readonly<Record<string, StageDefinition>> = {},
): Promise<StartOutcome> {
  const init = () => withOptions<unknown>(null, options as never);
  const a = {
    producer: () => producer<unknown, unknown>({ init, handleDemand: nothing }),
    producerConsumer: () => producerConsumer<unknown, unknown, unknown>({ init, handleEvents: nothing }),
    consumer: () => consumer<unknown, unknown>({ init, handleEvents: nothing }),
  }[kind]();
  const outcome = await new Hosted({ ...more, a }).outcomes['a'];
  if (!outcome) throw new Error('it was not started');
  return outcome;
}

/** The option an outcome complains about, and the code. */
function refused(outcome: StartOutcome): unknown {
  if (outcome.type !== 'failed' || !(outcome.error instanceof EngineError)) return outcome;
  const details: unknown = outcome.error.details;
  const option =
    typeof details === 'object' && details !== null && 'option' in details ? details.option : null;
  expect(outcome.error.hint).not.toBe('');
  expect(outcome.error.message).toContain('received');
  return [outcome.error.code, option];
}

describe('options from init', () => {
  it.each([
    ['producer', { bufferSize: 10, bufferKeep: 'first', demand: 'accumulate' }],
    ['producer', { bufferSize: 0 }],
    ['producer', { bufferSize: Infinity, bufferKeep: 'last', demand: 'forward' }],
    ['producer', {}],
    ['producerConsumer', { bufferSize: 10, bufferKeep: 'last', subscribeTo: [] }],
    ['consumer', { subscribeTo: [] }],
    ['consumer', { subscribeTo: undefined }],
  ] as const)('GS-006 GS-007 GS-008 GS-009 GS-011 GS-012 are taken by a %s: %j', async (kind, options) => {
    expect(await started(kind, options)).toEqual({ type: 'started' });
  });

  it.each([
    ['producer', { bufferSize: -1 }, 'bufferSize'],
    ['producer', { bufferSize: 1.5 }, 'bufferSize'],
    ['producer', { bufferSize: -Infinity }, 'bufferSize'],
    ['producer', { bufferSize: '10' }, 'bufferSize'],
    ['producer', { bufferSize: null }, 'bufferSize'],
    ['producer', { bufferKeep: 'middle' }, 'bufferKeep'],
    ['producer', { demand: 'hold' }, 'demand'],
    ['producer', { dispatcher: 'demand' }, 'dispatcher'],
    ['producer', { dispatcher: {} }, 'dispatcher'],
    ['producer', { dispatcher: null }, 'dispatcher'],
    ['producer', { dispatcher: { create: 3 } }, 'dispatcher'],
    ['consumer', { subscribeTo: 'p' }, 'subscribeTo'],
    ['consumer', { subscribeTo: [3] }, 'subscribeTo'],
    ['consumer', { subscribeTo: [null] }, 'subscribeTo'],
    ['consumer', { subscribeTo: [{ maxDemand: 2 }] }, 'subscribeTo'],
    ['producer', 5, 'options'],
    ['producer', null, 'options'],
    ['producer', [], 'options'],
  ] as const)(
    'GS-009 GS-011 GS-012 GS-013 GS-014 are refused when out of range: %s %j',
    async (kind, options, option) => {
      expect(refused(await started(kind, options as object))).toEqual(['option_out_of_range', option]);
    },
  );

  it.each([
    ['producer', { subscribeTo: [] }, 'subscribeTo'],
    ['producerConsumer', { demand: 'forward' }, 'demand'],
    ['consumer', { bufferSize: 1 }, 'bufferSize'],
    ['consumer', { bufferKeep: 'last' }, 'bufferKeep'],
    ['consumer', { dispatcher: { name: 'x', create: nothing } }, 'dispatcher'],
    ['consumer', { demand: 'forward' }, 'demand'],
    ['producer', { buffersize: 3 }, 'buffersize'],
  ] as const)(
    'GS-006 GS-007 GS-008 of another kind, or of none, are refused: %s %j',
    async (kind, options, option) => {
      expect(refused(await started(kind, options))).toEqual(['option_unknown', option]);
    },
  );

  it('GS-015 the first wrong one in order is told: dispatcher, subscribeTo, bufferSize, bufferKeep, demand, unknown', async () => {
    const wrong: Record<string, unknown> = {
      colour: 1,
      demand: 'x',
      bufferKeep: 'x',
      bufferSize: 'x',
      subscribeTo: 'x',
      dispatcher: 'x',
    };
    const told: unknown[] = [];
    for (const option of ['dispatcher', 'bufferSize', 'bufferKeep', 'demand']) {
      told.push(refused(await started('producer', { ...wrong, subscribeTo: undefined })));
      delete wrong[option];
    }
    told.push(refused(await started('producer', { colour: 1 })));
    expect(told).toEqual([
      ['option_out_of_range', 'dispatcher'],
      ['option_out_of_range', 'bufferSize'],
      ['option_out_of_range', 'bufferKeep'],
      ['option_out_of_range', 'demand'],
      ['option_unknown', 'colour'],
    ]);
    const both = { colour: 1, bufferSize: 'x', subscribeTo: 'x' };
    expect(refused(await started('producerConsumer', both))).toEqual(['option_out_of_range', 'subscribeTo']);
    // Of another kind, they are only unknown; so a right one of one's own does not hide them.
    expect(refused(await started('consumer', { bufferSize: 'x', subscribeTo: [] }))).toEqual([
      'option_unknown',
      'bufferSize',
    ]);
  });

  it('stand in for those of the definition', async () => {
    const a = producer<number, number>({
      bufferSize: 1,
      bufferKeep: 'first',
      init: () => withOptions(0, { bufferSize: 2 }),
      handleDemand: nothing,
      handleCast: (events) => ({ events: events as number[] }),
    });
    const stages = new Hosted({ a });
    stages.host.tell('a', { type: 'cast', request: [1, 2, 3] });
    await stages.settle();
    expect(stages.host.snapshot('a')?.buffered).toBe(2);
    stages.send('a', { type: 'subscribe', subscription: 's', options: {} });
    stages.send('a', { type: 'ask', subscription: 's', count: 5 });
    await stages.settle();
    expect(stages.got('events').map(({ events }) => events)).toEqual([[1, 2]]);
  });

  it('GS-034 GS-027 subscribeTo subscribes in order; a wrong entry is told and left out', async () => {
    const source = producer<number>({ handleDemand: nothing });
    const c = consumer<unknown, unknown>({
      init: () =>
        withOptions<unknown>(null, {
          subscribeTo: [
            'p',
            { to: 'q', maxDemand: 0 },
            { to: 'q', maxDemand: 3 },
            'p',
            { to: 'p', cancel: 'temporary' },
          ],
        }),
      handleEvents: nothing,
    });
    const stages = new Hosted({ p: source, q: source, c });
    expect(stages.outcomes['c']).toEqual({ type: 'started' });
    expect(stages.host.snapshot('c')?.producers).toEqual({
      'c←p': 1_000,
      'c←q': 3,
      'c←p#2': 1_000,
      'c←p#3': 1_000,
    });
    expect(stages.warnings).toEqual(['bad_opts']);
  });

  it('GS-033 a target that does not exist fails the start, unless the subscription is temporary', async () => {
    expect(await started('consumer', { subscribeTo: ['nobody'] })).toMatchObject({
      type: 'failed',
      reason: 'noproc',
    });
    const transient = [{ to: 'nobody', cancel: 'transient' }];
    expect(await started('consumer', { subscribeTo: transient })).toMatchObject({ reason: 'noproc' });
    const temporary = [{ to: 'nobody', cancel: 'temporary' }];
    expect(await started('consumer', { subscribeTo: temporary })).toEqual({ type: 'started' });
  });
});

describe('init', () => {
  const initial = (init: () => unknown) =>
    producer<unknown, unknown>({
      init: init as () => null,
      handleDemand: nothing,
      handleCall: (_request, state) => ({ reply: state }),
      terminate: () => {
        throw new Error('never started');
      },
    });

  it.each([
    ['at once', (value: unknown) => value],
    ['in a promise', (value: unknown) => Promise.resolve(value)],
  ])('GS-001 GS-003 GS-004 GS-005 starts, refuses, is left out or fails, %s', async (_, given) => {
    const outcome = async (value: () => unknown) => {
      const stages = new Hosted({ a: initial(() => given(value())) });
      const settled = await stages.outcomes['a'];
      expect(stages.entries.some((entry) => entry.type === 'begin' && entry.callback === 'terminate')).toBe(
        false,
      );
      return [settled, stages.entries.at(-1)];
    };
    expect(await outcome(() => 7)).toMatchObject([{ type: 'started' }, { type: 'start', state: 7 }]);
    expect(await outcome(() => withOptions(8, {}))).toMatchObject([
      { type: 'started' },
      { type: 'start', state: 8 },
    ]);
    expect(await outcome(() => stop('not today'))).toMatchObject([
      { type: 'failed', reason: 'not today' },
      { type: 'exit', reason: 'not today' },
    ]);
    expect(await outcome(ignore)).toMatchObject([{ type: 'ignored' }, { type: 'exit', reason: 'ignore' }]);
    const failing = () => {
      throw new RangeError('no');
    };
    expect(await outcome(failing)).toMatchObject([
      { type: 'failed', reason: { error: 'RangeError', message: 'no' } },
      { type: 'crash', callback: 'init' },
    ]);
  });

  it('that waits keeps messages waiting, and they come once it has returned', async () => {
    const stages = new Hosted({ a: initial(() => Promise.resolve('ready')) });
    const answer = stages.host.call('a', 'x');
    expect(stages.host.isReady('a')).toBe(false);
    expect(await stages.outcomes['a']).toEqual({ type: 'started' });
    expect(stages.host.isReady('a')).toBe(true);
    await stages.settle();
    expect(await answer).toBe('ready');
  });

  it.each([
    ['refuses', () => stop('not today')],
    ['is left out', () => ignore()],
    ['is killed', () => new Promise(() => undefined)],
    ['fails', () => Promise.reject(new Error('no'))],
  ])('GS-190 that %s after a wait leaves no caller waiting, and no timer set', async (how, end) => {
    const stages = new Hosted({
      a: initial(() => {
        self().sendAfter('never', 1_000);
        return Promise.resolve().then(end);
      }),
    });
    const answer = stages.host.call('a', 'x');
    expect(stages.host.timers).toBe(1);
    if (how === 'is killed') stages.host.kill('a');
    await expect(answer).rejects.toMatchObject({ code: 'call_unanswered' });
    expect(stages.host.timers).toBe(0);
    expect(stages.host.idle).toBe(true);
  });
});
