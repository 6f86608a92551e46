import {
  broadcastDispatcher,
  consumer,
  demandDispatcher,
  demandMode,
  partitionDispatcher,
  pipeline,
  producer,
  self,
  sleep,
} from 'sluice';

const ORDERS = 60;
const QUICK_MS = 20; // what packing one takes
const SLOW_MS = 120; // what it takes the slow one
const DEMAND = { maxDemand: 2, minDemand: 1 };

interface Order {
  readonly id: number;
  readonly shelf: number; // where it lies: 0, 1, 2 or 3
}

const DISPATCHERS = {
  demand: demandDispatcher(),
  broadcast: broadcastDispatcher(),
  partition: partitionDispatcher({ partitions: 4, hash: (order: Order) => [order, order.shelf] }),
};

const orders = producer({
  dispatcher: DISPATCHERS.demand,
  demand: 'accumulate', // asks wait until all four are there
  init: () => ({ made: 0, packers: 0 }),
  handleSubscribe: (_peer, _options, state) => {
    const packers = state.packers + 1;
    if (packers === 4) demandMode(self(), 'forward');
    return { state: { ...state, packers } };
  },
  handleDemand: (demand, state) => {
    const count = Math.min(demand, ORDERS - state.made);
    // The same seed draws the same shelves, in every run.
    const events = Array.from({ length: count }, (_, i): Order => ({
      id: state.made + i + 1,
      shelf: Math.floor(Math.random() * 4),
    }));
    return { events, state: { ...state, made: state.made + count } };
  },
});

const packer = (pauseMs: number) =>
  consumer({
    handleEvents: async (events: readonly Order[]) => {
      await sleep(pauseMs * events.length);
    },
  });

export default pipeline(({ start, subscribe }) => {
  const source = start('orders', orders);
  const packers = [
    start('quick-a', packer(QUICK_MS)),
    start('quick-b', packer(QUICK_MS)),
    start('quick-c', packer(QUICK_MS)),
    start('slow', packer(SLOW_MS)),
  ];
  // Only the partition dispatcher reads `partition`.
  for (const [partition, one] of packers.entries()) subscribe(one, { to: source, ...DEMAND, partition });
});
