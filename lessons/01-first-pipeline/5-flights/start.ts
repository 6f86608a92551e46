import { consumer, pipeline, producer, producerConsumer } from 'sluice';
import { flights, type Flight } from 'sluice/data';

// #region producer
// Answer demand: the next of the list.
const departures = producer({
  init: () => 0,
  handleDemand: (demand, read) => ({
    events: flights.slice(read, read + demand),
    state: read + demand,
  }),
});
// #endregion

// #region filter
// Pass on the late ones: delay is in minutes.
const late = producerConsumer({
  handleEvents: (batch: Flight[]) => ({ events: batch.filter((flight) => flight.delay > 15) }),
});
// #endregion

// #region consumer
// Handle events: the state is a count.
const board = consumer({
  init: () => 0,
  handleEvents: (batch: Flight[], count) => {
    console.log('Late so far:', count + batch.length);
    return { state: count + batch.length };
  },
});
// #endregion

export default pipeline(({ start, subscribe }) => {
  // Start stages.
  const source = start('departures', departures);
  const filter = start('late', late);
  const sink = start('board', board);

  // Subscribe.
  subscribe(filter, { to: source, maxDemand: 500 });
  subscribe(sink, { to: filter, maxDemand: 100 });
});
