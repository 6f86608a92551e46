import { consumer, pipeline, producer, sleep } from 'sluice';

// #region producer
// Answer demand: make this random.
const numbers = producer({
  init: (first: number) => first,
  handleDemand: (demand, next) => ({
    events: Array.from({ length: demand }, (_, i) => next + i),
    state: next + demand,
  }),
});
// #endregion

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
  const source = start('numbers', numbers, 0);
  const sink = start('printer', printer);

  // Subscribe.
  subscribe(sink, { to: source, maxDemand: 10, minDemand: 5 });
});
