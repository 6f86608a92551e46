import { describe, expect, it } from 'vitest';
import {
  broadcastDispatcher,
  cancel,
  consumer,
  defineDispatcher,
  none,
  partitionDispatcher,
  pipeline,
  producer,
  runVirtual,
  self,
  type Dispatcher,
  type DispatcherContext,
  type DispatcherSpec,
  type EntryOf,
  type Plan,
  type TraceEntry,
  type TraceType,
} from 'sluice';
import { Hosted } from '../../support/hosted.ts';

/** Emits the numbers from 0 on, as many as are asked for, up to 12. */
function numbers(dispatcher: DispatcherSpec) {
  return producer({
    init: () => 0,
    handleDemand: (demand, next) => {
      const count = Math.min(demand, 12 - next);
      return { events: Array.from({ length: count }, (_, i) => next + i), state: next + count };
    },
    handleInfo: (message) => console.log(message),
    dispatcher,
  });
}

const sink = consumer<number>({ handleEvents: () => undefined });
/** Leaves after its first batch. */
const quitter = consumer({
  handleEvents: (_: number[], __, from) => cancel(from, 'enough'),
});

function of<T extends TraceType>(entries: readonly TraceEntry[], type: T): EntryOf<T>[] {
  return entries.filter((entry): entry is EntryOf<T> => entry.type === type);
}

async function run(plan: Plan) {
  const { entries } = await runVirtual(plan, { seed: 0, entryBudget: 2_000 });
  return entries;
}

const parity = partitionDispatcher({ partitions: 2, hash: (n: number) => [n, n % 2] });

describe('the trace of a dispatcher', () => {
  it('GS-112 tells what a selector refused and asks for it in the name of the consumer', async () => {
    const entries = await run(
      pipeline(({ start, subscribe }) => {
        const source = start('source', numbers(broadcastDispatcher()));
        subscribe(start('odds', sink), { to: source, maxDemand: 4, selector: (n) => n % 2 === 1 });
      }),
    );
    const story = entries
      .filter(({ stage, type }) => stage === 'source' && ['asked', 'drop', 'dispatch'].includes(type))
      .slice(0, 4);
    const [asked, drop, dispatch, again] = story;
    expect(asked).toMatchObject({ type: 'asked', subscription: 'odds←source', count: 4, open: 4 });
    expect(drop).toMatchObject({ type: 'drop', subscription: 'odds←source', count: 2 });
    expect(dispatch).toMatchObject({ type: 'dispatch', first: 0, events: [1, 3], open: 0 });
    expect(again).toMatchObject({ type: 'asked', count: 2, open: 2, cause: drop?.seq });
    expect(of(entries, 'dispatch').flatMap(({ events }) => events)).toEqual([1, 3, 5, 7, 9, 11]);
  });

  it('GS-126 tells what belongs to no partition', async () => {
    const dispatcher = partitionDispatcher({ partitions: 1, hash: (n: number) => (n < 3 ? none : [n, 0]) });
    const entries = await run(
      pipeline(({ start, subscribe }) => {
        subscribe(start('a', sink), { to: start('source', numbers(dispatcher)), maxDemand: 5, partition: 0 });
      }),
    );
    const [drop] = of(entries, 'drop');
    expect(drop).toMatchObject({ stage: 'source', count: 3 });
    expect(drop).not.toHaveProperty('subscription');
  });

  it('GS-124 tells what waits for the consumer of a partition, and when it has gone', async () => {
    const slow = consumer<number>({
      handleSubscribe: () => ({ mode: 'manual' }),
      handleEvents: () => undefined,
    });
    const entries = await run(
      pipeline(({ start, subscribe }) => {
        const source = start('source', numbers(parity));
        subscribe(start('even', sink), { to: source, maxDemand: 4, partition: 0 });
        subscribe(start('odd', slow), { to: source, partition: 1 });
      }),
    );
    const queues = of(entries, 'queue');
    expect(queues[0]).toMatchObject({ stage: 'source', partition: 1, added: 2, removed: 0, size: 2 });
    for (const [i, { size, added }] of queues.entries())
      expect(size).toBe((queues[i - 1]?.size ?? 0) + added);
  });

  it('GS-127 tells what was given up when the consumer of a partition left', async () => {
    const entries = await run(
      pipeline(({ start, subscribe }) => {
        const source = start('source', numbers(parity));
        subscribe(start('odd', quitter), { to: source, maxDemand: 1, cancel: 'temporary', partition: 1 });
        subscribe(start('even', sink), { to: source, maxDemand: 8, partition: 0 });
      }),
    );
    const lost = of(entries, 'lost').filter(({ where }) => where === 'dispatcher');
    const cleared = of(entries, 'queue').findLast(({ removed }) => removed > 0);
    expect(lost).toHaveLength(1);
    expect(lost[0]?.count).toBeGreaterThan(0);
    expect(cleared).toMatchObject({ partition: 1, removed: lost[0]?.count, size: 0 });
    // What was given up is requested again.
    const demands = of(entries, 'begin').filter(({ callback }) => callback === 'handleDemand');
    expect(demands.map(({ demand }) => demand)).toContain(lost[0]?.count);
  });

  it('GS-117 GS-166 refuses a second subscription to a broadcast; the first one goes on', async () => {
    const entries = await run(
      pipeline(({ start, subscribe }) => {
        const source = start('source', numbers(broadcastDispatcher()));
        const twice = start('twice', sink);
        subscribe(twice, { to: source, maxDemand: 4 });
        subscribe(twice, { to: source, maxDemand: 4 });
      }),
    );
    expect(of(entries, 'warning')[0]).toMatchObject({ code: 'already_subscribed', stage: 'source' });
    expect(
      of(entries, 'cancel').map(({ stage, subscription, reason }) => [stage, subscription, reason]),
    ).toEqual([
      ['source', 'twice←source#2', 'already_subscribed'],
      ['twice', 'twice←source#2', 'already_subscribed'],
    ]);
    expect(of(entries, 'exit')).toEqual([]);
    const sent = of(entries, 'dispatch');
    expect(new Set(sent.map(({ subscription }) => subscription))).toEqual(new Set(['twice←source']));
    expect(sent.reduce((sum, { count }) => sum + count, 0)).toBe(12);
  });

  it('GS-112 GS-172 an ask in the name of a consumer that has left is answered that nobody knows it', async () => {
    const entries = await run(
      pipeline(({ start, subscribe }) => {
        const source = start('source', numbers(broadcastDispatcher()));
        subscribe(start('a', quitter), {
          to: source,
          maxDemand: 2,
          minDemand: 0,
          cancel: 'temporary',
          selector: (n) => n === 1,
        });
      }),
    );
    expect(of(entries, 'crash')).toEqual([]);
    expect(of(entries, 'cancel').map(({ stage, reason }) => [stage, reason])).toEqual([
      ['source', 'enough'],
      ['a', 'enough'],
    ]);
  });

  it('GS-157 an info kept behind the queue of a partition comes in a turn of its own', async () => {
    const heard: unknown[] = [];
    const source = producer({
      init: () => 0,
      handleDemand: (demand, made) => {
        if (made === 0) self().queueInfo('after the first');
        return { events: Array.from({ length: demand }, (_, i) => made + i), state: made + demand };
      },
      handleInfo: (message, made) => {
        heard.push([message, made]);
      },
      dispatcher: parity,
    });
    await runVirtual(
      pipeline(({ start, subscribe }) => {
        const from = start('source', source);
        subscribe(start('even', sink), { to: from, maxDemand: 4, minDemand: 0, partition: 0 });
        subscribe(start('odd', sink), { to: from, maxDemand: 4, minDemand: 0, partition: 1 });
      }),
      { seed: 0, entryBudget: 400 },
    );
    expect(heard).toEqual([['after the first', expect.any(Number)]]);
  });
});

describe('a plan', () => {
  const refuse = (build: Parameters<typeof pipeline>[0], code: string) =>
    expect(() => pipeline(build)).toThrow(expect.objectContaining({ code }));

  it('GS-121 is refused where it names a missing, unknown or taken partition', () => {
    refuse(({ start, subscribe }) => {
      subscribe(start('a', sink), { to: start('source', numbers(parity)) });
    }, 'partition_missing');
    refuse(({ start, subscribe }) => {
      subscribe(start('a', sink), { to: start('source', numbers(parity)), partition: 2 });
    }, 'partition_unknown');
    refuse(({ start, subscribe }) => {
      const source = start('source', numbers(parity));
      subscribe(start('a', sink), { to: source, partition: 1 });
      subscribe(start('b', sink), { to: source, partition: 1 });
    }, 'partition_taken');
  });

  it('GS-113 is refused where a selector is no function', () => {
    refuse(({ start, subscribe }) => {
      const source = start('source', numbers(broadcastDispatcher()));
      subscribe(start('a', sink), { to: source, selector: 'even' as never });
    }, 'selector_not_function');
  });

  it('GS-121 two producers of one definition have partitions of their own', () => {
    const plan = pipeline(({ start, subscribe }) => {
      const [one, other] = [start('one', numbers(parity)), start('other', numbers(parity))];
      const a = start('a', sink);
      subscribe(a, { to: one, partition: 1 });
      subscribe(a, { to: other, partition: 1 });
    });
    expect(plan.subscriptions).toHaveLength(2);
  });
});

describe('a dispatcher of a program', () => {
  /** A producer that emits what it is cast, by a dispatcher that leaves everything over, but for the given methods. */
  function emitting(
    methods: (context: DispatcherContext) => Partial<Dispatcher<unknown>>,
    handleCancel?: () => { readonly events: readonly number[] },
  ) {
    const dispatcher = defineDispatcher({
      name: 'mine',
      create: (context) => {
        const own = methods(context);
        return {
          subscribe: () => 0,
          ask: (_id, count) => count,
          cancel: () => 0,
          dispatch: (events) => ({ deliveries: [], leftover: events }),
          ...own,
          get queued() {
            return own.queued ?? 0;
          },
        };
      },
    });
    const a = producer<number>({
      handleDemand: () => undefined,
      handleCast: (events) => ({ events: events as number[] }),
      dispatcher,
      ...(handleCancel && { handleCancel }),
    });
    const stages = new Hosted({ a });
    stages.send('a', { type: 'subscribe', subscription: 's', options: {} });
    return stages;
  }

  const STRANGER =
    'dispatch of the mine dispatcher of "a" as it must answer with deliveries to subscriptions';

  it('GS-013 is heard in the course of what it answers: its warnings say what caused them', async () => {
    const stages = emitting(({ warn }) => {
      const say = (code: string) => warn({ code, message: `speaks at ${code}` });
      return {
        subscribe: () => (say('subscribe'), 0),
        ask: (_id, count) => (say('ask'), count),
        cancel: () => (say('cancel'), 0),
        dispatch: (events) => (say('dispatch'), { deliveries: [], leftover: events }),
      };
    });
    stages.send('a', { type: 'ask', subscription: 's', count: 2 });
    stages.host.tell('a', { type: 'cast', request: [1] });
    await stages.settle();
    stages.host.cancel('a', 's', 'normal');
    await stages.settle();
    const seqOf = (type: TraceType) => stages.entries.find((entry) => entry.type === type)?.seq;
    const end = of(stages.entries, 'end').find(({ callback }) => callback === 'handleCast');
    expect(of(stages.entries, 'warning').map(({ code, cause }) => [code, cause])).toEqual([
      ['subscribe', seqOf('subscribed')],
      ['ask', seqOf('asked')],
      ['dispatch', end?.seq],
      ['cancel', seqOf('cancel')],
    ]);
  });

  it('GS-160 GS-169 cannot send to a consumer that has left, or to a stranger while one leaves', async () => {
    for (const [to, sent] of [
      ['s', [[7]]],
      ['stranger', []],
    ] as const) {
      const stages = emitting(
        () => ({ dispatch: (events) => ({ deliveries: [{ to, events }], leftover: [] }) }),
        () => ({ events: [7] }),
      );
      stages.host.cancel('a', 's', 'normal');
      stages.host.tell('a', { type: 'cast', request: [8] });
      await stages.settle();
      expect(stages.got('events').map(({ events }) => events)).toEqual(sent);
      expect(of(stages.entries, 'crash')[0]?.error.message).toContain(STRANGER);
    }
  });

  it('GS-117 cannot send to a consumer that it has refused', async () => {
    const stages = emitting(() => ({
      subscribe: () => ({ refused: 'full' }),
      dispatch: (events) => ({ deliveries: [{ to: 's', events }], leftover: [] }),
    }));
    stages.host.tell('a', { type: 'cast', request: [8] });
    await stages.settle();
    expect(stages.got('cancelled')).toMatchObject([{ subscription: 's', reason: 'full' }]);
    expect(stages.got('events')).toEqual([]);
    expect(of(stages.entries, 'crash')[0]?.error.message).toContain(STRANGER);
  });

  it('GS-172 hears nothing of the end of a subscription that nobody knows', async () => {
    const cancelled: string[] = [];
    const stages = emitting(() => ({ cancel: (id) => (cancelled.push(id), 0) }));
    stages.send('a', { type: 'cancel', subscription: 'unknown', reason: 'normal' });
    stages.send('a', { type: 'cancel', subscription: 's', reason: 'normal' });
    await stages.settle();
    expect(cancelled).toEqual(['s']);
  });

  it('GS-016 crashes its stage when it answers a cancellation with anything but demand', async () => {
    const stages = emitting(() => ({ cancel: () => -1 }));
    stages.host.cancel('a', 's', 'normal');
    await stages.settle();
    expect(of(stages.entries, 'crash')[0]?.error.message).toContain(
      'after cancel of the mine dispatcher of "a" as it must answer with new demand',
    );
  });

  it('GS-174 loses what it was given and has not kept when it fails, and what it kept when the stage ends', async () => {
    const stages = emitting(() => {
      let queued = 2;
      return {
        get queued() {
          return queued;
        },
        dispatch: () => {
          queued += 1;
          throw new Error('out of order');
        },
      };
    });
    stages.host.tell('a', { type: 'cast', request: [1, 2, 3, 4] });
    await stages.settle();
    expect(of(stages.entries, 'lost').map(({ where, count }) => [where, count])).toEqual([
      ['dispatcher', 3],
      ['dispatcher', 3],
    ]);
  });
});

describe('the types', () => {
  it('GS-112 GS-122 know what a selector gets and which partitions there are', () => {
    pipeline(({ start, subscribe }) => {
      const source = start('source', numbers(broadcastDispatcher()));
      subscribe(start('a', sink), { to: source, selector: (n) => n.toFixed(0) === '1' });
      // @ts-expect-error numbers are no texts
      subscribe(start('b', sink), { to: source, selector: (text: string) => text === '1' });
    });
    const partitions = ['even', 'odd'] as const;
    partitionDispatcher({ partitions, hash: (n: number) => [n, n % 2 === 0 ? 'even' : 'odd'] });
    // @ts-expect-error there is no such partition
    partitionDispatcher({ partitions, hash: (n: number) => [n, n % 2 === 0 ? 'evne' : 'odd'] });
  });
});
