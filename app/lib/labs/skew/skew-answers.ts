import type { LabAnswers, LabQuestion } from '../lab-prediction.ts';
import type { SkewRow } from './skew-compare.ts';
import { largestShare, sameShares } from './skew-settings.ts';

/** What is asked before the first run. */
export const SKEW_QUESTIONS: readonly LabQuestion[] = [
  {
    id: 'hottest',
    asks: 'Of all orders, 60 % come from one city. Which share of the work will the fullest of four lanes do?',
    kind: 'number',
    unit: '% of the orders',
    min: 0,
    max: 100,
    within: 5,
  },
  {
    id: 'partitions',
    asks: 'How much will eight partitions in place of four help then?',
    kind: 'choice',
    options: [
      { id: 'half', text: 'A lot: p99 falls to half or less' },
      { id: 'some', text: 'Some: p99 falls, but to more than half' },
      { id: 'nothing', text: 'Nothing changes' },
    ],
  },
];

/** One city has about as many orders as the questions say, in percent. */
const ASKED_SHARE = { least: 57, most: 63 };
/** Below this part of what it was, p99 has fallen by half; above the other one, not at all. */
const HALF = 0.5;
const SAME = 0.95;

/** What the runs have shown of it so far. */
export function skewAnswers(rows: readonly SkewRow[]): LabAnswers {
  const asked = rows.filter(({ settings }) => {
    const [, share] = largestShare(settings.shares);
    return settings.fix === 'plain' && share >= ASKED_SHARE.least && share <= ASKED_SHARE.most;
  });
  const four = asked.find(({ settings }) => settings.partitions === 4);
  const pair = pairOf(asked);
  return {
    hottest: four ? { kind: 'number', number: Math.round(four.run.hottest * 100) } : null,
    partitions: pair && { kind: 'choice', choice: choiceOf(pair) },
  };
}

/** A run with four partitions, and one with eight that differs in nothing else. */
function pairOf(rows: readonly SkewRow[]): readonly [SkewRow, SkewRow] | null {
  for (const four of rows.filter(({ settings }) => settings.partitions === 4)) {
    const eight = rows.find(
      ({ settings, time }) =>
        settings.partitions === 8 && time === four.time && sameShares(settings, four.settings),
    );
    if (eight) return [four, eight];
  }
  return null;
}

function choiceOf([four, eight]: readonly [SkewRow, SkewRow]): string {
  const ratio = (eight.run.p99Ms ?? 0) / (four.run.p99Ms ?? 1);
  if (ratio <= HALF) return 'half';
  return ratio < SAME ? 'some' : 'nothing';
}
