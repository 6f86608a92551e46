import { describe, expect, it } from 'vitest';
import {
  call,
  consumer,
  pipeline,
  producer,
  producerConsumer,
  sleep,
  type Plan,
  type StageHandle,
} from 'sluice';
import { entriesOf, link, stage } from '../recorded.ts';
import { atOnce } from '../../../support/at-once.ts';
import { findingsIn } from '$lib/view/detectors/findings.ts';
import { foundOf } from './found-in.ts';

const list = (last: number) =>
  producer({
    init: () => 0,
    handleDemand: (demand, next) => {
      const count = Math.max(0, Math.min(demand, last - next));
      return { events: Array.from({ length: count }, (_, i) => next + i), state: next + count };
    },
  });
const pass = producerConsumer({ handleEvents: (events: number[]) => ({ events }) });
const sink = consumer({ handleEvents: () => undefined });

describe('missingSubscription', () => {
  it('names a consumer that is subscribed to nothing', async () => {
    const found = await foundOf(
      pipeline(({ start, subscribe }) => {
        subscribe(start('middle', pass), { to: start('source', list(20)) });
        start('sink', sink);
      }),
    );
    expect(found).toMatchObject([{ misconception: 'forgets-to-subscribe', of: 'sink', shows: 'start' }]);
  });

  it('names a stage that events pass by', async () => {
    const found = await foundOf(
      pipeline(({ start, subscribe }) => {
        const source = start('source', list(20));
        subscribe(start('middle', pass), { to: source });
        subscribe(start('sink', sink), { to: source });
      }),
    );
    expect(found).toMatchObject([
      {
        misconception: 'bypasses-the-filter',
        of: 'middle',
        says: 'Nobody is subscribed to “middle”: events go to “sink” without passing through it.',
      },
    ]);
  });

  it('names a line that ends without a consumer', async () => {
    const found = await foundOf(
      pipeline(({ start, subscribe }) => {
        subscribe(start('middle', pass), { to: start('source', list(20)) });
      }),
    );
    expect(found).toMatchObject([{ misconception: 'producer-starts', of: 'middle' }]);
  });

  it('lets a stage be that others call', async () => {
    const book = consumer({ handleEvents: () => undefined, handleCall: () => ({ reply: 1 }) });
    const asking = consumer({
      handleEvents: async () => {
        await call('book', 'how much?');
      },
    });
    const plan = pipeline(({ start, subscribe }) => {
      start('book', book);
      subscribe(start('sink', asking), { to: start('source', list(20)), maxDemand: 10 });
    });
    expect(await foundOf(plan)).toEqual([]);
  });

  it('knows subscriptions that are made by a callback', async () => {
    const late = consumer({ init: () => null, subscribeTo: ['source'], handleEvents: () => undefined });
    const plan = pipeline(({ start }) => {
      start('source', list(20));
      start('sink', late);
    });
    expect(await foundOf(plan)).toEqual([]);
  });
});

describe('returnedEvents', () => {
  const through = (middle: typeof pass): Plan =>
    pipeline(({ start, subscribe }) => {
      const filter = start('filter', middle);
      subscribe(filter, { to: start('source', list(100)), maxDemand: 10 });
      subscribe(start('sink', sink), { to: filter, maxDemand: 10 });
    });

  it('names a stage in the middle that hands nothing on', async () => {
    const found = await foundOf(
      through(producerConsumer({ handleEvents: (events: number[]) => void events.filter((n) => n > 3) })),
    );
    expect(found).toMatchObject([
      {
        misconception: 'forgets-to-return-events',
        of: 'filter',
        says: '“filter” handled 100 events and handed on none of them.',
        at: { type: 'end', callback: 'handleEvents' },
      },
    ]);
  });

  it('lets a stage be that hands on little, or keeps what it gets', async () => {
    const rare = producerConsumer({
      handleEvents: (events: number[]) => ({ events: events.filter((n) => n === 99) }),
    });
    const counting = producerConsumer({
      init: () => 0,
      handleEvents: (events: number[], seen): { events: number[]; state: number } => ({
        events: [],
        state: seen + events.length,
      }),
    });
    expect(await foundOf(through(rare))).toEqual([]);
    expect(await foundOf(through(counting as never))).toEqual([]);
  });

  it('names a consumer that returns events', async () => {
    const emitting = consumer({ handleEvents: ((events: number[]) => ({ events })) as never });
    const found = await foundOf(
      pipeline(({ start, subscribe }) =>
        subscribe(start('sink', emitting), { to: start('source', list(20)), maxDemand: 10 }),
      ),
    );
    expect(found).toMatchObject([
      {
        misconception: 'consumer-emits',
        of: 'sink',
        says: '“sink” is a consumer and returned 20 events, which went nowhere.',
      },
    ]);
  });
});

describe('blockedStage', () => {
  it('names a stage that waited for an answer in vain', async () => {
    const asking = (to: string) =>
      consumer({
        handleEvents: async () => {
          await call(to, 'how are you?');
        },
        handleCall: () => ({ reply: 'well' }),
      });
    const found = await foundOf(
      pipeline(({ start, subscribe }) => {
        const source = start('source', list(40));
        subscribe(start('one', asking('other')), { to: source, maxDemand: 4 });
        subscribe(start('other', asking('one')), { to: source, maxDemand: 4 });
      }),
    );
    expect(found).toMatchObject([
      {
        misconception: 'call-costs-no-wait',
        says: expect.stringMatching(
          /^“(one|other)” waited for an answer in handleEvents until the call gave up, and crashed\.$/,
        ),
        shows: 'crash',
      },
    ]);
  });

  it('names a callback that never came back', async () => {
    const stuck = consumer({ handleEvents: () => new Promise<void>(() => undefined) });
    const found = await foundOf(
      pipeline(({ start, subscribe }) =>
        subscribe(start('sink', stuck), { to: start('source', list(20)), maxDemand: 4 }),
      ),
    );
    expect(found).toMatchObject([
      {
        misconception: 'promise-settles-itself',
        of: 'sink',
        says: '“sink” went into handleEvents and had not come back when the run was over.',
        at: { type: 'begin', callback: 'handleEvents' },
      },
    ]);
  });

  it('waits until a run that is stopped has stood still for a while', () => {
    const plan = {
      stages: [stage('source', 'producer'), stage('sink', 'consumer')],
      subscriptions: [link('sink', 'source')],
    };
    const entries = entriesOf(
      ['sink', { type: 'start', kind: 'consumer', state: null }],
      [
        'sink',
        { type: 'begin', callback: 'handleEvents', subscription: 'sink←source', count: 1, events: [1] },
      ],
    );
    const after = (elapsedMs: number) =>
      atOnce(findingsIn({ plan, entries, atRest: false, elapsedMs })).map(({ says }) => says);
    expect(after(3_000)).toEqual([]);
    expect(after(7_001)).toEqual([
      '“sink” went into handleEvents and had not come back when the run was over, 7.0 s later.',
    ]);
  });

  it('takes slow work for slow work', async () => {
    const slow = consumer({ handleEvents: async () => sleep(4_000) });
    const answering = consumer({ handleEvents: () => undefined, handleCall: () => ({ reply: 1 }) });
    const asking = consumer({
      handleEvents: async () => {
        await call('slow', 'still there?', 60_000).catch(() => undefined);
      },
    });
    const found = await foundOf(
      pipeline(({ start, subscribe }) => {
        const source = start('source', list(20));
        const to: readonly StageHandle[] = [
          start('slow', slow),
          start('answering', answering),
          start('asking', asking),
        ];
        for (const one of to) subscribe(one as never, { to: source, maxDemand: 4 });
      }),
    );
    expect(found).toEqual([]);
  });
});
