import { describe, expect, it } from 'vitest';
import { consumer, producer, self, type ProducerCallbacks, type StageOptions } from 'sluice';
import { Hosted } from '../../support/hosted.ts';

const nothing = () => undefined;

/** A producer that emits what it is told to; the probe is its consumer. */
class Source {
  readonly stages: Hosted;
  readonly demands: number[] = [];
  readonly infos: unknown[] = [];
  readonly discards: number[] = [];

  constructor(
    options: Omit<StageOptions, 'subscribeTo'> = {},
    callbacks: Partial<ProducerCallbacks<void, null, unknown>> = {},
  ) {
    const a = producer<unknown, null>({
      handleDemand: (demand) => void this.demands.push(demand),
      handleCast: (events) => ({ events: events as unknown[] }),
      handleInfo: (message) => void this.infos.push(message),
      ...options,
      ...callbacks,
    });
    this.stages = new Hosted({ a });
  }

  async subscribed(...ids: readonly string[]): Promise<this> {
    for (const id of ids) this.stages.send('a', { type: 'subscribe', subscription: id, options: {} });
    await this.stages.settle();
    return this;
  }

  async asks(subscription: string, count: number): Promise<void> {
    this.stages.send('a', { type: 'ask', subscription, count });
    await this.stages.settle();
  }

  async emits(...events: unknown[]): Promise<void> {
    this.stages.host.tell('a', { type: 'cast', request: events });
    await this.stages.settle();
  }

  async mode(mode: 'forward' | 'accumulate'): Promise<void> {
    this.stages.host.tell('a', { type: 'demandMode', mode });
    await this.stages.settle();
  }

  async queues(request: unknown): Promise<void> {
    this.stages.host.tell('a', { type: 'queueInfo', request });
    await this.stages.settle();
  }

  /** What the probe got: subscription and events, message by message. */
  get sent(): readonly unknown[] {
    return this.stages
      .got('events')
      .map(({ subscription, first, events }) => [subscription, first, ...events]);
  }

  get buffered(): number {
    return this.stages.host.snapshot('a')?.buffered ?? -1;
  }

  get status() {
    return this.stages.host.counters().stages[0]?.status;
  }
}

describe('a producer and its demand', () => {
  it('GS-028 GS-107 hears of a subscription before it is asked; subscribing alone asks for nothing', async () => {
    const order: unknown[] = [];
    const source = new Source(
      {},
      {
        handleSubscribe: (peer, _options, _state, from) => void order.push(peer, from),
        handleDemand: (demand) => void order.push(demand),
      },
    );
    await source.subscribed('s');
    expect(order).toEqual(['consumer', { id: 's', peer: 'probe' }]);
    await source.asks('s', 4);
    expect(order.at(-1)).toBe(4);
    expect(source.stages.entries.filter(({ type }) => type === 'asked')).toMatchObject([
      { count: 4, open: 4 },
    ]);
  });

  it('GS-058 may emit fewer events than it was asked for, or more, and at any time', async () => {
    const source = await new Source().subscribed('s');
    await source.asks('s', 3);
    await source.emits(1);
    await source.emits(2, 3, 4, 5);
    expect(source.sent).toEqual([
      ['s', 0, 1],
      ['s', 1, 2, 3],
    ]);
    expect(source.buffered).toBe(2);
    expect(source.demands).toEqual([3]);
    expect(source.stages.entries.filter(({ type }) => type === 'dispatch')).toMatchObject([
      { count: 1, open: 2, first: 0 },
      { count: 2, open: 0, first: 1 },
    ]);
  });

  it('GS-059 GS-137 serves demand from the buffer first, and asks its callback for what is left', async () => {
    const source = await new Source().subscribed('s');
    await source.emits(1, 2, 3);
    await source.asks('s', 2);
    expect(source.demands).toEqual([]);
    await source.asks('s', 1);
    expect(source.demands).toEqual([]);
    await source.asks('s', 2);
    expect(source.demands).toEqual([2]);
    expect(source.sent).toEqual([
      ['s', 0, 1, 2],
      ['s', 2, 3],
    ]);
    await source.emits(4);
    await source.emits(5, 6);
    await source.asks('s', 3);
    expect(source.demands).toEqual([2, 2]);
    expect(source.stages.entries.filter(({ type }) => type === 'unbuffer')).toMatchObject([
      { removed: 2, size: 1 },
      { removed: 1, size: 0 },
      { removed: 1, size: 0 },
    ]);
  });

  it('GS-060 may stop on demand', async () => {
    const source = await new Source({}, { handleDemand: () => ({ stop: 'dry' }) }).subscribed('s');
    await source.asks('s', 1);
    expect(source.stages.entries.filter(({ type }) => type === 'exit')).toMatchObject([{ reason: 'dry' }]);
    expect(source.status).toBe('exited');
  });

  it('GS-172 GS-170 answers an ask on a subscription it does not know, and ignores its cancel', async () => {
    const source = new Source();
    await source.asks('s', 1);
    source.stages.send('a', { type: 'cancel', subscription: 's', reason: 'normal' });
    source.stages.send('a', { type: 'down', subscription: 's', reason: 'normal' });
    await source.stages.settle();
    expect(source.stages.got('cancelled')).toEqual([
      { type: 'cancelled', subscription: 's', reason: 'unknown_subscription' },
    ]);
    expect(source.demands).toEqual([]);
  });

  it('GS-039 refuses a subscription whose name is taken; the first stays', async () => {
    const source = await new Source().subscribed('s');
    await source.asks('s', 2);
    await source.subscribed('s');
    await source.emits(1);
    expect(source.stages.warnings).toEqual(['duplicated_subscription']);
    expect(source.stages.got('cancelled')).toEqual([
      { type: 'cancelled', subscription: 's', reason: 'duplicated_subscription' },
    ]);
    expect(source.sent).toEqual([['s', 0, 1]]);
  });

  it('GS-037 ends the subscription that a new one replaces, before it takes the new one', async () => {
    const order: unknown[] = [];
    const source = new Source(
      {},
      {
        handleSubscribe: (_peer, _options, _state, from) => void order.push(['subscribe', from.id]),
        handleCancel: (cancellation, _state, from) => void order.push([cancellation, from.id]),
      },
    );
    await source.subscribed('s');
    const replaces = { subscription: 's', reason: 'moving' };
    source.stages.send('a', { type: 'subscribe', subscription: 't', options: {}, replaces });
    await source.stages.settle();
    expect(order).toEqual([
      ['subscribe', 's'],
      [{ kind: 'cancel', reason: 'moving' }, 's'],
      ['subscribe', 't'],
    ]);
    expect(source.stages.got('cancelled')).toEqual([
      { type: 'cancelled', subscription: 's', reason: 'moving' },
    ]);
    expect(source.stages.host.snapshot('a')?.consumers).toEqual(['t']);
  });

  it('GS-191 what only consumers are told is told of, and ignored', async () => {
    const source = new Source();
    source.stages.send('a', { type: 'events', subscription: 's', first: 0, events: [1] });
    source.stages.send('a', { type: 'cancelled', subscription: 's', reason: 'normal' });
    await source.stages.settle();
    expect(source.stages.warnings).toEqual([
      'producer_got_consumer_message',
      'producer_got_consumer_message',
    ]);
    const answer = source.stages.host.subscribeTo('a', { id: 's', producer: 'probe', options: {} });
    await source.stages.settle();
    expect(await answer).toEqual(['error', 'not_a_consumer']);
    expect(source.stages.warnings.at(-1)).toBe('not_a_consumer');
    expect(source.status).toBe('waiting');
  });
});

describe('the buffer of a producer', () => {
  it('GS-130 GS-135 keeps what nobody asked for, in order, and counts it', async () => {
    const source = await new Source().subscribed('s');
    await source.emits(1, 2);
    await source.emits(3);
    const estimate = source.stages.host.ask('a', (call) => ({ type: 'estimateBuffered', call }));
    await source.stages.settle();
    expect(await estimate).toBe(3);
    expect(source.stages.entries.filter(({ type }) => type === 'buffer')).toMatchObject([
      { added: 2, size: 2, limit: 10_000 },
      { added: 1, size: 3, limit: 10_000 },
    ]);
    await source.asks('s', 9);
    expect(source.sent).toEqual([['s', 0, 1, 2, 3]]);
    const c = new Hosted({ c: consumer({ handleEvents: nothing }) });
    const none = c.host.ask('c', (call) => ({ type: 'estimateBuffered', call }));
    await c.settle();
    expect(await none).toBe(0);
    expect(c.warnings).toEqual(['buffered_count_not_producer']);
  });

  it('GS-131 GS-132 tells once per emission how much it has dropped', async () => {
    for (const [bufferKeep, kept] of [
      ['last', [3, 4, 5]],
      ['first', [1, 2, 3]],
    ] as const) {
      const source = await new Source({ bufferSize: 3, bufferKeep }).subscribed('s');
      await source.emits(1, 2);
      await source.emits(3, 4, 5);
      expect(source.stages.entries.filter(({ type }) => type === 'discard')).toMatchObject([{ count: 2 }]);
      expect(source.stages.entries.filter(({ type }) => type === 'warning')).toMatchObject([
        { code: 'discarded', count: 2, values: [2] },
      ]);
      expect(source.stages.host.counters().stages[0]).toMatchObject({
        discarded: 2,
        buffered: 3,
        emitted: 5,
      });
      await source.asks('s', 5);
      expect(source.sent).toEqual([['s', 0, ...kept]]);
      await source.emits(6, 7, 8, 9, 10, 11);
      expect(source.stages.host.counters().stages[0]).toMatchObject({ discarded: 3 });
    }
  });

  it.each([
    [true, 1],
    ['yes', 1],
    [false, 0],
    [undefined, 0],
    [null, 0],
  ])('GS-133 formatDiscarded that answers %s leaves %i warnings', async (answer, warnings) => {
    const counts: number[] = [];
    const source = new Source(
      { bufferSize: 1 },
      {
        formatDiscarded: ((count: number) => {
          counts.push(count);
          return answer;
        }) as never,
      },
    );
    await source.emits(1, 2, 3);
    expect(counts).toEqual([2]);
    expect(source.stages.warnings).toHaveLength(warnings);
    const told = source.stages.entries.filter(
      (entry) => 'callback' in entry && entry.callback === 'formatDiscarded',
    );
    expect(told.map(({ type }) => type)).toEqual(['begin', 'end']);
    expect(told[1]?.cause).toBe(told[0]?.seq);
  });

  it('GS-134 without a limit drops nothing', async () => {
    const source = new Source({ bufferSize: Infinity });
    await source.emits(...Array.from({ length: 20_000 }, (_, i) => i));
    expect(source.buffered).toBe(20_000);
    const bounded = new Source();
    await bounded.emits(...Array.from({ length: 10_001 }, (_, i) => i));
    expect(bounded.buffered).toBe(10_000);
    expect(source.stages.entries.filter(({ type }) => type === 'buffer')).toMatchObject([{ limit: null }]);
  });
});

describe('demand that accumulates', () => {
  it('GS-140 GS-142 GS-143 is replayed ask by ask once it is forwarded', async () => {
    const source = await new Source({ demand: 'accumulate' }).subscribed('s');
    await source.asks('s', 2);
    await source.mode('accumulate');
    await source.asks('s', 3);
    expect(source.demands).toEqual([]);
    expect(source.stages.host.snapshot('a')?.mode).toBe('accumulate');
    await source.mode('forward');
    expect(source.demands).toEqual([2, 3]);
    await source.mode('forward');
    expect(source.demands).toEqual([2, 3]);
    await source.asks('s', 4);
    expect(source.demands).toEqual([2, 3, 4]);
    expect(source.stages.host.snapshot('a')?.mode).toBe('forward');
  });

  it('GS-141 holds events back in the same list, neither sent nor counted nor limited', async () => {
    const source = await new Source({ demand: 'accumulate', bufferSize: 1 }).subscribed('s');
    await source.asks('s', 1);
    await source.emits(1, 2, 3, 4);
    await source.asks('s', 1);
    expect(source.sent).toEqual([]);
    expect(source.buffered).toBe(0);
    expect(source.stages.warnings).toEqual([]);
    await source.mode('forward');
    // First the ask, then the events: the last ask finds what the buffer could keep.
    expect(source.demands).toEqual([1]);
    expect(source.sent).toEqual([['s', 0, 1, 2]]);
    expect(source.stages.warnings).toEqual(['discarded']);
  });

  it('GS-147 events stored before are taken by demand, and leave after forward', async () => {
    const source = await new Source().subscribed('s');
    await source.emits(1, 2, 3);
    await source.mode('accumulate');
    await source.asks('s', 2);
    expect(source.sent).toEqual([]);
    await source.mode('forward');
    expect(source.sent).toEqual([['s', 0, 1, 2]]);
    expect(source.buffered).toBe(1);
  });
});

describe('infos that wait', () => {
  it('GS-150 GS-151 without stored events come in a later turn; sync_info is answered once queued', async () => {
    const source = new Source();
    const answer = source.stages.host.ask('a', (call) => ({ type: 'queueInfo', request: 'now', call }));
    await source.stages.host.step('a');
    expect(await answer).toBe('ok');
    expect(source.infos).toEqual([]);
    await source.stages.settle();
    expect(source.infos).toEqual(['now']);
  });

  it('GS-152 GS-154 come once the events stored before them have left, in order, and split the demand', async () => {
    const source = await new Source().subscribed('s');
    await source.emits(1, 2);
    await source.queues('x');
    await source.queues('y');
    await source.emits(3);
    await source.asks('s', 1);
    expect(source.infos).toEqual([]);
    await source.asks('s', 2);
    expect(source.infos).toEqual(['x', 'y']);
    expect(source.sent).toEqual([
      ['s', 0, 1],
      ['s', 1, 2],
      ['s', 2, 3],
    ]);
    expect(source.demands).toEqual([]);
  });

  it('GS-153 are released when the events before them are dropped; with keep first they stay', async () => {
    const last = new Source({ bufferSize: 2 });
    await last.emits(1, 2);
    await last.queues('x');
    await last.emits(3);
    expect(last.infos).toEqual([]);
    await last.emits(4);
    expect(last.infos).toEqual(['x']);
    const first = await new Source({ bufferSize: 2, bufferKeep: 'first' }).subscribed('s');
    await first.emits(1, 2);
    await first.queues('x');
    await first.emits(3, 4);
    expect(first.infos).toEqual([]);
    await first.asks('s', 2);
    expect(first.infos).toEqual(['x']);
  });

  it('GS-174 a producer that ends through an info has sent all that was stored before', async () => {
    const source = await new Source(
      {},
      {
        handleCast: (events) => {
          self().queueInfo('end');
          return { events: events as unknown[] };
        },
        handleInfo: () => ({ stop: 'normal' }),
      },
    ).subscribed('s');
    // The info was sent to the stage itself before the events were stored: the buffer was empty then.
    await source.asks('s', 3);
    await source.emits(1, 2, 3);
    expect(source.sent).toEqual([['s', 0, 1, 2, 3]]);
    expect(source.status).toBe('exited');
  });
});

describe('the end of a subscription at a producer', () => {
  it('GS-160 GS-169 tells the consumer, runs handleCancel, then forgets it: what is emitted there may still go to it', async () => {
    const told: unknown[] = [];
    const source = await new Source(
      {},
      {
        handleCancel: (cancellation, _state, from) => {
          told.push(cancellation, from.id);
          return { events: [1, 2, 3] };
        },
      },
    ).subscribed('s', 't');
    await source.asks('s', 2);
    source.stages.send('a', { type: 'cancel', subscription: 's', reason: 'enough' });
    await source.stages.settle();
    expect(told).toEqual([{ kind: 'cancel', reason: 'enough' }, 's']);
    expect(source.stages.received.map(({ message }) => message.type).slice(-3)).toEqual([
      'unwatch',
      'cancelled',
      'events',
    ]);
    expect(source.sent).toEqual([['s', 0, 1, 2]]);
    expect(source.buffered).toBe(1);
    expect(source.stages.host.snapshot('a')?.consumers).toEqual(['t']);
    await source.emits(4);
    expect(source.sent).toHaveLength(1);
  });

  it('GS-165 goes on when a consumer is down, and tells it nothing', async () => {
    const told: unknown[] = [];
    const source = await new Source(
      {},
      { handleCancel: (cancellation) => void told.push(cancellation) },
    ).subscribed('s');
    source.stages.send('a', { type: 'down', subscription: 's', reason: 'killed' });
    await source.stages.settle();
    expect(told).toEqual([{ kind: 'down', reason: 'killed' }]);
    expect(source.stages.got('cancelled')).toEqual([]);
    expect(source.status).toBe('waiting');
    expect(source.stages.host.counters().subscriptions).toMatchObject([{ subscription: 's', dispatched: 0 }]);
  });

  it('GS-168 may stop it', async () => {
    const source = await new Source({}, { handleCancel: () => ({ stop: 'alone' }) }).subscribed('s');
    source.stages.send('a', { type: 'cancel', subscription: 's', reason: 'normal' });
    await source.stages.settle();
    expect(source.stages.entries.filter(({ type }) => type === 'exit')).toMatchObject([{ reason: 'alone' }]);
  });
});

describe('messages to a stage', () => {
  it('GS-183 without handleInfo are told of and ignored; without handleCall or handleCast they crash it', async () => {
    const bare = () => new Hosted({ a: producer({ handleDemand: nothing }) });
    const informed = bare();
    informed.host.tell('a', { type: 'info', request: { any: 'thing' } });
    await informed.settle();
    expect(informed.entries.filter(({ type }) => type === 'warning')).toMatchObject([
      { code: 'undefined_handle_info', message: '"a" has no handleInfo: received {"any":"thing"}' },
    ]);
    expect(informed.host.counters().stages[0]?.status).toBe('waiting');
    for (const type of ['call', 'cast'] as const) {
      const stages = bare();
      if (type === 'call') stages.host.call('a', 5).catch(nothing);
      else stages.host.tell('a', { type, request: 5 });
      await stages.settle();
      const callback = type === 'call' ? 'handleCall' : 'handleCast';
      expect(stages.entries.filter((entry) => entry.type === 'crash')).toMatchObject([
        {
          callback,
          error: { code: 'bad_step', message: expect.stringContaining(`it has no ${callback}: received 5`) },
        },
      ]);
    }
  });

  it('GS-188 anything else comes to handleInfo, which may emit or stop', async () => {
    const source = await new Source(
      {},
      { handleInfo: (message) => (message === 'stop' ? { stop: 'told' } : { events: [message] }) },
    ).subscribed('s');
    await source.asks('s', 1);
    source.stages.host.tell('a', { type: 'info', request: ['DOWN', 'somebody'] });
    await source.stages.settle();
    expect(source.sent).toEqual([['s', 0, ['DOWN', 'somebody']]]);
    source.stages.host.tell('a', { type: 'info', request: 'stop' });
    await source.stages.settle();
    expect(source.status).toBe('exited');
  });

  it('GS-180 events of a call leave before its answer', async () => {
    const source = await new Source({}, { handleCall: () => ({ events: [1], reply: 'done' }) }).subscribed(
      's',
    );
    await source.asks('s', 1);
    source.stages.send('a', { type: 'call', call: 1, request: 'x' });
    await source.stages.settle();
    expect(source.stages.received.slice(-2).map(({ message }) => message)).toMatchObject([
      { type: 'events', events: [1] },
      { type: 'reply', call: 1, value: 'done' },
    ]);
  });
});
