import {
  Subject,
  concatMap,
  filter,
  from,
  groupBy,
  lastValueFrom,
  map,
  mergeMap,
  range,
  reduce,
  tap,
} from 'rxjs';
import { countWord, splitLine } from '../text.ts';
import type { Peer } from './peer.ts';

const add = (sum: number, n: number) => sum + n;

export const rxjs: Peer = {
  name: 'RxJS',
  package: 'rxjs',
  passThrough: (events) => lastValueFrom(range(0, events).pipe(reduce(add, 0))),
  chain: (events, { first, keeps, last }) =>
    lastValueFrom(range(0, events).pipe(map(first), filter(keeps), map(last), reduce(add, 0))),
  fromIterable: (events) => lastValueFrom(from(events).pipe(reduce(add, 0))),
  broadcast: async (events) => {
    const all = new Subject<number>();
    const sums = [all, all].map((one) => lastValueFrom(one.pipe(reduce(add, 0))));
    range(0, events).subscribe(all);
    return (await Promise.all(sums)).reduce(add, 0);
  },
  partition: (events) =>
    lastValueFrom(
      range(0, events).pipe(
        groupBy((n) => n & 3),
        mergeMap((group) => group.pipe(reduce(add, 0))),
        reduce(add, 0),
      ),
    ),
  wordCount: (lines) => lastValueFrom(from(lines).pipe(concatMap(splitLine), reduce(countWord, new Map()))),
  readings: async (readings, add) => {
    await lastValueFrom(from(readings).pipe(tap(add)));
  },
};
