import { consumerSupervisor, pipeline, producer, sleep } from 'sluice';

const LAST = 12;

const orders = producer({
  init: () => 1,
  handleDemand: (demand, next) => {
    const count = Math.max(0, Math.min(demand, LAST + 1 - next));
    return { events: Array.from({ length: count }, (_, i) => next + i), state: next + count };
  },
});

// A child per order, at most four at a time; the third one fails, and nobody runs it again.
const pool = consumerSupervisor({
  strategy: 'oneForOne',
  child: {
    restart: 'temporary',
    run: async (order: number) => {
      await sleep(60);
      if (order === 3) throw new Error('order 3 cannot be served');
      console.log('served', order);
    },
  },
});

export default pipeline(({ start, subscribe }) => {
  subscribe(start('pool', pool), { to: start('orders', orders), maxDemand: 4, minDemand: 2 });
});
