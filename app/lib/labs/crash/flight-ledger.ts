import { sum } from 'd3-array';
import { CRASHABLE, PATIENCE_S, type CrashSettings, type Crashable } from './crash-programs.ts';
import type { CrashMoment, OrderAt, OrderPlaces, Spot } from './order-places.ts';

/** What becomes of an order in the table: one row, none, or two. */
export type Fate = 'once' | 'lost' | 'twice';

export const FATES: readonly Fate[] = ['once', 'lost', 'twice'];

/** Orders that were in flight in one place. */
export interface FlightPlace {
  readonly stage: Crashable;
  readonly spot: Spot;
  readonly ids: readonly number[];
  readonly isSaved: boolean;
  readonly isAcknowledged: boolean;
}

/** Orders that were in flight in one place, and share what becomes of them. */
export interface FlightLine extends FlightPlace {
  /** What the rules say. */
  readonly fate: Fate;
  readonly why: string;
}

/** Every order that had come in and was not both saved and acknowledged when a stage crashed. */
export interface FlightLedger {
  readonly crash: CrashMoment;
  readonly lines: readonly FlightLine[];
  readonly total: number;
  readonly counts: Readonly<Record<Fate, number>>;
}

/** The ledger of the moment before the crash; `null` where none has crashed. */
export function flightLedger(places: OrderPlaces, settings: CrashSettings): FlightLedger | null {
  const { crash } = places;
  if (!crash) return null;
  const risky = riskyAt(places, crash);
  const lines = new Map<string, FlightLine & { readonly ids: number[] }>();
  for (const order of places.at(crash.n)) {
    if (!isInFlight(order) || !order.place) continue;
    const judged = judge(order, { crash, settings, isRisky: risky.has(order.id) });
    const { stage, spot } = order.place;
    const key = [stage, spot, order.rows > 0, judged.why].join();
    const line = lines.get(key) ?? {
      stage,
      spot,
      ids: [],
      isSaved: order.rows > 0,
      isAcknowledged: order.isAcknowledged,
      ...judged,
    };
    line.ids.push(order.id);
    lines.set(key, line);
  }
  const sorted = [...lines.values()].sort((a, b) => (b.ids[0] ?? 0) - (a.ids[0] ?? 0));
  const counts = { once: 0, lost: 0, twice: 0 };
  for (const { fate, ids } of sorted) counts[fate] += ids.length;
  return { crash, lines: sorted, counts, total: sum(sorted, ({ ids }) => ids.length) };
}

/** The lines of a ledger without what becomes of their orders: those in one place are one. */
export function placesOf({ lines }: FlightLedger): readonly FlightPlace[] {
  const places = new Map<string, FlightPlace>();
  for (const { stage, spot, ids, isSaved, isAcknowledged } of lines) {
    const key = [stage, spot, isSaved, isAcknowledged].join();
    const known = places.get(key)?.ids ?? [];
    places.set(key, {
      stage,
      spot,
      isSaved,
      isAcknowledged,
      ids: [...known, ...ids].sort((a, b) => a - b),
    });
  }
  return [...places.values()];
}

/** It has come in, and is not both saved and acknowledged. */
export function isInFlight({ isIn, rows, isAcknowledged }: OrderAt): boolean {
  return isIn && !(rows > 0 && isAcknowledged);
}

/** What has become of orders by the end of the run. */
export function fateOf({ rows }: OrderAt): Fate {
  return rows === 0 ? 'lost' : rows === 1 ? 'once' : 'twice';
}

/** Whether a stage ends with another: it is started again with it, being at it or after it. */
export function endsWith(stage: Crashable, crashed: Crashable): boolean {
  return CRASHABLE.indexOf(stage) >= CRASHABLE.indexOf(crashed);
}

/**
 * Orders that a stage which goes on is about to send to the one that is gone: it works on them now, so it hears of the end
 * only afterwards.
 */
function riskyAt({ accounts }: OrderPlaces, { n, stage }: CrashMoment): ReadonlySet<number> {
  const ids = new Set<number>();
  for (const lost of accounts.links) {
    if (lost.consumer !== stage || (lost.closedAt !== null && lost.closedAt <= n)) continue;
    let open = lost.asks.at(n) - lost.sent.at(n);
    for (const link of accounts.links) {
      if (link.consumer !== lost.producer) continue;
      for (const { status, first, count } of link.openAt(n)) {
        if (status !== 'working') continue;
        for (let index = first; index < first + count && open > 0; index += 1) {
          const chunk = link.chunkAt(index);
          const value = chunk?.values[index - chunk.first];
          if (typeof value !== 'object' || value === null || !('id' in value)) continue;
          if (typeof value.id === 'number') ids.add(value.id);
          open -= 1;
        }
      }
    }
  }
  return ids;
}

interface Case {
  readonly crash: CrashMoment;
  readonly settings: CrashSettings;
  readonly isRisky: boolean;
}

function judge(
  order: OrderAt,
  { crash, settings, isRisky }: Case,
): { readonly fate: Fate; readonly why: string } {
  const { place, isAcknowledged, rows } = order;
  if (!place || place.spot === 'book') return { fate: 'once', why: 'safe: the book is a file' };
  const ends = endsWith(place.stage, crash.stage);
  if (!ends && !isRisky) return { fate: 'once', why: `safe: “${place.stage}” goes on and has them` };
  const gone = ends
    ? `gone with “${place.stage}”`
    : `“${place.stage}” does not know yet that “${crash.stage}” is gone, and sends them there`;
  if (isAcknowledged)
    return { fate: 'lost', why: `${gone}. They are acknowledged, so nobody sends them again` };
  const again = crash.stage === 'orders' ? 'sent again at once' : `sent again after ${PATIENCE_S} s`;
  if (rows === 0) return { fate: 'once', why: `${gone}, but still in the book: ${again}` };
  return settings.isIdempotent
    ? { fate: 'once', why: `saved but not acknowledged: ${again}, and the table knows them` }
    : { fate: 'twice', why: `saved but not acknowledged: ${again}, and saved again` };
}
