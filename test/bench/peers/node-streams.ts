import { Readable, Transform, Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { countWord, splitLine } from '../text.ts';
import type { Counts, Peer } from './peer.ts';

const IN_OBJECTS = { objectMode: true, highWaterMark: 1_000 } as const;

function mapping<In, Out>(step: (event: In) => Out): Transform {
  return new Transform({
    ...IN_OBJECTS,
    transform(event: In, _encoding, done) {
      done(null, step(event));
    },
  });
}

function filtering<Event>(keeps: (event: Event) => boolean): Transform {
  return new Transform({
    ...IN_OBJECTS,
    transform(event: Event, _encoding, done) {
      if (keeps(event)) done(null, event);
      else done();
    },
  });
}

function integersOf(events: number): Readable {
  let next = 0;
  return new Readable({
    ...IN_OBJECTS,
    read() {
      while (next < events && this.push(next++));
      if (next === events) this.push(null);
    },
  });
}

async function sum(source: Readable, ...between: Transform[]): Promise<number> {
  let total = 0;
  await forEach((n: number) => void (total += n), [source, ...between]);
  return total;
}

function splitting(): Transform {
  return new Transform({
    ...IN_OBJECTS,
    transform(line: string, _encoding, done) {
      for (const word of splitLine(line)) this.push(word);
      done();
    },
  });
}

async function forEach<Event>(add: (event: Event) => void, streams: (Readable | Transform)[]): Promise<void> {
  const adder = new Writable({
    ...IN_OBJECTS,
    write(event: Event, _encoding, done) {
      add(event);
      done();
    },
  });
  await pipeline([...streams, adder]);
}

async function wordCount(lines: readonly string[]): Promise<Counts> {
  const counts = new Map<string, number>();
  await forEach(
    (word: string) => void countWord(counts, word),
    [Readable.from(lines, IN_OBJECTS), splitting()],
  );
  return counts;
}

export const nodeStreams: Peer = {
  name: 'Node streams',
  package: null,
  passThrough: (events) => sum(integersOf(events)),
  chain: (events, { first, keeps, last }) =>
    sum(integersOf(events), mapping(first), filtering(keeps), mapping(last)),
  wordCount,
  readings: (readings, add) => forEach(add, [Readable.from(readings, IN_OBJECTS)]),
  fromIterable: (events) => sum(Readable.from(events, IN_OBJECTS)),
};
