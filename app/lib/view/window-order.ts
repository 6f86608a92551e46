import type { StageId, SubscriptionId, TraceEntry, TraceValue } from 'sluice';
import { extentOf, type StageWindows } from './window-log.ts';
import { MOST_ARRIVALS, arrivalsAt, planeEvents, type PlaneEvent } from './window-plane.ts';

/** What an upstream does to a stage, at a time: it sends a batch, or ends. */
export type ArrivalStep =
  | {
      readonly type: 'batch';
      readonly subscription: SubscriptionId;
      readonly atMs: number;
      readonly events: readonly PlaneEvent[];
    }
  | { readonly type: 'end'; readonly subscription: SubscriptionId; readonly atMs: number };

/** In which order events come to a stage, from whom and when: what its windows make of them can be tried again. */
export interface ArrivalOrder {
  readonly upstreams: readonly { readonly subscription: SubscriptionId; readonly producer: StageId }[];
  readonly steps: readonly ArrivalStep[];
}

/** Why the windows of a stage cannot be tried with another order of events; `null` where they can. */
export function whyFixed(own: StageWindows): string | null {
  const { windowing } = own;
  const count = arrivalsAt(own, Infinity);
  if (!windowing || !['fixed', 'sliding', 'session'].includes(windowing.type)) {
    return 'Without event time another order changes nothing but which events share a window.';
  }
  if (windowing.ownTrigger) return 'This window has a trigger of the program’s own, which is not run here.';
  if (count === 0) return 'No event has come yet.';
  if (count > MOST_ARRIVALS) {
    return `Up to ${MOST_ARRIVALS.toLocaleString('en')} events can be tried in another order; here are ${count.toLocaleString('en')}.`;
  }
  if (own.batches.some(({ assign }) => assign.times?.length !== assign.count)) {
    return 'The recording does not tell the event times of all events.';
  }
  return null;
}

/** The order in which events came. */
export function arrivalOrder(own: StageWindows, entries: readonly TraceEntry[]): ArrivalOrder {
  const events = planeEvents(own, { from: 0, to: Infinity });
  const steps: { readonly n: number; readonly step: ArrivalStep }[] = own.batches.map(
    ({ n, atMs, assign, before }) => ({
      n,
      step: {
        type: 'batch',
        subscription: assign.subscription,
        atMs,
        events: events.slice(before, before + assign.count),
      },
    }),
  );
  for (const { subscription, ends } of own.upstreams) {
    const [n] = ends;
    if (n !== undefined) {
      steps.push({ n, step: { type: 'end', subscription, atMs: entries[n - 1]?.atMs ?? 0 } });
    }
  }
  steps.sort((a, b) => a.n - b.n);
  return {
    upstreams: own.upstreams.map(({ subscription, producer }) => ({ subscription, producer })),
    steps: steps.map(({ step }) => step),
  };
}

/** All events, as they come. */
export function orderedEvents({ steps }: ArrivalOrder): readonly PlaneEvent[] {
  return steps.flatMap((step) => (step.type === 'batch' ? step.events : []));
}

/**
 * The same events, one of them sent earlier or later by its upstream.
 *
 * @param from - Its place in the order of arrival, from 0.
 * @param to - The place it is to have. It joins the batch that is there, if that is of its own upstream, else it is one of its own.
 */
export function movedEvent(order: ArrivalOrder, from: number, to: number): ArrivalOrder {
  const flat = order.steps.flatMap((step, batch) =>
    step.type === 'batch' ? step.events.map((event) => ({ event, step, batch })) : [],
  );
  const [own] = flat.splice(from, 1);
  if (!own) return order;
  const place = Math.max(0, Math.min(to, flat.length));
  // The one whose place it takes; at the end, the one behind which it comes.
  const there = (to > from ? flat[place - 1] : flat[place]) ?? flat[place - 1] ?? flat[place];
  if (!there) return order;
  const { subscription } = own.step;
  const joins = there.step.subscription === subscription;
  flat.splice(place, 0, {
    event: own.event,
    step: joins ? there.step : { ...own.step, atMs: there.step.atMs },
    batch: joins ? there.batch : -1,
  });
  return { upstreams: order.upstreams, steps: batched(order, flat) };
}

/** Neighbours of one batch together again, and the ends of upstreams where they were: behind all that they have sent. */
function batched(
  { steps }: ArrivalOrder,
  flat: readonly {
    readonly event: PlaneEvent;
    readonly step: Extract<ArrivalStep, { readonly type: 'batch' }>;
    readonly batch: number;
  }[],
): readonly ArrivalStep[] {
  const batches: {
    readonly batch: number;
    readonly step: Extract<ArrivalStep, { readonly type: 'batch' }>;
    readonly events: PlaneEvent[];
  }[] = [];
  for (const { event, step, batch } of flat) {
    const last = batches.at(-1);
    if (last?.batch === batch && batch >= 0) last.events.push(event);
    else batches.push({ batch, step, events: [event] });
  }
  const result: ArrivalStep[] = batches.map(({ step, events }) => ({ ...step, events }));
  steps.forEach((step, at) => {
    if (step.type !== 'end') return;
    const before = steps.slice(0, at).findLastIndex((other) => other.type === 'batch');
    const after = result.findLastIndex(
      (other, i) => other.subscription === step.subscription || (batches[i]?.batch ?? Infinity) === before,
    );
    result.splice(after + 1, 0, step);
    batches.splice(after + 1, 0, {
      batch: -1,
      step: { type: 'batch', subscription: step.subscription, atMs: step.atMs, events: [] },
      events: [],
    });
  });
  return result;
}

/** Whose session an event is in; `null` of other windows. */
export function sessionKey({ entered, missed }: PlaneEvent): TraceValue {
  return extentOf(entered[0] ?? missed[0] ?? null)?.key ?? null;
}
