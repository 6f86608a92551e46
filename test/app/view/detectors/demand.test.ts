import { describe, expect, it } from 'vitest';
import {
  ask,
  cast,
  consumer,
  fromInterval,
  pipeline,
  producer,
  producerConsumer,
  sleep,
  type Plan,
  type Producer,
} from 'sluice';
import { foundOf } from './found-in.ts';

const numbers = (count: number, from = 0) => Array.from({ length: count }, (_, i) => from + i);
const slow = consumer({ handleEvents: async (events: number[]) => sleep(10 * events.length) });

/** `source → sink`, at most ten pending. */
function straight(source: Producer<void, number>, minDemand = 5): Plan {
  return pipeline(({ start, subscribe }) => {
    subscribe(start('sink', slow), { to: start('source', source), maxDemand: 10, minDemand });
  });
}

/** Sends what is asked for, up to the last of its numbers. */
const list = (last: number) =>
  producer({
    init: () => 0,
    handleDemand: (demand, next) => {
      const count = Math.max(0, Math.min(demand, last - next));
      return { events: numbers(count, next), state: next + count };
    },
  });

describe('overSender', () => {
  it('names a producer that returns more than it was asked for, at the first time', async () => {
    const found = await foundOf(straight(producer({ handleDemand: (n) => ({ events: numbers(n + 3) }) })));
    expect(found).toMatchObject([
      {
        misconception: 'over-emits',
        of: 'source',
        says: '“source” returned 13 events at once, where 10 were still asked for.',
        at: { type: 'end', callback: 'handleDemand', count: 13 },
      },
    ]);
  });

  it('tells a batch of fixed size from one that is too large', async () => {
    const [found, ...more] = await foundOf(
      straight(producer({ handleDemand: () => ({ events: numbers(12) }) })),
    );
    expect(more).toEqual([]);
    expect(found).toMatchObject({
      misconception: 'ignores-demand',
      says: '“source” returns 12 events whatever it is asked for: here it was 10 events.',
    });
  });

  it('accepts fewer events now and the rest later', async () => {
    const owing = producer({
      init: () => 0,
      handleDemand: (demand, owed) => {
        const count = Math.min(3, owed + demand);
        return { events: numbers(count), state: owed + demand - count };
      },
      handleInfo: (_tick, owed) => ({ events: numbers(owed), state: 0 }),
    });
    expect(await foundOf(straight(owing, 9))).toEqual([]);
  });

  it('has nothing to say of what timers and casts bring', async () => {
    expect(await foundOf(straight(fromInterval(1, { take: 50 })))).toEqual([]);
    const pushed = producer({
      handleDemand: () => undefined,
      handleCast: (count) => ({ events: numbers(Number(count)) }),
    });
    const pushing = pipeline(({ start, subscribe }) => {
      const source = start('source', pushed);
      const push = producer({
        handleDemand: () => {
          cast('source', 30);
          return { events: [0], stop: 'normal' };
        },
      });
      subscribe(start('sink', slow), { to: source, maxDemand: 10 });
      subscribe(start('other', slow), { to: start('push', push), maxDemand: 1, cancel: 'temporary' });
    });
    expect(await foundOf(pushing)).toEqual([]);
  });
});

describe('overflow', () => {
  const pushing = (bufferSize?: number) =>
    pipeline(({ start, subscribe }) => {
      const burst = producer({
        ...(bufferSize !== undefined && { bufferSize }),
        handleDemand: () => undefined,
        handleInfo: () => undefined,
        handleCast: (count) => ({ events: numbers(Number(count)) }),
      });
      const clock = consumer({
        handleEvents: () => cast('burst', 6_000),
      });
      subscribe(start('sink', slow), { to: start('burst', burst), maxDemand: 10 });
      subscribe(start('clock', clock), { to: start('ticks', list(4)), maxDemand: 1 });
    });

  it('names a source that sends by itself and ran over, with what was lost', async () => {
    const found = await foundOf(pushing());
    expect(found).toMatchObject([{ misconception: 'push-needs-no-answer', of: 'burst', shows: 'discard' }]);
    expect(found[0]?.says).toMatch(
      /^The buffer of “burst” holds 10,000 events, and ran over: 1\d,\d{3} events were lost\.$/,
    );
  });

  it('says of a larger buffer that it does not help', async () => {
    const found = await foundOf(pushing(12_000));
    expect(found).toMatchObject([{ misconception: 'bigger-buffer-cures', of: 'burst' }]);
  });

  it('takes a small buffer that drops for what was meant', async () => {
    expect(await foundOf(pushing(5))).toEqual([]);
  });
});

describe('stalledProducer', () => {
  it('names a producer that leaves low demand unanswered, where it did', async () => {
    const picky = producer({ handleDemand: (n) => (n < 10 ? undefined : { events: numbers(n) }) });
    expect(await foundOf(straight(picky))).toMatchObject([
      {
        misconception: 'never-emits-when-demand-is-low',
        of: 'source',
        says: '“source” answered asks for 10 events or more, and sent nothing when it was asked for 5.',
        at: { type: 'end', count: 0 },
      },
    ]);
  });

  it('finds it also where others go on and the run is cut short', async () => {
    const picky = producer({ handleDemand: (n) => (n < 10 ? undefined : { events: numbers(n) }) });
    const both = pipeline(({ start, subscribe }) => {
      subscribe(start('sink', slow), { to: start('source', picky), maxDemand: 10 });
      subscribe(start('other', slow), { to: start('endless', list(Infinity)), maxDemand: 10 });
    });
    expect(await foundOf(both)).toMatchObject([
      { misconception: 'never-emits-when-demand-is-low', of: 'source' },
    ]);
  });

  it('names a producer that answers with one event, and one that answers with half', async () => {
    const one = await foundOf(straight(producer({ handleDemand: () => ({ events: [1] }) })));
    expect(one).toMatchObject([
      {
        misconception: 'unserved-demand-is-repeated',
        says: '“source” was asked for 10 events in all and sent 1 event; then nothing moved any more.',
      },
    ]);
    const half = producer({ handleDemand: (n: number) => ({ events: numbers(Math.floor(n / 2)) }) });
    expect(await foundOf(straight(half))).toMatchObject([{ misconception: 'unserved-demand-is-repeated' }]);
  });

  it('names a producer that was asked and never sent anything', async () => {
    const counting = producer({ init: () => 0, handleDemand: (n, owed) => ({ state: owed + n }) });
    for (const silent of [producer({ handleDemand: () => undefined }), counting]) {
      expect(await foundOf(straight(silent))).toMatchObject([
        {
          misconception: 'unserved-demand-is-repeated',
          says: '“source” was asked for 10 events and never sent one.',
        },
      ]);
    }
  });

  it('takes the end of a source for an end', async () => {
    const rest = numbers(25);
    const closed = producer({ handleDemand: (n: number) => ({ events: rest.splice(0, n) }) });
    const iterator = producer({
      init: () => numbers(7).values(),
      handleDemand: (n, values) => ({ events: [...values.take(n)] }),
    });
    for (const source of [list(0), list(3), list(10), list(25), closed, iterator])
      expect(await foundOf(straight(source))).toEqual([]);
  });

  it('lets a producer be that goes on sending when the run is cut short', async () => {
    let asks = 0;
    const uneven = producer({
      handleDemand: (n: number) => {
        asks += 1;
        return { events: numbers(asks < 4 ? n - 1 : n) };
      },
    });
    expect(await foundOf(straight(uneven))).toEqual([]);
  });

  it('lets a producer that sends later be', async () => {
    const later = producer({
      init: () => 0,
      handleDemand: async (n) => {
        await sleep(50);
        return { events: numbers(n) };
      },
    });
    expect(await foundOf(straight(later))).toEqual([]);
  });

  it('says nothing of stages that somebody has frozen', async () => {
    const picky = producer({ handleDemand: (n) => (n < 10 ? undefined : { events: numbers(n) }) });
    const faults = [{ fault: 'freeze', stage: 'sink', atMs: 5 }] as const;
    expect(await foundOf(straight(picky), { faults })).toEqual([]);
  });
});

describe('manualDemand', () => {
  const manual = (again: boolean, first = 4) =>
    pipeline(({ start, subscribe }) => {
      const sink = consumer({
        handleSubscribe: (_peer, _options, _state, from) => {
          if (first > 0) ask(from, first);
          return { mode: 'manual' };
        },
        handleEvents: (events: number[], _state, from) => {
          if (again) ask(from, events.length);
        },
      });
      subscribe(start('sink', sink), { to: start('source', list(40)) });
    });

  it('names a subscription whose consumer has left off asking', async () => {
    expect(await foundOf(manual(false))).toMatchObject([
      {
        misconception: 'manual-demand-renews-itself',
        of: 'sink←source',
        says: '“sink” asked for 4 events, handled them, and never asked again.',
        at: { type: 'end', pending: 0 },
      },
    ]);
  });

  it('names one that was never used', async () => {
    expect(await foundOf(manual(false, 0))).toMatchObject([
      { says: '“sink” is subscribed and never asked for anything.' },
    ]);
  });

  it('is content with a consumer that asks again, by hand or not', async () => {
    expect(await foundOf(manual(true))).toEqual([]);
    const through = producerConsumer({ handleEvents: (events: number[]) => ({ events }) });
    const chain = pipeline(({ start, subscribe }) => {
      const middle = start('middle', through);
      subscribe(middle, { to: start('source', list(40)), maxDemand: 3, minDemand: 0 });
      subscribe(start('sink', slow), { to: middle, maxDemand: 1 });
    });
    expect(await foundOf(chain)).toEqual([]);
  });
});
