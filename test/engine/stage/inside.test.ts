import { describe, expect, it } from 'vitest';
import {
  EngineError,
  ask,
  call,
  cancel,
  cast,
  consumer,
  demandMode,
  estimateBuffered,
  pipeline,
  producer,
  reply,
  resubscribe,
  runVirtual,
  self,
  send,
  sleep,
  subscribe,
  type Caller,
  type ErrorCode,
  type Self,
  type StageDefinition,
  type Timer,
} from 'sluice';

/** Starts stages in this order, each with nothing to subscribe to, and runs until nothing is left to do. */
function run(
  stages: Readonly<Record<string, StageDefinition>>,
  options: { seed?: number; maxTurns?: number } = {},
) {
  const plan = pipeline(({ start }) => {
    for (const [name, definition] of Object.entries(stages)) start(name, definition);
  });
  return runVirtual(plan, { seed: 0, maxTurns: 1_000, ...options });
}

/** A producer that does something as it is told to begin, which it is at once. */
function doing(
  action: () => unknown,
  others: Partial<Parameters<typeof producer<unknown, unknown>>[0]> = {},
) {
  return producer<unknown, unknown>({
    init: () => void self().info('begin'),
    handleDemand: () => undefined,
    handleInfo: (message) => (message === 'begin' ? (action() as undefined) : undefined),
    ...others,
  });
}

/** What an action inside a callback failed with. */
async function failureOf(action: () => unknown): Promise<{ code: ErrorCode; message: string }> {
  let failure: unknown;
  await run({
    a: doing(async () => {
      try {
        await action();
      } catch (error) {
        failure = error;
      }
    }),
    other: consumer({ handleEvents: () => undefined }),
  });
  if (!(failure instanceof EngineError)) throw new Error(`failed with ${String(failure)}`);
  return { code: failure.code, message: failure.message };
}

describe('self().sendAfter()', () => {
  it('sends the stage a message once the time is over, and the run goes on until then', async () => {
    const came: unknown[] = [];
    const { entries, ended } = await run({
      a: doing(() => undefined, {
        handleInfo: (message) => {
          if (message === 'begin') {
            self().sendAfter('late', 60_000);
            self().sendAfter('soon', 50);
          } else came.push(message);
        },
      }),
    });
    expect(came).toEqual(['soon', 'late']);
    const begins = entries.filter((entry) => entry.type === 'begin' && entry.callback === 'handleInfo');
    expect(begins.map(({ atMs }) => atMs)).toEqual([0, 50, 60_000]);
    expect(begins[1]?.cause).toBe(begins[0]?.seq);
    expect(ended).toBe('idle');
  });

  it('cancel() takes the message back, and tells whether it was still to come', async () => {
    const told: unknown[] = [];
    let timer: Timer | undefined;
    await run({
      a: doing(() => undefined, {
        handleInfo: (message) => {
          told.push(message);
          if (message === 'begin') {
            const other = self().sendAfter('never', 10);
            timer = self().sendAfter('once', 20);
            told.push(other.cancel(), other.cancel());
          } else told.push(timer?.cancel());
        },
      }),
    });
    expect(told).toEqual(['begin', true, false, 'once', false]);
  });

  it('is forgotten with its stage: nothing keeps the run from its end', async () => {
    const { ended, entries } = await run({
      a: doing(() => {
        self().sendAfter('never', 1_000);
        return { stop: 'normal' };
      }),
    });
    expect(ended).toBe('exited');
    expect(entries.at(-1)?.atMs).toBe(0);
  });

  it('that sets itself again goes on until the budget is spent', async () => {
    const { ended } = await run(
      { a: doing(() => undefined, { handleInfo: () => void self().sendAfter('tick', 5) }) },
      { maxTurns: 40 },
    );
    expect(ended).toBe('budget');
  });

  it.each([-1, Number.NaN, Infinity, '5'])('refuses %s as a delay', async (delayMs) => {
    const { code, message } = await failureOf(() => self().sendAfter('x', delayMs as number));
    expect(code).toBe('option_out_of_range');
    expect(message).toContain('delayMs of sendAfter');
  });

  it('takes 0: the message comes in a later turn', async () => {
    const order: unknown[] = [];
    await run({
      a: doing(() => undefined, {
        handleInfo: (message) => {
          order.push(message);
          if (message === 'begin') self().sendAfter('next', 0);
          order.push('done');
        },
      }),
    });
    expect(order).toEqual(['begin', 'done', 'next', 'done']);
  });
});

describe('call()', () => {
  const store = (answer: (request: unknown, from: Caller) => unknown) =>
    producer<never, unknown>({
      handleDemand: () => undefined,
      handleCall: (request, _state, from) => answer(request, from) as { reply: unknown },
      handleCast: (request) => reply(request as Caller, 'later'),
    });

  it('GS-180 gets what handleCall of the other stage replies', async () => {
    const got: unknown[] = [];
    await run({
      a: doing(async () => got.push(await call<number>('b', 20))),
      b: store((request) => ({ reply: Number(request) + 1 })),
    });
    expect(got).toEqual([21]);
  });

  it('GS-181 waits for a reply that is given later', async () => {
    const got: unknown[] = [];
    await run({
      a: doing(async () => got.push(await call({ id: 'b' }, 'x'))),
      b: store((_request, from) => void self().cast(from)),
    });
    expect(got).toEqual(['later']);
  });

  it('GS-190 rejects when the other stage has ended, or ends before it has answered', async () => {
    const failures: unknown[] = [];
    const calling = () =>
      doing(async () => {
        for (const me = self(); failures.length < 2;) {
          await me.call('b', 'x').catch((error: unknown) => failures.push(error));
        }
      });
    await run({ a: calling(), b: store(() => ({ stop: 'enough' })) });
    expect(failures.map(String)).toEqual([
      expect.stringContaining('it ended with "enough"'),
      expect.stringContaining('it ended with "noproc"'),
    ]);
  });

  it('rejects with call_timeout after 5,000 ms, or the time it was given; a later answer says nothing', async () => {
    const seen: unknown[] = [];
    const { entries } = await run({
      a: doing(async () => {
        const me = self();
        for (const timeoutMs of [undefined, 70]) {
          await me.call('b', 'x', timeoutMs).catch((error: unknown) => seen.push(error));
        }
        seen.push(await me.call('c', 'x'));
      }),
      b: producer<never, Caller[]>({
        init: () => [],
        handleDemand: () => undefined,
        handleCall: (_request, callers, from) => {
          self().sendAfter('answer', 5_030);
          return { state: [...callers, from] };
        },
        handleInfo: (_message, callers) => {
          for (const caller of callers.slice(0, 1)) reply(caller, 'too late');
        },
      }),
      c: store(() => ({ reply: 'in time' })),
    });
    expect(seen).toEqual([
      expect.objectContaining({ code: 'call_timeout', details: { stage: 'b', timeoutMs: 5_000 } }),
      expect.objectContaining({ code: 'call_timeout', details: { stage: 'b', timeoutMs: 70 } }),
      'in time',
    ]);
    const waited = entries.filter(({ stage, type }) => stage === 'a' && type === 'end').at(-1);
    expect(waited?.atMs).toBe(5_070);
  });

  it('waits for ever when it is told to', async () => {
    let answer: unknown;
    await run({
      a: doing(async () => (answer = await call('b', 'x', Infinity))),
      b: store((_request, from) => void self().sendAfter(from, 1e9)),
    });
    expect(answer).toBeUndefined();
    await run({
      a: doing(async () => (answer = await call('b', 'x', Infinity))),
      b: producer({
        handleDemand: () => undefined,
        handleCall: (_request, _state, from) => void self().sendAfter(from, 1e6),
        handleInfo: (caller) => reply(caller as Caller, 'at last'),
      }),
    });
    expect(answer).toBe('at last');
  });

  it('of two stages that call each other ends with the time-out, and the crash of whoever does not catch it', async () => {
    const waiting = (other: string) =>
      doing(() => call(other, 'x', 100), { handleCall: () => ({ reply: 'never' }) });
    const { ended, entries } = await run({ a: waiting('b'), b: waiting('a') });
    expect(ended).toBe('crashed');
    const crash = entries.find((entry) => entry.type === 'crash');
    expect(crash).toMatchObject({
      stage: 'a',
      callback: 'handleInfo',
      error: { code: 'call_timeout' },
      atMs: 100,
    });
  });

  it('refuses a name that is no stage, and names the nearest', async () => {
    const { code, message } = await failureOf(() => call('othe', 'x'));
    expect(code).toBe('stage_unknown');
    expect(message).toContain('Cannot call as "othe"');
    expect(message).toContain('(a, other)');
    expect(message).toContain('did you mean "other"?');
    expect((await failureOf(() => call(7 as never, 'x'))).code).toBe('stage_unknown');
  });

  it('refuses to wait for itself', async () => {
    expect((await failureOf(() => call('a', 'x'))).code).toBe('call_itself');
    expect((await failureOf(() => demandMode('a'))).code).toBe('call_itself');
    expect((await failureOf(() => estimateBuffered('a'))).code).toBe('call_itself');
  });

  it.each([0, -1, Number.NaN, '5'])('refuses %s as a time-out', async (timeoutMs) => {
    const { code, message } = await failureOf(() => call('other', 'x', timeoutMs as number));
    expect(code).toBe('option_out_of_range');
    expect(message).toContain('timeoutMs of call');
  });
});

describe('cast(), send()', () => {
  it('leave another stage a message, which comes in the order sent', async () => {
    const got: unknown[] = [];
    await run({
      a: doing(() => {
        cast('b', 1);
        send({ id: 'b' }, 2);
        cast('b', 3);
      }),
      b: consumer({
        handleEvents: () => undefined,
        handleCast: (request) => void got.push(['cast', request]),
        handleInfo: (message) => void got.push(['info', message]),
      }),
    });
    expect(got).toEqual([
      ['cast', 1],
      ['info', 2],
      ['cast', 3],
    ]);
  });

  it('to a stage that has ended do nothing; to no stage they are refused', async () => {
    const { ended } = await run({
      a: doing(async () => {
        const me = self();
        await sleep(10);
        me.within(() => cast('b', 1));
      }),
      b: doing(() => ({ stop: 'normal' })),
    });
    expect(ended).toBe('idle');
    expect((await failureOf(() => cast('nobody', 1))).message).toContain('Cannot cast as "nobody"');
    expect((await failureOf(() => send('nobody', 1))).message).toContain('Cannot send as "nobody"');
  });
});

describe('subscribe(), resubscribe()', () => {
  const numbers = (from: number) =>
    producer<number, number>({
      init: () => from,
      handleDemand: (demand, next) => {
        const count = Math.min(demand, from + 4 - next);
        return { events: Array.from({ length: count }, (_, i) => next + i), state: next + count };
      },
    });

  it('GS-021 subscribe the stage itself in a later turn, under the name they give', async () => {
    const got: number[] = [];
    const names: unknown[] = [];
    const { entries } = await run({
      a: numbers(0),
      c: consumer<number>({
        init: () => void self().info('begin'),
        handleInfo: () => {
          names.push(subscribe({ to: 'a', maxDemand: 2, colour: 'red' }));
          names.push(subscribe({ to: { id: 'a' }, maxDemand: 1 }));
        },
        handleSubscribe: (_peer, options, _state, from) => void names.push([from.id, options]),
        handleEvents: (events) => void got.push(...events),
      }),
    });
    expect(names).toEqual([
      'c←a+1',
      'c←a+2',
      ['c←a+1', { maxDemand: 2, colour: 'red' }],
      ['c←a+2', { maxDemand: 1 }],
    ]);
    expect(got.sort()).toEqual([0, 1, 2, 3]);
    expect(entries.filter(({ type }) => type === 'subscribed')).toHaveLength(2);
  });

  it('GS-021 GS-023 GS-027 GS-033 tell of a refusal in a warning alone', async () => {
    const trying = (target: Parameters<typeof subscribe>[0]) =>
      run({
        a: numbers(0),
        c: consumer({
          init: () => void self().info('begin'),
          handleInfo: () => void subscribe(target),
          handleEvents: () => undefined,
        }),
      });
    const wrong = await trying({ to: 'a', maxDemand: 0 });
    expect(wrong.entries.filter(({ type }) => type === 'warning')).toMatchObject([
      { code: 'bad_opts', stage: 'c' },
    ]);
    expect(wrong.ended).toBe('idle');
    const gone = await trying({ to: 'nobody' });
    expect(gone.entries.filter(({ type }) => type === 'exit')).toMatchObject([
      { stage: 'c', reason: 'noproc' },
    ]);
    const tolerated = await trying({ to: 'nobody', cancel: 'temporary' });
    expect(tolerated.entries.filter(({ type }) => type === 'exit' || type === 'warning')).toEqual([]);
    const producing = await run({ a: doing(() => subscribe({ to: 'b' }) && undefined), b: numbers(0) });
    expect(producing.entries.filter(({ type }) => type === 'warning')).toMatchObject([
      { code: 'not_a_consumer' },
    ]);
  });

  it('GS-037 replace one subscription by another; the old cancel mode decides what becomes of the stage', async () => {
    const moving = (mode: 'temporary' | 'permanent') => {
      const got: number[] = [];
      const ends: unknown[] = [];
      const plan = pipeline(({ start, subscribe: declare }) => {
        const a = start('a', numbers(0));
        start('b', numbers(10));
        const c = start(
          'c',
          consumer<number>({
            handleSubscribe: (_peer, _options, _state, from) => {
              if (from.id === 'c←a') self().info(from);
            },
            handleInfo: (from) => {
              const name = resubscribe(from as { id: string; peer: string }, 'moving', {
                to: 'a',
                maxDemand: 2,
              });
              expect(name).toBe('c←a+1');
            },
            handleCancel: (end, _state, from) => void ends.push([from.id, end]),
            handleEvents: (events) => void got.push(...events),
          }),
        );
        declare(c, { to: a, maxDemand: 1, cancel: mode });
      });
      return runVirtual(plan, { seed: 0 }).then(({ entries }) => ({ got, ends, entries }));
    };
    const tolerant = await moving('temporary');
    expect(tolerant.ends).toEqual([['c←a', { kind: 'cancel', reason: 'moving' }]]);
    expect(tolerant.entries.some(({ type }) => type === 'exit')).toBe(false);
    const strict = await moving('permanent');
    expect(strict.entries.filter(({ type }) => type === 'exit')).toMatchObject([
      { stage: 'c', reason: 'moving' },
    ]);
  });

  it('GS-022 refuse to subscribe to nothing', async () => {
    const { code, message } = await failureOf(() => subscribe({ maxDemand: 1 } as never));
    expect(code).toBe('subscribe_target');
    expect(message).toContain('Cannot subscribe "a"');
    expect((await failureOf(() => resubscribe('x', 'normal', { to: 3 as never }))).code).toBe(
      'subscribe_target',
    );
  });
});

describe('demandMode(), estimateBuffered()', () => {
  it('GS-144 GS-135 ask another stage, and set its mode', async () => {
    const seen: unknown[] = [];
    await run({
      a: doing(async () => {
        const me = self();
        seen.push(await demandMode('b'));
        me.within(() => demandMode('b', 'accumulate'));
        seen.push(await me.within(() => demandMode('b')));
        me.within(() => demandMode('b', 'forward'));
        seen.push(await me.within(() => demandMode('b')), await me.within(() => estimateBuffered('b')));
      }),
      b: doing(() => ({ events: [1, 2, 3] })),
    });
    expect(seen).toEqual(['forward', 'accumulate', 'forward', 3]);
  });

  it('GS-146 refuse another mode', async () => {
    const { code, message } = await failureOf(() => demandMode('other', 'backward' as never));
    expect(code).toBe('demand_mode');
    expect(message).toContain('received "backward"');
  });
});

describe('code of a callback', () => {
  const functions: readonly (readonly [string, () => unknown])[] = [
    ['self', () => self()],
    ['ask', () => ask({ id: 's', peer: 'a' }, 1)],
    ['cancel', () => cancel({ id: 's', peer: 'a' }, 'normal')],
    ['reply', () => reply({ call: 1, stage: null }, 1)],
    ['call', () => call('a', 1)],
    ['cast', () => cast('a', 1)],
    ['send', () => send('a', 1)],
    ['subscribe', () => subscribe({ to: 'a' })],
    ['resubscribe', () => resubscribe('s', 'normal', { to: 'a' })],
    ['set the demand mode', () => demandMode('a', 'forward')],
    ['ask for the demand mode', () => demandMode('a')],
    ['ask for the buffered events', () => estimateBuffered('a')],
  ];

  it.each(functions)('%s is refused outside of one', (action, act) => {
    expect(act).toThrow(expect.objectContaining({ code: 'outside_callback' }));
    expect(act).toThrow(`Cannot ${action === 'self' ? 'use self()' : action} as`);
  });

  it.each(functions)('%s is refused after an await', async (_action, act) => {
    const { code } = await failureOf(async () => {
      await sleep(1);
      act();
    });
    expect(code).toBe('outside_callback');
  });

  it('goes on with what self() gave: within() is as before the await, and leaves nothing behind', async () => {
    const got: unknown[] = [];
    await run({
      a: doing(async () => {
        const me = self();
        await sleep(1);
        got.push(me.within(() => self().id));
        expect(() => me.within(() => { throw new RangeError('no'); })).toThrow('no'); // prettier-ignore
        expect(() => self()).toThrow('must be called while a callback');
      }),
    });
    expect(got).toEqual(['a']);
  });

  it('has no effect once its stage has ended', async () => {
    const got: unknown[] = [];
    let me: Self | undefined;
    const { entries } = await run({
      a: doing(() => undefined, {
        handleInfo: () => {
          me = self();
          return { stop: 'normal' };
        },
      }),
      b: doing(
        async () => {
          await sleep(5);
          if (!me) throw new Error('a has not run');
          const dead = me;
          dead.info('x');
          dead.cast('x');
          dead.ask({ id: 's', peer: 'b' }, 1);
          dead.cancel({ id: 's', peer: 'b' }, 'normal');
          dead.within(() => send('b', 'from the dead'));
          got.push(dead.sendAfter('x', 5).cancel());
          void dead.call('b', 'x').then(() => got.push('answered'));
        },
        { handleCall: () => ({ reply: 1 }) },
      ),
    });
    expect(got).toEqual([false]);
    expect(entries.filter(({ type, atMs }) => type === 'begin' && atMs > 0)).toEqual([]);
  });
});
