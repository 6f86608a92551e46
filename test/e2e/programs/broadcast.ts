import { broadcastDispatcher, consumer, demandMode, pipeline, producer, self } from 'sluice';

const LAST = 40;
const CONSUMERS = 2;

// Demand is held back until both consumers are there: so both get every number from the first on.
const numbers = producer({
  init: () => ({ next: 0, consumers: 0 }),
  demand: 'accumulate',
  dispatcher: broadcastDispatcher(),
  handleSubscribe: (_peer, _options, state) => {
    const consumers = state.consumers + 1;
    if (consumers === CONSUMERS) demandMode(self(), 'forward');
    return { state: { ...state, consumers } };
  },
  handleDemand: (demand, state) => {
    const count = Math.min(demand, LAST - state.next);
    return {
      events: Array.from({ length: count }, (_, i) => state.next + i),
      state: { ...state, next: state.next + count },
    };
  },
});

const printer = consumer({
  init: (name: string) => name,
  handleEvents: (events: number[], name) => {
    for (const n of events) console.log(name, n);
  },
});

export default pipeline(({ start, subscribe }) => {
  const source = start('numbers', numbers);
  subscribe(start('all', printer, 'all'), { to: source, maxDemand: 10 });
  subscribe(start('odd', printer, 'odd'), { to: source, maxDemand: 10, selector: (n) => n % 2 === 1 });
});
