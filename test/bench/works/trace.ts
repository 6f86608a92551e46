import type { LocalRun } from 'sluice';
import { chainSum } from '../chain.ts';
import { integerChain } from '../engine.ts';
import type { Work } from '../work.ts';
import { ENGINE, engine } from './contenders.ts';

/** As often as a worker reports to the page, ms. */
const EVERY_MS = 40;
/** Entries that may wait to be taken. */
const MAX_ENTRIES = 1_000_000;

const UNREAD = `${ENGINE}, nobody looks`;
const COUNTERS = `${ENGINE}, counters read`;
const FULL = `${ENGINE}, full trace`;

export const trace: Work = {
  name: 'trace',
  title: 'what it costs to look: the chain of W2, unread, counted and recorded',
  events: 1_000_000,
  expected: chainSum,
  contenders: [
    engine((events) => integerChain(events), UNREAD),
    engine(
      (events) => integerChain(events, { use: (run) => readEvery(run, () => run.counters()) }),
      COUNTERS,
    ),
    engine(
      (events) =>
        integerChain(events, {
          trace: 'full',
          maxEntries: MAX_ENTRIES,
          use: (run) => readEvery(run, () => run.takeEntries()),
        }),
      FULL,
    ),
  ],
  targets: [
    { for: COUNTERS, atMost: 1.05, of: UNREAD },
    { for: FULL, atMost: 3, of: UNREAD },
  ],
};

function readEvery(run: LocalRun, read: () => void): void {
  const timer = setInterval(read, EVERY_MS);
  void run.done.then(() => clearInterval(timer));
}
