/** One event at a time, over two hops: from the first worker to the second and back. `?events=…` says how often. */
import { consumer, pipeline, producer, producerConsumer, send } from 'sluice';
import { latencies } from './latencies.ts';
import { found, parameter } from './stopwatch.ts';

const events = parameter('events');

const first = producer({
  handleDemand: () => undefined,
  handleInfo: () => ({ events: [performance.now()] }),
});

const second = producerConsumer({ handleEvents: (batch: number[]) => ({ events: batch }) });

const last = consumer({
  // Both are on the first worker.
  init: () => {
    send('first', 'next');
    return [] as number[];
  },
  handleEvents: ([sentMs = NaN]: number[], took) => {
    took.push(performance.now() - sentMs);
    if (took.length < events) send('first', 'next');
    else console.log({ ...found(took.length), ...latencies(took) });
  },
});

export default pipeline(({ start, subscribe }) => {
  const [source, hop, sink] = [start('first', first), start('second', second), start('last', last)];
  subscribe(sink, { to: hop });
  subscribe(hop, { to: source });
});
