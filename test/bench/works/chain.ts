import { evaluateLoopsWith } from '#engine/flow/loop-code.ts';
import { evaluateLoops } from '#engine/platform/evaluate-loops.ts';
import { INTEGERS, chainSum, useInManyPlaces } from '../chain.ts';
import { chain, flowChain, integerChain } from '../engine.ts';
import { PEERS } from '../peers/index.ts';
import type { Contender, Work } from '../work.ts';
import { ENGINE, FLOW, LOOP, arrays, engine, loop, peers } from './contenders.ts';

const EVENTS = 5_000_000;
/** Events that every other use of the operators handles before W2p. */
const EVENTS_ELSEWHERE = 2_000;

/** The chain as one loop. */
export const chainLoop: Contender = loop((events) => {
  let sum = 0;
  for (let n = 0; n < events; n++) {
    const next = n + 1;
    if (next % 3 !== 0) sum += next * 2;
  }
  return sum;
});

/** The flow where a policy refuses generated code. */
async function byClosures(events: number): Promise<number> {
  evaluateLoopsWith(null);
  try {
    return await flowChain(events, INTEGERS);
  } finally {
    evaluateLoops();
  }
}

const libraries = peers((peer) => (events) => peer.chain(events, INTEGERS));

export const w2: Work = {
  name: 'W2',
  title: 'chain: map → filter → map → sum; by stages, a stage each',
  events: EVENTS,
  expected: chainSum,
  contenders: [
    chainLoop,
    arrays((batch) =>
      batch
        .map((n) => n + 1)
        .filter((n) => n % 3 !== 0)
        .map((n) => n * 2),
    ),
    engine((events) => integerChain(events)),
    engine((events) => flowChain(events, INTEGERS), FLOW),
    engine(byClosures, `${FLOW}, closures`),
    ...libraries,
  ],
  targets: [
    { for: FLOW, atMost: 5, of: LOOP },
    { for: FLOW, atMost: 1 / 1.8, of: '@most/core' },
    { for: ENGINE, atMost: 13, of: LOOP },
  ],
};

export const w2p: Work = {
  name: 'W2p',
  title: 'the chain, after its operators have run with other closures and types',
  events: EVENTS,
  expected: chainSum,
  contenders: [
    chainLoop,
    engine((events) => chain(events, INTEGERS)),
    engine((events) => flowChain(events, INTEGERS), FLOW),
    ...libraries,
  ],
  targets: [
    { for: FLOW, atMost: 5, of: LOOP },
    { for: FLOW, atMost: 1 / 4, of: '@most/core' },
  ],
  prepare: async () => {
    await useInManyPlaces(chain, EVENTS_ELSEWHERE);
    await useInManyPlaces(flowChain, EVENTS_ELSEWHERE);
    for (const peer of PEERS) await useInManyPlaces(peer.chain, EVENTS_ELSEWHERE);
  },
};
