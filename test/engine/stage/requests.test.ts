import { describe, expect, it } from 'vitest';
import { ask, consumer, producer, producerConsumer, self } from 'sluice';
import { Hosted } from '../../support/hosted.ts';

/** Emits what it is told to, on no demand. */
const pushing = (options: object = {}) =>
  producer<number>({
    handleDemand: () => undefined,
    handleCast: (events) => ({ events: events as number[] }),
    handleInfo: () => undefined,
    ...options,
  });

const estimate = (stages: Hosted, stage: string) =>
  stages.host.ask(stage, (call) => ({ type: 'estimateBuffered', call }));

describe('requests to a stage', () => {
  it('GS-136 infos that wait count in the estimate of a buffer without limit, and not of a bounded one', async () => {
    for (const [bufferSize, expected] of [
      [Infinity, 3],
      [10, 2],
    ]) {
      const stages = new Hosted({ a: pushing({ bufferSize }) });
      stages.host.tell('a', { type: 'cast', request: [1, 2] });
      stages.host.tell('a', { type: 'queueInfo', request: 'behind' });
      const answer = estimate(stages, 'a');
      await stages.settle();
      expect(await answer, `bufferSize ${bufferSize}`).toBe(expected);
    }
  });

  it('GS-145 a consumer warns when its demand mode is set', async () => {
    const stages = new Hosted({ c: consumer({ handleEvents: () => undefined }) });
    stages.host.tell('c', { type: 'demandMode', mode: 'accumulate' });
    await stages.settle();
    expect(stages.warnings).toEqual(['demand_mode_not_producer']);
    const mode = stages.host.ask('c', (call) => ({ type: 'getDemandMode', call }));
    await stages.settle();
    expect(await mode).toBe('forward');
  });

  it('GS-147 demand takes events out of the buffer while accumulating, and they come after forward', async () => {
    const stages = new Hosted({ a: pushing() });
    stages.host.tell('a', { type: 'cast', request: [1, 2, 3] });
    stages.host.tell('a', { type: 'demandMode', mode: 'accumulate' });
    stages.send('a', { type: 'subscribe', subscription: 's', options: {} });
    stages.send('a', { type: 'ask', subscription: 's', count: 2 });
    await stages.settle();
    expect(stages.got('events')).toEqual([]);
    expect(stages.host.snapshot('a')?.buffered).toBe(1);
    stages.host.tell('a', { type: 'demandMode', mode: 'forward' });
    await stages.settle();
    expect(stages.got('events').map(({ events }) => events)).toEqual([[1, 2]]);
    expect(stages.host.snapshot('a')?.buffered).toBe(1);
  });

  it('GS-142 a stop while held demand is replayed ends the replay', async () => {
    const asked: number[] = [];
    const a = producer<number>({
      handleDemand: (demand) => {
        asked.push(demand);
        return { stop: 'enough' };
      },
      demand: 'accumulate',
    });
    const stages = new Hosted({ a });
    stages.send('a', { type: 'subscribe', subscription: 's', options: {} });
    stages.send('a', { type: 'ask', subscription: 's', count: 2 });
    stages.send('a', { type: 'ask', subscription: 's', count: 3 });
    stages.host.tell('a', { type: 'demandMode', mode: 'forward' });
    await stages.settle();
    expect(asked).toEqual([2]);
    expect(stages.entries.find(({ type }) => type === 'exit')).toMatchObject({
      stage: 'a',
      reason: 'enough',
    });
  });

  it('GS-189 stopping a stage runs terminate and is answered once it is gone', async () => {
    const told: unknown[] = [];
    const a = pushing({ terminate: (reason: unknown) => void told.push(reason) });
    const stages = new Hosted({ a });
    const stopped = stages.host.stop('a', 'shutdown').then(() => told.push('answered'));
    expect(told).toEqual([]);
    await stages.settle();
    await stopped;
    expect(told).toEqual(['shutdown', 'answered']);
    expect(stages.host.counters().stages[0]?.status).toBe('exited');
  });

  it('GS-190 a call to a stage that is gone, or goes before it has answered, fails', async () => {
    const never = pushing({ handleCall: () => undefined });
    const stages = new Hosted({ a: never });
    const open = stages.host.call('a', 'are you there?');
    await stages.settle();
    stages.host.kill('a');
    await expect(open).rejects.toMatchObject({ code: 'call_unanswered' });
    await expect(stages.host.call('a', 'and now?')).rejects.toMatchObject({ code: 'call_unanswered' });
    await expect(stages.host.call('nobody', 'hello')).rejects.toMatchObject({ code: 'call_unanswered' });
  });
});

describe('ask()', () => {
  it('GS-056 GS-057 asks nothing for zero and refuses what is no count', async () => {
    const refused: unknown[] = [];
    const a = producer<number>({ handleDemand: (demand) => ({ events: [demand] }) });
    const events: number[] = [];
    const c = consumer<number>({
      handleSubscribe: (_peer, _options, _state, from) => {
        ask(from, 0);
        for (const count of [-1, 1.5, NaN]) {
          try {
            ask(from, count);
          } catch (error) {
            refused.push(error);
          }
        }
        ask(from, 2);
        return { mode: 'manual' };
      },
      handleEvents: (batch) => void events.push(...batch),
    });
    const stages = new Hosted({ a, c });
    stages.host.subscribe({ id: 's', consumer: 'c', producer: 'a', options: {} });
    await stages.settle();
    expect(refused).toHaveLength(3);
    for (const error of refused) expect(error).toMatchObject({ code: 'ask_not_positive' });
    expect(events).toEqual([2]);
  });
});

describe('a producerConsumer', () => {
  it('GS-088 still handles messages of a producer that is gone, each as one batch, and asks no more', async () => {
    const batches: [readonly number[], string][] = [];
    const b = producerConsumer<number, number>({
      handleEvents: (events, _state, from) => {
        batches.push([[...events], from.peer]);
        return { events };
      },
      handleCancel: ({ reason }) => void batches.push([[], String(reason)]),
    });
    const stages = new Hosted({ a: pushing(), b });
    const options = { maxDemand: 4, minDemand: 2, cancel: 'temporary' as const };
    stages.host.subscribe({ id: 's', consumer: 'b', producer: 'a', options });
    stages.host.tell('a', { type: 'cast', request: [1, 2, 3, 4] });
    await stages.settle();
    stages.host.kill('a', 'gone');
    await stages.settle();
    expect(batches).toEqual([]);
    expect(stages.host.snapshot('b')?.queued).toBe(2);
    const asks = stages.entries.filter(({ type }) => type === 'ask').length;
    stages.send('b', { type: 'subscribe', subscription: 'p', options: {} });
    stages.send('b', { type: 'ask', subscription: 'p', count: 10 });
    await stages.settle();
    expect(batches).toEqual([
      [[1, 2, 3, 4], 'a'],
      [[], 'gone'],
    ]);
    expect(stages.entries.filter(({ type }) => type === 'ask')).toHaveLength(asks);
    expect(stages.got('events').flatMap(({ events }) => events)).toEqual([1, 2, 3, 4]);
  });
});

describe('self()', () => {
  it('GS-151 GS-155 what a stage tells itself comes in later turns, in order; a consumer queues no info', async () => {
    const order: unknown[] = [];
    const c = consumer({
      handleEvents: () => undefined,
      handleCast: (request) => {
        if (request !== 'go') return void order.push(request);
        self().info('first');
        self().cast('second');
        self().queueInfo('third');
        order.push('returned');
      },
      handleInfo: (message) => void order.push(message),
    });
    const stages = new Hosted({ c });
    stages.host.tell('c', { type: 'cast', request: 'go' });
    await stages.host.step('c');
    expect(order).toEqual(['returned']);
    await stages.settle();
    expect(order).toEqual(['returned', 'first', 'second', 'third']);
  });
});
