import type { LocalRun } from 'sluice';
import { chainSum } from '../chain.ts';
import { integerChain } from '../engine.ts';
import type { Work } from '../work.ts';
import { ENGINE, engine } from './contenders.ts';

/** How often counters are read, ms: as often as a worker reports to the page. */
const COUNTERS_EVERY_MS = 40;
/** How often entries are taken, ms: as often as a run lets others have their turn. */
const ENTRIES_EVERY_MS = 8;
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
      (events) =>
        integerChain(events, { use: (run) => readEvery(COUNTERS_EVERY_MS, run, () => run.counters()) }),
      COUNTERS,
    ),
    engine(
      (events) =>
        integerChain(events, {
          trace: 'full',
          maxEntries: MAX_ENTRIES,
          use: (run) => readEvery(ENTRIES_EVERY_MS, run, () => run.takeEntries()),
        }),
      FULL,
    ),
  ],
  targets: [
    { for: COUNTERS, atMost: 1.05, of: UNREAD },
    { for: FULL, atMost: 3, of: UNREAD },
  ],
};

function readEvery(ms: number, run: LocalRun, read: () => void): void {
  const timer = setInterval(read, ms);
  void run.done.then(() => clearInterval(timer));
}
