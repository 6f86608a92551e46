import { describe, expect, it } from 'vitest';
import { consumer, producer, producerConsumer, sleep } from 'sluice';
import { Hosted } from '../../support/hosted.ts';

const pushing = producer<number>({
  handleDemand: () => undefined,
  handleCast: (events) => ({ events: events as number[] }),
});
const passing = producerConsumer<number, number>({ handleEvents: (events) => ({ events }) });
const sink = consumer<number>({ handleEvents: () => undefined });

/** Totals of a stage, as its host counts them. */
const countersOf = (stages: Hosted, name: string) =>
  stages.host.counters().stages.find(({ stage }) => stage === name);

describe('a snapshot', () => {
  it('of a stage of each kind holds nothing where it has no such side', async () => {
    const stages = new Hosted({ a: pushing, b: passing, c: sink });
    const none = { buffered: 0, queued: 0, wanted: 0, consumers: [], producers: {} };
    const nothing = { ...none, state: null, frozen: false };
    for (const name of ['a', 'b', 'c'])
      expect(stages.host.snapshot(name)).toEqual({ ...nothing, mode: 'forward' });
    for (const name of ['a', 'b', 'c'])
      expect(countersOf(stages, name)).toMatchObject({ buffered: 0, handled: 0, emitted: 0, discarded: 0 });
    stages.host.tell('a', { type: 'demandMode', mode: 'accumulate' });
    await stages.settle();
    expect(stages.host.snapshot('a')?.mode).toBe('accumulate');
  });

  it('GS-081 GS-084 tells what waits for demand, and what demand waits for events', async () => {
    const stages = new Hosted({ a: pushing, b: passing });
    stages.host.subscribe({ id: 'ab', consumer: 'b', producer: 'a', options: { maxDemand: 10 } });
    stages.host.tell('a', { type: 'cast', request: [1, 2, 3] });
    await stages.settle();
    expect(stages.host.snapshot('b')).toMatchObject({ queued: 1, wanted: 0, producers: { ab: 10 } });
    stages.send('b', { type: 'subscribe', subscription: 'bp', options: {} });
    stages.send('b', { type: 'ask', subscription: 'bp', count: 8 });
    await stages.settle();
    expect(stages.host.snapshot('b')).toMatchObject({ queued: 0, wanted: 5, consumers: ['bp'] });
    expect(countersOf(stages, 'b')).toMatchObject({ handled: 3, emitted: 3 });
  });

  it('GS-084 what goes to the buffer has met no demand', async () => {
    const stages = new Hosted({
      b: producerConsumer<number, number>({ handleEvents: () => ({ events: [7, 8, 9] }) }),
    });
    stages.host.subscribe({
      id: 'pb',
      consumer: 'b',
      producer: 'probe',
      options: { maxDemand: 4, minDemand: 0 },
    });
    stages.send('b', { type: 'subscribe', subscription: 'bp', options: {} });
    stages.send('b', { type: 'ask', subscription: 'bp', count: 2 });
    stages.send('b', { type: 'events', subscription: 'pb', first: 0, events: [1] });
    await stages.settle();
    expect(stages.host.snapshot('b')).toMatchObject({ buffered: 1, wanted: 0 });
    stages.send('b', { type: 'ask', subscription: 'bp', count: 3 });
    await stages.settle();
    expect(stages.host.snapshot('b')).toMatchObject({ buffered: 0, wanted: 2 });
  });
});

describe('counters', () => {
  it('tell how often callbacks were called and how long they took, waiting included', async () => {
    const slow = producer<number>({
      init: () => undefined,
      handleDemand: () => undefined,
      handleCast: async () => {
        await sleep(30);
        return { events: [1] };
      },
    });
    const stages = new Hosted({ slow, b: passing });
    expect(countersOf(stages, 'slow')).toMatchObject({ calls: 1, busyMs: 0 });
    for (let turn = 1; turn <= 2; turn++) {
      stages.host.tell('slow', { type: 'cast', request: 'go' });
      const handled = stages.host.step('slow');
      stages.scheduler.advance();
      await handled;
      expect(countersOf(stages, 'slow')).toMatchObject({ calls: 1 + turn, busyMs: 30 * turn, emitted: turn });
    }
    expect(countersOf(stages, 'b')).toMatchObject({ calls: 0, busyMs: 0 });
  });

  it('leave out the time between turns, and count what a callback does without waiting', async () => {
    const stages = new Hosted({
      a: producer({
        handleDemand: () => undefined,
        handleCast: () => {
          stages.scheduler.after(5, () => undefined);
          stages.scheduler.advance();
          return undefined;
        },
      }),
    });
    for (let turn = 1; turn <= 3; turn++) {
      stages.scheduler.after(100, () => undefined);
      stages.scheduler.advance();
      stages.host.lapMs();
      stages.host.tell('a', { type: 'cast', request: 'go' });
      await stages.settle();
      expect(countersOf(stages, 'a')).toMatchObject({ busyMs: 5 * turn, calls: turn });
    }
  });
});
