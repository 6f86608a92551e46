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

// A city that is too much for one lane gets eight keys in place of one.
const HOT: readonly string[] = [];
const saltOf = ({ n, key }: Order) => (HOT.includes(key) ? `${key}#${n % 8}` : key);
const laneFor = (order: Order) => laneOf(saltOf(order), PARTITIONS);

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
  dispatcher: partitionDispatcher({
    partitions: PARTITIONS,
    hash: (order: Order) => [order, laneFor(order)],
  }),
});

const lane = (name: number) =>
  producerConsumer({
    init: (): Counts => ({}),
    handleEvents: async ([order]: readonly Order[], counts) => {
      if (!order) return { events: [] };
      await sleep(workMs(order.n));
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
  const sink = start('totals', totals);
  for (let i = 0; i < PARTITIONS; i += 1) {
    const to = start(`lane ${i}`, lane(i));
    subscribe(to, { to: orders, partition: i, maxDemand: 2, minDemand: 1 });
    subscribe(sink, { to });
  }
});
