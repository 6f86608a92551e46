import { chainSum } from '../chain.ts';
import { integerChain } from '../engine.ts';
import type { Work } from '../work.ts';
import { chainLoop } from './chain.ts';
import { ENGINE, engine } from './contenders.ts';

const named = (maxDemand: number) => `${ENGINE}, maxDemand ${maxDemand}`;

export const demand: Work = {
  name: 'demand',
  title: 'the chain of W2 with less demand, hence smaller batches',
  events: 2_000_000,
  expected: chainSum,
  contenders: [
    chainLoop,
    ...[1_000, 100, 10].map((maxDemand) =>
      engine((events) => integerChain(events, { demand: { maxDemand } }), named(maxDemand)),
    ),
  ],
  targets: [],
};
