import type { TraceValue } from 'sluice';
import { placedOf, type Handout } from './handout.ts';
import type { Chunk } from './link-log.ts';
import type { MakerLog } from './maker-log.ts';

/** Where one event of a handout went. */
export type Share =
  | { readonly to: 'sent'; readonly chunk: Chunk; readonly index: number }
  | { readonly to: 'refused'; readonly link: string; readonly n: number }
  /** Waits in the dispatcher; `partition`: `null` where the trace does not tell for which. */
  | { readonly to: 'queued'; readonly partition: string | null; readonly n: number }
  | { readonly to: 'lost'; readonly n: number }
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
  const offered = handout.stored?.offset ?? placedOf(handout, true);
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
  readonly known: { readonly key: string; readonly share: Share }[];
  /** Queued events of which the trace does not tell yet which they are. */
  unknown: number;
  next: number;
  n: number;
}

function byValue(handout: Handout, valueAt: ValueAt): ShareOut {
  const lanes = lanesOf(handout);
  const placed = handout.stored?.offset ?? placedOf(handout, false);
  let drops = handout.dropped.reduce((sum, { count }) => sum + count, 0);
  const dropN = handout.dropped[0]?.n ?? handout.n;
  const shares: Share[][] = [];
  for (let offset = 0; offset < placed; offset += 1) {
    const value = valueAt(offset);
    const key = value === undefined ? null : valueKey(value);
    const fitting = lanes.filter((lane) => lane.known[lane.next]?.key === key);
    const [lane] = fitting;
    const known = lane?.known[lane.next];
    if (lane && known && fitting.length === 1) {
      lane.next += 1;
      shares.push([known.share]);
      continue;
    }
    const waiting = lanes.filter(({ unknown }) => unknown > 0);
    const [only] = waiting;
    if (fitting.length === 0 && waiting.length === 0 && drops > 0) {
      drops -= 1;
      shares.push([{ to: 'dropped', n: dropN }]);
    } else if (fitting.length === 0 && only && drops === 0) {
      const isOne = waiting.length === 1;
      if (isOne) only.unknown -= 1;
      shares.push([{ to: 'queued', partition: isOne ? only.partition : null, n: only.n }]);
    } else shares.push([{ to: 'unclear', n: handout.n }]);
  }
  return { shares };
}

function lanesOf(handout: Handout): readonly LaneQueue[] {
  const lanes: LaneQueue[] = [];
  const laneOf = (partition: string | null, n: number): LaneQueue => {
    const known = lanes.find((lane) => lane.partition === partition);
    if (known) return known;
    const lane: LaneQueue = { partition, known: [], unknown: 0, next: 0, n };
    lanes.push(lane);
    return lane;
  };
  for (const chunk of handout.sent) {
    laneOf(chunk.link.partition ?? chunk.link.edge, chunk.n).known.push(...sharesOf(chunk, 0, chunk.count));
  }
  for (const queued of handout.queued) {
    const lane = laneOf(queued.partition, queued.n);
    let left = queued.count;
    for (const { to, count } of queued.moves) {
      left -= count;
      if (to === 'lost') {
        // Which they were was never told.
        lane.unknown += count;
      } else lane.known.push(...sharesOf(to.chunk, to.offset, count));
    }
    lane.unknown += left;
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
