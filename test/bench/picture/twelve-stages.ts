import { consumer, partitionDispatcher, pipeline, producer, producerConsumer } from 'sluice';

/** Events that each of the two sources makes; about 10⁶ entries of trace in all. */
const LAST = 17_500;
const LANES = ['a', 'b', 'c', 'd'] as const;

const numbers = producer({
  init: () => 0,
  handleDemand: (demand, next) => {
    const count = Math.max(0, Math.min(demand, LAST - next));
    return { events: Array.from({ length: count }, (_, i) => next + i), state: next + count };
  },
});

const double = producerConsumer({
  handleEvents: (events: number[]) => ({ events: events.map((n) => n * 2) }),
});

const split = producerConsumer({
  handleEvents: (events: number[]) => ({ events }),
  dispatcher: partitionDispatcher({
    partitions: LANES,
    hash: (n: number) => [n, LANES[(n / 4) % LANES.length] ?? 'a'],
  }),
});

const total = consumer({
  init: () => 0,
  handleEvents: (events: number[], sum) => ({ state: events.reduce((all, n) => all + n, sum) }),
});

const SMALL = { maxDemand: 4, minDemand: 2 };

export default pipeline(({ start, subscribe }) => {
  const merge = start('merge', double);
  for (const name of ['east', 'west']) subscribe(merge, { to: start(name, numbers), ...SMALL });
  const check = start('check', double);
  subscribe(check, { to: merge, ...SMALL });
  const lanes = start('split', split);
  subscribe(lanes, { to: check, ...SMALL });
  const join = start('join', double);
  for (const name of LANES) {
    const lane = start(`lane ${name}`, double);
    subscribe(lane, { to: lanes, partition: name, ...SMALL });
    subscribe(join, { to: lane, ...SMALL });
  }
  const store = start('store', double);
  subscribe(store, { to: join, ...SMALL });
  subscribe(start('total', total), { to: store, ...SMALL });
});
