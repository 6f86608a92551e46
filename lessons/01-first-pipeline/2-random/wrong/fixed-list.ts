// misconception: fixed-answer
import { consumer, pipeline, producer, sleep } from 'sluice';

// Answer demand: these look random.
const rolled = [42, 7, 99, 13, 64, 58, 3, 81, 27, 70];
const numbers = producer({
  handleDemand: (demand) => ({
    events: Array.from({ length: demand }, (_, i) => rolled[i % rolled.length] ?? 0),
  }),
});

// Handle events.
const printer = consumer({
  handleEvents: async (events: number[]) => {
    for (const n of events) {
      await sleep(100);
      console.log('Received', n);
    }
  },
});

export default pipeline(({ start, subscribe }) => {
  // Start stages.
  const source = start('numbers', numbers);
  const sink = start('printer', printer);

  // Subscribe.
  subscribe(sink, { to: source, maxDemand: 10, minDemand: 5 });
});
