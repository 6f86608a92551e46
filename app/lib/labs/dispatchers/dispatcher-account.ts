import type { PlanView, TraceEntry } from 'sluice';
import { max, mean, min, sum } from 'd3-array';
import { deliveryColumns, type DeliveryColumn } from '../../inspect/deliveries/deliveries-view.ts';
import { accountsOfRuns } from '../../view/accounts/accounts-of-runs.ts';
import type { MakerLog } from '../../view/accounts/maker-log.ts';
import type { Track } from '../../view/accounts/track.ts';
import { rowState, type RowFate } from '../../view/accounts/row-fate.ts';
import type { RunAccounts } from '../../view/accounts/run-accounts.ts';
import { sharesOfRuns } from '../../view/stage-shares.ts';
import type { Totals } from '../totals.ts';
import { ORDERS, SLOW, SOURCE } from './dispatcher-programs.ts';

/** One packer of a run. Counts are events. */
export interface PackerAccount extends DeliveryColumn {
  readonly isSlow: boolean;
  /** Share of the time in which there were orders to make, 0 to 1, in which it was packing; `null`: no time has passed. */
  readonly busy: number | null;
  /** The same, in which it had asked and nothing came. */
  readonly starved: number | null;
  /** What the dispatcher keeps back for it now, as it has not asked for it. */
  readonly kept: number;
  /** The most that it has kept back for it at once. */
  readonly mostKept: number;
  /** Kept for it, added up over time: event × ms. */
  readonly keptMs: number;
}

/** What one dispatcher made of the load, by the trace of its run. */
export interface DispatcherAccount {
  readonly dispatcher: string;
  readonly packers: readonly PackerAccount[];
  readonly made: number;
  /** Orders that nobody has to pack any more: in a broadcast, those that all have packed. */
  readonly done: number;
  /** Sent to a packer, and not packed. */
  readonly underWay: number;
  /** Made and sent to nobody: kept by the dispatcher for a partition, or by the source. */
  readonly kept: number;
  /** The most that the buffer of the source has held at once. */
  readonly mostBuffered: number;
  /** All orders are made and packed. */
  readonly isOver: boolean;
  /** From the first order that was sent to the last one packed so far, ms; `null` before. */
  readonly tookMs: number | null;
  /** Rounds of a broadcast, and in how many of them the slow one was the last to ask. */
  readonly rounds: number;
  readonly slowReleased: number;
}

/**
 * Accounts for a run from its trace; `null` before its source has made anything.
 *
 * @param at - So many entries count: those that all workers have told of.
 */
export function dispatcherAccount(
  plan: PlanView,
  entries: readonly TraceEntry[],
  at = entries.length,
): DispatcherAccount | null {
  const accounts = accountsOfRuns.of(plan, entries);
  const maker = accounts.maker(SOURCE);
  if (!maker || maker.emitted.at(at) === 0) return null;
  const columns = deliveryColumns(plan, accounts, maker, at);
  const made = maker.emitted.at(at);
  const span = spanOf(maker, entries, at);
  const shares = sharesOfRuns.of(plan, entries);
  const packers = columns.map((column): PackerAccount => {
    const spent = shares.shares(column.consumer, span);
    const queue = maker.queues.get(column.partition ?? '');
    const kept = heldOver(queue, entries, at);
    return {
      ...column,
      isSlow: column.consumer === SLOW,
      busy: spent && spent.busy,
      starved: spent && spent.noEvents,
      kept: queue?.at(at) ?? 0,
      mostKept: kept.most,
      keptMs: kept.overMs,
    };
  });
  const sent = maker.isForAll ? (max(columns, (one) => one.sent) ?? 0) : sum(columns, (one) => one.sent);
  const done = maker.isForAll
    ? (min(columns, (one) => one.handled) ?? 0)
    : sum(columns, (one) => one.handled);
  const lastMs = entries[(maker.done.findLast(({ n }) => n <= at)?.n ?? 0) - 1]?.atMs ?? null;
  return {
    dispatcher: maker.stage.dispatcher ?? '',
    packers,
    made,
    done,
    underWay: sent - done,
    kept: keptBack(accounts, maker, at),
    mostBuffered: heldOver(maker.buffered, entries, at).most,
    isOver: made === ORDERS && done === ORDERS,
    tookMs: lastMs === null ? null : lastMs - span.fromMs,
    rounds: sum(columns, (one) => one.released),
    slowReleased: sum(packers, (one) => (one.isSlow ? one.released : 0)),
  };
}

const KEPT: ReadonlySet<RowFate | undefined> = new Set(['emitted', 'buffered', 'queued', 'unclear']);

/** Orders that nobody has been sent, counted one by one: there are few of them. */
function keptBack(accounts: RunAccounts, maker: MakerLog, at: number): number {
  let kept = 0;
  for (let row = 0; row < maker.emitted.at(at); row += 1) {
    if (KEPT.has(rowState(accounts, maker, row, at)?.fate)) kept += 1;
  }
  return kept;
}

/** From the first order that was sent to the last one that was made: as long as there are orders to make, nobody need wait. */
function spanOf(maker: MakerLog, entries: readonly TraceEntry[], at: number) {
  const fromMs = maker.chunks[0]?.atMs ?? 0;
  const last = maker.emissionBefore(at);
  const isLast = last !== null && last.row + last.count === ORDERS;
  return { fromMs, toMs: isLast ? last.atMs : (entries[at - 1]?.atMs ?? 0) };
}

/** How many there were at the most, and added up over time: event × ms. */
function heldOver(track: Track | undefined, entries: readonly TraceEntry[], at: number) {
  let most = 0;
  let overMs = 0;
  let held = 0;
  let sinceMs = 0;
  const until = (atMs: number): void => {
    overMs += held * (atMs - sinceMs);
    sinceMs = atMs;
  };
  for (const { n, count } of track?.changes() ?? []) {
    if (n > at) break;
    until(entries[n - 1]?.atMs ?? sinceMs);
    held = count;
    most = Math.max(most, held);
  }
  until(entries[at - 1]?.atMs ?? sinceMs);
  return { most, overMs };
}

/** Where the orders of a run are: made = packed + under way + kept back. */
export function dispatcherTotals({ made, done, underWay, kept }: DispatcherAccount): Totals {
  return {
    word: 'made',
    count: made,
    parts: [
      { word: 'packed', count: done },
      { word: 'under way', count: underWay, tone: 'event' },
      { word: 'kept back', count: kept, tone: 'event' },
    ],
  };
}

/** The slow packer's part of an account. */
export function slowOf({ packers }: DispatcherAccount): PackerAccount | null {
  return packers.find(({ isSlow }) => isSlow) ?? null;
}

export function quickOf({ packers }: DispatcherAccount): readonly PackerAccount[] {
  return packers.filter(({ isSlow }) => !isSlow);
}

/** Share of their time in which the quick ones packed, as long as there were orders to make; `null` before there is any. */
export function quickBusy(account: DispatcherAccount): number | null {
  return mean(quickOf(account), ({ busy }) => busy ?? undefined) ?? null;
}

/** The same, in which they had asked and nothing came. */
export function quickStarved(account: DispatcherAccount): number | null {
  return mean(quickOf(account), ({ starved }) => starved ?? undefined) ?? null;
}

/** Whether several runs made the same orders: each as far as it got, order by order. `null` where there are no two to compare. */
export function isSameLoad(
  runs: readonly { readonly plan: PlanView; readonly entries: readonly TraceEntry[] }[],
): boolean | null {
  const made = runs.map(({ plan, entries }) =>
    (accountsOfRuns.of(plan, entries).maker(SOURCE)?.emissions ?? []).flatMap(({ values }) =>
      values.map((value) => JSON.stringify(value)),
    ),
  );
  const [first = [], ...others] = made;
  if (others.length === 0 || made.some((own) => own.length === 0)) return null;
  return others.every((own) => own.slice(0, first.length).every((order, i) => order === first[i]));
}
