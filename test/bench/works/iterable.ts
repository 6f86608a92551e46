import { fromIterable } from 'sluice';
import { plainSum } from '../chain.ts';
import { adding, sumOf } from '../engine.ts';
import { integers } from '../peers/generators.ts';
import type { Work } from '../work.ts';
import { engine, loop, peers } from './contenders.ts';

export const iterable: Work = {
  name: 'iterable',
  title: 'a generator of the program as source, summed',
  events: 2_000_000,
  expected: plainSum,
  contenders: [
    loop((events) => {
      let sum = 0;
      for (const n of integers(events)) sum += n;
      return sum;
    }),
    engine((events) =>
      sumOf(({ start, subscribe }, sum) => {
        subscribe(start('sum', adding, sum), { to: start('integers', fromIterable(integers(events))) });
      }),
    ),
    ...peers(({ fromIterable: sumIterable }) => sumIterable && ((events) => sumIterable(integers(events)))),
  ],
  targets: [],
};
