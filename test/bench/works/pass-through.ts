import { plainSum } from '../chain.ts';
import { passThrough } from '../engine.ts';
import type { Work } from '../work.ts';
import { ENGINE, LOOP, arrays, engine, loop, peers } from './contenders.ts';

export const w1: Work = {
  name: 'W1',
  title: 'pass-through: producer → consumer that sums',
  events: 5_000_000,
  expected: plainSum,
  contenders: [
    loop((events) => {
      let sum = 0;
      for (let n = 0; n < events; n++) sum += n;
      return sum;
    }),
    arrays(),
    engine((events) => passThrough(events)),
    ...peers((peer) => peer.passThrough),
  ],
  targets: [
    { for: ENGINE, atMost: 4, of: LOOP },
    { for: ENGINE, atMost: 1 / 1.8, of: 'Effect Stream' },
  ],
};
