import { consumer, fromEvents, pipeline, sleep } from 'sluice';

// What happens in the world does not wait: of what nobody wants yet, the newest five are kept.
const world = new EventTarget();
let count = 0;
setInterval(() => {
  count += 1;
  world.dispatchEvent(new CustomEvent('tick', { detail: count }));
}, 5);

const ticks = fromEvents(world, 'tick', {
  overflow: 'dropOldest',
  bufferSize: 5,
  map: (event: CustomEvent<number>) => event.detail,
});

const printer = consumer({
  handleEvents: async (events: number[]) => {
    for (const n of events) {
      await sleep(50);
      console.log('tick', n);
    }
  },
});

export default pipeline(({ start, subscribe }) => {
  subscribe(start('printer', printer), { to: start('ticks', ticks), maxDemand: 2, minDemand: 1 });
});
