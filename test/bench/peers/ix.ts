import { from, range, sum } from 'ix/iterable';
import { filter, map } from 'ix/iterable/operators';
import type { Peer } from './peer.ts';

export const ix: Peer = {
  name: 'IxJS',
  package: 'ix',
  passThrough: (events) => sum(range(0, events)),
  chain: (events, { first, keeps, last }) => sum(range(0, events).pipe(map(first), filter(keeps), map(last))),
  fromIterable: (events) => sum(from(events)),
};
