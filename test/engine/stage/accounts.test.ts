import { describe, expect, it } from 'vitest';
import {
  StageHost,
  ask,
  broadcastDispatcher,
  consumer,
  partitionDispatcher,
  producer,
  producerConsumer,
  seededRandom,
  type EntryOf,
  type StageDefinition,
  type SubscribeOptions,
  type Subscription,
  type TraceLevel,
} from 'sluice';
import { VirtualScheduler } from '../../../engine/time/virtual-scheduler.ts';
import { Hosted } from '../../support/hosted.ts';

const pushing = (options: object = {}) =>
  producer<number>({
    handleDemand: () => undefined,
    handleCast: (events) => ({ events: events as number[] }),
    ...options,
  });

const counting = producer<number, number>({
  init: () => 0,
  handleDemand: (demand, next) => {
    const size = Math.min(demand, 6 - next);
    return { events: Array.from({ length: size }, (_, i) => next + i), state: next + size };
  },
});

const passing = producerConsumer<number, number>({ handleEvents: (events) => ({ events }) });
const sink = consumer<number>({ handleEvents: () => undefined, handleCancel: () => undefined });

const losses = (stages: Hosted) =>
  stages.entries
    .filter((entry): entry is EntryOf<'lost'> => entry.type === 'lost')
    .map(({ stage, where, count, subscription }) => [stage, where, count, subscription ?? null]);

describe('what a stage loses', () => {
  it('GS-174 is told by where it was: held back, buffered, in the queue of a partition', async () => {
    const dispatcher = partitionDispatcher({ partitions: 2, hash: (n: number) => [n, n % 2] });
    const stages = new Hosted({ a: pushing({ dispatcher }), plain: pushing() });
    stages.send('a', { type: 'subscribe', subscription: 's', options: { partition: 0 } });
    stages.send('a', { type: 'ask', subscription: 's', count: 3 });
    stages.host.tell('a', { type: 'cast', request: [1, 3, 2, 4, 6] });
    stages.host.tell('a', { type: 'demandMode', mode: 'accumulate' });
    stages.host.tell('a', { type: 'cast', request: [7, 8, 9] });
    await stages.settle();
    expect(losses(stages)).toEqual([]);
    stages.host.kill('a', 'killed');
    stages.host.kill('plain', 'killed');
    expect(losses(stages)).toEqual([
      ['a', 'held', 3, null],
      ['a', 'buffer', 2, null],
      ['a', 'dispatcher', 2, null],
    ]);
  });

  it('GS-165 GS-171 is told of events in a mailbox, in a queue, and on a subscription nobody knows', async () => {
    const stages = new Hosted({ a: pushing(), b: passing, c: sink });
    stages.host.subscribe({ id: 'ab', consumer: 'b', producer: 'a', options: { maxDemand: 9 } });
    stages.host.subscribe({ id: 'ac', consumer: 'c', producer: 'a', options: { maxDemand: 3 } });
    await stages.settle();
    stages.host.tell('a', { type: 'cast', request: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10] });
    await stages.host.step('a');
    await stages.host.step('b');
    stages.host.kill('b', 'killed');
    stages.host.kill('c', 'killed');
    stages.send('a', { type: 'events', subscription: 'x', first: 0, events: [1] });
    await stages.settle();
    expect(losses(stages)).toEqual([
      ['b', 'queue', 9, 'ab'],
      ['c', 'mailbox', 1, 'ac'],
    ]);
    expect(stages.warnings).toEqual(['producer_got_consumer_message']);
  });

  it('GS-140 GS-174 is told of a single event too, and demand that is held back is none', async () => {
    const stages = new Hosted({ held: pushing({ demand: 'accumulate' }), plain: pushing() });
    stages.send('held', { type: 'subscribe', subscription: 's', options: {} });
    stages.send('held', { type: 'ask', subscription: 's', count: 3 });
    stages.host.tell('held', { type: 'cast', request: [1] });
    stages.host.tell('plain', { type: 'cast', request: [1] });
    await stages.settle();
    stages.host.kill('held', 'killed');
    stages.host.kill('plain', 'killed');
    expect(losses(stages)).toEqual([
      ['held', 'held', 1, null],
      ['plain', 'buffer', 1, null],
    ]);
  });

  it('GS-088 GS-174 is told of a batch in hand also when its producer has gone before', async () => {
    const b = producerConsumer<number, number>({ handleEvents: () => new Promise<void>(() => undefined) });
    const stages = new Hosted({ b });
    const options = { maxDemand: 4, cancel: 'temporary' as const };
    stages.host.subscribe({ id: 'pb', consumer: 'b', producer: 'probe', options });
    stages.send('b', { type: 'events', subscription: 'pb', first: 0, events: [1, 2] });
    stages.send('b', { type: 'cancelled', subscription: 'pb', reason: 'normal' });
    stages.send('b', { type: 'subscribe', subscription: 'bp', options: {} });
    await stages.settle();
    stages.send('b', { type: 'ask', subscription: 'bp', count: 1 });
    void stages.host.step('b');
    stages.host.kill('b', 'killed');
    expect(losses(stages)).toEqual([['b', 'callback', 2, 'pb']]);
  });

  it('GS-171 events on an unknown subscription are lost on their way, and their sender is told to stop', async () => {
    const stages = new Hosted({ c: sink });
    stages.send('c', { type: 'events', subscription: 'x', first: 0, events: [1, 2] });
    await stages.settle();
    expect(losses(stages)).toEqual([['c', 'flight', 2, 'x']]);
    expect(stages.got('cancel')).toEqual([
      { type: 'cancel', subscription: 'x', reason: 'unknown_subscription' },
    ]);
  });
});

describe('messages for the other kind of stage', () => {
  it('GS-191 are warned of and change nothing', async () => {
    const stages = new Hosted({ a: pushing(), c: sink });
    stages.send('c', { type: 'subscribe', subscription: 's', options: {} });
    stages.send('c', { type: 'ask', subscription: 's', count: 1 });
    stages.send('c', { type: 'cancel', subscription: 's', reason: 'normal' });
    await stages.settle();
    expect(stages.warnings).toEqual(Array(3).fill('consumer_got_producer_message'));
    stages.send('a', { type: 'cancelled', subscription: 's', reason: 'normal' });
    await stages.settle();
    expect(stages.warnings.at(-1)).toBe('producer_got_consumer_message');
    expect(stages.received).toEqual([]);
  });
});

describe('counters', () => {
  it('tell of both ends of a subscription, also when it is over', async () => {
    const stages = new Hosted({ a: counting, c: sink });
    const options = { maxDemand: 4, minDemand: 2, cancel: 'temporary' as const };
    stages.host.subscribe({ id: 's', consumer: 'c', producer: 'a', options });
    await stages.settle();
    const both = () =>
      stages.host.counters().subscriptions.filter(({ subscription }) => subscription === 's');
    expect(both().map(({ asked, dispatched, pending }) => [asked, dispatched, pending])).toEqual([
      [0, 6, 0],
      [10, 0, 4],
    ]);
    expect(stages.host.snapshot('a')).toMatchObject({ consumers: ['s'], buffered: 0, mode: 'forward' });
    stages.host.cancel('a', 's', 'enough');
    await stages.settle();
    expect(both().map(({ asked, dispatched, pending }) => [asked, dispatched, pending])).toEqual([
      [0, 6, 0],
      // What was never handled of it stays known: the rest was.
      [10, 0, 4],
    ]);
    expect(stages.host.snapshot('a')?.consumers).toEqual([]);
  });
});

describe('a run whose trace nobody wants', () => {
  /** What is recorded of three stages in a row, the first of which is stopped at last. */
  const typesOf = async (
    trace: TraceLevel,
    stages: Readonly<Record<string, StageDefinition>>,
    options: SubscribeOptions = {},
  ) => {
    const host = new StageHost({
      worker: 0,
      workers: 1,
      placement: {},
      scheduler: new VirtualScheduler(),
      random: seededRandom(1),
      trace,
      capacity: 1_000,
      onRemote: () => undefined,
    });
    for (const [name, definition] of Object.entries(stages)) host.start(name, definition, undefined);
    host.subscribe({ id: 'ab', consumer: 'b', producer: 'a', options: { maxDemand: 4, ...options } });
    host.tell('a', { type: 'cast', request: [1, 2, 3, 4, 5, 6, 7] });
    host.subscribe({ id: 'bc', consumer: 'c', producer: 'b', options: { maxDemand: 3 } });
    const settle = async () => {
      for (let turn = 0; turn < 100; turn++) for (const one of host.ready()) await host.step(one);
    };
    await settle();
    const types = new Set(host.recorder.take().map(({ type }) => type));
    const handled = host.counters().stages.at(-1)?.handled;
    void host.stop('a', 'normal');
    await settle();
    const atTheEnd = host.recorder.take().filter(({ stage }) => stage === 'a');
    return { types, handled, atTheEnd: atTheEnd.map(({ type }) => type) };
  };

  it('records starts and subscriptions, and nothing for every batch; what happens is the same', async () => {
    const stages = { a: pushing({ bufferSize: 5 }), b: passing, c: sink };
    const full = await typesOf('full', stages);
    const counters = await typesOf('counters', stages);
    expect(counters.handled).toBe(full.handled);
    expect(full.types).toContain('discard');
    expect([...counters.types].sort()).toEqual(['start', 'subscribe', 'subscribed', 'warning']);
  });

  it('GS-112 GS-185 records neither what a selector refused nor a last word', async () => {
    const a = pushing({ dispatcher: broadcastDispatcher(), terminate: () => undefined });
    const stages = { a, b: passing, c: sink };
    const selector = (n: number) => n > 1;
    const full = await typesOf('full', stages, { selector });
    const counters = await typesOf('counters', stages, { selector });
    expect(counters.handled).toBe(full.handled);
    expect(full.types).toContain('drop');
    expect([...counters.types].sort()).toEqual(['start', 'subscribe', 'subscribed']);
    expect(full.atTheEnd).toEqual(['begin', 'end', 'exit']);
    expect(counters.atTheEnd).toEqual(['exit']);
  });
});

describe('a trace', () => {
  it('holds nothing of callbacks that a stage has not, nor of a buffer that nothing goes to', async () => {
    const stages = new Hosted({ a: pushing(), c: consumer<number>({ handleEvents: () => undefined }) });
    stages.host.subscribe({ id: 's', consumer: 'c', producer: 'a', options: { cancel: 'temporary' } });
    await stages.settle();
    stages.host.tell('a', { type: 'cast', request: [1, 2] });
    await stages.settle();
    stages.host.cancel('a', 's', 'normal');
    await stages.settle();
    const callbacks = stages.entries.flatMap((entry) => (entry.type === 'begin' ? [entry.callback] : []));
    expect(callbacks).toEqual(['handleDemand', 'handleCast', 'handleEvents']);
    expect(stages.entries.filter(({ type }) => type === 'buffer')).toEqual([]);
    for (const entry of stages.entries) {
      if (entry.type === 'end' && entry.callback !== 'handleEvents')
        expect(entry).not.toHaveProperty('pending');
    }
  });
});

describe('causes', () => {
  it('GS-142 what was held back is caused by what brought it, not by what let it go', async () => {
    const a = producer<number>({
      handleDemand: () => undefined,
      handleCast: (events) => ({ events: events as number[] }),
      demand: 'accumulate',
    });
    const stages = new Hosted({ a });
    stages.send('a', { type: 'subscribe', subscription: 's', options: {} });
    stages.send('a', { type: 'ask', subscription: 's', count: 2 });
    stages.host.tell('a', { type: 'cast', request: [1, 2] });
    stages.host.tell('a', { type: 'demandMode', mode: 'forward' });
    await stages.settle();
    const find = (type: string, callback?: string) =>
      stages.entries.find(
        (entry) => entry.type === type && (!callback || ('callback' in entry && entry.callback === callback)),
      );
    expect(find('begin', 'handleDemand')?.cause).toBe(find('asked')?.seq);
    expect(find('dispatch')?.cause).toBe(find('end', 'handleCast')?.seq);
  });

  it('GS-116 demand that a consumer releases as it leaves is caused by its cancellation', async () => {
    for (const handles of [true, false]) {
      const a = producer<number>({
        handleDemand: () => undefined,
        dispatcher: broadcastDispatcher(),
        ...(handles ? { handleCancel: () => undefined } : {}),
      });
      const stages = new Hosted({ a });
      stages.send('a', { type: 'subscribe', subscription: 's', options: {} });
      stages.host.receive({
        to: 'a',
        from: 'other',
        cause: null,
        message: { type: 'subscribe', subscription: 't', options: {} },
      });
      stages.send('a', { type: 'ask', subscription: 's', count: 2 });
      await stages.settle();
      stages.host.cancel('a', 't', 'normal');
      await stages.settle();
      const released = stages.entries.findLast(
        (entry) => entry.type === 'begin' && entry.callback === 'handleDemand',
      );
      const last = stages.entries.findLast((entry) =>
        handles ? entry.type === 'end' && entry.callback === 'handleCancel' : entry.type === 'cancel',
      );
      expect(released, `with handleCancel: ${handles}`).toMatchObject({ demand: 2, cause: last?.seq });
    }
  });
});

describe('a dispatcher that fails', () => {
  /** Answers to `dispatch` as it is told. */
  const dispatching = (dispatch: (events: readonly unknown[]) => unknown) => ({
    name: 'odd',
    create: () => ({
      subscribe: () => 0,
      ask: (_id: string, count: number) => count,
      cancel: () => 0,
      dispatch: dispatch as never,
    }),
  });

  it.each<[string, (events: readonly unknown[]) => unknown, number]>([
    [
      'throws',
      () => {
        throw new Error('no idea');
      },
      3,
    ],
    ['gives no answer', () => undefined, 3],
    [
      'delivers to a stranger',
      (events) => ({
        deliveries: [
          { to: 's', events: events.slice(0, 1) },
          { to: 'stranger', events: events.slice(1, 2) },
        ],
        leftover: events.slice(2),
      }),
      2,
    ],
  ])('crashes its stage when it %s, and what it had in hand is lost', async (_, dispatch, count) => {
    const stages = new Hosted({ a: pushing({ dispatcher: dispatching(dispatch) }) });
    stages.send('a', { type: 'subscribe', subscription: 's', options: {} });
    stages.send('a', { type: 'ask', subscription: 's', count: 9 });
    stages.host.tell('a', { type: 'cast', request: [1, 2, 3] });
    await stages.settle();
    expect(stages.host.counters().stages[0]?.status).toBe('crashed');
    const lost = losses(stages);
    expect(lost.every(([stage, where]) => stage === 'a' && where === 'dispatcher')).toBe(true);
    expect(lost.reduce((sum, [, , one]) => sum + Number(one), 0)).toBe(count);
    expect(stages.got('events').flatMap(({ events }) => events)).toHaveLength(3 - count);
  });

  it('is never given an empty list, nor asked about events that are held back', async () => {
    const given: number[] = [];
    const dispatcher = dispatching((events) => {
      given.push(events.length);
      return { deliveries: [], leftover: events };
    });
    const stages = new Hosted({ a: pushing({ dispatcher }) });
    stages.host.tell('a', { type: 'cast', request: [] });
    stages.host.tell('a', { type: 'cast', request: [1, 2] });
    stages.host.tell('a', { type: 'demandMode', mode: 'accumulate' });
    stages.host.tell('a', { type: 'cast', request: [3] });
    await stages.settle();
    expect(given).toEqual([2]);
  });

  it('GS-169 may send to a consumer only while that consumer leaves', async () => {
    const leaving = pushing({ handleCancel: () => ({ events: [7] }) });
    const stages = new Hosted({ a: leaving });
    stages.send('a', { type: 'subscribe', subscription: 's', options: {} });
    stages.send('a', { type: 'ask', subscription: 's', count: 3 });
    stages.host.cancel('a', 's', 'normal');
    stages.host.tell('a', { type: 'cast', request: [8] });
    await stages.settle();
    expect(stages.got('events').map(({ events }) => events)).toEqual([[7]]);
    expect(stages.host.snapshot('a')).toMatchObject({ buffered: 1, consumers: [] });
  });
});

describe('a stage that has ended', () => {
  it('tells what it had once, and has nothing any more', async () => {
    const stages = new Hosted({ a: pushing() });
    stages.host.tell('a', { type: 'cast', request: [1, 2] });
    await stages.settle();
    stages.host.kill('a', 'killed');
    stages.host.kill('a', 'killed again');
    expect(losses(stages)).toEqual([['a', 'buffer', 2, null]]);
    expect(stages.host.counters().stages[0]).toMatchObject({ buffered: 0, status: 'exited' });
    expect(stages.entries.filter(({ type }) => type === 'exit')).toHaveLength(1);
  });
});

describe('a consumer whose subscription is over', () => {
  it('GS-073 still sends what it asks for, but not for what is asked on its behalf', async () => {
    let from: Subscription | undefined;
    const c = consumer<number>({
      handleSubscribe: (_peer, _options, _state, subscription) => {
        from = subscription;
        ask(subscription, 2);
        return { mode: 'manual' };
      },
      handleEvents: () => undefined,
      handleCast: () => {
        if (from) ask(from, 3);
      },
    });
    const stages = new Hosted({ c });
    stages.host.subscribe({ id: 's', consumer: 'c', producer: 'probe', options: { cancel: 'temporary' } });
    await stages.settle();
    stages.send('c', { type: 'cancelled', subscription: 's', reason: 'normal' });
    stages.host.tell('c', { type: 'cast', request: 'more' });
    stages.host.tell('c', { type: 'askFor', subscription: 's', count: 4 });
    await stages.settle();
    expect(stages.got('ask').map(({ count }) => count)).toEqual([2, 3]);
  });
});

describe('a subscription', () => {
  it('GS-032 GS-050 is automatic, and its first ask is caused by what handleSubscribe has returned, or by itself', async () => {
    for (const handles of [true, false]) {
      const c = consumer<number>({
        handleEvents: () => undefined,
        ...(handles ? { handleSubscribe: () => undefined } : {}),
      });
      const stages = new Hosted({ c });
      stages.host.subscribe({ id: 's', consumer: 'c', producer: 'probe', options: { maxDemand: 4 } });
      await stages.settle();
      const subscribed = stages.entries.find(({ type }) => type === 'subscribe');
      const before = stages.entries.find((entry) => entry.type === (handles ? 'end' : 'subscribe'));
      expect(subscribed).toMatchObject({ mode: 'automatic', maxDemand: 4, minDemand: 2 });
      expect(stages.entries.find(({ type }) => type === 'ask')).toMatchObject({
        count: 4,
        cause: before?.seq,
      });
    }
  });
});
