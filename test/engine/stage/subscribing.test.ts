import { describe, expect, it } from 'vitest';
import { ask, consumer, producer, withOptions, type Subscription, type SubscribeOptions } from 'sluice';
import { Hosted } from '../../support/hosted.ts';

const counting = () =>
  producer<number, number>({
    init: () => 0,
    handleDemand: (demand, next) => ({
      events: Array.from({ length: demand }, (_, i) => next + i),
      state: next + demand,
    }),
  });

describe('subscribing', () => {
  it('GS-022 a subscription names its producer', () => {
    expect(() =>
      consumer({ subscribeTo: [{ maxDemand: 1 }] as never, handleEvents: () => undefined }),
    ).toThrow(/subscribeTo/);
  });

  it('GS-029 every option but the target reaches both callbacks and the dispatcher', async () => {
    const seen: [string, SubscribeOptions][] = [];
    const asked: unknown[] = [];
    const a = producer<number>({
      handleDemand: () => undefined,
      handleSubscribe: (peer, options) => void seen.push([peer, options]),
      dispatcher: {
        name: 'spying',
        create: () => ({
          subscribe: (_id, options) => {
            asked.push(options);
            return 0;
          },
          ask: (_id, count) => count,
          cancel: () => 0,
          dispatch: (events) => ({ deliveries: [], leftover: events }),
          info: () => true,
        }),
      },
    });
    const c = consumer<number>({
      handleEvents: () => undefined,
      handleSubscribe: (peer, options) => void seen.push([peer, options]),
    });
    const stages = new Hosted({ a, c });
    const options = { maxDemand: 7, colour: 'red' };
    stages.host.subscribe({ id: 's', consumer: 'c', producer: 'a', options });
    await stages.settle();
    expect(seen.map(([peer]) => peer)).toEqual(['producer', 'consumer']);
    for (const [, given] of seen) expect(given).toMatchObject(options);
    expect(asked).toEqual([expect.objectContaining(options)]);
    expect(JSON.stringify([seen, asked])).not.toContain('"to"');
  });

  it('GS-038 resubscribing in place of an unknown subscription just subscribes', async () => {
    const events: number[] = [];
    const c = consumer<number>({ handleEvents: (batch) => void events.push(...batch) });
    const stages = new Hosted({ a: counting(), c });
    const answer = stages.host.subscribeTo('c', {
      id: 'new',
      producer: 'a',
      options: { maxDemand: 2 },
      replaces: { subscription: 'never was', reason: 'normal' },
    });
    for (let turn = 0; turn < 20; turn++) for (const one of stages.host.ready()) await stages.host.step(one);
    expect(await answer).toEqual(['ok', 'new']);
    expect(events.slice(0, 4)).toEqual([0, 1, 2, 3]);
    expect(stages.entries.filter(({ type }) => type === 'cancel')).toEqual([]);
  });

  it('GS-073 asking on a subscription that is over is answered with a cancellation', async () => {
    let from: Subscription | undefined;
    const ends: unknown[] = [];
    const c = consumer<number>({
      handleEvents: () => undefined,
      handleSubscribe: (_peer, _options, _state, subscription) => {
        from = subscription;
        return { mode: 'manual' };
      },
      handleCancel: (cancellation) => void ends.push(cancellation),
      handleCast: () => {
        if (from) ask(from, 3);
      },
    });
    const asked: number[] = [];
    const a = producer<number>({ handleDemand: (demand) => void asked.push(demand) });
    const stages = new Hosted({ a, c });
    stages.host.subscribe({ id: 's', consumer: 'c', producer: 'a', options: { cancel: 'temporary' } });
    await stages.settle();
    stages.host.cancel('a', 's', 'enough');
    await stages.settle();
    stages.host.tell('c', { type: 'cast', request: 'ask again' });
    await stages.settle();
    expect(ends).toEqual([{ kind: 'cancel', reason: 'enough' }]);
    expect(asked).toEqual([]);
    expect(stages.host.snapshot('c')?.producers).toEqual({});
  });

  it('GS-172 an ask on an unknown subscription is answered with the reason unknown_subscription', async () => {
    const stages = new Hosted({ a: counting() });
    stages.send('a', { type: 'ask', subscription: 'nobody', count: 5 });
    await stages.settle();
    expect(stages.got('cancelled')).toEqual([
      { type: 'cancelled', subscription: 'nobody', reason: 'unknown_subscription' },
    ]);
    expect(stages.entries.some(({ type }) => type === 'asked')).toBe(false);
  });
});

describe('starting', () => {
  it('GS-002 init cannot ask for hibernation: it is no option', () => {
    const a = producer({
      init: () => withOptions(0, { hibernate: true } as never),
      handleDemand: () => undefined,
    });
    expect(new Hosted({ a }).outcomes['a']).toMatchObject({
      type: 'failed',
      error: { code: 'option_unknown' },
    });
  });

  it('GS-005 a throw in init fails the start', () => {
    const a = producer({
      init: () => {
        throw new RangeError('no file');
      },
      handleDemand: () => undefined,
    });
    const stages = new Hosted({ a });
    expect(stages.outcomes['a']).toMatchObject({ type: 'failed', error: { message: 'no file' } });
    expect(stages.host.counters().stages[0]?.status).toBe('crashed');
  });

  it('GS-016 a dispatcher that cannot be made fails the start of its stage', () => {
    const broken = {
      name: 'broken',
      create: () => {
        throw new TypeError('no such dispatcher');
      },
    };
    const a = producer({ handleDemand: () => undefined, dispatcher: broken });
    expect(new Hosted({ a }).outcomes['a']).toMatchObject({
      type: 'failed',
      reason: { error: 'TypeError', message: 'no such dispatcher' },
      error: { message: 'no such dispatcher' },
    });
  });
});

describe('the start of a stage', () => {
  const counter = (init: () => unknown) =>
    producer({ init: init as () => number, handleDemand: () => undefined });
  const told = (stages: Hosted) =>
    stages.entries.map((entry) => ({ ...entry, seq: 0, atMs: 0, worker: 0, cause: null }));
  const plain = { seq: 0, atMs: 0, worker: 0, cause: null, stage: 'a' };

  it('GS-001 records what init has come to, and its state, with options or without', () => {
    for (const init of [() => 7, () => withOptions(7, { bufferSize: 3 })]) {
      const stages = new Hosted({ a: counter(init) });
      expect(told(stages)).toEqual([
        { ...plain, type: 'begin', callback: 'init' },
        { ...plain, type: 'end', callback: 'init', count: 0, emitted: [], state: 7 },
        { ...plain, type: 'start', kind: 'producer', state: 7 },
      ]);
    }
    const [begin, end, start] = new Hosted({ a: counter(() => 7) }).entries;
    expect([end?.cause, start?.cause]).toEqual([begin?.seq, begin?.seq]);
  });

  it('GS-001 without init records the start alone', () => {
    const a = producer({ handleDemand: () => undefined });
    expect(told(new Hosted({ a }))).toMatchObject([{ stage: 'a', type: 'start', kind: 'producer' }]);
  });

  it('GS-006 fails with the reason bad_opts when init gives wrong options', () => {
    const stages = new Hosted({ a: counter(() => withOptions(0, { bufferSize: -1 })) });
    expect(stages.outcomes['a']).toMatchObject({ type: 'failed', reason: ['bad_opts', expect.any(String)] });
  });
});

describe('an end from outside', () => {
  it('GS-164 GS-186 by a failure is told to the peers, with what failed', async () => {
    const ends: unknown[] = [];
    const c = consumer<number>({
      handleEvents: () => undefined,
      handleCancel: (end) => void ends.push(end),
    });
    const stages = new Hosted({ a: counting(), c });
    const options = { maxDemand: 2, cancel: 'temporary' as const };
    stages.host.subscribe({ id: 's', consumer: 'c', producer: 'a', options });
    for (let turn = 0; turn < 4; turn++) for (const one of stages.host.ready()) await stages.host.step(one);
    stages.host.crash('a', new RangeError('cannot be sent'), null);
    await stages.settle();
    expect(ends).toEqual([{ kind: 'down', reason: { error: 'RangeError', message: 'cannot be sent' } }]);
    expect(stages.entries.find(({ type }) => type === 'crash')).toMatchObject({
      stage: 'a',
      error: { name: 'RangeError' },
    });
  });

  it('GS-185 by a kill has the reason killed unless it is given another', async () => {
    const stages = new Hosted({ a: counting(), b: counting() });
    stages.host.kill('a');
    stages.host.kill('b', 'enough');
    const ends = stages.entries.flatMap((entry) =>
      entry.type === 'exit' ? [[entry.stage, entry.reason]] : [],
    );
    expect(ends).toEqual([
      ['a', 'killed'],
      ['b', 'enough'],
    ]);
    await stages.settle();
  });
});
