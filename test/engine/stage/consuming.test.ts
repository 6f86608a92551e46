import { describe, expect, it } from 'vitest';
import { ask, cancel, consumer, producerConsumer, type StageDefinition, type Subscription } from 'sluice';
import { Hosted } from '../../support/hosted.ts';

const nothing = () => undefined;

/** One stage and the probe, which is its producer, and for a producerConsumer its consumer too. */
class Fed {
  readonly stages: Hosted;
  readonly name: string;

  constructor(definition: StageDefinition, name = 'c') {
    this.stages = new Hosted({ [name]: definition });
    this.name = name;
  }

  /** The stage subscribes to the probe. */
  async subscribes(id: string, options: Readonly<Record<string, unknown>> = {}): Promise<void> {
    this.stages.host.subscribe({ id, consumer: this.name, producer: 'probe', options });
    await this.stages.settle();
  }

  async sends(subscription: string, ...events: unknown[]): Promise<void> {
    this.stages.send(this.name, { type: 'events', subscription, first: 0, events });
    await this.stages.settle();
  }

  /** The probe subscribes to the stage and asks. */
  async asks(subscription: string, count: number): Promise<void> {
    this.stages.send(this.name, { type: 'subscribe', subscription, options: {} });
    this.stages.send(this.name, { type: 'ask', subscription, count });
    await this.stages.settle();
  }

  async asksMore(subscription: string, count: number): Promise<void> {
    this.stages.send(this.name, { type: 'ask', subscription, count });
    await this.stages.settle();
  }

  /** What the stage has asked the probe for: subscription and count, in order. */
  get asked(): readonly (readonly [string, number])[] {
    return this.stages.got('ask').map(({ subscription, count }) => [subscription, count]);
  }

  /** What the stage has sent to the probe, message by message. */
  get sent(): readonly (readonly unknown[])[] {
    return this.stages.got('events').map(({ events }) => events);
  }

  get snapshot() {
    const snapshot = this.stages.host.snapshot(this.name);
    if (!snapshot) throw new Error('there is no such stage');
    return snapshot;
  }

  get status() {
    return this.stages.host.counters().stages[0]?.status;
  }
}

/** Remembers its batches; asks by itself only in automatic mode. */
function recording(mode: 'automatic' | 'manual' = 'automatic') {
  const batches: unknown[][] = [];
  const from: Subscription[] = [];
  const definition = consumer<unknown>({
    handleSubscribe: (_peer, _options, _state, subscription) => {
      from.push(subscription);
      return { mode };
    },
    handleEvents: (events, _state, { id }) => {
      if (mode === 'manual' && events.length === 0) throw new Error('empty');
      batches.push([id, ...events]);
    },
    handleInfo: (count) => {
      for (const one of from) ask(one, Number(count));
    },
  });
  return { batches, definition };
}

describe('a consumer of automatic demand', () => {
  it('GS-050 GS-028 GS-032 watches, subscribes, runs its callback, asks for maxDemand', async () => {
    const order: unknown[] = [];
    const fed = new Fed(
      consumer({
        handleSubscribe: (peer, _options, _state, from) => void order.push(peer, from),
        handleEvents: nothing,
      }),
    );
    await fed.subscribes('s', { maxDemand: 7 });
    expect(fed.stages.received.map(({ message }) => message)).toEqual([
      expect.objectContaining({ type: 'watch', subscription: 's' }),
      expect.objectContaining({ type: 'subscribe', subscription: 's', options: { maxDemand: 7 } }),
      { type: 'ask', subscription: 's', count: 7 },
    ]);
    expect(order).toEqual(['producer', { id: 's', peer: 'probe' }]);
    const bare = new Fed(consumer({ handleEvents: nothing }));
    await bare.subscribes('s');
    expect(bare.asked).toEqual([['s', 1_000]]);
  });

  it('GS-051 GS-052 GS-053 handles a message in batches, and asks again once minDemand is left', async () => {
    const { definition, batches } = recording();
    const fed = new Fed(definition);
    await fed.subscribes('s', { maxDemand: 10, minDemand: 6 });
    await fed.sends('s', 1, 2, 3);
    expect(batches).toEqual([['s', 1, 2, 3]]);
    expect(fed.asked).toEqual([['s', 10]]);
    expect(fed.snapshot.producers).toEqual({ s: 7 });
    await fed.sends('s', 4);
    expect(fed.asked).toEqual([
      ['s', 10],
      ['s', 4],
    ]);
    await fed.sends('s', 5, 6, 7, 8, 9);
    expect(batches.slice(2)).toEqual([
      ['s', 5, 6, 7, 8],
      ['s', 9],
    ]);
    expect(fed.snapshot.producers).toEqual({ s: 9 });
  });

  it('GS-062 GS-035 GS-036 keeps demand per subscription', async () => {
    const { definition, batches } = recording();
    const fed = new Fed(definition);
    await fed.subscribes('s', { maxDemand: 2, minDemand: 0 });
    await fed.subscribes('t', { maxDemand: 5, minDemand: 1 });
    await fed.sends('t', 1, 2, 3);
    await fed.sends('s', 4);
    expect(batches).toEqual([
      ['t', 1, 2, 3],
      ['s', 4],
    ]);
    expect(fed.snapshot.producers).toEqual({ s: 1, t: 2 });
    expect(fed.asked).toEqual([
      ['s', 2],
      ['t', 5],
    ]);
  });

  it('GS-055 handles events in excess, tells of them per batch, and asks as if they had been asked for', async () => {
    const { definition, batches } = recording();
    const fed = new Fed(definition);
    await fed.subscribes('s', { maxDemand: 2, minDemand: 1 });
    await fed.sends('s', 1, 2, 3);
    expect(batches).toEqual([
      ['s', 1],
      ['s', 2],
      ['s', 3],
    ]);
    const excess = fed.stages.entries.filter((entry) => entry.type === 'warning');
    expect(excess).toMatchObject([{ code: 'excess', count: 1, subscription: 's', values: [1] }]);
    expect(fed.stages.entries.filter(({ type }) => type === 'deliver')).toMatchObject([
      { count: 3, first: 0 },
    ]);
  });

  it('GS-061 GS-060 skips what is left of a message once a batch has stopped it', async () => {
    const seen: unknown[] = [];
    const fed = new Fed(
      consumer<number>({
        handleEvents: (events) => {
          seen.push(...events);
          return events.includes(2) ? { stop: 'full' } : undefined;
        },
      }),
    );
    await fed.subscribes('s', { maxDemand: 4, minDemand: 3 });
    await fed.sends('s', 1, 2, 3);
    expect(seen).toEqual([1, 2]);
    expect(fed.status).toBe('exited');
    expect(fed.asked).toEqual([
      ['s', 4],
      ['s', 1],
    ]);
  });

  it('GS-061 tells of events that a consumer returns, and drops them', async () => {
    const fed = new Fed(consumer<number>({ handleEvents: (events) => ({ events }) as never }));
    await fed.subscribes('s', { maxDemand: 2, minDemand: 0 });
    await fed.sends('s', 1);
    expect(fed.stages.entries.filter(({ type }) => type === 'warning')).toMatchObject([
      { code: 'consumer_cannot_dispatch', count: 1, values: [[1]] },
    ]);
    expect(fed.status).toBe('waiting');
    const quiet = new Fed(consumer<number>({ handleEvents: () => ({ events: [] }) }));
    await quiet.subscribes('s');
    await quiet.sends('s', 1);
    expect(quiet.stages.warnings).toEqual([]);
  });

  it('GS-119 has no batch of nothing', async () => {
    const { definition, batches } = recording();
    const fed = new Fed(definition);
    await fed.subscribes('s', { maxDemand: 2 });
    await fed.sends('s');
    expect(batches).toEqual([]);
    expect(fed.asked).toEqual([['s', 2]]);
  });
});

describe('a consumer of manual demand', () => {
  it('GS-070 GS-071 GS-072 asks only what it says, and gets each message whole', async () => {
    const { definition, batches } = recording('manual');
    const fed = new Fed(definition);
    await fed.subscribes('s', { maxDemand: 2, minDemand: 1 });
    expect(fed.asked).toEqual([]);
    for (const count of [3, 0, 2]) fed.stages.host.tell('c', { type: 'info', request: count });
    await fed.stages.settle();
    expect(fed.asked).toEqual([
      ['s', 3],
      ['s', 2],
    ]);
    await fed.sends('s', 1, 2, 3, 4);
    expect(batches).toEqual([['s', 1, 2, 3, 4]]);
    expect(fed.asked).toHaveLength(2);
    const asks = fed.stages.entries.filter((entry) => entry.type === 'ask');
    expect(asks.map(({ pending }) => pending)).toEqual([3, 5]);
  });

  it('GS-057 crashes when it asks for less than nothing', async () => {
    const { definition } = recording('manual');
    const fed = new Fed(definition);
    await fed.subscribes('s');
    fed.stages.host.tell('c', { type: 'info', request: -1 });
    await fed.stages.settle();
    expect(fed.status).toBe('crashed');
    expect(fed.stages.entries.filter(({ type }) => type === 'crash')).toMatchObject([
      { callback: 'handleInfo', error: { code: 'ask_not_positive' } },
    ]);
  });
});

describe('a producerConsumer', () => {
  const double = () =>
    producerConsumer<number, number>({
      handleEvents: (events) => ({ events: events.flatMap((n) => [n, n]) }),
    });

  it('GS-080 GS-081 GS-082 asks upstream at once, and handles what comes only while downstream wants events', async () => {
    const fed = new Fed(double(), 'pc');
    await fed.subscribes('up', { maxDemand: 4, minDemand: 2 });
    expect(fed.asked).toEqual([['up', 4]]);
    await fed.sends('up', 1, 2);
    await fed.sends('up', 3);
    expect(fed.snapshot).toMatchObject({ queued: 2, wanted: 0, buffered: 0 });
    await fed.asks('down', 1);
    // One whole message, although more comes of it than was asked for.
    expect(fed.sent).toEqual([[1]]);
    expect(fed.snapshot).toMatchObject({ queued: 1, wanted: 0, buffered: 3 });
    expect(
      fed.stages.entries.some((entry) => entry.type === 'begin' && entry.callback === 'handleDemand'),
    ).toBe(false);
  });

  it('GS-083 GS-084 GS-087 serves its buffer first, and counts down by what leaves', async () => {
    const fed = new Fed(double(), 'pc');
    await fed.subscribes('up', { maxDemand: 10, minDemand: 0 });
    await fed.sends('up', 1, 2);
    await fed.asks('down', 3);
    expect(fed.sent).toEqual([[1, 1, 2]]);
    expect(fed.snapshot).toMatchObject({ queued: 0, wanted: 0, buffered: 1 });
    await fed.sends('up', 3);
    expect(fed.snapshot.queued).toBe(1);
    await fed.asksMore('down', 2);
    expect(fed.sent.slice(1)).toEqual([[2], [3]]);
    expect(fed.snapshot).toMatchObject({ queued: 0, wanted: 0, buffered: 1 });
    await fed.asksMore('down', 4);
    expect(fed.snapshot).toMatchObject({ wanted: 3, buffered: 0 });
  });

  it('GS-085 GS-086 asks upstream after each batch; a filter keeps pulling, whose demand stays', async () => {
    const nobody = producerConsumer<number, number>({ handleEvents: () => ({ events: [] }) });
    const fed = new Fed(nobody, 'pc');
    await fed.subscribes('up', { maxDemand: 2, minDemand: 1 });
    await fed.asks('down', 1);
    await fed.sends('up', 1, 2);
    await fed.sends('up', 3);
    expect(fed.asked).toEqual([
      ['up', 2],
      ['up', 1],
      ['up', 1],
      ['up', 1],
    ]);
    expect(fed.snapshot).toMatchObject({ wanted: 1, queued: 0 });
  });

  it('GS-089 GS-088 the end of a subscription waits behind what is queued; then the cancel mode decides', async () => {
    const order: unknown[] = [];
    const fed = new Fed(
      producerConsumer<number, number>({
        handleEvents: (events, _state, from) => {
          order.push([from.id, ...events]);
          return { events };
        },
        handleCancel: ({ kind, reason }, _state, from) => void order.push([from.id, kind, reason]),
      }),
      'pc',
    );
    await fed.subscribes('up', { maxDemand: 4, minDemand: 3, cancel: 'transient' });
    await fed.sends('up', 1, 2, 3);
    fed.stages.send('pc', { type: 'cancelled', subscription: 'up', reason: 'broken' });
    await fed.stages.settle();
    expect(order).toEqual([]);
    expect(fed.snapshot.queued).toBe(2);
    await fed.asks('down', 2);
    expect(order).toEqual([['up', 1, 2, 3]]);
    await fed.asksMore('down', 1);
    expect(order).toEqual([['up', 1, 2, 3]]);
    await fed.asksMore('down', 1);
    expect(order).toEqual([
      ['up', 1, 2, 3],
      ['up', 'cancel', 'broken'],
    ]);
    expect(fed.status).toBe('exited');
    // Nothing is asked of a producer that has gone.
    expect(fed.asked).toEqual([['up', 4]]);
  });

  it('GS-090 GS-156 an info waits behind queued messages, then behind the buffer', async () => {
    const order: unknown[] = [];
    const fed = new Fed(
      producerConsumer<number, number>({
        handleEvents: (events) => {
          order.push(...events);
          return { events };
        },
        handleInfo: (message) => void order.push(message),
      }),
      'pc',
    );
    await fed.subscribes('up', { maxDemand: 4, minDemand: 0 });
    await fed.sends('up', 1, 2);
    fed.stages.host.tell('pc', { type: 'queueInfo', request: 'behind' });
    await fed.stages.settle();
    await fed.asks('down', 1);
    expect(order).toEqual([1, 2]);
    await fed.asksMore('down', 1);
    expect(order).toEqual([1, 2]);
    await fed.asksMore('down', 1);
    expect(order).toEqual([1, 2, 'behind']);
    fed.stages.host.tell('pc', { type: 'queueInfo', request: 'at once' });
    await fed.stages.settle();
    expect(order.at(-1)).toBe('at once');
  });

  it('GS-091 knows no demand mode but forward', async () => {
    const fed = new Fed(double(), 'pc');
    fed.stages.host.tell('pc', { type: 'demandMode', mode: 'forward' });
    await fed.stages.settle();
    expect(fed.stages.warnings).toEqual([]);
    fed.stages.host.tell('pc', { type: 'demandMode', mode: 'accumulate' });
    await fed.stages.settle();
    expect(fed.stages.warnings).toEqual(['demand_mode_not_producer']);
    expect(fed.snapshot.mode).toBe('forward');
  });

  it('GS-092 events of other callbacks leave at once as far as they are wanted; the rest is buffered', async () => {
    const fed = new Fed(
      producerConsumer<number, number>({
        handleEvents: nothing,
        handleCast: (events) => ({ events: events as number[] }),
        handleInfo: (events) => ({ events: events as number[] }),
        handleCancel: () => ({ events: [9] }),
      }),
      'pc',
    );
    await fed.subscribes('up', { cancel: 'temporary' });
    await fed.asks('down', 3);
    fed.stages.host.tell('pc', { type: 'cast', request: [1, 2] });
    fed.stages.host.tell('pc', { type: 'info', request: [3, 4] });
    fed.stages.send('pc', { type: 'cancelled', subscription: 'up', reason: 'normal' });
    await fed.stages.settle();
    expect(fed.sent).toEqual([[1, 2], [3]]);
    expect(fed.snapshot).toMatchObject({ buffered: 2, wanted: 0 });
  });
});

describe('a subscription that ends', () => {
  const orderly = ['normal', 'shutdown', ['shutdown', 'why']];
  const unclean = ['killed', 'noproc', { error: 'x' }, ['shutdown'], ['shutdown', 1, 2], ['other', 1]];
  const cases = [
    ...[...orderly, ...unclean].map((reason) => ['permanent', reason, true] as const),
    ...orderly.map((reason) => ['transient', reason, false] as const),
    ...unclean.map((reason) => ['transient', reason, true] as const),
    ...[...orderly, ...unclean].map((reason) => ['temporary', reason, false] as const),
  ];

  it.each(cases)(
    'GS-161 GS-162 GS-163 GS-164 GS-167 %s, for %j: ends the consumer: %s',
    async (mode, reason, ends) => {
      for (const kind of ['cancel', 'down'] as const) {
        const told: unknown[] = [];
        const fed = new Fed(
          consumer({
            handleEvents: nothing,
            handleCancel: (cancellation, _state, from) => void told.push(cancellation, from),
            terminate: (why) => void told.push(why),
          }),
        );
        await fed.subscribes('s', { cancel: mode });
        const type = kind === 'cancel' ? 'cancelled' : 'down';
        fed.stages.send('c', { type, subscription: 's', reason });
        await fed.stages.settle();
        const heard = [
          { kind, reason },
          { id: 's', peer: 'probe' },
        ];
        expect(told).toEqual(ends ? [...heard, reason] : heard);
        expect(fed.status).toBe(ends ? 'exited' : 'waiting');
        expect(fed.snapshot.producers).toEqual({});
        expect(fed.stages.warnings).toEqual(ends ? ['stopping_on_cancel'] : []);
        expect(fed.stages.got('ask')).toHaveLength(1);
      }
    },
  );

  it('GS-166 never ends the consumer when it was already subscribed', async () => {
    const fed = new Fed(consumer({ handleEvents: nothing }));
    await fed.subscribes('s');
    fed.stages.send('c', { type: 'cancelled', subscription: 's', reason: 'already_subscribed' });
    await fed.stages.settle();
    expect(fed.status).toBe('waiting');
  });

  it('GS-168 its own stop wins over the cancel mode', async () => {
    for (const mode of ['permanent', 'temporary']) {
      const fed = new Fed(consumer({ handleEvents: nothing, handleCancel: () => ({ stop: 'mine' }) }));
      await fed.subscribes('s', { cancel: mode });
      fed.stages.send('c', { type: 'cancelled', subscription: 's', reason: 'theirs' });
      await fed.stages.settle();
      expect(fed.stages.entries.filter(({ type }) => type === 'exit')).toMatchObject([{ reason: 'mine' }]);
      expect(fed.stages.warnings).toEqual([]);
    }
  });

  it('GS-170 GS-171 GS-173 is forgotten: its end says nothing more, its events are answered with a cancel', async () => {
    const { definition, batches } = recording();
    const fed = new Fed(definition);
    await fed.subscribes('s', { cancel: 'temporary' });
    fed.stages.send('c', { type: 'cancelled', subscription: 's', reason: 'normal' });
    fed.stages.send('c', { type: 'events', subscription: 's', first: 0, events: [1] });
    fed.stages.send('c', { type: 'cancelled', subscription: 's', reason: 'again' });
    fed.stages.send('c', { type: 'down', subscription: 's', reason: 'again' });
    await fed.stages.settle();
    expect(batches).toEqual([]);
    expect(fed.stages.got('cancel')).toEqual([
      { type: 'cancel', subscription: 's', reason: 'unknown_subscription' },
    ]);
    expect(fed.stages.entries.filter(({ type }) => type === 'cancel')).toHaveLength(1);
    expect(fed.stages.host.counters().subscriptions).toMatchObject([
      { subscription: 's', asked: 1_000, pending: 1_000 },
    ]);
  });

  it('GS-160 a consumer cancels by telling its producer', async () => {
    let from: Subscription | undefined;
    const fed = new Fed(
      consumer({
        handleEvents: nothing,
        handleSubscribe: (_peer, _options, _state, subscription) => void (from = subscription),
        handleInfo: (reason) => {
          if (from) cancel(from, reason);
        },
      }),
    );
    await fed.subscribes('s', { cancel: 'temporary' });
    fed.stages.host.tell('c', { type: 'info', request: 'enough' });
    await fed.stages.settle();
    expect(fed.stages.got('cancel')).toEqual([{ type: 'cancel', subscription: 's', reason: 'enough' }]);
    // It is over once the producer says so.
    expect(fed.snapshot.producers).toEqual({ s: 1_000 });
  });

  it('GS-191 what only producers are told is told of, and ignored', async () => {
    const fed = new Fed(consumer({ handleEvents: nothing }));
    fed.stages.send('c', { type: 'subscribe', subscription: 's', options: {} });
    fed.stages.send('c', { type: 'ask', subscription: 's', count: 1 });
    fed.stages.send('c', { type: 'cancel', subscription: 's', reason: 'normal' });
    await fed.stages.settle();
    expect(fed.stages.warnings).toEqual(Array.from({ length: 3 }, () => 'consumer_got_producer_message'));
    expect(fed.status).toBe('waiting');
  });
});

describe('a subscription that begins', () => {
  const choosing = (step: unknown) =>
    new Fed(consumer({ handleEvents: nothing, handleSubscribe: () => step as undefined }));

  it('GS-030 is automatic, manual, or ends the consumer; anything else crashes it', async () => {
    const asked: unknown[] = [];
    for (const step of [
      undefined,
      {},
      { mode: 'automatic' },
      { mode: 'manual' },
      { stop: 'enough' },
      'rubbish',
    ]) {
      const fed = choosing(step);
      await fed.subscribes('s', { maxDemand: 3 });
      asked.push([fed.asked.length, fed.status]);
    }
    expect(asked).toEqual([
      [1, 'waiting'],
      [1, 'waiting'],
      [1, 'waiting'],
      [0, 'waiting'],
      [0, 'exited'],
      [0, 'crashed'],
    ]);
  });

  it('GS-020 is answered with its name before the producer has said anything', async () => {
    const fed = new Fed(consumer({ handleEvents: nothing }));
    const answer = fed.stages.host.subscribeTo('c', { id: 's', producer: 'probe', options: {} });
    await fed.stages.settle();
    expect(await answer).toEqual(['ok', 's']);
    const wrong = fed.stages.host.subscribeTo('c', {
      id: 't',
      producer: 'probe',
      options: { cancel: 'never' as never },
    });
    await fed.stages.settle();
    expect(await wrong).toMatchObject(['error', ['bad_opts', expect.stringContaining('cancel')]]);
    expect(fed.snapshot.producers).toEqual({ s: 1_000 });
  });
});
