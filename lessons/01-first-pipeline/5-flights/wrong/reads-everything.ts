// misconception: over-emits
import { consumer, pipeline, producer, producerConsumer } from 'sluice';
import { flights, type Flight } from 'sluice/data';

// Answer demand: the next of the list.
const departures = producer({
  init: () => 0,
  handleDemand: (_demand, read) => ({
    events: flights.slice(read),
    state: flights.length,
  }),
});

// Pass on the late ones: delay is in minutes.
const late = producerConsumer({
  handleEvents: (batch: Flight[]) => ({ events: batch.filter((flight) => flight.delay > 60) }),
});

// Handle events: a count for each airport.
const board = consumer({
  init: (): Record<string, number> => ({}),
  handleEvents: (batch: Flight[], counts) => {
    const next = { ...counts };
    for (const { origin } of batch) next[origin] = (next[origin] ?? 0) + 1;
    console.log('Late so far:', next);
    return { state: next };
  },
});

export default pipeline(({ start, subscribe }) => {
  // Start stages.
  const source = start('departures', departures);
  const filter = start('late', late);
  const sink = start('board', board);

  // Subscribe.
  subscribe(filter, { to: source, maxDemand: 500 });
  subscribe(sink, { to: filter, maxDemand: 100 });
});
