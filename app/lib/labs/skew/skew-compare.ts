import { capital, durationText, listed, percentText, plural } from '../../view/value-label.ts';
import { HOT_SHARE, type SkewSettings } from './skew-programs.ts';
import type { SkewRun } from './skew-run.ts';
import { FIX_WORDS, largestShare, loadText, sameShares } from './skew-settings.ts';
import { eventsWord, hottestWord } from './skew-words.ts';

/** One run of the lab that is over, as its list keeps it. */
export interface SkewRow {
  /** From 1, in the order of the runs. */
  readonly number: number;
  readonly settings: SkewSettings;
  readonly time: 'virtual' | 'real';
  readonly run: SkewRun;
}

/** A run in a few words, for who does not see its row. */
export function rowSentence({ number, run }: SkewRow): string {
  return `Run ${number}: ${hottestWord(run)} ${percentText(run.hottest)}, p99 ${durationText(run.p99Ms ?? 0)}.`;
}

/** What is different from the run before, and what came of it. */
export function compareSentence(row: SkewRow, before: SkewRow): string {
  const [now, then] = [row.run, before.run];
  if (now.p99Ms === null || then.p99Ms === null) return '';
  const changes = changesOf(row, before);
  const what = changes.length === 0 ? `The same again as in run ${before.number}` : capital(listed(changes));
  const p99 = movedText(durationText(then.p99Ms), durationText(now.p99Ms));
  return `${what}: ${shareText(row, before)}, p99 ${p99}.${boundSentence(row, before)}`;
}

/** Shares of the same of the same are compared; others are told beside each other. */
function shareText(row: SkewRow, before: SkewRow): string {
  const [now, then] = [shareOf(row), shareOf(before)];
  if (now.who === then.who && now.what === then.what)
    return `the ${now.who}’s share ${movedText(then.share, now.share)}`;
  return `the ${then.who} had ${then.share} of the ${then.what}, now the ${now.who} has ${now.share} of the ${now.what}`;
}

function shareOf({ run, settings }: SkewRow) {
  return { who: hottestWord(run), what: eventsWord(settings), share: percentText(run.hottest) };
}

function movedText(then: string, now: string): string {
  return then === now ? `stays ${now}` : `goes from ${then} to ${now}`;
}

/** Why more partitions help no more than they do; empty where only they were changed and no key is too large for them. */
function boundSentence({ settings, run }: SkewRow, before: SkewRow): string {
  const { fix, partitions, shares } = settings;
  const isMoreOnly =
    fix === 'plain' &&
    before.settings.fix === 'plain' &&
    partitions > before.settings.partitions &&
    sameShares(settings, before.settings);
  const [city, share] = largestShare(shares);
  if (!isMoreOnly || share < HOT_SHARE) return '';
  const empty = run.lanes.filter(({ got }) => got === 0).length;
  return [
    ` ${city} has one lane, however many there are, and is ${share}\u00a0% of the orders by itself`,
    empty === 0 ? '.' : `; ${plural(empty, 'lane')} got nothing.`,
  ].join('');
}

/** Each as "8 partitions instead of 4". */
function changesOf(row: SkewRow, before: SkewRow): readonly string[] {
  const [now, then] = [row.settings, before.settings];
  const pairs = [
    [loadText(now), loadText(then), sameShares(now, then)],
    [plural(now.partitions, 'partition'), String(then.partitions), now.partitions === then.partitions],
    [fixText(now), fixText(then), now.fix === then.fix],
    [timeText(row), timeText(before), row.time === before.time],
  ] as const;
  return pairs.flatMap(([own, other, isSame]) => {
    if (isSame) return [];
    return own === other ? [`other shares beside ${own}`] : [`${own} instead of ${other}`];
  });
}

function fixText({ fix }: SkewSettings): string {
  return fix === 'plain' ? 'no fix' : `“${FIX_WORDS[fix]}”`;
}

function timeText({ time }: SkewRow): string {
  return time === 'real' ? 'real workers' : 'virtual time';
}
