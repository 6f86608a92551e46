import { consumer, pipeline, producer, producerConsumer, sleep } from 'sluice';

// Endless, and slow enough to be watched.
const numbers = producer({
  init: () => 1,
  handleDemand: (demand, next) => ({
    events: Array.from({ length: demand }, (_, i) => next + i),
    state: next + demand,
  }),
});

const doubler = producerConsumer({
  handleEvents: (events: number[]) => ({ events: events.map((n) => n * 2) }),
});

const printer = consumer({
  handleEvents: async (events: number[]) => {
    await sleep(events.length * 40);
  },
});

export default pipeline(({ start, subscribe, supervise }) => {
  const source = start('numbers', numbers);
  const middle = start('doubler', doubler);
  const sink = start('printer', printer);
  subscribe(middle, { to: source, maxDemand: 4, minDemand: 2, cancel: 'temporary' });
  subscribe(sink, { to: middle, maxDemand: 4, minDemand: 2, cancel: 'temporary' });
  supervise('keeper', [source, middle, sink], { strategy: 'restForOne', maxRestarts: 20 });
});
