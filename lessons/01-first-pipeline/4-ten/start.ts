import { consumer, pipeline, producer, producerConsumer, sleep } from 'sluice';

// #region producer
// Answer demand: 200 ms, for few or many.
const numbers = producer({
  handleDemand: async (demand) => {
    await sleep(200);
    return { events: Array.from({ length: demand }, () => Math.floor(Math.random() * 100)) };
  },
});
// #endregion

// #region filter
// Pass on the odd numbers: make it 10 and up.
const filter = producerConsumer({
  handleEvents: (events: number[]) => ({ events: events.filter((n) => n % 2 === 1) }),
});
// #endregion

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
  // #region subscribe
  subscribe(middle, { to: source, maxDemand: 1, minDemand: 0 });
  subscribe(sink, { to: middle, maxDemand: 10, minDemand: 5 });
  // #endregion
});
