import { SLOW_MS } from '../twins/twin-questions.ts';
import type { OverflowRule } from '../twins/twin-programs.ts';
import type { CrashPhase, TriedCrash } from './crash/crash-lab.svelte.ts';
import type { CrashSettings } from './crash/crash-programs.ts';
import type { WayName } from './dispatchers/dispatcher-programs.ts';
import type { SkewRow } from './skew/skew-compare.ts';
import { FIXES, HOT_SHARE } from './skew/skew-programs.ts';
import { FIX_WORDS, largestShare } from './skew/skew-settings.ts';

const PREDICT = 'say above what you expect, or skip it.';

/** What the push and pull lab knows. */
export interface TwinsSoFar {
  readonly isCommitted: boolean;
  readonly isUnderWay: boolean;
  readonly isPaused: boolean;
  readonly rule: OverflowRule;
  /** What packing takes now, ms. */
  readonly pauseMs: number;
  /** The packers must be slow for so long until what was asked can be told, ms; `null`: they are not, or it is not asked. */
  readonly slowLeftMs: number | null;
  readonly isAnswered: boolean;
}

/** What to do next in the push and pull lab. */
export function twinsNext(lab: TwinsSoFar): string {
  if (!lab.isCommitted) return PREDICT;
  if (!lab.isUnderWay)
    return lab.isAnswered
      ? 'start both with another rule, or look at the seconds in the table below.'
      : 'press Start both. A quick packer keeps up, so nothing piles up at first.';
  if (lab.isPaused) return 'press Resume.';
  if (lab.pauseMs < SLOW_MS) return slowDown(lab);
  if (lab.slowLeftMs !== null && lab.slowLeftMs > 0)
    return `leave the packer slow, and watch what waits: ${Math.ceil(lab.slowLeftMs / 1_000)} s to go.`;
  if (lab.rule === 'grow')
    return 'watch the left one: nothing is dropped, and what waits grows without end. Then choose Block.';
  if (lab.rule === 'block')
    return 'compare the two: who blocks does what who pulls does. Make the packer quick again.';
  return 'compare it with what you said. Then choose Grow: the left one’s buffer has no limit.';
}

function slowDown({ isAnswered }: TwinsSoFar): string {
  return isAnswered
    ? 'see what waits go down. Slow the packer once more, with another rule.'
    : `slow the packer to ${SLOW_MS} ms or more, and leave it so for ten seconds.`;
}

/** What the lab of the dispatchers knows. */
export interface DispatchersSoFar {
  readonly isCommitted: boolean;
  readonly isUnderWay: boolean;
  /** All three came to their ends. */
  readonly isFinished: boolean;
  readonly isStale: boolean;
  /** Dispatchers whose run was looked at. */
  readonly looked: readonly WayName[];
}

/** What to do next in the lab of the dispatchers. */
export function dispatchersNext(lab: DispatchersSoFar): string {
  if (!lab.isCommitted) return PREDICT;
  if (lab.isUnderWay) return 'wait for the slowest of the three. You may look at each of them already.';
  if (!lab.isFinished) return 'press Run all three.';
  if (lab.isStale) return 'press Run all three: what is shown ran before this change.';
  if (!lab.looked.includes('broadcast')) return 'choose Broadcast: the same orders, given out otherwise.';
  if (!lab.looked.includes('partition')) return 'choose Partition, and look for who waits for whom.';
  return 'change one thing, such as 10 orders that each may have asked for, and run all three again.';
}

/** What to do next in the skew lab, by what has run so far. */
export function skewNext(rows: readonly SkewRow[], isCommitted: boolean): string {
  if (!isCommitted) return PREDICT;
  if (rows.length === 0) return 'press Run. All cities have as many orders, to begin with.';
  const hot = rows.filter(({ settings }) => largestShare(settings.shares)[1] > 2 * HOT_SHARE);
  const plain = hot.filter(({ settings }) => settings.fix === 'plain');
  if (hot.length === 0) return 'give one city 60 % of the orders, and press Run again.';
  if (plain.length === 0) return 'choose no fix, and press Run again: the fixes are compared with that.';
  if (plain.every(({ settings }) => settings.partitions === 4))
    return 'take eight partitions in place of four, and press Run again.';
  const untried = FIXES.find((fix) => fix !== 'plain' && hot.every(({ settings }) => settings.fix !== fix));
  if (untried) return `try the fix “${FIX_WORDS[untried]}”, and see what it breaks.`;
  if (rows.every(({ time }) => time === 'virtual'))
    return 'run one of them on real workers, where nothing is told to the millisecond.';
  return 'compare the rows below: which fix would you take, and what for?';
}

const SETTINGS: readonly (readonly [CrashSettings, string])[] = [
  [{ acknowledge: 'after', isIdempotent: false }, 'with “After the save”'],
  [{ acknowledge: 'before', isIdempotent: false }, 'with “Before the save”'],
  [{ acknowledge: 'sent', isIdempotent: false }, 'with “When it is sent”'],
  [{ acknowledge: 'after', isIdempotent: true }, 'with “After the save” and “Changes nothing”'],
];

/** What to do next in the crash lab. */
export function crashNext(phase: CrashPhase, tried: readonly TriedCrash[]): string {
  switch (phase) {
    case 'before':
      return 'press Start, and watch the orders go from the book to the table.';
    case 'running':
      return 'at a moment when orders are everywhere, press the ⚡ of a stage. The slider takes you to any moment.';
    case 'held':
      return 'say below what the table will hold of them in the end, and let it crash.';
    case 'after':
      return 'watch what is sent again, or go to the end.';
    case 'over': {
      const untried = SETTINGS.find(([settings]) => !tried.some((one) => isSame(one.settings, settings)));
      return untried
        ? `crash it once more at the same moment, ${untried[1]}.`
        : 'compare the rows below: what does each setting cost, and what does it save?';
    }
  }
}

function isSame(a: CrashSettings, b: CrashSettings): boolean {
  return a.acknowledge === b.acknowledge && a.isIdempotent === b.isIdempotent;
}
