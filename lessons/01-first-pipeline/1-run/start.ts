import { consumer, pipeline, producer, sleep } from 'sluice';

// #region producer
// Answer demand, no more and no less.
const numbers = producer({
  init: (first: number) => first,
  handleDemand: (demand, next) => ({
    events: Array.from({ length: demand }, (_, i) => next + i),
    state: next + demand,
  }),
});
// #endregion

// #region consumer
// Handle events: print, and take time.
const printer = consumer({
  handleEvents: async (events: number[]) => {
    // #region work
    for (const n of events) {
      await sleep(200);
      console.log('Received', n);
    }
    // #endregion
  },
});
// #endregion

// #region pipeline
export default pipeline(({ start, subscribe }) => {
  // Start stages: each has a state of its own.
  const source = start('numbers', numbers, 0);
  const sink = start('printer', printer);

  // Subscribe: now the consumer may ask.
  // #region subscribe
  subscribe(sink, { to: source, maxDemand: 10, minDemand: 5 });
  // #endregion
});
// #endregion
