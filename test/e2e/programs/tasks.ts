import { consumer, pipeline, producer, Task, task } from 'sluice';

const LAST = 12;

// Declared outside the stages: every worker has it, so it runs on whichever has least to do.
const square = task((n: number) => {
  let busy = 0;
  for (let i = 0; i < 3_000_000; i += 1) busy += i % 3;
  return busy > 0 ? n * n : 0;
});

const numbers = producer({
  init: () => 1,
  handleDemand: (demand, next) => {
    const count = Math.max(0, Math.min(demand, LAST + 1 - next));
    return { events: Array.from({ length: count }, (_, i) => next + i), state: next + count };
  },
});

const squarer = consumer({
  handleEvents: async (events: number[]) => {
    for await (const result of Task.asyncStream(events, square, { maxConcurrency: 3 })) {
      if ('ok' in result) console.log('squared', result.ok);
    }
  },
});

export default pipeline(({ start, subscribe }) => {
  subscribe(start('squarer', squarer), { to: start('numbers', numbers), maxDemand: 12, minDemand: 0 });
});
