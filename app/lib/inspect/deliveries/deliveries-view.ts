import type { PlanView, StageId, SubscriptionId } from 'sluice';
import { sum } from 'd3-array';
import type { SentStatus } from '../../view/accounts/link-log.ts';
import type { LinkLog } from '../../view/accounts/link-log.ts';
import type { MakerLog } from '../../view/accounts/maker-log.ts';
import { rowState, type RowState } from '../../view/accounts/row-fate.ts';
import type { RunAccounts } from '../../view/accounts/run-accounts.ts';
import {
  countText,
  durationText,
  eventGlyph,
  listed,
  percentText,
  valueText,
  type EventGlyph,
} from '../../view/value-label.ts';
import type { EventRef } from '../../view/event-ref.ts';

/** One consumer of a stage, with what it has got so far. Counts are events. */
export interface DeliveryColumn {
  readonly edge: SubscriptionId;
  readonly consumer: StageId;
  /** The partition it takes, as text; `null` for other dispatchers. */
  readonly partition: string | null;
  readonly sent: number;
  /** Of all that was sent to anybody, 0 to 1. */
  readonly share: number;
  readonly handled: number;
  /** Sent, neither handled nor lost. */
  readonly waiting: number;
  readonly refused: number;
  readonly lost: number;
  /** Asked for and not sent yet, as the producer counts; 0 where nobody is subscribed. */
  readonly open: number;
  readonly isSubscribed: boolean;
  /** How often its ask was the one that made the producer go on. */
  readonly released: number;
}

/** The consumers of a stage, in the order of the plan, or of their partitions. */
export function deliveryColumns(
  plan: PlanView,
  accounts: RunAccounts,
  maker: MakerLog,
  at: number,
): readonly DeliveryColumn[] {
  const { stage } = maker;
  const edges = plan.subscriptions.filter(({ producer }) => producer === stage.id);
  const columns = edges.map(({ id, consumer, partition }) => {
    const lives = maker.links.filter(({ edge }) => edge === id);
    const total = (count: (link: LinkLog) => number) => sum(lives, count);
    const current = lives.findLast(({ acceptedAt }) => acceptedAt !== null && acceptedAt <= at);
    const isSubscribed = current !== undefined && !(current.endedAt !== null && current.endedAt <= at);
    return {
      edge: id,
      consumer,
      partition: partition === undefined ? null : String(partition),
      sent: total((link) => link.sent.at(at)),
      handled: total((link) => link.handled.at(at)),
      waiting: total((link) => link.waitingAt(at)),
      refused: total((link) => link.refused.at(at)),
      lost: total((link) => link.lostAt(at)),
      released: total((link) => link.released.at(at)),
      open: isSubscribed ? openOf(current, at) : 0,
      isSubscribed,
    };
  });
  const all = sum(columns, ({ sent }) => sent);
  const shared = columns.map((column) => ({ ...column, share: all === 0 ? 0 : column.sent / all }));
  const { partitions } = stage;
  if (!partitions) return shared;
  const place = ({ partition }: DeliveryColumn) => partitions.findIndex((one) => String(one) === partition);
  return shared.sort((a, b) => place(a) - place(b));
}

function openOf(link: LinkLog, at: number): number {
  return Math.max(0, link.asked.at(at) - link.sent.at(at) - link.refused.at(at));
}

/**
 * What one consumer has to do with one event. `queued`: the dispatcher keeps it for this one. `waits`: nobody has got it yet.
 * `other`: another consumer got it, or will. `absent`: it was not subscribed when all the others got it.
 */
export type CellKind = SentStatus | 'queued' | 'refused' | 'waits' | 'other' | 'absent' | 'never';

export interface DeliveryCell {
  readonly kind: CellKind;
  /** The event as it was sent; `null` where it was not. */
  readonly event: EventRef | null;
}

/** One event of a stage, as its consumers got it. */
export interface DeliveryRow {
  /** Its number among all that the stage has emitted, from 1. */
  readonly number: number;
  /** `null` where the trace does not keep the value. */
  readonly glyph: EventGlyph | null;
  readonly title: string;
  /** What the producer itself still has to do with it, in a word; empty once it is sent. */
  readonly own: string;
  /** Entries applied when it had been emitted. */
  readonly n: number;
  readonly cells: readonly DeliveryCell[];
}

/** The rows from the `from`-th event of a stage to the one before the `to`-th, from 0, after the first `at` entries. */
export function deliveryRows(
  accounts: RunAccounts,
  maker: MakerLog,
  columns: readonly DeliveryColumn[],
  { from, to, at }: { readonly from: number; readonly to: number; readonly at: number },
): readonly DeliveryRow[] {
  const rows: DeliveryRow[] = [];
  for (let row = from; row < to; row += 1) {
    const state = rowState(accounts, maker, row, at);
    if (!state) break;
    const { value } = state;
    rows.push({
      number: row + 1,
      glyph: value === undefined ? null : eventGlyph(value),
      title: value === undefined ? 'not kept by the trace' : valueText(value),
      own: ownText(state),
      n: maker.emissionAt(row)?.n ?? 0,
      cells: columns.map((column) => cellOf(maker, state, column, at)),
    });
  }
  return rows;
}

function cellOf(
  maker: MakerLog,
  state: RowState,
  { edge, partition }: DeliveryColumn,
  at: number,
): DeliveryCell {
  const sent = state.sent.find(({ link }) => link.edge === edge);
  if (sent) {
    const event = { subscription: sent.link.id, index: sent.index };
    return { kind: sent.link.statusOf(sent.index, at) ?? 'sent', event };
  }
  const isRefused = state.refusedBy.some((id) => maker.links.find((link) => link.id === id)?.edge === edge);
  if (isRefused) return { kind: 'refused', event: null };
  switch (state.fate) {
    case 'sent':
      return { kind: maker.isForAll ? missing(maker, state.row, edge) : 'other', event: null };
    case 'queued':
      if (state.partition === null) return { kind: 'waits', event: null };
      return { kind: state.partition === partition ? 'queued' : 'other', event: null };
    case 'discarded':
    case 'dropped':
    case 'lost':
      return { kind: 'never', event: null };
    default:
      return { kind: 'waits', event: null };
  }
}

/** Others have got it: this one is about to, or was not there. */
function missing(maker: MakerLog, row: number, edge: SubscriptionId): CellKind {
  const n = maker.emissionAt(row)?.n ?? 0;
  const wasThere = maker.links.some(
    (link) =>
      link.edge === edge &&
      link.acceptedAt !== null &&
      link.acceptedAt <= n &&
      (link.endedAt === null || link.endedAt > n),
  );
  return wasThere ? 'waits' : 'absent';
}

function ownText({ fate, partition }: RowState): string {
  switch (fate) {
    case 'sent':
      return '';
    case 'emitted':
      return 'held';
    case 'buffered':
      return 'in buffer';
    case 'queued':
      return partition === null ? 'queued' : `queued for ${partition}`;
    case 'dropped':
      return 'for nobody';
    case 'unclear':
      return 'not told';
    default:
      return fate;
  }
}

/** A word for each kind of cell, and what it means. */
export const CELL_WORDS: Readonly<Record<CellKind, { readonly word: string; readonly means: string }>> = {
  handled: { word: 'handled', means: 'its callback has returned' },
  working: { word: 'at work', means: 'its callback works on it' },
  taken: { word: 'in stage', means: 'taken from the mailbox, waits inside the stage' },
  sent: { word: 'mailbox', means: 'sent: on its way, or in the mailbox' },
  lost: { word: 'lost', means: 'sent, and lost with the stage or the subscription' },
  refused: { word: 'refused', means: 'its selector did not want it' },
  queued: { word: 'queued', means: 'kept by the dispatcher until this one has asked for it' },
  waits: { word: '', means: 'not sent to anybody yet' },
  other: { word: '', means: 'for another consumer' },
  absent: { word: 'absent', means: 'it was not subscribed then' },
  never: { word: '', means: 'nobody will get it' },
};

/** What the columns of a stage say, in a sentence or two. */
export function deliverySentences(
  { stage }: MakerLog,
  columns: readonly DeliveryColumn[],
): readonly string[] {
  const sent = sum(columns, (column) => column.sent);
  if (sent === 0) return [`“${stage.id}” has sent nothing yet.`];
  switch (stage.dispatcher) {
    case 'broadcast':
      return [...paceSentence(columns), ...releaseSentence(columns)];
    case 'demand':
      return [shareSentence(columns)];
    default:
      return [];
  }
}

/** Who holds a broadcast up at this moment. */
export function holders(columns: readonly DeliveryColumn[]): readonly DeliveryColumn[] {
  const there = columns.filter(({ isSubscribed }) => isSubscribed);
  const least = Math.min(...there.map(({ open }) => open));
  return there.some(({ open }) => open > least) ? there.filter(({ open }) => open === least) : [];
}

function paceSentence(columns: readonly DeliveryColumn[]): readonly string[] {
  const there = columns.filter(({ isSubscribed }) => isSubscribed);
  if (there.length === 0) return ['Nobody is subscribed at this moment.'];
  const slow = holders(columns);
  const ahead = there.filter((column) => !slow.includes(column));
  const [first] = slow;
  if (!first) {
    return there.some(({ open }) => open > 0)
      ? ['All have asked for the same: the next events go to all of them at once.']
      : ['All got what they asked for: the next events go out when the last of them asks.'];
  }
  const has = first.open === 0 ? 'asked for nothing more' : `asked for ${countText(first.open)} more only`;
  const waits = ahead.map(
    ({ consumer, open }, i) => `“${consumer}”${i === 0 ? ' has asked' : ''} for ${countText(open)}`,
  );
  const names = listed(slow.map(({ consumer }) => `“${consumer}”`));
  return [
    `${names} ${slow.length === 1 ? 'holds' : 'hold'} all of them up: ${slow.length === 1 ? 'it has' : 'they have'} ${has}, while ${listed(waits)}.`,
  ];
}

function releaseSentence(columns: readonly DeliveryColumn[]): readonly string[] {
  const rounds = sum(columns, ({ released }) => released);
  const [most] = [...columns].sort((a, b) => b.released - a.released);
  if (!most || rounds < 3 || most.released <= rounds / columns.length) return [];
  return [
    `In ${countText(most.released)} of ${countText(rounds)} rounds “${most.consumer}” was the last to ask: a broadcast goes at the pace of its slowest consumer.`,
  ];
}

function shareSentence(columns: readonly DeliveryColumn[]): string {
  const sorted = [...columns].sort((a, b) => b.sent - a.sent);
  const [most, least] = [sorted[0], sorted.at(-1)];
  const fair = percentText(1 / Math.max(columns.length, 1));
  if (!most || !least || most.sent === least.sent) return `Each of them got as much: ${fair}.`;
  return `“${most.consumer}” got ${percentText(most.share)} of the events and “${least.consumer}” ${percentText(least.share)}: who asks more gets more. An even share would be ${fair}.`;
}

/** Events of a stage in all, by where they are. */
export interface DeliveryTotals {
  readonly emitted: number;
  readonly buffered: number;
  readonly queued: number;
  readonly discarded: number;
  readonly dropped: number;
  readonly lost: number;
}

export function deliveryTotals(maker: MakerLog, at: number): DeliveryTotals {
  return {
    emitted: maker.emitted.at(at),
    buffered: maker.buffered.at(at),
    queued: sum(maker.queues.values(), (queue) => queue.at(at)),
    discarded: maker.discarded.at(at),
    dropped: maker.dropped.at(at),
    lost: maker.lost.at(at),
  };
}

/** The moment that counts are of. */
export interface CountedMoment {
  /** Entries applied. */
  readonly at: number;
  /** Since the run began. */
  readonly atMs: number;
  /** The run goes on, and its newest entry is shown. */
  readonly isLive: boolean;
}

/** Of which moment the counts are: workers tell of what they have done a little later, and not all at the same time. */
export function momentSentence({ at, atMs, isLive }: CountedMoment): string {
  const moment = `Counted up to entry ${countText(at)}, at ${durationText(atMs)}`;
  return isLive ? `${moment}: workers tell a little later what they have done.` : `${moment}.`;
}
