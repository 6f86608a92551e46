import { mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { nodePlatform, startOnThreads } from '../../support/node-runner.ts';

/** Starting threads takes as long as the machine's other work lets it. */
const LONG = { timeout: 120_000 };

const upTo = (last: number) => Array.from({ length: last }, (_, i) => i + 1);

/**
 * Ends once everything it has buffered is sent, when its producer `from` has ended. One that its subscription ends loses its
 * buffer (GS-174).
 */
const endsBehindItsBuffer = (from: string): string => `
  handleCancel: (_end, _state, { peer }) => { if (peer === '${from}') self().queueInfo('end'); },
  handleInfo: () => ({ stop: 'normal' }),
`;

/** Numbers 1 … last, then doubled, on threads of their own; nobody inside consumes them. */
const doubled = (last: number): string => `
import { fromIterable, pipeline, producerConsumer, self } from 'sluice';
const doubled = producerConsumer({
  handleEvents: (events: number[]) => ({ events: events.map((n) => n * 2) }),
  ${endsBehindItsBuffer('numbers')}
});
export default pipeline(({ start, subscribe }) => {
  const numbers = start('numbers', fromIterable(function* () { for (let n = 1; n <= ${last}; n++) yield n; }));
  subscribe(start('doubled', doubled), { to: numbers, maxDemand: 10, cancel: 'transient' });
});
`;

describe('run.stream() on worker_threads', LONG, () => {
  it('GS-211 GS-213 reads everything once and in order, and ends with its producer', async () => {
    const run = startOnThreads(await nodePlatform(doubled(100)));
    const got: number[] = [];
    const stream = run.stream<number>([{ to: 'doubled', cancel: 'transient', maxDemand: 8 }]);
    for await (const n of stream) got.push(n);
    expect(got).toEqual(upTo(100).map((n) => n * 2));
    expect((await run.done).type).toBe('exited');
  });

  it('GS-214 GS-216 is never ahead of its reader by more than maxDemand, however slow that is', async () => {
    const run = startOnThreads(await nodePlatform(doubled(1_000_000)));
    const ahead: number[] = [];
    let read = 0;
    for await (const n of run.stream<number>([{ to: 'doubled', maxDemand: 6, minDemand: 2 }])) {
      read += 1;
      expect(n).toBe(read * 2);
      if (read % 5 === 0) await new Promise((resolve) => setTimeout(resolve, 60));
      const sent = run.now.subscriptions.find(({ subscription }) => subscription.startsWith('stream 1'));
      ahead.push((sent?.dispatched ?? 0) - read);
      if (read === 30) break;
    }
    // The counters were seen at work, and never beyond what was asked.
    expect(Math.max(...ahead)).toBeGreaterThan(0);
    expect(Math.max(...ahead)).toBeLessThanOrEqual(6);
    const end = await run.done;
    // Nobody asks any more, so nothing is left to do.
    expect(end.type).toBe('idle');
  });

  it('GS-212 fails when a producer ends that must not', async () => {
    const run = startOnThreads(await nodePlatform(doubled(5)));
    const got: unknown[] = [];
    const reading = (async () => {
      for await (const n of run.stream([{ to: 'doubled' }])) got.push(n);
    })();
    await expect(reading).rejects.toMatchObject({
      code: 'stream_ended',
      details: { stage: 'doubled', cancel: 'permanent' },
    });
    expect(got).toEqual([2, 4, 6, 8, 10]);
  });

  it('fails when the run is stopped', async () => {
    const run = startOnThreads(await nodePlatform(doubled(1_000_000)));
    const reading = (async () => {
      for await (const n of run.stream<number>([{ to: 'doubled' }])) if (n === 40) run.stop();
    })();
    await expect(reading).rejects.toMatchObject({ code: 'run_ended' });
  });

  it('GS-035 GS-218 reads several stages, also such as are added on the way', async () => {
    const program = `
import { fromIterable, pipeline } from 'sluice';
export default pipeline(({ start }) => {
  for (const name of ['a', 'b', 'c']) start(name, fromIterable([1, 2, 3, 4].map((n) => name + n)));
});
`;
    const run = startOnThreads(await nodePlatform(program), { keepAlive: true });
    const got: string[] = [];
    const stream = run.stream<string>([
      { to: 'a', cancel: 'transient', maxDemand: 2 },
      { to: 'b', cancel: 'transient' },
    ]);
    const reading = stream[Symbol.asyncIterator]();
    for await (const text of reading) {
      if (got.length === 0) reading.subscribe({ to: 'c', cancel: 'transient' });
      got.push(text);
    }
    expect([...got].sort()).toEqual(['a1', 'a2', 'a3', 'a4', 'b1', 'b2', 'b3', 'b4', 'c1', 'c2', 'c3', 'c4']);
    run.stop();
    await run.done;
  });
});

describe('sources and sinks on worker_threads', LONG, () => {
  it('copies a file through a pipeline, chunk by chunk', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'sluice-streams-'));
    const [from, to] = [join(folder, 'in.txt'), join(folder, 'out.txt')];
    const text = upTo(20_000)
      .map((n) => `line ${n}`)
      .join('\n');
    await writeFile(from, text);
    const program = `
import { fromNodeStream, pipeline, producerConsumer, self, toNodeStream } from 'sluice';
const fs = process.getBuiltinModule('node:fs');
const upper = producerConsumer({
  handleEvents: (chunks: string[]) => ({ events: chunks.map((chunk) => chunk.toUpperCase()) }),
  ${endsBehindItsBuffer('source')}
});
export default pipeline(({ start, subscribe }) => {
  const source = start('source', fromNodeStream<string>(() => fs.createReadStream(${JSON.stringify(from)}, { encoding: 'utf8', highWaterMark: 4096 })));
  const middle = start('upper', upper);
  const sink = start('sink', toNodeStream<string>(() => fs.createWriteStream(${JSON.stringify(to)})));
  subscribe(middle, { to: source, maxDemand: 4, cancel: 'transient' });
  subscribe(sink, { to: middle, maxDemand: 4 });
});
`;
    const run = startOnThreads(await nodePlatform(program));
    expect((await run.done).type).toBe('exited');
    expect(await readFile(to, 'utf8')).toBe(text.toUpperCase());
  });

  it('passes from a web stream to a web stream', async () => {
    const program = `
import { fromReadableStream, pipeline, toWritableStream } from 'sluice';
export default pipeline(({ start, subscribe }) => {
  const source = start('source', fromReadableStream(() => new ReadableStream<number>({
    start(controller) { for (let n = 1; n <= 500; n++) controller.enqueue(n); controller.close(); },
  })));
  let sum = 0;
  const sink = start('sink', toWritableStream<number>(() => new WritableStream<number>({
    write(n) { sum += n; },
    close() { console.log('sum', sum); },
  })));
  subscribe(sink, { to: source, maxDemand: 50 });
});
`;
    const run = startOnThreads(await nodePlatform(program));
    expect((await run.done).type).toBe('exited');
    const lines = run.now.entries.flatMap((entry) => (entry.type === 'log' ? [entry.values] : []));
    expect(lines).toEqual([['sum', 125_250]]);
  });

  it('goes on while a source that cannot be slowed is open, and wakes for what it hands over', async () => {
    const program = `
import { consumer, fromEvents, pipeline } from 'sluice';
const ticks = fromEvents<number>((push, end) => {
  let n = 0;
  const timer = setInterval(() => { push(++n); if (n === 5) { clearInterval(timer); end(); } }, 300);
  return () => clearInterval(timer);
}, { overflow: 'fail', bufferSize: 10 });
const printer = consumer({ handleEvents: (events: number[]) => { for (const n of events) console.log(n); } });
export default pipeline(({ start, subscribe }) => {
  subscribe(start('printer', printer), { to: start('ticks', ticks) });
});
`;
    const run = startOnThreads(await nodePlatform(program));
    expect((await run.done).type).toBe('exited');
    const lines = run.now.entries.flatMap((entry) => (entry.type === 'log' ? [entry.values] : []));
    expect(lines).toEqual([[1], [2], [3], [4], [5]]);
  });
});
