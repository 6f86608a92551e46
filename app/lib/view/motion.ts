import type { PipelineState, PlanView, SubscriptionId, TraceEntry, TraceValue } from 'sluice';
import { group, sum } from 'd3-array';
import { interpolateNumber } from 'd3-interpolate';
import { edgeOf, edgeStates, type EdgeState, type SentEvents } from './edge-state.ts';
import type { EventRef } from './event-ref.ts';

/** How long one batch or ask takes from end to end: a little less than slow motion at two deliveries a second leaves it. */
export const TRAVEL_MS = 480;
/** Taken from the mailbox before it arrived: it hurries the rest of its way. */
const HURRY_MS = 160;
/** Entries before a moment in which is looked for what was sent and taken since the moment before it. */
export const RECENT_ENTRIES = 64;
/** More than this on one lane cannot be told apart: they become one flow. */
export const MOST_TRAVELLERS = 6;
/** A flow is drawn this long after the last of it, the second half fading. */
const FLOW_LINGER_MS = 700;
/** Rates are counted over this time, and told anew after this: a number that changes with every frame cannot be read. */
const RATE_WINDOW_MS = 1_000;
const RATE_EVERY_MS = 250;

/** A batch of events, or an ask, on its way along its lane. */
export interface Traveller {
  /** Number of the entry that sent it. */
  readonly seq: number;
  readonly count: number;
  /** Values of a batch, oldest first; none for an ask. */
  readonly events: readonly TraceValue[];
  /** How the trace names the first event of a batch; left out for an ask. */
  readonly name?: EventRef;
  /** 0 = just sent, 1 = all of it has arrived. */
  readonly progress: number;
}

/** So much in so little time that only its amount can be shown. */
export interface Flow {
  /** Events (or events asked for) in the last second. */
  readonly perSecond: number;
  /** 1 while it flows, falling to 0 after it. */
  readonly strength: number;
}

export interface LaneTraffic {
  readonly travelling: readonly Traveller[];
  /** Arrived and not yet taken from the mailbox, oldest first. */
  readonly waiting: readonly Traveller[];
  readonly flow: Flow | null;
}

/** What moves on one subscription's two lanes at one instant. */
export interface EdgeTraffic {
  readonly events: LaneTraffic;
  readonly asks: LaneTraffic;
}

/** `fly`: what is new sets off now. `place`: a jump; what is in flight has already arrived. */
export type Motion = 'fly' | 'place';

interface Leg {
  readonly seq: number;
  readonly count: number;
  readonly events: readonly TraceValue[];
  readonly name?: EventRef;
  readonly startMs: number;
  /** When it was taken, how far it had come, and how long the rest of its way takes, ms. */
  taken: { readonly atMs: number; readonly from: number; readonly restMs: number } | null;
}

/**
 * Turns states that follow each other into movement. It only remembers when each batch and each ask came into sight:
 * the same updates at the same times give the same frames.
 */
export class Traffic {
  readonly #lanes: Map<SubscriptionId, { readonly events: LaneMemory; readonly asks: LaneMemory }>;

  constructor(plan: PlanView) {
    this.#lanes = new Map(
      plan.subscriptions.map(({ id }) => [id, { events: new LaneMemory(), asks: new LaneMemory() }]),
    );
  }

  /**
   * @param nowMs - Time of the display, from any origin; never less than before.
   * @param recent - The last entries that led to the state: what was sent and taken since the last one flies, too.
   */
  update(state: PipelineState, nowMs: number, motion: Motion, recent: readonly TraceEntry[] = []): void {
    const edges = edgeStates(state);
    const sent = sentOf(recent, state);
    for (const [id, lanes] of this.#lanes) {
      const link = edges.get(id);
      if (!link) continue;
      const asks = link.asksInFlight.map((ask) => ({ ...ask, events: [] }));
      const events = link.eventsInFlight.map(nameEvents);
      const last = sent.get(id);
      lanes.events.update(
        { inFlight: events, recent: last?.get('dispatch') ?? [], total: link.dispatched },
        nowMs,
        motion,
      );
      lanes.asks.update({ inFlight: asks, recent: last?.get('ask') ?? [], total: link.asked }, nowMs, motion);
    }
  }

  frame(nowMs: number): Readonly<Record<SubscriptionId, EdgeTraffic>> {
    return Object.fromEntries(
      Array.from(this.#lanes, ([id, { events, asks }]) => [
        id,
        { events: events.frame(nowMs), asks: asks.frame(nowMs) },
      ]),
    );
  }

  /** True while a later frame will differ although the state does not. */
  moves(nowMs: number): boolean {
    return Array.from(this.#lanes.values()).some(
      ({ events, asks }) => events.moves(nowMs) || asks.moves(nowMs),
    );
  }
}

type InFlight = Pick<Traveller, 'seq' | 'count' | 'events' | 'name'>;

function nameEvents({ seq, count, events, subscription, first }: SentEvents): InFlight {
  return { seq, count, events, name: { subscription, index: first } };
}

/** Edge → the batches and the asks that were sent on it, in order. */
function sentOf(entries: readonly TraceEntry[], state: PipelineState) {
  const sent = entries.flatMap((entry) => {
    if (entry.type !== 'ask' && entry.type !== 'dispatch') return [];
    const edge = edgeOf(state, entry.subscription);
    const { seq, count, type } = entry;
    return [{ edge, type, ...(type === 'ask' ? { seq, count, events: [] } : nameEvents(entry)) }];
  });
  return group(
    sent,
    ({ edge }) => edge,
    ({ type }) => type,
  );
}

/** What one update tells of a lane. */
interface LaneNews {
  readonly inFlight: readonly InFlight[];
  /** What was sent last, whether it is on its way or was taken. */
  readonly recent: readonly InFlight[];
  /** How much was ever sent. */
  readonly total: number;
}

/** What one lane carries, and since when. */
class LaneMemory {
  #legs: Leg[] = [];
  /** What was among the last sent before: it is no news. */
  #seen: ReadonlySet<number> = new Set();
  #total = 0;
  /** Amounts that passed, with their times, for the last second. */
  #passed: { readonly atMs: number; readonly count: number }[] = [];
  /** The last time too much passed to be told apart. */
  #flowedMs = -Infinity;
  /** How much passed in the last second, and when that was counted. */
  #rate = { atMs: -Infinity, perSecond: 0 };

  update({ inFlight, recent, total }: LaneNews, nowMs: number, motion: Motion): void {
    const seen = this.#seen;
    this.#seen = new Set(recent.map(({ seq }) => seq));
    if (motion === 'place') {
      this.#legs = inFlight.map((sent) => ({ ...sent, startMs: -Infinity, taken: null }));
      this.#passed = [];
      this.#flowedMs = -Infinity;
      this.#total = total;
      return;
    }
    this.#legs = this.#legs.filter((leg) => progressOf(leg, nowMs) < 1 || !leg.taken);
    const present = new Set(inFlight.map((sent) => sent.seq));
    for (const leg of this.#legs) {
      if (!leg.taken && !present.has(leg.seq)) {
        leg.taken = { atMs: nowMs, from: progressOf(leg, nowMs), restMs: HURRY_MS };
      }
    }
    const known = new Set(this.#legs.map((leg) => leg.seq));
    const fresh = inFlight.filter((sent) => !known.has(sent.seq));
    for (const sent of fresh) this.#legs.push({ ...sent, startMs: nowMs, taken: null });

    const passed = total - this.#total;
    this.#total = total;
    this.#passed = this.#passed.filter(({ atMs }) => atMs > nowMs - RATE_WINDOW_MS);
    if (passed > 0) this.#passed.push({ atMs: nowMs, count: passed });
    const gone = recent.filter(({ seq }) => !present.has(seq) && !known.has(seq) && !seen.has(seq));
    const unseen = passed - sum([...fresh, ...gone], (sent) => sent.count);
    // Sent and taken within one update: it flies all the same, as long as every one of them can.
    if (unseen <= 0)
      for (const sent of gone)
        this.#legs.push({ ...sent, startMs: nowMs, taken: { atMs: nowMs, from: 0, restMs: TRAVEL_MS } });
    const onTheWay = this.#legs.filter((leg) => progressOf(leg, nowMs) < 1).length;
    const begins = this.#flow(nowMs) === null;
    if (passed > 0 && (unseen > 0 || onTheWay > MOST_TRAVELLERS)) this.#flowedMs = nowMs;
    if (begins || nowMs - this.#rate.atMs >= RATE_EVERY_MS)
      this.#rate = { atMs: nowMs, perSecond: sum(this.#passed, ({ count }) => count) };
  }

  frame(nowMs: number): LaneTraffic {
    const flow = this.#flow(nowMs);
    const travelling: Traveller[] = [];
    const waiting: Traveller[] = [];
    for (const leg of this.#legs) {
      const { seq, count, events, name } = leg;
      const progress = progressOf(leg, nowMs);
      const sent = { seq, count, events, ...(name && { name }) };
      if (progress < 1) travelling.push({ ...sent, progress });
      else if (!leg.taken) waiting.push({ ...sent, progress: 1 });
    }
    return { travelling: flow ? [] : travelling, waiting, flow };
  }

  moves(nowMs: number): boolean {
    return nowMs - this.#flowedMs < FLOW_LINGER_MS || this.#legs.some((leg) => progressOf(leg, nowMs) < 1);
  }

  #flow(nowMs: number): Flow | null {
    const sinceMs = nowMs - this.#flowedMs;
    if (sinceMs >= FLOW_LINGER_MS) return null;
    return {
      perSecond: this.#rate.perSecond,
      strength: Math.min(1, 2 - (2 * sinceMs) / FLOW_LINGER_MS),
    };
  }
}

function progressOf({ startMs, taken }: Leg, nowMs: number): number {
  if (!taken) return eased(Math.min(1, (nowMs - startMs) / TRAVEL_MS));
  const part = Math.min(1, (nowMs - taken.atMs) / taken.restMs);
  return interpolateNumber(taken.from, 1)(part);
}

/** Sets off and arrives gently. */
const eased = (t: number) => t * t * (3 - 2 * t);

/** What is in flight, for a picture in which nothing flies: all of it stands on its lane. */
export function stillTraffic(state: PipelineState): Readonly<Record<SubscriptionId, EdgeTraffic>> {
  const still = (inFlight: readonly InFlight[]): LaneTraffic => ({
    travelling: inFlight.map((sent) => ({ ...sent, progress: 0.5 })),
    waiting: [],
    flow: null,
  });
  const edge = ({ eventsInFlight, asksInFlight }: EdgeState): EdgeTraffic => ({
    events: still(eventsInFlight.map(nameEvents)),
    asks: still(asksInFlight.map((ask) => ({ ...ask, events: [] }))),
  });
  return Object.fromEntries(Array.from(edgeStates(state), ([id, link]) => [id, edge(link)]));
}
