import { consumer, pipeline, producer, sleep } from 'sluice';

/** Other names, a waiting answer, other demand: right all the same. */
const dice = producer({
  init: () => ({ rolled: 0 }),
  handleDemand: async (wanted, { rolled }) => {
    await sleep(5);
    const events: number[] = [];
    while (events.length < wanted) events.push(Math.trunc(Math.random() * 100));
    return { events, state: { rolled: rolled + wanted } };
  },
});

const reader = consumer({
  handleEvents: (events: number[]) => {
    console.log(events.join(' '));
  },
});

export default pipeline(({ start, subscribe }) => {
  const cup = start('cup', dice);
  subscribe(start('reader', reader), { to: cup, maxDemand: 3, minDemand: 0 });
});
