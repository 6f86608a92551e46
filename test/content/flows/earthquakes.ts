import { consumer, Flow, pipeline, Window } from 'sluice';
import { earthquakes, type Earthquake } from 'sluice/data';

const perHour = Flow.from(earthquakes)
  .partition({ stages: 1, window: Window.fixed(1, 'hour', ({ time }) => time) })
  .reduce(
    () => ({ count: 0, greatest: -Infinity }),
    (hour, { magnitude }) => ({ count: hour.count + 1, greatest: Math.max(hour.greatest, magnitude) }),
  )
  .onTrigger((hour, _stage, { id }) => ({ events: [[id, hour.count, hour.greatest]], state: hour }));

const stronger = (a: Earthquake | null, b: Earthquake | null) =>
  (b?.magnitude ?? -Infinity) > (a?.magnitude ?? -Infinity) ? b : a;

const strongest = Flow.from(earthquakes)
  .partition({ key: 'type', stages: 2 })
  .reduce((): Earthquake | null => null, stronger)
  .departition((): Earthquake | null => null, stronger)
  .map((one) => [one?.magnitude, one?.place]);

const byMagnitude = Flow.from(earthquakes)
  .map(({ magnitude }) => Math.floor(magnitude))
  .partition({ stages: 2 })
  .reduce(
    (): Record<number, number> => ({}),
    (counts, magnitude) => ({
      ...counts,
      [magnitude]: (counts[magnitude] ?? 0) + 1,
    }),
  );

const printer = consumer({
  handleEvents: (events: unknown[]) => {
    for (const event of events) console.log(event);
  },
});

export default pipeline(({ start, subscribe }) => {
  const print = (name: string, flow: Flow<unknown>) =>
    // It goes on until the last stage of the flow has ended.
    subscribe(start(`print ${name}`, printer), { to: start(name, flow), cancel: 'transient' });
  print('per hour', perHour);
  print('strongest', strongest);
  print('by magnitude', byMagnitude);
});
