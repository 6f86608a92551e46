import { describe, expect, it } from 'vitest';
import {
  EngineError,
  StageHost,
  consumer,
  partitionDispatcher,
  producer,
  producerConsumer,
  seededRandom,
  sleep,
  type RemoteEnvelope,
  type StageDefinition,
  type StageMessage,
  type TraceEntry,
} from 'sluice';
import { VirtualScheduler } from '../../../engine/time/virtual-scheduler.ts';

/** One host with stages under a supervisor, and `far` stages on another worker, which speak when the test does. */
class Bench {
  readonly sent: RemoteEnvelope[] = [];
  readonly host: StageHost;

  constructor(stages: Readonly<Record<string, StageDefinition>>, far: readonly string[] = []) {
    const names = Object.keys(stages);
    const children = names.map((id) => ({ id, restart: 'permanent' as const }));
    const all = { id: 'all', strategy: 'oneForOne', maxRestarts: 9, maxSeconds: 1, children } as const;
    const placement = Object.fromEntries([
      ...names.map((id) => [id, 0]),
      ['all', 0],
      ...far.map((id) => [id, 1]),
    ]);
    this.host = new StageHost({
      worker: 0,
      workers: 2,
      placement,
      supervisors: [all],
      scheduler: new VirtualScheduler(),
      random: seededRandom(1),
      trace: 'full',
      capacity: 10_000,
      onRemote: (envelope) => this.sent.push(envelope),
    });
    for (const [id, definition] of Object.entries(stages)) void this.host.start(id, definition, undefined);
    this.host.supervise(all);
  }

  subscribe(consumerId: string, producerId: string, maxDemand = 10): void {
    const options = { maxDemand, minDemand: 0, cancel: 'temporary' } as const;
    const id = `${consumerId}←${producerId}`;
    this.host.subscribe({ id, consumer: consumerId, producer: producerId, options });
  }

  /** A message of a stage on the other worker. */
  say(
    from: string,
    to: string,
    message: StageMessage | { readonly type: 'watch'; readonly subscription: string },
  ): void {
    this.host.receive({ to, from, cause: null, message } as RemoteEnvelope);
  }

  events(from: string, to: string, events: readonly unknown[], life?: number): void {
    this.say(from, to, { type: 'events', subscription: `${to}←${from}`, first: 0, events, life });
  }

  /** Lets everything here happen that may, but for stages that are to wait. */
  settle(...waiting: readonly string[]): void {
    for (;;) {
      const next = this.host.ready().find((id) => !waiting.includes(id));
      if (next === undefined) return;
      void this.host.step(next);
    }
  }

  /** What was lost since the last look, in words. */
  losses(): string[] {
    return this.host.recorder
      .take()
      .filter((entry): entry is Extract<TraceEntry, { readonly type: 'lost' }> => entry.type === 'lost')
      .map(({ stage, where, count, subscription }) =>
        [stage, where, count, ...(subscription === undefined ? [] : [subscription])].join(' '),
      );
  }

  lostAt(id: string): number | undefined {
    return this.host.counters().stages.find(({ stage }) => stage === id)?.lost;
  }
}

const sink = consumer<unknown>({ handleEvents: () => undefined });
const quiet = producer<unknown>({
  handleDemand: () => undefined,
  handleCast: (events) => ({ events: events as unknown[] }),
  handleInfo: (reason) => ({ events: [1, 2], stop: reason }),
  demand: 'forward',
});

describe('what a stage loses when it ends', () => {
  it('is in its mailbox: events not taken yet, by subscription', () => {
    const bench = new Bench({ c: sink }, ['x', 'y']);
    bench.subscribe('c', 'x');
    bench.subscribe('c', 'y');
    bench.settle();
    bench.events('x', 'c', [1, 2]);
    bench.events('y', 'c', [3]);
    bench.events('x', 'c', [4]);
    bench.host.kill('c');
    expect(bench.losses()).toEqual(['c mailbox 3 c←x', 'c mailbox 1 c←y']);
    expect(bench.lostAt('c')).toBe(4);
    const lostOn = bench.host
      .counters()
      .subscriptions.map(({ subscription, lost }) => [subscription, lost] as const);
    expect(Object.fromEntries(lostOn)).toEqual({ 'c←x': 3, 'c←y': 1 });
  });

  it('GS-186 is in its hands: the batch that failed and those behind it, not those it had handled', () => {
    const picky = consumer<number>({
      handleEvents: (events) => {
        if (events.includes(3)) throw new Error('three');
      },
    });
    const bench = new Bench({ c: picky }, ['x']);
    bench.subscribe('c', 'x', 2);
    bench.settle();
    bench.events('x', 'c', [1, 2, 3, 4, 5]);
    bench.settle('all');
    expect(bench.losses()).toEqual(['c callback 3 c←x']);
  });

  it('is in its hands while its callback waits', async () => {
    const slow = consumer({ handleEvents: () => sleep(10) });
    const bench = new Bench({ c: slow }, ['x']);
    bench.subscribe('c', 'x', 2);
    bench.settle();
    bench.events('x', 'c', [1, 2, 3]);
    bench.settle();
    bench.host.kill('c');
    await null;
    expect(bench.losses()).toEqual(['c callback 3 c←x']);
  });

  it('GS-061 is behind a batch that stops the stage, which counts as handled', () => {
    const stopping = consumer<number>({ handleEvents: () => ({ stop: 'enough' }) });
    const bench = new Bench({ c: stopping }, ['x']);
    bench.subscribe('c', 'x', 2);
    bench.settle();
    bench.events('x', 'c', [1, 2, 3]);
    bench.settle('all');
    expect(bench.losses()).toEqual(['c callback 1 c←x']);
    expect(bench.host.counters().stages[0]?.handled).toBe(2);
  });

  it('waits in a producerConsumer for demand', () => {
    const bench = new Bench({ m: producerConsumer({ handleEvents: () => ({}) }) }, ['x']);
    bench.subscribe('m', 'x');
    bench.settle();
    bench.events('x', 'm', [1, 2]);
    bench.events('x', 'm', [3]);
    bench.settle();
    bench.host.kill('m');
    expect(bench.losses()).toEqual(['m queue 2 m←x', 'm queue 1 m←x']);
  });

  it('GS-174 is in its buffer, and in the step that stops it', () => {
    const bench = new Bench({ a: quiet });
    bench.host.tell('a', { type: 'cast', request: [1, 2, 3] });
    bench.settle();
    bench.host.tell('a', { type: 'info', request: 'enough' });
    bench.settle('all');
    expect(bench.losses()).toEqual(['a step 2', 'a buffer 3']);
    expect(bench.host.counters().stages[0]).toMatchObject({ emitted: 5, buffered: 0, lost: 5 });
  });

  it('was held while demand accumulated', () => {
    const bench = new Bench({ a: quiet });
    bench.host.tell('a', { type: 'demandMode', mode: 'accumulate' });
    bench.host.tell('a', { type: 'cast', request: [1, 2] });
    bench.host.tell('a', { type: 'cast', request: [3] });
    bench.settle();
    bench.host.kill('a');
    expect(bench.losses()).toEqual(['a held 3']);
  });

  it('GS-127 was kept by its dispatcher', () => {
    const p = producer<number>({
      handleDemand: (demand) => ({ events: Array.from({ length: demand }, () => 1) }),
      dispatcher: partitionDispatcher({ partitions: 2, hash: (event: number) => [event, 1] }),
    });
    const bench = new Bench({ p }, ['x']);
    bench.say('x', 'p', { type: 'subscribe', subscription: 'x←p', options: { partition: 0 } });
    bench.say('x', 'p', { type: 'ask', subscription: 'x←p', count: 4 });
    bench.settle();
    bench.host.kill('p');
    expect(bench.losses()).toEqual(['p dispatcher 4']);
  });

  it('is what a consumer emits, each time', () => {
    const emitting = consumer<unknown>({ handleEvents: () => ({ events: [1, 2] as never[] }) });
    const bench = new Bench({ c: emitting }, ['x']);
    bench.subscribe('c', 'x');
    bench.settle();
    bench.events('x', 'c', [1]);
    bench.settle();
    expect(bench.losses()).toEqual(['c step 2']);
  });

  it('could not cross to another worker', () => {
    const bench = new Bench({ a: quiet }, ['x']);
    bench.say('x', 'a', { type: 'subscribe', subscription: 'x←a', options: {} });
    bench.say('x', 'a', { type: 'ask', subscription: 'x←a', count: 2 });
    bench.host.tell('a', { type: 'cast', request: [() => 1, 2, 3] });
    bench.settle();
    const envelope = bench.sent.find(({ message }) => message.type === 'events');
    if (!envelope) throw new Error('nothing was sent');
    const details = { stage: 'a', path: 'events[0]', received: 'a function' };
    bench.host.refused({ envelope, error: new EngineError('not_cloneable', details) });
    expect(bench.losses()).toEqual(['a flight 2 x←a', 'a buffer 1']);
  });
});

describe('what comes for a life that is over', () => {
  it('GS-165 is lost where it arrives, and does not reach the next life', () => {
    const bench = new Bench({ c: sink }, ['x']);
    bench.subscribe('c', 'x');
    bench.settle();
    bench.host.kill('c');
    bench.events('x', 'c', [1], 1);
    expect(bench.losses()).toEqual(['c flight 1 c←x']);
    bench.settle();
    bench.sent.length = 0;
    bench.events('x', 'c', [2, 3], 1);
    expect(bench.losses()).toEqual(['c flight 2 c←x']);
    expect(bench.host.isReady('c')).toBe(false);
    // Nobody is told of it: a message to a dead process has no answer.
    expect(bench.sent).toEqual([]);
    bench.say('x', 'c', { type: 'cancelled', subscription: 'c←x', reason: 'late', life: 1 });
    expect(bench.host.isReady('c')).toBe(false);
  });

  it('GS-171 is answered when the subscription alone is over', () => {
    const bench = new Bench({ c: sink }, ['x']);
    bench.subscribe('c', 'x');
    bench.settle();
    bench.say('x', 'c', { type: 'cancelled', subscription: 'c←x', reason: 'normal', life: 1 });
    bench.settle();
    bench.sent.length = 0;
    bench.events('x', 'c', [1, 2], 1);
    bench.settle();
    expect(bench.losses()).toEqual(['c flight 2 c←x']);
    const reason = 'unknown_subscription';
    expect(bench.sent).toMatchObject([{ to: 'x', message: { type: 'cancel', subscription: 'c←x', reason } }]);
  });

  it('is a subscribe whose watch came to an earlier life, or to none', () => {
    const bench = new Bench({ a: quiet }, ['x']);
    const subscribe = (subscription: string) =>
      bench.say('x', 'a', { type: 'subscribe', subscription, options: {}, life: 1 });
    bench.say('x', 'a', { type: 'watch', subscription: 'early' });
    bench.host.kill('a');
    bench.say('x', 'a', { type: 'watch', subscription: 'between' });
    bench.settle();
    const downs = bench.sent.flatMap(({ message }) => (message.type === 'down' ? [message] : []));
    expect(downs).toMatchObject([
      { subscription: 'early', reason: 'killed' },
      { subscription: 'between', reason: 'noproc' },
    ]);
    subscribe('early');
    subscribe('between');
    bench.say('x', 'a', { type: 'ask', subscription: 'between', count: 1 });
    expect(bench.host.isReady('a')).toBe(false);
    bench.say('x', 'a', { type: 'watch', subscription: 'late' });
    subscribe('late');
    expect(bench.host.isReady('a')).toBe(true);
  });

  it('is a subscribe of a consumer that has started again since: the next life is not what it speaks of', () => {
    const bench = new Bench({ a: quiet, c: sink });
    bench.subscribe('c', 'a');
    // c asks to subscribe and is killed before a has heard of it.
    bench.settle('a');
    bench.host.kill('c');
    bench.settle('a');
    bench.settle();
    const { stages } = bench.host.counters();
    expect(stages.find(({ stage }) => stage === 'c')?.status).toBe('waiting');
    expect(bench.host.snapshot('a')?.consumers).toEqual(['c←a@2']);
  });

  it('is not a call, a cast or an info: they go to whoever has the name', async () => {
    const got: unknown[] = [];
    const listening = producer({
      handleDemand: () => undefined,
      handleCall: (request) => ({ reply: ['answer', request] }),
      handleCast: (request) => void got.push(request),
      handleInfo: (request) => void got.push(request),
    });
    const bench = new Bench({ a: listening });
    bench.host.kill('a');
    bench.settle();
    bench.host.tell('a', { type: 'cast', request: 1 });
    bench.host.tell('a', { type: 'info', request: 2 });
    const answer = bench.host.call('a', 3);
    bench.settle();
    expect(got).toEqual([1, 2]);
    expect(await answer).toEqual(['answer', 3]);
  });
});
