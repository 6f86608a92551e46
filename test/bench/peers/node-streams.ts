import { Readable, Transform, Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Peer } from './peer.ts';

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
  const adder = new Writable({
    ...IN_OBJECTS,
    write(n: number, _encoding, done) {
      total += n;
      done();
    },
  });
  await pipeline([source, ...between, adder]);
  return total;
}

export const nodeStreams: Peer = {
  name: 'Node streams',
  package: null,
  passThrough: (events) => sum(integersOf(events)),
  chain: (events, { first, keeps, last }) =>
    sum(integersOf(events), mapping(first), filtering(keeps), mapping(last)),
  fromIterable: (events) => sum(Readable.from(events, IN_OBJECTS)),
};
