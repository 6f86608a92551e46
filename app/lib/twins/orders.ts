import { consumer, pipeline, producer, self, sleep } from 'sluice';

const EVERY_MS = 50; // an order comes in
const PAUSE_MS = 20; // what packing one takes
const SEED = 7;
const FULL = { bufferSize: 60, bufferKeep: 'last' } as const;

interface State {
  readonly due: number; // orders that have come in
  readonly made: number; // events emitted
  readonly asked: number; // events asked for, and not emitted yet
}

// The same number gives the same order, in every run.
const order = (n: number) => ({ id: n, grams: ((n + SEED) * 7_919) % 1_000 });

function emit(state: State) {
  const count = state.due - state.made; // push: whatever has come in
  const events = Array.from({ length: count }, (_, i) => order(state.made + i));
  const asked = Math.max(0, state.asked - count);
  return { events, state: { ...state, made: state.made + count, asked } };
}

const orders = producer({
  ...FULL,
  init: (): State => {
    self().sendAfter('tick', EVERY_MS);
    return { due: 0, made: 0, asked: 0 };
  },
  handleDemand: (demand, state) => emit({ ...state, asked: state.asked + demand }),
  handleInfo: (_tick, state) => {
    self().sendAfter('tick', EVERY_MS);
    return emit({ ...state, due: state.due + 1 });
  },
});

const packer = consumer({
  init: () => PAUSE_MS,
  handleCast: (pauseMs) => ({ state: Number(pauseMs) }),
  handleEvents: async (events: readonly unknown[], pauseMs) => {
    await sleep(pauseMs * events.length);
  },
});

export default pipeline(({ start, subscribe }) => {
  const source = start('orders', orders);
  subscribe(start('packer', packer), { to: source, maxDemand: 4, minDemand: 3 });
});
