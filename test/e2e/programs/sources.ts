import { consumer, fromAsyncIterable, fromReadableStream, pipeline, sleep } from 'sluice';

// Read as far as numbers are wanted, never one ahead.
const slow = fromAsyncIterable(async function* () {
  for (let n = 1; n <= 12; n += 1) {
    await sleep(5);
    yield n;
  }
});
const stream = fromReadableStream(
  () =>
    new ReadableStream<number>({
      start(controller) {
        for (let n = 101; n <= 112; n += 1) controller.enqueue(n);
        controller.close();
      },
    }),
);

const printer = consumer({
  handleEvents: (events: number[]) => {
    for (const n of events) console.log('got', n);
  },
});

export default pipeline(({ start, subscribe }) => {
  const sink = start('printer', printer);
  subscribe(sink, { to: start('generator', slow), maxDemand: 4, cancel: 'transient' });
  subscribe(sink, { to: start('stream', stream), maxDemand: 4, cancel: 'transient' });
});
