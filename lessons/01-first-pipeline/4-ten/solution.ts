import { consumer, pipeline, producer, producerConsumer, sleep } from 'sluice';

// Answer demand: 200 ms, for few or many.
const numbers = producer({
  handleDemand: async (demand) => {
    await sleep(200);
    return { events: Array.from({ length: demand }, () => Math.floor(Math.random() * 100)) };
  },
});

// Pass on the numbers from 10 up.
const filter = producerConsumer({
  handleEvents: (events: number[]) => ({ events: events.filter((n) => n >= 10) }),
});

// Handle events: a number takes 100 ms.
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
  const middle = start('filter', filter);
  const sink = start('printer', printer);

  // Subscribe.
  subscribe(middle, { to: source, maxDemand: 10, minDemand: 5 });
  subscribe(sink, { to: middle, maxDemand: 10, minDemand: 5 });
});
