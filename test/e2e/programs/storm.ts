import { consumer, fromInterval, pipeline } from 'sluice';

const save = consumer({ handleEvents: () => undefined });

// A reading every 20 ms for three seconds: no demand can hurry it, but a burst can.
export default pipeline(({ start, subscribe }) => {
  const readings = start('readings', fromInterval(20, { take: 150, bufferSize: 200 }));
  subscribe(start('save', save), { to: readings, maxDemand: 5, minDemand: 2, cancel: 'transient' });
});
