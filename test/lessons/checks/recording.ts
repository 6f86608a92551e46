import type { PlanView, StageKind, SubscriptionView, TraceEntry, TraceEvent, TraceValue } from 'sluice';
import type { RunRecord } from '#lessons/schema.ts';

/** Something that happens at a stage. `atMs` stays where it was unless given. */
export type Happening = readonly [stage: string, event: TraceEvent, atMs?: number];

/** A plan in which each stage is subscribed to the one before it. */
export function line(...stages: readonly (readonly [string, StageKind])[]): PlanView {
  return {
    stages: stages.map(([id, kind]) => ({ id, kind, dispatcher: null, bufferSize: null })),
    subscriptions: stages.slice(1).map(([id], i) => link(id, stages[i]?.[0] ?? '')),
  };
}

export function link(consumer: string, producer: string): SubscriptionView {
  return {
    id: `${consumer}<-${producer}`,
    consumer,
    producer,
    maxDemand: 10,
    minDemand: 5,
    cancel: 'permanent',
  };
}

/** A recording of what is said to happen, in that order. */
export function recording(
  plan: PlanView,
  happenings: readonly Happening[],
  ended: RunRecord['ended'] = 'idle',
): RunRecord {
  let now = 0;
  const entries = happenings.map(([stage, event, atMs], i): TraceEntry => {
    now = atMs ?? now;
    return { seq: i + 1, atMs: now, worker: 0, stage, cause: null, ...event };
  });
  return { plan, entries, seed: 0, ended };
}

/** A producer is asked and answers. */
export function answer(stage: string, demand: number, events: readonly TraceValue[]): readonly Happening[] {
  return [
    [stage, { type: 'asked', subscription: 's', count: demand, open: demand }],
    [stage, { type: 'begin', callback: 'handleDemand', demand }],
    [stage, { type: 'end', callback: 'handleDemand', count: events.length, emitted: events, state: null }],
  ];
}

/** A stage handles a batch, from one moment to another. */
export function batch(
  stage: string,
  events: readonly TraceValue[],
  {
    fromMs = 0,
    toMs = 0,
    emitted = [],
  }: { fromMs?: number; toMs?: number; emitted?: readonly TraceValue[] } = {},
): readonly Happening[] {
  return [
    [stage, { type: 'begin', callback: 'handleEvents', count: events.length, events }, fromMs],
    [stage, { type: 'end', callback: 'handleEvents', count: emitted.length, emitted, state: null }, toMs],
  ];
}
