import { consumer, Flow, pipeline, Window } from 'sluice';
import { flights, type Flight } from 'sluice/data';

const MINUTE_MS = 60_000;

const departure = (flight: Flight) => flight.time;

const byOrigin = Flow.from(flights).partition({ key: 'origin', stages: 4 });

interface Origin {
  readonly flights: number;
  readonly delay: number;
}

const origins = byOrigin.reduce(
  (): Map<string, Origin> => new Map(),
  (board, { origin, delay }) => {
    const sum = board.get(origin) ?? { flights: 0, delay: 0 };
    return board.set(origin, { flights: sum.flights + 1, delay: sum.delay + delay });
  },
);

const busiest = origins.takeSort(
  10,
  ([codeA, a], [codeB, b]) => b.flights - a.flights || codeA.localeCompare(codeB),
);

const howManyOrigins = origins.departition(
  () => 0,
  (count, board) => count + board.size,
  (count) => count,
);

// The layer behind the partitions sees all origins.
const mostDelayed = origins
  .partition({ stages: 1 })
  .filter(([, sum]) => sum.flights >= 100)
  .map(([origin, sum]): [string, number] => [origin, Number((sum.delay / sum.flights).toFixed(6))])
  .reduce(
    (): [string, number][] => [],
    (means, mean) => [...means, mean],
  )
  .takeSort(10, ([, a], [, b]) => b - a);

// Each partition counts the part of a day that it sees: the parts of all make the day.
const perDay = Flow.from(flights)
  .partition({ key: 'origin', stages: 4, window: Window.fixed(24, 'hour', departure) })
  .reduce(
    () => 0,
    (count) => count + 1,
  )
  .departition(
    () => 0,
    (day, count) => day + count,
    (day, start) => [start, day],
  );

// In the order in which the flights arrive: some long after others that departed later.
const arrival = (flight: Flight) => flight.time + flight.delay * MINUTE_MS;
const arrivals = flights.toSorted((a, b) => arrival(a) - arrival(b));

// The watermark moves with every flight, so that "too late" does not depend on the size of batches.
const inTime = (hours: number, minutesAllowed: number) =>
  Flow.from(arrivals)
    .partition({
      stages: 1,
      maxDemand: 1,
      window: Window.fixed(hours, 'hour', departure).outOfOrderness(minutesAllowed, 'minute'),
    })
    .reduce(
      () => 0,
      (count) => count + 1,
    )
    .emit('state')
    .partition({ stages: 1 })
    .reduce(
      () => 0,
      (sum, count) => sum + count,
    )
    .emit('state');

const sessions = Flow.from(flights)
  .partition({ key: 'origin', stages: 4, window: Window.session(6, 'hour', departure) })
  .reduce(
    () => 0,
    (count) => count + 1,
  )
  .emit('state')
  .partition({ stages: 1 })
  .reduce(
    () => ({ sessions: 0, largest: 0 }),
    (sum, count) => ({ sessions: sum.sessions + 1, largest: Math.max(sum.largest, count) }),
  )
  .emit('state');

const distances = Flow.from(flights)
  .partition({ stages: 1, window: Window.count(300) })
  .reduce(
    () => 0,
    (sum, { distance }) => sum + distance,
  )
  .emit('state');

const weekByWeek = Flow.from(flights)
  .partition({ stages: 1, window: Window.sliding(7 * 24, 24, 'hour', departure) })
  .reduce(
    () => 0,
    (count) => count + 1,
  )
  .onTrigger((count, _stage, { id }) => ({ events: [[id, count]], state: count }));

const printer = consumer({
  handleEvents: (events: unknown[]) => {
    for (const event of events) console.log(event);
  },
});

export default pipeline(({ start, subscribe }) => {
  const print = (name: string, flow: Flow<unknown>) =>
    // It goes on until the last stage of the flow has ended.
    subscribe(start(`print ${name}`, printer), { to: start(name, flow), cancel: 'transient' });
  print('busiest', busiest);
  print('how many origins', howManyOrigins);
  print('most delayed', mostDelayed);
  print('per day', perDay);
  print('sessions', sessions);
  print('distances', distances);
  print('week by week', weekByWeek);
  for (const minutes of [0, 15, 60, 120, 240]) {
    print(`in time: 1 h, ${minutes} min`, inTime(1, minutes));
    print(`in time: 1 day, ${minutes} min`, inTime(24, minutes));
  }
});
