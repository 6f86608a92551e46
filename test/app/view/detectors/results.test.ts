import { describe, expect, it } from 'vitest';
import {
  broadcastDispatcher,
  consumer,
  Flow,
  partitionDispatcher,
  pipeline,
  producer,
  producerConsumer,
  sleep,
  Window,
  type DispatcherSpec,
  type Plan,
} from 'sluice';
import { foundOf } from './found-in.ts';

interface Reading {
  readonly key: string;
  readonly n: number;
}

const KEYS = ['ant', 'bee', 'cat'];
const readings = (count: number, from = 0): Reading[] =>
  Array.from({ length: count }, (_, i) => ({ key: KEYS[(from + i) % KEYS.length] ?? '', n: from + i }));

/** As many readings, one after the other; it goes on waiting when they are at an end. */
const source = (last: number, dispatcher?: DispatcherSpec) =>
  producer({
    init: () => 0,
    ...(dispatcher && { dispatcher }),
    handleDemand: (demand, next) => {
      const count = Math.max(0, Math.min(demand, last - next));
      return { events: readings(count, next), state: next + count };
    },
  });

/** Counts by key, beside a number of its own. */
const tally = consumer({
  init: (): Record<string, number> => ({ batches: 0 }),
  handleEvents: async (events: Reading[], counts) => {
    await sleep(events.length);
    const next: Record<string, number> = { ...counts, batches: (counts['batches'] ?? 0) + 1 };
    for (const { key } of events) next[key] = (next[key] ?? 0) + 1;
    return { state: next };
  },
});

function twoTallies(dispatcher?: DispatcherSpec, options: readonly object[] = [{}, {}]): Plan {
  return pipeline(({ start, subscribe }) => {
    const to = start('source', source(60, dispatcher));
    for (const [i, one] of options.entries())
      subscribe(start(`tally ${i}`, tally), { to, maxDemand: 4, ...one });
  });
}

describe('doubleCounter', () => {
  it('names a key that two consumers of one producer count', async () => {
    const found = await foundOf(twoTallies());
    expect(found).toMatchObject([{ misconception: 'any-routing-will-do', shows: 'end' }]);
    expect(found[0]?.says).toMatch(
      /^"(ant|bee|cat)" has a number at “tally \d” and one at “tally \d”: neither has seen all of its events\.$/,
    );
  });

  it('names one that a hash of something else has sent to two partitions', async () => {
    const dispatcher = partitionDispatcher({ partitions: 2, hash: (event: Reading) => [event, event.n % 2] });
    const found = await foundOf(twoTallies(dispatcher, [{ partition: 0 }, { partition: 1 }]));
    expect(found).toMatchObject([{ misconception: 'any-routing-will-do' }]);
  });

  it('is content where equal keys meet, and where all consumers get all', async () => {
    const byKey = partitionDispatcher({
      partitions: 2,
      hash: (event: Reading) => [event, KEYS.indexOf(event.key) % 2],
    });
    expect(await foundOf(twoTallies(byKey, [{ partition: 0 }, { partition: 1 }]))).toEqual([]);
    expect(await foundOf(twoTallies(broadcastDispatcher()))).toEqual([]);
  });

  const counted = (flow: Flow<Reading>) =>
    flow.reduce(
      (): Map<string, number> => new Map(),
      (counts, { key }: Reading) => counts.set(key, (counts.get(key) ?? 0) + 1),
    );

  it('names a key that came out of two stages of a flow', async () => {
    const spread = await foundOf(counted(Flow.from(readings(60), { stages: 2, maxDemand: 4 })));
    expect(spread).toMatchObject([{ misconception: 'reduce-sees-everything', shows: 'end' }]);
    const wrongKey = await foundOf(counted(Flow.from(readings(60)).partition({ stages: 2, key: 'n' })));
    expect(wrongKey).toMatchObject([{ misconception: 'any-routing-will-do' }]);
  });

  it('does not take a name that the program gives for a key', async () => {
    const sizes = Flow.from(readings(60))
      .partition({ stages: 2, key: 'key' })
      .reduce(
        () => 0,
        (count) => count + 1,
      )
      .onTrigger((count) => ({ events: [['all', count]], state: 0 }));
    expect(await foundOf(sizes)).toEqual([]);
  });

  it('is content with a partition by the key, and with shares that are added up', async () => {
    expect(await foundOf(counted(Flow.from(readings(60)).partition({ stages: 2, key: 'key' })))).toEqual([]);
    const total = consumer({
      init: (): Record<string, number> => ({}),
      handleEvents: (pairs: (readonly [string, number])[], sums) => {
        const next = { ...sums };
        for (const [key, count] of pairs) next[key] = (next[key] ?? 0) + count;
        return { state: next };
      },
    });
    const added = pipeline(({ start, subscribe }) => {
      const shares = counted(Flow.from(readings(60), { stages: 2, maxDemand: 4 }));
      subscribe(start('total', total), { to: start('shares', shares as never), cancel: 'transient' });
    });
    expect(await foundOf(added)).toEqual([]);
  });
});

describe('lostOrder', () => {
  /** Two workers, one of them slow, between a source and who keeps the latest reading by key. */
  const sideBySide = (keep: (known: Reading | undefined, event: Reading) => unknown, ways = 2) =>
    pipeline(({ start, subscribe }) => {
      const to = start('source', source(60));
      const board = consumer({
        init: (): Record<string, unknown> => ({}),
        handleEvents: (events: Reading[], latest) => {
          const next = { ...latest };
          for (const event of events) next[event.key] = keep(next[event.key] as Reading | undefined, event);
          return { state: next };
        },
      });
      const end = start('board', board);
      for (let i = 0; i < ways; i += 1) {
        const worker = producerConsumer({
          handleEvents: async (events: Reading[]) => {
            await sleep(i === 0 ? 40 : 3);
            return { events };
          },
        });
        const middle = start(`worker ${i}`, worker);
        subscribe(middle, { to, maxDemand: 4, minDemand: 2 });
        subscribe(end, { to: middle, maxDemand: 4 });
      }
    });

  it('names an older event that took the place of a newer one of its key', async () => {
    for (const keep of [(_: unknown, event: Reading) => event, (_: unknown, { n }: Reading) => n]) {
      const found = await foundOf(sideBySide(keep));
      expect(found).toMatchObject([{ misconception: 'flow-keeps-order', of: 'board', shows: 'end' }]);
      const [, older, newer] =
        /\(n (\d+)\) took the place of a newer one \(n (\d+)\)/.exec(found[0]?.says ?? '') ?? [];
      expect(Number(older)).toBeLessThan(Number(newer));
    }
  });

  it('is content where nobody minds the order', async () => {
    const newest = (known: Reading | undefined, event: Reading) =>
      known && known.n > event.n ? known : event;
    const sum = (known: unknown, { n }: Reading) => (typeof known === 'number' ? known : 0) + n;
    expect(await foundOf(sideBySide(newest))).toEqual([]);
    expect(await foundOf(sideBySide(sum))).toEqual([]);
    expect(await foundOf(sideBySide((_, event) => event, 1))).toEqual([]);
  });
});

describe('unfiredWindow', () => {
  const into = (window: Window<Reading> | undefined, { ends = false } = {}) =>
    pipeline(({ start, subscribe }) => {
      const given = ends
        ? Flow.from(readings(32), { stages: 1 })
        : Flow.fromStages<Reading>([start('source', source(32))], { stages: 1, maxDemand: 8 });
      const flow = given
        .partition({ stages: 1, key: 'key', ...(window && { window }) })
        .reduce(
          () => 0,
          (count) => count + 1,
        )
        .emit('state');
      subscribe(start('sink', consumer({ handleEvents: () => undefined })), {
        to: start('flow', flow),
        cancel: 'transient',
      });
    });

  it('names a window that waits for the end of a source that has none', async () => {
    const found = await foundOf(into(undefined));
    expect(found).toMatchObject([
      {
        misconception: 'stream-ends',
        of: 'flow/reduce',
        says: '“flow/reduce” has taken in 32 events, and nothing moved any more. Its window with events in it never emitted.',
        at: { type: 'window', phase: 'open' },
      },
    ]);
  });

  it('names the last of several, which nothing ends', async () => {
    const fixed = Window.fixed<Reading>(20, 'millisecond', ({ n }) => n);
    expect(await foundOf(into(fixed))).toMatchObject([
      { says: expect.stringContaining('1 window with events in it') },
    ]);
    expect(await foundOf(into(Window.count<Reading>(40)))).toHaveLength(1);
  });

  it('is content where the source ends, or a trigger has fired', async () => {
    expect(await foundOf(into(undefined, { ends: true }))).toEqual([]);
    expect(await foundOf(into(Window.count<Reading>(8)))).toEqual([]);
    expect(await foundOf(into(Window.global<Reading>().triggerEvery(8)))).toEqual([]);
  });
});
