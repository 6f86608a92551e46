import { consumer, pipeline, producer, sleep } from 'sluice';

const numbers = producer({
  init: () => 0,
  handleDemand: (demand, next) => ({
    events: Array.from({ length: demand }, (_, i) => next + i),
    state: next + demand,
  }),
});

const counter = consumer({
  init: () => 0,
  handleEvents: async (events: number[], seen) => {
    await sleep(50 * events.length);
    return { state: seen + events.length };
  },
});

export default pipeline(({ start, subscribe, supervise }) => {
  const source = start('numbers', numbers);
  const sink = start('counter', counter);
  subscribe(sink, { to: source, maxDemand: 8, minDemand: 4 });
  supervise('keeper', [source, sink], { strategy: 'oneForOne' });
});
