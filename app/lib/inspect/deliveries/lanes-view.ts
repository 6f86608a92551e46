import type { Seq, TraceValue } from 'sluice';
import { quantileSorted, sum } from 'd3-array';
import type { MakerLog } from '../../view/accounts/maker-log.ts';
import { eventGlyph, percentText, plural, valueText, type EventGlyph } from '../../view/value-label.ts';
import type { DeliveryColumn } from './deliveries-view.ts';
import { WAITS, type KeyCount, type LaneState } from './lane-fold.ts';

/** Keys that are shown one by one; the others are told together. */
const SHOWN_KEYS = 12;

/** One key, with its part of the events. */
export interface LaneKey {
  /** The key as it would be written. */
  readonly text: string;
  readonly glyph: EventGlyph;
  readonly count: number;
  /** Of all events, 0 to 1. */
  readonly share: number;
  /** Lanes that got events of it: one, unless something is wrong. */
  readonly lanes: readonly string[];
  /** Events of it that were handled after later ones. */
  readonly overtaken: number;
}

/** One partition, or one consumer, of a stage. */
export interface Lane {
  readonly edge: string;
  readonly name: string;
  readonly consumer: string;
  readonly got: number;
  readonly share: number;
  /** Events that wait in the dispatcher, and that wait in or before the consumer. */
  readonly queued: number;
  readonly inside: number;
  readonly handled: number;
  /** From made to handled, of the latest events, ms; `null` before one is handled. */
  readonly p50Ms: number | null;
  readonly p99Ms: number | null;
  /** Its keys, the largest first; `other`: events of those that are not shown. */
  readonly keys: readonly (Pick<LaneKey, 'text' | 'glyph'> & { readonly count: number })[];
  readonly other: number;
}

/** What became of keys and order, and how evenly the lanes are filled. */
export interface LanesView {
  readonly lanes: readonly Lane[];
  /** Of each lane if all got as much, 0 to 1. */
  readonly fair: number;
  readonly keys: readonly LaneKey[];
  readonly keyCount: number;
  /** Events in all that have been sent. */
  readonly sent: number;
  readonly overtaken: number;
  /** The first event that was handled after a later one of its key. */
  readonly first: { readonly seq: Seq; readonly key: string } | null;
  /** Keys whose events went to several lanes. */
  readonly split: readonly string[];
  /** Lanes → the least that the fullest one can get with so many of them, 0 to 1: a key stays in one lane. */
  readonly moreLanes: readonly { readonly lanes: number; readonly least: number }[];
  readonly sentences: readonly string[];
}

const KEY_CHARACTERS = 24;

/** A key as it is read: a text without its quotes. */
function keyText(value: TraceValue): string {
  if (typeof value !== 'string') return valueText(value, KEY_CHARACTERS);
  return value.length <= KEY_CHARACTERS ? value : `${value.slice(0, KEY_CHARACTERS - 1)}…`;
}

export function lanesView(
  maker: MakerLog,
  columns: readonly DeliveryColumn[],
  state: LaneState,
  at: number,
): LanesView {
  const sent = sum(columns, (column) => column.sent);
  const names = new Map(columns.map((column) => [column.edge, laneName(column)]));
  const sorted = [...state.keys.values()].filter(({ count }) => count > 0).sort((a, b) => b.count - a.count);
  const keys = sorted.slice(0, SHOWN_KEYS).map((own) => laneKey(own, { sent, names }));
  const fair = 1 / Math.max(columns.length, 1);
  const lanes = columns.map((column) => lane(column, { maker, state, sorted, at }));
  const split = sorted.filter((own) => own.lanes.size > 1).map(({ value }) => keyText(value));
  const most = sorted[0] ? sorted[0].count / Math.max(sent, 1) : 0;
  const moreLanes = [columns.length, columns.length * 2, columns.length * 4].map((count) => ({
    lanes: count,
    least: Math.max(most, 1 / Math.max(count, 1)),
  }));
  const view = { lanes, fair, keys, keyCount: sorted.length, sent, split, moreLanes };
  return {
    ...view,
    overtaken: state.overtaken,
    first: state.first,
    sentences: sent === 0 ? [] : [skewSentence(view), ...fixSentence(view), ...splitSentence(view)],
  };
}

function laneName({ partition, consumer }: DeliveryColumn): string {
  return partition ?? consumer;
}

function laneKey(
  { value, count, lanes, overtaken }: KeyCount,
  { sent, names }: { readonly sent: number; readonly names: ReadonlyMap<string, string> },
): LaneKey {
  return {
    text: keyText(value),
    glyph: eventGlyph({ key: typeof value === 'number' ? value : keyText(value) }),
    count,
    share: count / Math.max(sent, 1),
    lanes: [...lanes.keys()].map((edge) => names.get(edge) ?? edge),
    overtaken,
  };
}

function lane(
  column: DeliveryColumn,
  {
    maker,
    state,
    sorted,
    at,
  }: {
    readonly maker: MakerLog;
    readonly state: LaneState;
    readonly sorted: readonly KeyCount[];
    readonly at: number;
  },
): Lane {
  const waits = (state.waits.get(column.edge) ?? []).slice(-WAITS).sort((a, b) => a - b);
  const shown = sorted.slice(0, SHOWN_KEYS).flatMap((own) => {
    const count = own.lanes.get(column.edge) ?? 0;
    const { text, glyph } = laneKey(own, { sent: 1, names: new Map() });
    return count === 0 ? [] : [{ text, glyph, count }];
  });
  return {
    edge: column.edge,
    name: laneName(column),
    consumer: column.consumer,
    got: column.sent,
    share: column.share,
    queued: column.partition === null ? 0 : (maker.queues.get(column.partition)?.at(at) ?? 0),
    inside: column.waiting,
    handled: column.handled,
    p50Ms: quantileSorted(waits, 0.5) ?? null,
    p99Ms: quantileSorted(waits, 0.99) ?? null,
    keys: shown,
    other: column.sent - sum(shown, ({ count }) => count),
  };
}

type Counted = Pick<LanesView, 'lanes' | 'fair' | 'keys' | 'split' | 'moreLanes' | 'sent'>;

function skewSentence({ lanes, fair, keys }: Counted): string {
  const [hottest] = [...lanes].sort((a, b) => b.share - a.share);
  if (!hottest) return '';
  const [key] = keys;
  const alone =
    key && key.share > fair / 2 ? `; the key “${key.text}” alone is ${percentText(key.share)}` : '';
  return `Lane ${hottest.name} got ${percentText(hottest.share)} of the events; fair would be ${percentText(fair)}${alone}.`;
}

function fixSentence({ keys, fair, lanes, moreLanes }: Counted): readonly string[] {
  const [key] = keys;
  const more = moreLanes.at(-1);
  // A key whose events go to several lanes has no least.
  if (!key || !more || key.share <= fair || key.lanes.length > 1) return [];
  return [
    `More lanes would not help: all of “${key.text}” go to one, so the fullest of ${more.lanes} lanes would still get ${percentText(more.least)} at least, as one of ${lanes.length} does. What helps is to split the key, or to add it up before it is partitioned.`,
  ];
}

function splitSentence({ split }: Counted): readonly string[] {
  const [first] = split;
  if (first === undefined) return [];
  const more = split.length > 1 ? ` and ${plural(split.length - 1, 'other key')}` : '';
  return [
    `Events of “${first}”${more} went to several lanes: nobody sees all of them, and their order is not kept.`,
  ];
}

/** How the order of events within their keys was kept, in a sentence. */
export function orderSentence({ overtaken, first, sent }: LanesView): string {
  if (sent === 0) return '';
  if (overtaken === 0 || !first)
    return 'Within each key events were handled in the order in which they were made.';
  return `${plural(overtaken, 'event was', 'events were')} handled after a later one of the same key.`;
}
