import { from, range, reduce, sum } from 'ix/iterable';
import { filter, flatMap, map } from 'ix/iterable/operators';
import { countWord, splitLine } from '../text.ts';
import type { Peer } from './peer.ts';

export const ix: Peer = {
  name: 'IxJS',
  package: 'ix',
  passThrough: (events) => sum(range(0, events)),
  chain: (events, { first, keeps, last }) => sum(range(0, events).pipe(map(first), filter(keeps), map(last))),
  fromIterable: (events) => sum(from(events)),
  wordCount: (lines) =>
    reduce(from(lines).pipe(flatMap(splitLine)), { callback: countWord, seed: new Map<string, number>() }),
  readings: (readings, add) => from(readings).forEach(add),
};
