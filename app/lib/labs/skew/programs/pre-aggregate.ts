import { consumer, partitionDispatcher, pipeline, producer, producerConsumer, self, sleep } from 'sluice';
import { laneOf, ordersOf, workMs, type Order } from './orders.ts';

const PARTITIONS = 4;
const SHARES = { Accra: 15, Bern: 15, Doha: 14, Kyiv: 14, Milan: 14, Porto: 14, Tokyo: 14 };
const ORDERS = ordersOf(SHARES, 400);
const EVERY_MS = 5; // an order comes in

type Counts = Readonly<Record<string, number>>;

interface Told {
  readonly key: string;
  readonly lane: number;
  readonly count: number; // orders of the city that the lane has counted so far
}

// Orders of one city, added up before the partition; `n` is the first of them.
interface Part extends Order {
  readonly count: number;
}

const TOGETHER = 20; // orders that are added up at a time
const NONE: readonly Part[] = [];
const laneFor = (part: Part) => laneOf(part.key, PARTITIONS);

const source = producer({
  init: () => {
    self().sendAfter('order', EVERY_MS);
    return 0;
  },
  handleDemand: () => ({ events: [] }), // orders come when they come, asked for or not
  handleInfo: (_message, n) => {
    if (n + 1 < ORDERS.length) self().sendAfter('order', EVERY_MS);
    return { events: ORDERS.slice(n, n + 1), state: n + 1 };
  },
});

const combine = producerConsumer({
  init: () => ({ waiting: 0, parts: NONE }),
  handleEvents: (orders: readonly Order[], state) => {
    let { waiting, parts } = state;
    const full: Part[] = [];
    for (const order of orders) {
      const own = parts.find(({ key }) => key === order.key) ?? { ...order, count: 0 };
      parts = [...parts.filter((part) => part !== own), { ...own, count: own.count + 1 }];
      waiting += 1;
      if (waiting < TOGETHER) continue;
      full.push(...parts);
      [waiting, parts] = [0, NONE];
    }
    return { events: full, state: { waiting, parts } };
  },
  dispatcher: partitionDispatcher({
    partitions: PARTITIONS,
    hash: (part: Part) => [part, laneFor(part)],
  }),
});

const lane = (name: number) =>
  producerConsumer({
    init: (): Counts => ({}),
    handleEvents: async ([part]: readonly Part[], counts) => {
      if (!part) return { events: [] };
      await sleep(workMs(part.n));
      const count = (counts[part.key] ?? 0) + part.count;
      const told: Told = { key: part.key, lane: name, count };
      return { events: [told], state: { ...counts, [part.key]: count } };
    },
  });

const totals = consumer({
  init: (): Counts => ({}),
  handleEvents: (news: readonly Told[], totals) => {
    // A city has one lane, so what its lane told last is its total.
    const last = Object.fromEntries(news.map(({ key, count }) => [key, count]));
    return { state: { ...totals, ...last } };
  },
});

export default pipeline(({ start, subscribe }) => {
  const parts = start('combine', combine);
  subscribe(parts, { to: start('orders', source) });
  const sink = start('totals', totals);
  for (let i = 0; i < PARTITIONS; i += 1) {
    const to = start(`lane ${i}`, lane(i));
    subscribe(to, { to: parts, partition: i, maxDemand: 2, minDemand: 1 });
    subscribe(sink, { to });
  }
});
