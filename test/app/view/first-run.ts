import {
  consumer,
  pipeline,
  planOf,
  producer,
  producerConsumer,
  runVirtual,
  sleep,
  type VirtualRun,
} from 'sluice';

/** numbers → evens → printer, the pipeline of the first lesson; endless, so that the budget ends it. */
export function firstRun({ seed = 1, entryBudget = 600 } = {}): Promise<VirtualRun> {
  const numbers = producer({
    init: (first: number) => first,
    handleDemand: (demand, next) => ({
      events: Array.from({ length: demand }, (_, i) => next + i),
      state: next + demand,
    }),
  });
  const evens = producerConsumer({
    handleEvents: (events: number[]) => ({ events: events.filter((n) => n % 2 === 0) }),
  });
  const printer = consumer({
    init: () => 0,
    handleEvents: (events: number[], seen: number) => ({ state: seen + events.length }),
  });
  const program = pipeline(({ start, subscribe }) => {
    const source = start('numbers', numbers, 0);
    const filter = start('evens', evens);
    const sink = start('printer', printer);
    subscribe(filter, { to: source, maxDemand: 10, minDemand: 5 });
    subscribe(sink, { to: filter, maxDemand: 4, minDemand: 2 });
  });
  return runVirtual(planOf(program), { seed, entryBudget });
}

/** numbers → evens → printer; "evens", which takes its time, is frozen while it works, and thawed at times. */
export function frozenRun(): Promise<VirtualRun> {
  const numbers = producer({
    init: () => 0,
    handleDemand: (demand, next) => ({
      events: Array.from({ length: demand }, (_, i) => next + i),
      state: next + demand,
    }),
  });
  const evens = producerConsumer({
    handleEvents: async (events: number[]) => {
      await sleep(5);
      return { events: events.filter((n) => n % 2 === 0) };
    },
  });
  const printer = consumer({
    handleEvents: async (events: number[]) => {
      await sleep(30 * events.length);
    },
  });
  const program = pipeline(({ start, subscribe }) => {
    const filter = start('evens', evens);
    subscribe(filter, { to: start('numbers', numbers), maxDemand: 10, minDemand: 5 });
    subscribe(start('printer', printer), { to: filter, maxDemand: 4, minDemand: 2 });
  });
  return runVirtual(planOf(program), {
    seed: 1,
    entryBudget: 400,
    faults: [
      { fault: 'freeze', stage: 'evens', turn: 20 },
      { fault: 'thaw', stage: 'evens', turn: 60 },
      { fault: 'freeze', stage: 'evens', turn: 90 },
    ],
  });
}
