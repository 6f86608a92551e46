import type { Call } from './event-batch.ts';
import { isSameEvent, type EventRef } from './event-ref.ts';
import type { EventLife } from './event-life.ts';

/**
 * How much a trace tells of which event came of which. It knows what a callback was given and what it returned: `sure` where it was
 * given one event; `placed` where it returned as many as it was given, so that the third is taken for what came of the third;
 * `batch` where any may have come of any.
 */
export type Certainty = 'sure' | 'placed' | 'batch';

/** Events before or after one, as far as a trace knows. */
export interface Kin {
  readonly certainty: Certainty;
  /** `events[i]` … in order; at most {@link MOST_KIN}. */
  readonly events: readonly EventRef[];
  /** How many there are in all. */
  readonly count: number;
}

/** Events that are named one by one. */
export const MOST_KIN = 200;

/** What an event was made from; `null`: its producer made it out of nothing, or the trace does not tell. */
export function madeFrom({ run, place }: EventLife): Kin | null {
  const call = run?.maker;
  if (!call?.batch || call.count === 0) return null;
  const { subscription, from, count } = { subscription: call.batch.link.id, ...call };
  if (count === 1) return { certainty: 'sure', events: [{ subscription, index: from }], count: 1 };
  if (isOneForOne(call) && place !== null) {
    return { certainty: 'placed', events: [{ subscription, index: from + place }], count: 1 };
  }
  const events = Array.from({ length: Math.min(count, MOST_KIN) }, (_, i) => ({
    subscription,
    index: from + i,
  }));
  return { certainty: 'batch', events, count };
}

/** What was sent of the events that came of one, or of its batch; `null` while nothing has been returned. */
export function cameOf({ call, index }: EventLife): Kin | null {
  if (!call || call.end?.type !== 'end' || call.end.count === 0) return null;
  if (call.count === 1) return { certainty: 'sure', ...given(call) };
  const isKnown = call.gave.every(({ run }) => run.from !== null);
  if (!isOneForOne(call) || !isKnown) return { certainty: 'batch', ...given(call) };
  const place = index - call.from;
  const own = call.gave.flatMap(({ batch, at, run }) => {
    const offset = place - (run.from ?? 0);
    return offset >= 0 && offset < run.count ? [{ subscription: batch.link.id, index: at + offset }] : [];
  });
  return { certainty: 'placed', events: own, count: own.length };
}

/** Events that are one and the same on its way, as far as a trace knows: this one, what it was made from, what came of it. */
export function trailOf(life: EventLife, lifeOf: (name: EventRef) => EventLife | null): readonly EventRef[] {
  const trail: EventRef[] = [{ subscription: life.link.id, index: life.index }];
  const walk = (from: EventLife, kinOf: (of: EventLife) => Kin | null): void => {
    const kin = kinOf(from);
    if (!kin || kin.certainty === 'batch') return;
    for (const name of kin.events) {
      if (trail.length >= MOST_KIN || trail.some((known) => isSameEvent(known, name))) continue;
      trail.push(name);
      const next = lifeOf(name);
      if (next) walk(next, kinOf);
    }
  };
  walk(life, madeFrom);
  walk(life, cameOf);
  return trail;
}

function isOneForOne({ end, count }: Call): boolean {
  return end?.type === 'end' && end.count === count;
}

function given({ gave }: Call): Pick<Kin, 'events' | 'count'> {
  const events: EventRef[] = [];
  let count = 0;
  for (const { batch, at, run } of gave) {
    count += run.count;
    for (let i = 0; i < run.count && events.length < MOST_KIN; i += 1) {
      events.push({ subscription: batch.link.id, index: at + i });
    }
  }
  return { events, count };
}
