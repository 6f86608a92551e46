import { consumer, pipeline, producer, producerConsumer, sleep } from 'sluice';

const LAST = 60;

const source = producer({
  init: () => 0,
  handleDemand: (demand, next) => {
    const count = Math.min(demand, LAST - next);
    return { events: Array.from({ length: count }, (_, i) => next + i), state: next + count };
  },
});
const parse = producerConsumer({
  handleEvents: async (events: number[]) => {
    await sleep(2 * events.length);
    return { events };
  },
});
const save = consumer({
  handleEvents: async (events: number[]) => {
    await sleep(25 * events.length);
  },
});

export default pipeline(({ start, subscribe }) => {
  const parsed = start('parse', parse);
  subscribe(parsed, { to: start('source', source), maxDemand: 8 });
  subscribe(start('save', save), { to: parsed, maxDemand: 4 });
});
