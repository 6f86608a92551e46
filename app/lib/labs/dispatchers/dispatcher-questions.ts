import { sum } from 'd3-array';
import type { PredictionValue } from '#lessons/schema.ts';
import type { LabAnswers, LabQuestion } from '../lab-prediction.ts';
import { quickBusy, quickOf, slowOf, type DispatcherAccount } from './dispatcher-account.ts';
import { ORDERS, WAYS, type WayName } from './dispatcher-programs.ts';

/** What is asked before the runs. */
export const QUESTIONS: readonly LabQuestion[] = [
  slowGets('demand', 'Demand: how many of the 60 orders does the slow one get?', 2),
  slowGets('broadcast', 'Broadcast: how many does the slow one get?', 0),
  slowGets('partition', 'Partition by shelf: how many does the slow one get?', 4),
  {
    kind: 'choice',
    id: 'waits',
    asks: 'Where do the quick ones wait for the slow one?',
    options: [
      { id: 'none', text: 'nowhere' },
      { id: 'broadcast', text: 'under broadcast' },
      { id: 'partition', text: 'under partition' },
      { id: 'both', text: 'under both of these' },
    ],
  },
  {
    kind: 'choice',
    id: 'piles',
    asks: 'Partition: where do orders pile up?',
    options: [
      { id: 'source', text: 'in the buffer of the source' },
      { id: 'slow', text: 'in the dispatcher, for the slow one' },
      { id: 'all', text: 'in the dispatcher, for all four alike' },
      { id: 'nowhere', text: 'nowhere' },
    ],
  },
];

function slowGets(way: WayName, asks: string, within: number): LabQuestion {
  return { kind: 'number', id: way, asks, unit: 'orders', min: 0, max: ORDERS, within };
}

/** Packing for less of its time, a quick one was held up. */
const HELD_UP = 2 / 3;
/** So much of what was kept over time makes a pile somebody's own. */
const OWN_PILE = 0.6;

/** What the runs have shown: each answer once its runs are over. */
export function dispatcherAnswers(accounts: Readonly<Record<WayName, DispatcherAccount | null>>): LabAnswers {
  const over = (way: WayName) => (accounts[way]?.isOver === true ? accounts[way] : null);
  const counts = WAYS.map((way): [string, PredictionValue | null] => {
    const account = over(way);
    const slow = account && slowOf(account);
    return [way, slow && { kind: 'number', number: slow.sent }];
  });
  const [broadcast, partition] = [over('broadcast'), over('partition')];
  return {
    ...Object.fromEntries(counts),
    waits: broadcast && partition && { kind: 'choice', choice: waitsUnder(broadcast, partition) },
    piles: partition && { kind: 'choice', choice: pileOf(partition) },
  };
}

function waitsUnder(broadcast: DispatcherAccount, partition: DispatcherAccount): string {
  const isHeldUp = (account: DispatcherAccount) => (quickBusy(account) ?? 1) < HELD_UP;
  if (isHeldUp(broadcast)) return isHeldUp(partition) ? 'both' : 'broadcast';
  return isHeldUp(partition) ? 'partition' : 'none';
}

function pileOf(account: DispatcherAccount): string {
  const slowMs = slowOf(account)?.keptMs ?? 0;
  const allMs = slowMs + sum(quickOf(account), ({ keptMs }) => keptMs);
  if (allMs === 0) return account.mostBuffered > 0 ? 'source' : 'nowhere';
  return slowMs / allMs >= OWN_PILE ? 'slow' : 'all';
}
