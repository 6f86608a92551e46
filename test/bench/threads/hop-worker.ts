/** Both ends of a hop without an engine: what ports and shared memory do by themselves. Bundled to one file. */
import { parentPort, workerData, type MessagePort } from 'node:worker_threads';
import { eventsFrom, sumOf } from './hop-events.ts';
import type { HopBoot, HopOrder, HopAnswer } from './hops.ts';
import { addIntegers, writeIntegers } from './int-ring.ts';
import { latencies } from './latencies.ts';

/** Events under way at most, and how many are told of at once. */
const IN_FLIGHT = 1_000;
const BATCH = 500;

const { line, isSource } = workerData as HopBoot;

/** Sent and not told of yet: some of a crossing may be told of when the next has begun. */
let inFlight = 0;

parentPort?.on('message', (order: HopOrder) => {
  line.removeAllListeners('message');
  const answer = (said: HopAnswer) => parentPort?.postMessage(said);
  if (isSource) return begin(order, answer);
  if (order.way === 'echo') line.on('message', (sentMs) => line.postMessage(sentMs));
  else if (order.way !== 'ring') receive(line, order, answer);
  // Only now may the other end send: what comes earlier would go to the listener before.
  answer('ready');
  if (order.way === 'ring') answer({ result: addIntegers(order.memory, order.events) });
});

function begin(order: HopOrder, answer: (said: HopAnswer) => void): void {
  if (order.way === 'ring') writeIntegers(order.memory, order.events);
  else if (order.way === 'echo') pingPong(line, order.events, answer);
  else send(line, order);
}

function send(port: MessagePort, { way, kind, events }: Extract<HopOrder, { kind: unknown }>): void {
  let sent = 0;
  const go = () => {
    while (sent < events && inFlight < IN_FLIGHT) {
      const count = Math.min(BATCH, events - sent);
      const batch = eventsFrom(kind, sent, count);
      if (way === 'batches') port.postMessage(batch);
      else for (const event of batch) port.postMessage(event);
      sent += count;
      inFlight += count;
    }
  };
  port.on('message', (count: number) => {
    inFlight -= count;
    go();
  });
  go();
}

function receive(
  port: MessagePort,
  { way, kind, events }: Extract<HopOrder, { kind: unknown }>,
  answer: (said: HopAnswer) => void,
): void {
  let [sum, count] = [0, 0];
  const take = (batch: readonly unknown[]) => {
    sum += sumOf(kind, batch);
    count += batch.length;
    if (count % BATCH === 0 || count === events) port.postMessage(count % BATCH || BATCH);
    if (count === events) answer({ result: sum });
  };
  port.on('message', way === 'batches' ? take : (event: unknown) => take([event]));
}

/** There and back, one after the other. */
function pingPong(port: MessagePort, events: number, answer: (said: HopAnswer) => void): void {
  const took: number[] = [];
  port.on('message', (sentMs: number) => {
    took.push(performance.now() - sentMs);
    if (took.length < events) port.postMessage(performance.now());
    else answer({ result: took.length, ...latencies(took) });
  });
  port.postMessage(performance.now());
}
