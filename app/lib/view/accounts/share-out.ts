import type { TraceValue } from 'sluice';
import { sharedOf, type Handout, type Queued } from './handout.ts';
import type { Chunk } from './link-log.ts';
import type { MakerLog } from './maker-log.ts';

/** Where one event of a handout went. */
export type Share =
  | { readonly to: 'sent'; readonly chunk: Chunk; readonly index: number }
  | { readonly to: 'refused'; readonly link: string; readonly n: number }
  /** Waits in the dispatcher, or did so until it was lost there. */
  | { readonly to: 'queued'; readonly queued: Queued; readonly lostAt: number | null }
  | { readonly to: 'dropped'; readonly n: number }
  /** Somewhere, but its value fits more than one place, or none: the dispatcher has changed it. */
  | { readonly to: 'unclear'; readonly n: number };

/** Who got which events of a handout. */
export interface ShareOut {
  /** By place in the handout; several of a broadcast. None: it was stored, or is nowhere yet. */
  readonly shares: readonly (readonly Share[])[];
}

/** Makes values comparable. Those that a trace has cut short may be equal where the events were not. */
export function valueKey(value: TraceValue): string {
  return typeof value === 'string' ? `"${value}` : JSON.stringify(value);
}

/**
 * Works out which event of a handout went where. The order of a dispatch says it for the demand dispatcher and for a broadcast;
 * for partitions, selectors and dispatchers of a program the values have to tell.
 *
 * @param valueAt - The value of an event of the handout; `undefined` where the trace does not keep it.
 */
export function shareOut(
  maker: MakerLog,
  handout: Handout,
  valueAt: (offset: number) => TraceValue | undefined,
): ShareOut {
  if (maker.isForAll) return toAll(handout, valueAt);
  return maker.stage.dispatcher === 'demand' ? inTurn(handout) : byValue(handout, valueAt);
}

function inTurn({ sent }: Handout): ShareOut {
  const shares: Share[][] = [];
  for (const chunk of sent) {
    for (let i = 0; i < chunk.count; i += 1) shares.push([{ to: 'sent', chunk, index: chunk.first + i }]);
  }
  return { shares };
}

type ValueAt = (offset: number) => TraceValue | undefined;

function toAll(handout: Handout, valueAt: ValueAt): ShareOut {
  const offered = sharedOf(handout, true);
  const shares: Share[][] = Array.from({ length: offered }, () => []);
  for (const chunk of handout.sent) {
    const refused = handout.refused.find(({ link }) => link === chunk.link.id);
    const wanted = refused ? new Set(embedded(chunk, offered, valueAt)) : null;
    let next = chunk.first;
    shares.forEach((own, offset) => {
      if (!wanted || wanted.has(offset)) {
        own.push({ to: 'sent', chunk, index: next });
        next += 1;
      } else if (refused) own.push({ to: 'refused', link: refused.link, n: refused.n });
    });
  }
  return { shares };
}

/** The places of a batch's events among those that were offered: it has some of them, in their order. */
function embedded({ values }: Chunk, offered: number, valueAt: ValueAt): readonly number[] {
  const places: number[] = [];
  for (let offset = 0; offset < offered && places.length < values.length; offset += 1) {
    const value = valueAt(offset);
    const wanted = values[places.length];
    if (value !== undefined && wanted !== undefined && valueKey(value) === valueKey(wanted))
      places.push(offset);
  }
  return places;
}

/** What went to one partition, in its order. */
interface LaneQueue {
  readonly partition: string | null;
  readonly known: { readonly key: string | null; readonly share: Share }[];
  next: number;
}

function byValue(handout: Handout, valueAt: ValueAt): ShareOut {
  const lanes = lanesOf(handout);
  const placed = sharedOf(handout, false);
  let drops = handout.dropped.reduce((sum, { count }) => sum + count, 0);
  const dropN = handout.dropped[0]?.n ?? handout.n;
  const shares: Share[][] = [];
  for (let offset = 0; offset < placed; offset += 1) {
    const value = valueAt(offset);
    const key = value === undefined ? null : valueKey(value);
    const fitting = lanes.filter((lane) => lane.known[lane.next]?.key === key);
    // A trace from before queued events were told: any of them may be this one.
    const blind = fitting.length > 0 ? [] : lanes.filter((lane) => lane.known[lane.next]?.key === null);
    const [lane] = fitting.length > 0 ? fitting : blind;
    const known = lane?.known[lane.next];
    if (lane && known && fitting.length + blind.length === 1 && !(blind.length === 1 && drops > 0)) {
      lane.next += 1;
      shares.push([known.share]);
    } else if (fitting.length + blind.length === 0 && drops > 0) {
      drops -= 1;
      shares.push([{ to: 'dropped', n: dropN }]);
    } else shares.push([{ to: 'unclear', n: handout.n }]);
  }
  return { shares };
}

function lanesOf(handout: Handout): readonly LaneQueue[] {
  const lanes: LaneQueue[] = [];
  const laneOf = (partition: string | null): LaneQueue => {
    const known = lanes.find((lane) => lane.partition === partition);
    if (known) return known;
    const lane: LaneQueue = { partition, known: [], next: 0 };
    lanes.push(lane);
    return lane;
  };
  for (const chunk of handout.sent) {
    laneOf(chunk.link.partition ?? chunk.link.edge).known.push(...sharesOf(chunk, 0, chunk.count));
  }
  for (const queued of handout.queued) {
    const { known } = laneOf(queued.partition);
    const keys = queued.values.map(valueKey);
    const waiting: Share = { to: 'queued', queued, lostAt: null };
    let place = 0;
    const add = (share: Share, told: string | null) => {
      known.push({ key: keys[place] ?? told, share });
      place += 1;
    };
    for (const { to, count, n } of queued.moves) {
      if (to === 'lost') {
        for (let i = 0; i < count; i += 1) add({ to: 'queued', queued, lostAt: n }, null);
      } else {
        for (const { key, share } of sharesOf(to.chunk, to.offset, count)) add(share, key);
      }
    }
    while (place < queued.count) add(waiting, null);
  }
  return lanes;
}

function sharesOf(chunk: Chunk, offset: number, count: number): { key: string; share: Share }[] {
  return Array.from({ length: count }, (_, i) => {
    const value = chunk.values[offset + i];
    return {
      key: value === undefined ? '' : valueKey(value),
      share: { to: 'sent', chunk, index: chunk.first + offset + i },
    };
  });
}
