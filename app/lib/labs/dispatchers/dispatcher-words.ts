import { max, min } from 'd3-array';
import { countText, durationText, listed, percentText, plural } from '../../view/value-label.ts';
import {
  quickBusy,
  quickOf,
  quickStarved,
  slowOf,
  type DispatcherAccount,
  type PackerAccount,
} from './dispatcher-account.ts';
import type { WayName } from './dispatcher-programs.ts';

/** What each way does with an event, in a few words. */
export const WAY_WORDS: Readonly<Record<WayName, { readonly title: string; readonly rule: string }>> = {
  demand: { title: 'Demand', rule: 'each order to one of those who have asked' },
  broadcast: { title: 'Broadcast', rule: 'each order to all, when all have asked' },
  partition: { title: 'Partition', rule: 'each order to the packer of its shelf' },
};

/** So much of its time with nothing to do, though it had asked, is told. */
const WAITED = 0.2;

/** What a run shows, in sentences that are made of its numbers. Empty before its source has made anything. */
export function dispatcherSentences(account: DispatcherAccount): readonly string[] {
  const slow = slowOf(account);
  if (!slow) return [];
  return [...sharedOut(account, slow), ...idleness(account), ...ending(account)];
}

function sharedOut(account: DispatcherAccount, slow: PackerAccount): readonly string[] {
  const quick = quickOf(account);
  const [least = 0, most = 0] = [min(quick, ({ sent }) => sent), max(quick, ({ sent }) => sent)];
  const others = least === most ? countText(least) : `${countText(least)} to ${countText(most)}`;
  const got = `“slow” got ${countText(slow.sent)} of ${plural(account.made, 'order')}`;
  switch (account.dispatcher) {
    case 'broadcast':
      return [broadcastGot(account, slow, others), ...lastToAsk(account)];
    case 'partition':
      return [
        slow.kept === 0
          ? `${got}: as many as lie on its shelf, however slow it is. The others got ${others}.`
          : `${got}, and ${countText(slow.kept)} more lie on its shelf. The others got ${others}.`,
        ...(slow.mostKept === 0 ? [] : [keptSentence(account, slow)]),
      ];
    default:
      return [
        slow.sent < least
          ? `${got}, the others ${others} each: who is done sooner asks sooner, and gets the next.`
          : `${got}, the others ${others} each.`,
      ];
  }
}

function broadcastGot({ made }: DispatcherAccount, slow: PackerAccount, others: string): string {
  return others === countText(slow.sent)
    ? `Each of the four got ${slow.sent === made ? 'all ' : ''}${plural(slow.sent, 'order')}: nobody gets less, and nobody is ahead by more than it has asked for.`
    : `“slow” got ${plural(slow.sent, 'order')}, the others ${others}.`;
}

/** Only where the others did wait: of equals somebody is always the last. */
function lastToAsk(account: DispatcherAccount): readonly string[] {
  const { rounds, slowReleased } = account;
  if (slowReleased <= rounds / 2 || (quickStarved(account) ?? 0) < WAITED) return [];
  return [
    `In ${countText(slowReleased)} of ${countText(rounds)} rounds “slow” was the last to ask: only then could the source go on.`,
  ];
}

function keptSentence(account: DispatcherAccount, slow: PackerAccount): string {
  const most = max(quickOf(account), ({ mostKept }) => mostKept) ?? 0;
  const rest = most === 0 ? 'none for any other' : `at most ${countText(most)} for any other`;
  const why =
    (quickStarved(account) ?? 0) < WAITED
      ? ''
      : ': asks of the quick ones were spent on orders that only the slow one may pack';
  return `The dispatcher kept up to ${countText(slow.mostKept)} back for “slow”, ${rest}${why}.`;
}

function idleness(account: DispatcherAccount): readonly string[] {
  const busy = quickBusy(account);
  const starved = quickStarved(account);
  if (busy === null || starved === null) return [];
  const packing = `As long as there were orders to make, the quick ones were packing ${percentText(busy)} of the time`;
  return [
    starved >= WAITED
      ? `${packing}; for ${percentText(starved)} they had asked, and got nothing.`
      : `${packing}.`,
  ];
}

function ending({ isOver, tookMs }: DispatcherAccount): readonly string[] {
  return isOver && tookMs !== null ? [`All was packed after ${durationText(tookMs)}.`] : [];
}

/** All three in one sentence, the quickest first; empty before all are over. */
export function raceSentence(
  accounts: readonly { readonly way: WayName; readonly account: DispatcherAccount | null }[],
): string {
  const times = accounts.flatMap(({ way, account }) =>
    account?.isOver === true && account.tookMs !== null ? [{ way, ms: account.tookMs }] : [],
  );
  if (times.length < accounts.length) return '';
  const sorted = [...times].sort((a, b) => a.ms - b.ms);
  return `The same orders and the same packers: packed after ${listed(sorted.map(({ way, ms }) => `${durationText(ms)} by ${way}`))}.`;
}
