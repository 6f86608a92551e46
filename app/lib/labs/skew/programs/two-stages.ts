import { consumer, partitionDispatcher, pipeline, producer, producerConsumer, self, sleep } from 'sluice';
import { laneOf, ordersOf, workMs, type Order } from './orders.ts';

const PARTITIONS = 4;
const SHARES = { Accra: 15, Bern: 15, Doha: 14, Kyiv: 14, Milan: 14, Porto: 14, Tokyo: 14 };
const ORDERS = ordersOf(SHARES, 400);
const WORKERS = 4;
const EVERY_MS = 5; // an order comes in

type Counts = Readonly<Record<string, number>>;

interface Told {
  readonly key: string;
  readonly lane: number;
  readonly count: number; // orders of the city that the lane has counted so far
}

const laneFor = (order: Order) => laneOf(order.key, PARTITIONS);

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

// First the work, by whoever is free.
const worker = producerConsumer({
  handleEvents: async ([order]: readonly Order[]) => {
    if (order) await sleep(workMs(order.n));
    return { events: order ? [order] : [] };
  },
  dispatcher: partitionDispatcher({
    partitions: PARTITIONS,
    hash: (order: Order) => [order, laneFor(order)],
  }),
});

// Then the counting, by the lane of the city.
const lane = (name: number) =>
  producerConsumer({
    init: (): Counts => ({}),
    handleEvents: ([order]: readonly Order[], counts) => {
      if (!order) return { events: [] };
      const count = (counts[order.key] ?? 0) + 1;
      const told: Told = { key: order.key, lane: name, count };
      return { events: [told], state: { ...counts, [order.key]: count } };
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
  const orders = start('orders', source);
  const workers = Array.from({ length: WORKERS }, (_, i) => {
    const to = start(`worker ${i}`, worker);
    subscribe(to, { to: orders, maxDemand: 2, minDemand: 1 });
    return to;
  });
  const sink = start('totals', totals);
  for (let i = 0; i < PARTITIONS; i += 1) {
    const to = start(`lane ${i}`, lane(i));
    for (const from of workers) subscribe(to, { to: from, partition: i, maxDemand: 2, minDemand: 1 });
    subscribe(sink, { to });
  }
});
