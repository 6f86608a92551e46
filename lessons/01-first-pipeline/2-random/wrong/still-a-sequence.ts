// misconception: random-is-a-sequence
import { consumer, pipeline, producer, sleep } from 'sluice';

// Answer demand: start somewhere, then count.
const numbers = producer({
  init: () => Math.floor(Math.random() * 100),
  handleDemand: (demand, next) => ({
    events: Array.from({ length: demand }, (_, i) => (next + i) % 100),
    state: next + demand,
  }),
});

// Handle events.
const printer = consumer({
  handleEvents: async (events: number[]) => {
    for (const n of events) {
      await sleep(100);
      console.log('Received', n);
    }
  },
});

export default pipeline(({ start, subscribe }) => {
  // Start stages.
  const source = start('numbers', numbers);
  const sink = start('printer', printer);

  // Subscribe.
  subscribe(sink, { to: source, maxDemand: 10, minDemand: 5 });
});
