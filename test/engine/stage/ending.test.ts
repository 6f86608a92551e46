import { describe, expect, it } from 'vitest';
import {
  ask,
  cast,
  consumer,
  ignore,
  producer,
  reply,
  self,
  type Caller,
  type Cancellation,
  type EntryOf,
  type StageDefinition,
  type StageMessage,
  type TraceType,
} from 'sluice';
import { Hosted } from '../../support/hosted.ts';

const nothing = () => undefined;
const of = <T extends TraceType>(stages: Hosted, type: T): EntryOf<T>[] =>
  stages.entries.filter((entry): entry is EntryOf<T> => entry.type === type);

/** Settled by whoever holds it. */
function gate() {
  let open: () => void = nothing;
  let fail: (error: unknown) => void = nothing;
  const promise = new Promise<void>((resolve, reject) => {
    open = resolve;
    fail = reject;
  });
  return { promise, open, fail };
}

describe('a stage that ends while a callback waits', () => {
  /** A producer whose handleCall waits for the gate, with a consumer that was given one event. */
  function waiting() {
    const { promise, open, fail } = gate();
    const done: unknown[] = [];
    const a = producer<number, string>({
      init: () => 'before',
      handleDemand: nothing,
      handleCall: async () => {
        const me = self();
        await promise;
        done.push('goes on');
        me.info('from the dead');
        me.within(() => cast('c', 'from the dead'));
        return { events: [1], state: 'after', reply: 'answer' };
      },
      handleInfo: (message) => void done.push(message),
      terminate: () => void done.push('terminate'),
    });
    const c = consumer<number>({
      handleEvents: (events) => void done.push(...events),
      handleCast: (request) => void done.push(request),
      handleCancel: ({ kind, reason }) => void done.push([kind, reason]),
    });
    const stages = new Hosted({ a, c });
    stages.host.subscribe({ id: 's', consumer: 'c', producer: 'a', options: { cancel: 'temporary' } });
    return { stages, done, open, fail };
  }

  it('GS-185 GS-190 kill: what it still returns changes nothing, and its caller hears of it', async () => {
    const { stages, done, open } = waiting();
    await stages.settle();
    const answer = stages.host.call('a', 'x');
    const handled = stages.host.step('a');
    expect(stages.host.busy).toEqual(['a']);
    stages.host.kill('a', 'enough');
    expect(stages.host.busy).toEqual([]);
    await expect(answer).rejects.toMatchObject({
      code: 'call_unanswered',
      message: expect.stringContaining('"enough"'),
    });
    open();
    await handled;
    await stages.settle();
    expect(done).toEqual(['goes on', ['down', 'enough']]);
    expect(stages.host.snapshot('a')?.state).toBe('before');
    expect(of(stages, 'exit')).toMatchObject([{ stage: 'a', reason: 'enough' }]);
    expect(of(stages, 'crash')).toEqual([]);
  });

  it('GS-186 a promise that is rejected crashes it; once it is killed, rejecting changes nothing', async () => {
    const crashed = waiting();
    await crashed.stages.settle();
    const answer = crashed.stages.host.call('a', 'x');
    const handled = crashed.stages.host.step('a');
    crashed.fail(new RangeError('too late'));
    await handled;
    await expect(answer).rejects.toMatchObject({ code: 'call_unanswered' });
    await crashed.stages.settle();
    expect(of(crashed.stages, 'crash')).toMatchObject([
      { stage: 'a', callback: 'handleCall', error: { name: 'RangeError', message: 'too late' } },
    ]);
    expect(crashed.done).toEqual(['terminate', ['down', { error: 'RangeError', message: 'too late' }]]);

    const killed = waiting();
    await killed.stages.settle();
    killed.stages.host.call('a', 'x').catch(nothing);
    const dead = killed.stages.host.step('a');
    killed.stages.host.kill('a');
    killed.fail(new RangeError('nobody hears'));
    await dead;
    expect(of(killed.stages, 'crash')).toEqual([]);
  });

  it('GS-182 a second end says nothing: the first reason stays', async () => {
    const { stages } = waiting();
    stages.host.kill('a', 'first');
    stages.host.kill('a', 'second');
    stages.host.crash('a', new Error('third'), null);
    expect(of(stages, 'exit')).toMatchObject([{ reason: 'first' }]);
    expect(of(stages, 'crash')).toEqual([]);
  });
});

describe('terminate', () => {
  const ending = (terminate: (reason: unknown, state: number) => void | Promise<void>) =>
    producer<never, number>({
      init: () => 1,
      handleDemand: nothing,
      handleCast: (reason) => ({ state: 2, stop: reason }),
      handleCall: (request) => (request === 'reply' ? { stop: 'done', reply: 'bye' } : { stop: 'done' }),
      handleInfo: () => {
        throw new Error('broken');
      },
      terminate,
    });

  it('GS-185 gets the reason and the last state, on a stop and on a throw', async () => {
    const got: unknown[] = [];
    const first = new Hosted({ a: ending((reason, state) => void got.push([reason, state])) });
    first.host.tell('a', { type: 'cast', request: ['shutdown', 1] });
    await first.settle();
    const second = new Hosted({ a: ending((reason, state) => void got.push([reason, state])) });
    second.host.tell('a', { type: 'info', request: 'x' });
    await second.settle();
    expect(got).toEqual([
      [['shutdown', 1], 2],
      [{ error: 'Error', message: 'broken' }, 1],
    ]);
    expect(of(first, 'exit')).toMatchObject([{ reason: ['shutdown', 1] }]);
    expect(first.host.counters().stages[0]?.status).toBe('exited');
    expect(second.host.counters().stages[0]?.status).toBe('crashed');
    // The end of terminate shows the state once more.
    const ends = of(first, 'end').filter(({ callback }) => callback === 'terminate');
    expect(ends).toMatchObject([{ count: 0, emitted: [], state: 2 }]);
  });

  it('GS-182 runs before the reply, and without one the caller hears of the end', async () => {
    const { promise, open } = gate();
    const stages = new Hosted({ a: ending(() => promise) });
    const answer = stages.host.call('a', 'reply');
    let answered = false;
    void answer.then(() => (answered = true));
    const handled = stages.host.step('a');
    await Promise.resolve();
    expect(answered).toBe(false);
    open();
    await handled;
    expect(await answer).toBe('bye');
    const silent = new Hosted({ a: ending(nothing) });
    const none = silent.host.call('a', 'no reply');
    await silent.settle();
    await expect(none).rejects.toMatchObject({
      code: 'call_unanswered',
      message: expect.stringContaining('"done"'),
    });
  });

  it('that throws is told as a crash; the stage ends for its own reason all the same', async () => {
    const stages = new Hosted({
      a: ending(() => {
        throw new RangeError('last words');
      }),
    });
    stages.host.tell('a', { type: 'cast', request: 'enough' });
    await stages.settle();
    expect(of(stages, 'crash')).toMatchObject([{ callback: 'terminate', error: { message: 'last words' } }]);
    expect(stages.host.counters().stages[0]?.status).toBe('crashed');
  });

  it('GS-189 is waited for by whoever stops the stage, unless it is killed meanwhile', async () => {
    const { promise, open } = gate();
    const stages = new Hosted({ a: ending(() => promise) });
    const stopped = stages.host.stop('a', 'normal');
    const handled = stages.host.step('a');
    expect(of(stages, 'exit')).toEqual([]);
    open();
    await handled;
    expect(await stopped).toBe('ok');
    expect(of(stages, 'exit')).toMatchObject([{ reason: 'normal' }]);
    const killed = new Hosted({ a: ending(() => new Promise<void>(nothing)) });
    const never = killed.host.stop('a', 'normal');
    void killed.host.step('a');
    killed.host.kill('a', 'impatient');
    await expect(never).rejects.toMatchObject({ message: expect.stringContaining('"impatient"') });
  });
});

describe('the end of a stage', () => {
  const stopping = producer<never>({
    handleDemand: nothing,
    handleCast: (reason) => ({ stop: reason }),
  });

  it('GS-182 GS-185 is caused by what asked for it, and has no last word where there is no terminate', async () => {
    const stages = new Hosted({ a: stopping });
    stages.host.tell('a', { type: 'cast', request: 'enough' });
    await stages.settle();
    const [end] = of(stages, 'end').filter(({ callback }) => callback === 'handleCast');
    expect(of(stages, 'exit')).toMatchObject([{ reason: 'enough', cause: end?.seq }]);
    expect(of(stages, 'begin').map(({ callback }) => callback)).toEqual(['handleCast']);
  });

  it('GS-186 of a failure outside its callbacks tells of that and where it came from', async () => {
    const stages = new Hosted({ a: stopping, b: stopping });
    const [started] = of(stages, 'start');
    stages.host.crash('a', new RangeError('outside'), started?.seq ?? null);
    expect(of(stages, 'crash')).toMatchObject([
      { stage: 'a', callback: null, error: { name: 'RangeError', message: 'outside' }, cause: started?.seq },
    ]);
    expect(stages.host.counters().stages.map(({ stage, status }) => [stage, status])).toEqual([
      ['a', 'crashed'],
      ['b', 'waiting'],
    ]);
    expect(of(stages, 'exit')).toEqual([]);
  });

  it('GS-004 of one that never began is an exit', () => {
    const stages = new Hosted({ a: producer({ init: () => ignore(), handleDemand: nothing }) });
    expect(of(stages, 'exit')).toHaveLength(1);
    expect(stages.host.counters().stages.map(({ status }) => status)).toEqual(['exited']);
  });
});

describe('a failure', () => {
  const fail = () => {
    throw new Error('broken');
  };
  const later = () => Promise.reject(new Error('broken'));
  const crashOf = async (a: StageDefinition, ...messages: readonly StageMessage[]) => {
    const stages = new Hosted({ a });
    if (a.kind === 'consumer')
      stages.host.subscribe({ id: 's', consumer: 'a', producer: 'probe', options: { cancel: 'temporary' } });
    else stages.send('a', { type: 'subscribe', subscription: 's', options: {} });
    await stages.settle();
    for (const message of messages) stages.send('a', message);
    await stages.settle();
    return of(stages, 'crash').map(({ callback }) => callback);
  };

  it('GS-186 is told with the callback it happened in, at once or later', async () => {
    const batch = { type: 'events', subscription: 's', first: 0, events: [1] } as const;
    const asked = { type: 'ask', subscription: 's', count: 1 } as const;
    const ended = { type: 'cancelled', subscription: 's', reason: 'normal' } as const;
    for (const broken of [fail, later]) {
      expect(await crashOf(consumer({ handleEvents: broken }), batch)).toEqual(['handleEvents']);
      expect(await crashOf(producer({ handleDemand: broken }), asked)).toEqual(['handleDemand']);
      const leaving = consumer({ handleEvents: nothing, handleCancel: broken });
      expect(await crashOf(leaving, ended)).toEqual(['handleCancel']);
    }
  });

  it('GS-186 of what is no error ends the stage with what was thrown; a call nobody expects names what is missing', async () => {
    const reasons: unknown[] = [];
    const a = (more: object) =>
      producer({ handleDemand: nothing, terminate: (reason) => void reasons.push(reason), ...more });
    const throwing = a({
      handleCast: () => {
        throw 'a text';
      },
    });
    const thrown = new Hosted({ a: throwing });
    thrown.host.tell('a', { type: 'cast', request: 1 });
    await thrown.settle();
    const called = new Hosted({ a: a({}) });
    called.send('a', { type: 'call', call: 1, request: 'x' });
    await called.settle();
    expect(reasons).toEqual([{ error: 'Thrown', message: '"a text"' }, { error: 'undefined_function' }]);
  });

  it('gives back the word: outside of callbacks nobody is self()', async () => {
    const stages = new Hosted({
      a: producer({ handleDemand: nothing }),
      c: consumer({ handleEvents: nothing }),
    });
    stages.send('a', { type: 'subscribe', subscription: 'ap', options: {} });
    stages.send('a', { type: 'ask', subscription: 'ap', count: 1 });
    await stages.settle();
    expect(() => self()).toThrow(expect.objectContaining({ name: 'EngineError' }));
    stages.host.subscribe({ id: 'pc', consumer: 'c', producer: 'probe', options: {} });
    stages.send('c', { type: 'events', subscription: 'pc', first: 0, events: [1] });
    await stages.settle();
    expect(() => self()).toThrow(expect.objectContaining({ name: 'EngineError' }));
    expect(of(stages, 'end').map(({ callback }) => callback)).toEqual(['handleDemand', 'handleEvents']);
  });
});

describe('a call', () => {
  it('GS-181 is answered once, however often the stage replies', async () => {
    const a = producer({
      handleDemand: nothing,
      handleCall: (_request, _state, caller) => {
        for (const answer of ['first', 'second']) reply(caller, answer);
      },
    });
    const stages = new Hosted({ a });
    stages.send('a', { type: 'call', call: 7, request: 'x' });
    await stages.settle();
    expect(stages.got('reply')).toEqual([{ type: 'reply', call: 7, value: 'first' }]);
  });

  it('GS-190 that the engine has answered hears nothing of the end of its stage', async () => {
    const stages = new Hosted({ a: producer({ handleDemand: nothing }) });
    stages.send('a', { type: 'getDemandMode', call: 3 });
    await stages.settle();
    stages.host.kill('a', 'killed');
    expect(stages.received.map(({ message }) => message)).toEqual([
      { type: 'reply', call: 3, value: 'forward' },
    ]);
  });
});

describe('what callbacks return', () => {
  const returning = (callback: string, value: unknown) => {
    const answer = () => value;
    const a = producer<number>({ handleDemand: nothing, [callback]: answer });
    const c = consumer<number>({ handleEvents: nothing });
    return new Hosted({ a, c });
  };

  it.each([
    ['handleCast', { reply: 1 }, 'may only have events, state, stop, hibernate'],
    ['handleInfo', { reply: 1 }, 'received "reply"'],
    ['handleCast', { events: 'abc' }, 'events must be an array'],
    ['handleCast', null, 'it must return nothing or an object'],
    ['handleCall', { replay: 1 }, 'did you mean "reply"?'],
    ['handleSubscribe', { events: [] }, 'may only have mode, state, stop'],
    ['handleSubscribe', { mode: 'auto' }, 'mode must be "automatic" or "manual": received "auto"'],
    ['handleSubscribe', { mode: 'manual' }, 'only the end that consumes may choose manual'],
    ['handleCancel', [1], 'it must return nothing or an object'],
  ])('GS-184 GS-031 %s may not return %j', async (callback, value, message) => {
    const stages = returning(callback, value);
    if (callback === 'handleCast') stages.host.tell('a', { type: 'cast', request: 1 });
    else if (callback === 'handleInfo') stages.host.tell('a', { type: 'info', request: 1 });
    else if (callback === 'handleCall') stages.host.call('a', 1).catch(nothing);
    else {
      stages.host.subscribe({ id: 's', consumer: 'c', producer: 'a', options: {} });
      await stages.settle();
      stages.host.cancel('a', 's', 'normal');
    }
    await stages.settle();
    expect(of(stages, 'crash')).toMatchObject([
      { stage: 'a', callback, error: { code: 'bad_step', message: expect.stringContaining(message) } },
    ]);
  });

  it('GS-184 ends the stage with the reason bad_return_value', async () => {
    const ends: Cancellation[] = [];
    const a = producer<number>({ handleDemand: nothing, handleCast: () => 'rubbish' as never });
    const c = consumer<number>({ handleEvents: nothing, handleCancel: (end) => void ends.push(end) });
    const stages = new Hosted({ a, c });
    stages.host.subscribe({ id: 's', consumer: 'c', producer: 'a', options: { cancel: 'temporary' } });
    await stages.settle();
    stages.host.tell('a', { type: 'cast', request: 1 });
    await stages.settle();
    expect(ends).toEqual([{ kind: 'down', reason: ['bad_return_value', 'rubbish'] }]);
  });

  it('GS-133 formatDiscarded answers at once: a promise crashes the stage', async () => {
    const a = producer<number>({
      bufferSize: 1,
      handleDemand: nothing,
      handleCast: () => ({ events: [1, 2] }),
      formatDiscarded: (() => Promise.resolve(true)) as never,
    });
    const stages = new Hosted({ a });
    stages.host.tell('a', { type: 'cast', request: 1 });
    await stages.settle();
    expect(of(stages, 'crash')).toMatchObject([
      { callback: 'formatDiscarded', error: { message: expect.stringContaining('it must answer at once') } },
    ]);
  });

  it('GS-187 hibernate has no effect', async () => {
    const got: unknown[] = [];
    const a = producer<number, number>({
      init: () => 0,
      handleDemand: (demand, n) => ({ events: Array.from({ length: demand }, () => n), hibernate: true }),
      handleCall: (_request, n) => ({ state: n + 1, reply: n, hibernate: true }),
    });
    const c = consumer<number>({
      handleSubscribe: (_peer, _options, _state, from) => {
        ask(from, 2);
        return { mode: 'manual' };
      },
      handleEvents: (events) => {
        got.push(...events);
        return { hibernate: true };
      },
    });
    const stages = new Hosted({ a, c });
    stages.host.subscribe({ id: 's', consumer: 'c', producer: 'a', options: {} });
    const answer = stages.host.call('a', 1);
    await stages.settle();
    expect(got).toEqual([1, 1]);
    expect(await answer).toBe(0);
  });

  it('GS-181 a call is answered once: what comes after the first answer says nothing', async () => {
    const a = producer<never>({
      handleDemand: nothing,
      handleCall: (_request, _state, from: Caller) => {
        reply(from, 'first');
        reply(from, 'second');
        return { reply: 'third' };
      },
    });
    const stages = new Hosted({ a });
    const answer = stages.host.call('a', 1);
    await stages.settle();
    expect(await answer).toBe('first');
  });
});
