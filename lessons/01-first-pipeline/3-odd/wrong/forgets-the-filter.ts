// misconception: forgets-to-subscribe
import { consumer, pipeline, producer, producerConsumer, sleep } from 'sluice';

// Answer demand.
const numbers = producer({
  handleDemand: (demand) => ({
    events: Array.from({ length: demand }, () => Math.floor(Math.random() * 100)),
  }),
});

// Pass on the odd numbers.
const odd = producerConsumer({
  handleEvents: (events: number[]) => ({ events: events.filter((n) => n % 2 === 1) }),
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
  start('numbers', numbers);
  const filter = start('odd', odd);
  const sink = start('printer', printer);

  // Subscribe.
  subscribe(sink, { to: filter, maxDemand: 10, minDemand: 5 });
});
