import { consumer, none, partitionDispatcher, pipeline, producer, sleep } from 'sluice';

const LAST = 60;
const LANES = ['zero', 'one', 'two'] as const;

// By the rest of a division by three; multiples of ten belong to no lane.
const numbers = producer({
  init: () => 1,
  handleDemand: (demand, next) => {
    const count = Math.max(0, Math.min(demand, LAST + 1 - next));
    return { events: Array.from({ length: count }, (_, i) => next + i), state: next + count };
  },
  dispatcher: partitionDispatcher({
    partitions: LANES,
    hash: (n: number) => (n % 10 === 0 ? none : [n, LANES[n % 3] ?? 'zero']),
  }),
});

const lane = consumer({
  init: (pauseMs: number) => pauseMs,
  handleEvents: async (events: number[], pauseMs) => {
    for (const n of events) {
      await sleep(pauseMs);
      console.log(n, 'leaves', n % 3);
    }
  },
});

export default pipeline(({ start, subscribe }) => {
  const source = start('numbers', numbers);
  subscribe(start('quick', lane, 1), { to: source, partition: 'zero', maxDemand: 6 });
  subscribe(start('steady', lane, 5), { to: source, partition: 'one', maxDemand: 6 });
  subscribe(start('slow', lane, 40), { to: source, partition: 'two', maxDemand: 6 });
});
