import { INTEGERS, chainSum } from '../chain.ts';
import { flowChain } from '../engine.ts';
import type { Contender, Work } from '../work.ts';
import { ENGINE, engine } from './contenders.ts';

const EVENTS = 10_000_000;
/** Ten million events take their time. */
const RUN_MS = 400;
const ROUNDS = 7;

const named = (size: number) => `${ENGINE}, flows of ${size.toLocaleString('en')}`;

/** Runs flows of one size one after the other, until all have had as many events. */
function flowsOf(size: number): Contender {
  return engine(async (events) => {
    let handled = 0;
    for (let left = events; left > 0; left -= size) {
      const some = Math.min(left, size);
      if ((await flowChain(some, INTEGERS)) === chainSum(some)) handled += some;
    }
    return handled;
  }, named(size));
}

export const scale: Work = {
  name: 'scale',
  title: 'the chain of W2 as flows of ever more events: the time of one must not grow',
  events: EVENTS,
  runMs: RUN_MS,
  rounds: ROUNDS,
  expected: (events) => events,
  contenders: [100_000, 10_000, 1_000_000, 10_000_000].map(flowsOf),
  targets: [1_000_000, 10_000_000].map((size) => ({
    for: named(size),
    atMost: 1.1,
    of: named(100_000),
  })),
};
