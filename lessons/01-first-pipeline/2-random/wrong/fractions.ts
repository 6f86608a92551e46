// misconception: random-is-a-fraction
import { consumer, pipeline, producer, sleep } from 'sluice';

// Answer demand, no more and no less.
const numbers = producer({
  handleDemand: (demand) => ({
    events: Array.from({ length: demand }, () => Math.random()),
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
