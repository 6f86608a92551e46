import stream from 'highland';
import { countWord, splitLine } from '../text.ts';
import { integers } from './generators.ts';
import type { Peer } from './peer.ts';

const add = (sum: number, n: number) => sum + n;

export const highland: Peer = {
  name: 'Highland',
  package: 'highland',
  passThrough: (events) => stream(integers(events)).reduce(0, add).toPromise(Promise),
  chain: (events, { first, keeps, last }) =>
    stream(integers(events)).map(first).filter(keeps).map(last).reduce(0, add).toPromise(Promise),
  wordCount: (lines) =>
    stream(lines.values())
      .map(splitLine)
      .sequence()
      .reduce(new Map<string, number>(), countWord)
      .toPromise(Promise),
  readings: async (readings, add) => {
    await stream(readings.values())
      .reduce(0, (count, reading) => {
        add(reading);
        return count + 1;
      })
      .toPromise(Promise);
  },
  fromIterable: (events) => stream(events[Symbol.iterator]()).reduce(0, add).toPromise(Promise),
};
