import type { PlanView, StageKind, StageView, SubscriptionView, TraceEntry, TraceEvent } from 'sluice';

/** A stage of a plan; what is not said is as simple as can be. */
export function stage(id: string, kind: StageKind, more: Partial<StageView> = {}): StageView {
  return { id, kind, dispatcher: kind === 'consumer' ? null : 'demand', bufferSize: null, ...more };
}

/** A subscription of a plan. */
export function link(
  consumer: string,
  producer: string,
  more: Partial<SubscriptionView> = {},
): SubscriptionView {
  return {
    id: `${consumer}←${producer}`,
    consumer,
    producer,
    maxDemand: 10,
    minDemand: 5,
    cancel: 'permanent',
    ...more,
  };
}

/** Entries numbered from 1, a millisecond apart. */
export function entriesOf(
  ...events: readonly (readonly [stage: string, event: TraceEvent, cause?: number])[]
): TraceEntry[] {
  return events.map(([at, event, cause = null], i) => ({
    seq: i + 1,
    atMs: i,
    worker: 0,
    stage: at,
    cause,
    ...event,
  }));
}

/** The consumer's part of making a subscription. */
export function subscribing(subscription: string, producer: string): TraceEvent {
  return {
    type: 'subscribe',
    subscription,
    producer,
    mode: 'automatic',
    maxDemand: 10,
    minDemand: 5,
    cancel: 'permanent',
  };
}

/** numbers → printer; the keeper starts the printer again. */
export const SUPERVISED: PlanView = {
  stages: [stage('numbers', 'producer'), stage('printer', 'consumer')],
  subscriptions: [link('printer', 'numbers')],
  supervisors: [
    {
      id: 'keeper',
      strategy: 'oneForOne',
      maxRestarts: 3,
      maxSeconds: 5,
      children: [{ id: 'printer', restart: 'permanent' }],
    },
  ],
};

/** The printer crashes with two events in hand and one in its mailbox, and is started again. */
export const CRASH_AND_RESTART: readonly TraceEntry[] = entriesOf(
  ['numbers', { type: 'start', kind: 'producer', state: 0 }],
  ['printer', { type: 'start', kind: 'consumer', state: null }],
  ['printer', subscribing('printer←numbers', 'numbers')],
  ['printer', { type: 'ask', subscription: 'printer←numbers', count: 10, pending: 10 }],
  [
    'numbers',
    { type: 'dispatch', subscription: 'printer←numbers', first: 0, count: 3, events: [0, 1, 2], open: 7 },
  ],
  ['printer', { type: 'deliver', subscription: 'printer←numbers', first: 0, count: 3 }, 5],
  [
    'printer',
    { type: 'begin', callback: 'handleEvents', subscription: 'printer←numbers', count: 2, events: [0, 1] },
  ],
  ['printer', { type: 'lost', where: 'callback', count: 2, subscription: 'printer←numbers' }],
  ['printer', { type: 'lost', where: 'mailbox', count: 1, subscription: 'printer←numbers' }],
  ['printer', { type: 'crash', callback: 'handleEvents', error: { name: 'Error', message: 'boom' } }],
  ['keeper', { type: 'restart', child: 'printer', life: 2, restarts: 1, reason: 'boom' }],
  ['printer', { type: 'start', kind: 'consumer', state: null, life: 2 }],
  ['printer', subscribing('printer←numbers@2', 'numbers')],
  ['printer', { type: 'ask', subscription: 'printer←numbers@2', count: 10, pending: 10 }],
);
