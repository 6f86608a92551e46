import { filter, forEach, fromIter, map, pipe } from 'callbag-basics';
import { integers } from './generators.ts';
import type { Peer } from './peer.ts';

export const callbag: Peer = {
  name: 'callbag-basics',
  package: 'callbag-basics',
  passThrough: (events) => {
    let sum = 0;
    pipe(
      fromIter(integers(events)),
      forEach((n: number) => {
        sum += n;
      }),
    );
    return sum;
  },
  chain: (events, { first, keeps, last }) => {
    let sum = 0;
    pipe(
      fromIter(integers(events)),
      map(first),
      filter(keeps),
      map(last),
      forEach((n: number) => {
        sum += n;
      }),
    );
    return sum;
  },
  fromIterable: (events) => {
    let sum = 0;
    pipe(
      fromIter(events),
      forEach((n: number) => {
        sum += n;
      }),
    );
    return sum;
  },
};
