import { consumer, Flow, pipeline, Window } from 'sluice';
import { flights, type Flight } from 'sluice/data';

const MINUTE_MS = 60_000;
const arrival = ({ time, delay }: Flight) => time + delay * MINUTE_MS;
const arrivals = flights.slice(0, 200).toSorted((a, b) => arrival(a) - arrival(b));

const perHour = Flow.from(arrivals)
  .partition({ stages: 1, maxDemand: 10, window: Window.fixed(1, 'hour', ({ time }) => time) })
  .reduce(
    () => 0,
    (count) => count + 1,
  )
  .onTrigger((count, _stage, { id }) => ({ events: [{ hour: id, count }], state: count }));

const board = consumer({
  handleEvents: (hours: { hour: unknown; count: number }[]) => {
    for (const { hour, count } of hours) console.log(`${count} flights in`, hour);
  },
});

export default pipeline(({ start, subscribe }) => {
  subscribe(start('board', board), { to: start('per hour', perHour) });
});
