import { broadcastDispatcher, partitionDispatcher } from 'sluice';
import { plainSum } from '../chain.ts';
import { adding, integers, sumOf } from '../engine.ts';
import type { Work } from '../work.ts';
import { engine, loop, peers } from './contenders.ts';

const EVENTS = 2_000_000;
const PARTITIONS = 4;

export const broadcast: Work = {
  name: 'broadcast',
  title: 'every event to two consumers that sum',
  events: EVENTS,
  expected: (events) => 2 * plainSum(events),
  contenders: [
    loop((events) => {
      let one = 0;
      let other = 0;
      for (let n = 0; n < events; n++) {
        one += n;
        other += n;
      }
      return one + other;
    }),
    engine((events) =>
      sumOf(({ start, subscribe }, sum) => {
        const source = start(
          'integers',
          integers(events, { dispatcher: broadcastDispatcher(), consumers: 2 }),
        );
        for (const name of ['one', 'other']) subscribe(start(name, adding, sum), { to: source });
      }),
    ),
    ...peers((peer) => peer.broadcast),
  ],
  targets: [],
};

export const partition: Work = {
  name: 'partition',
  title: 'every event to one of four consumers that sum, by key',
  events: EVENTS,
  expected: plainSum,
  contenders: [
    loop((events) => {
      const sums = [0, 0, 0, 0];
      for (let n = 0; n < events; n++) sums[n & 3] = (sums[n & 3] ?? 0) + n;
      return sums.reduce((sum, one) => sum + one);
    }),
    engine((events) =>
      sumOf(({ start, subscribe }, sum) => {
        const hash = (n: number) => [n, n & 3] as const;
        const dispatcher = partitionDispatcher({ partitions: PARTITIONS, hash });
        const source = start('integers', integers(events, { dispatcher, consumers: PARTITIONS }));
        for (let key = 0; key < PARTITIONS; key++) {
          subscribe(start(`sum ${key}`, adding, sum), { to: source, partition: key });
        }
      }),
    ),
    ...peers((peer) => peer.partition),
  ],
  targets: [],
};
