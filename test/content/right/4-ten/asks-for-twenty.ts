import { consumer, pipeline, producer, producerConsumer, sleep } from 'sluice';

/** Asks again only when nothing is left, but for enough: right all the same. */
const slow = producer({
  handleDemand: async (demand) => {
    await sleep(200);
    const events = Array.from({ length: demand }, () => Math.floor(Math.random() * 100));
    return { events };
  },
});

const large = producerConsumer({
  handleEvents: (events: number[]) => ({ events: events.filter((n) => !(n < 10)) }),
});

const printer = consumer({
  handleEvents: async (events: number[]) => {
    for (const n of events) {
      console.log(n);
      await sleep(100);
    }
  },
});

export default pipeline(({ start, subscribe }) => {
  const a = start('a', slow);
  const b = start('b', large);
  const c = start('c', printer);
  subscribe(c, { to: b, maxDemand: 8 });
  subscribe(b, { to: a, maxDemand: 20, minDemand: 0 });
});
