import stream from 'highland';
import { integers } from './generators.ts';
import type { Peer } from './peer.ts';

const add = (sum: number, n: number) => sum + n;

export const highland: Peer = {
  name: 'Highland',
  package: 'highland',
  passThrough: (events) => stream(integers(events)).reduce(0, add).toPromise(Promise),
  chain: (events, { first, keeps, last }) =>
    stream(integers(events)).map(first).filter(keeps).map(last).reduce(0, add).toPromise(Promise),
  fromIterable: (events) => stream(events[Symbol.iterator]()).reduce(0, add).toPromise(Promise),
};
