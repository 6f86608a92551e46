import { consumer, pipeline, producer, producerConsumer } from 'sluice';

/** Two stages in the middle, of which one only passes on: right all the same. */
const source = producer({
  handleDemand: (demand) => ({
    events: Array.from({ length: demand }, () => Math.floor(Math.random() * 100)),
  }),
});

const same = producerConsumer({ handleEvents: (events: number[]) => ({ events }) });

const picky = producerConsumer({
  init: () => 0,
  handleEvents: (events: number[], dropped) => {
    const kept: number[] = [];
    for (const n of events) if (n % 2 !== 0) kept.push(n);
    return { events: kept, state: dropped + events.length - kept.length };
  },
});

const sink = consumer({ handleEvents: (events: number[]) => console.log(events.length) });

export default pipeline(({ start, subscribe }) => {
  const end = start('z', sink);
  const second = start('y', picky);
  const first = start('x', same);
  subscribe(end, { to: second, maxDemand: 4 });
  subscribe(second, { to: first });
  subscribe(first, { to: start('w', source), maxDemand: 20, minDemand: 15 });
});
