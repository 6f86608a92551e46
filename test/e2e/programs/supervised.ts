import { consumer, pipeline, producer, sleep } from 'sluice';

const LAST = 30;

const numbers = producer({
  init: () => 1,
  handleDemand: (demand, next) => {
    const count = Math.max(0, Math.min(demand, LAST + 1 - next));
    return { events: Array.from({ length: count }, (_, i) => next + i), state: next + count };
  },
});

// Counts what it has seen since it was started, and cannot bear the number 8.
const counter = consumer({
  init: () => 0,
  handleEvents: async (events: number[], seen) => {
    for (const n of events) {
      await sleep(20);
      if (n === 8) throw new Error('eight is too much');
      console.log('got', n);
    }
    return { state: seen + events.length };
  },
});

export default pipeline(({ start, subscribe, supervise }) => {
  const source = start('numbers', numbers);
  const sink = start('counter', counter);
  subscribe(sink, { to: source, maxDemand: 4, minDemand: 2 });
  supervise('keeper', [source, sink], { strategy: 'oneForOne' });
});
