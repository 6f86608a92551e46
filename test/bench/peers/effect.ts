import { Effect, Stream } from 'effect';
import type { Reading } from '../readings.ts';
import { countWord, splitLine } from '../text.ts';
import type { Peer } from './peer.ts';

const add = (sum: number, n: number) => sum + n;

function sum(stream: Stream.Stream<number>): Promise<number> {
  return Effect.runPromise(Stream.runFold(stream, () => 0, add));
}

export const effect: Peer = {
  name: 'Effect Stream',
  package: 'effect',
  passThrough: (events) => sum(Stream.range(0, events - 1)),
  chain: (events, { first, keeps, last }) =>
    sum(Stream.range(0, events - 1).pipe(Stream.map(first), Stream.filter(keeps), Stream.map(last))),
  fromIterable: (events) => sum(Stream.fromIterable(events)),
  wordCount: (lines) =>
    Effect.runPromise(
      Stream.fromIterable(lines).pipe(
        Stream.map(splitLine),
        Stream.flattenIterable,
        Stream.runFold(() => new Map<string, number>(), countWord),
      ),
    ),
  readings: async (readings, add) => {
    const adding = (count: number, reading: Reading) => {
      add(reading);
      return count + 1;
    };
    await Effect.runPromise(Stream.runFold(Stream.fromIterable(readings), () => 0, adding));
  },
};
