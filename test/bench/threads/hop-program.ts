/** One hop from worker to worker. Its address says how many events of which kind cross: `?events=…&kind=…`. */
import { consumer, pipeline, producer } from 'sluice';
import { KINDS, eventsFrom, sumOf } from './hop-events.ts';
import { begun, found, parameter } from './stopwatch.ts';

const events = parameter('events');
const kind = KINDS[parameter('kind')] ?? 'integers';

const source = producer({
  init: () => 0,
  handleDemand: (demand, next) => {
    if (next === 0) begun();
    const count = Math.min(demand, events - next);
    return { events: eventsFrom(kind, next, count), state: next + count };
  },
});

const sink = consumer({
  init: () => ({ sum: 0, count: 0 }),
  handleEvents: (batch: unknown[], total) => {
    total.sum += sumOf(kind, batch);
    total.count += batch.length;
    if (total.count === events) console.log(found(total.sum));
  },
});

export default pipeline(({ start, subscribe }) => {
  subscribe(start('sink', sink), { to: start('source', source), maxDemand: 1_000 });
});
