import { consumer, pipeline, producer, producerConsumer } from 'sluice';
import { flights, type Flight } from 'sluice/data';

/** A Map inside a record, an iterator for the place, smaller demand: right all the same. */
const reader = producer({
  init: () => flights.values(),
  handleDemand: (demand, rest) => {
    const events: Flight[] = [];
    for (let next = rest.next(); !next.done; next = rest.next()) {
      events.push(next.value);
      if (events.length === demand) break;
    }
    return { events };
  },
});

const veryLate = producerConsumer({
  handleEvents: (batch: Flight[]) => ({ events: batch.filter(({ delay }) => delay >= 61) }),
});

const tally = consumer({
  init: () => ({ total: 0, airports: new Map<string, number>() }),
  handleEvents: (batch: Flight[], { total, airports }) => {
    const next = new Map(airports);
    for (const { origin } of batch) next.set(origin, (next.get(origin) ?? 0) + 1);
    return { state: { total: total + batch.length, airports: next } };
  },
});

export default pipeline(({ start, subscribe }) => {
  const a = start('reader', reader);
  const b = start('veryLate', veryLate);
  const c = start('tally', tally);
  subscribe(b, { to: a, maxDemand: 40 });
  subscribe(c, { to: b, maxDemand: 5 });
});
