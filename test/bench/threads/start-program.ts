/** One event from one worker to another: says when it has come. */
import { consumer, pipeline, producer } from 'sluice';
import { found } from './stopwatch.ts';

const source = producer({
  init: () => false,
  handleDemand: (_demand, isSent) => (isSent ? { stop: 'normal' } : { events: ['event'], state: true }),
});

const sink = consumer({
  handleEvents: (events: string[]) => {
    console.log(found(events.length));
    return { stop: 'normal' };
  },
});

export default pipeline(({ start, subscribe }) => {
  subscribe(start('sink', sink), { to: start('source', source) });
});
