import fc from 'fast-check';
import type { ReplayPlan } from '../../../engine/trace/pipeline-state.ts';
import { LOST_WHERE } from '../../../engine/trace/trace-entry.ts';
import type { TraceEntry, TraceEvent, TraceValue } from '../../../engine/trace/trace-entry.ts';

/** Three stages in a row, the last of them supervised. */
export const PLAN: ReplayPlan = {
  stages: [{ id: 'numbers' }, { id: 'evens' }, { id: 'printer' }],
  subscriptions: [
    { id: 'evens←numbers', consumer: 'evens', producer: 'numbers', maxDemand: 10, minDemand: 5 },
    { id: 'printer←evens', consumer: 'printer', producer: 'evens', maxDemand: 4, minDemand: 2 },
  ],
  supervisors: [{ id: 'keeper', maxRestarts: 3, maxSeconds: 5 }],
};

/** Entries numbered from 1; each says at which stage it happened, and its cause where one matters. */
export function entriesOf(
  ...events: readonly (TraceEvent & { readonly stage: string; readonly cause?: number })[]
): TraceEntry[] {
  return events.map((event, i) => ({ seq: i + 1, atMs: i, worker: 0, cause: null, ...event }));
}

const stage = fc.constantFrom('numbers', 'evens', 'printer', 'keeper');
const subscription = fc.constantFrom('evens←numbers', 'printer←evens', 'printer←evens@2', 'unknown');
const count = fc.integer({ min: 0, max: 1_000 });
const callback = fc.constantFrom('init' as const, 'handleDemand' as const, 'handleEvents' as const);
const text = fc.string({ unit: 'grapheme', maxLength: 8 });

/** Any value a trace may hold (numbers are finite in a trace), with awkward keys. */
export const traceValue: fc.Arbitrary<TraceValue> = fc.letrec<{ value: TraceValue }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 3 },
    fc.constant(null),
    fc.boolean(),
    fc.double({ noNaN: true, noDefaultInfinity: true }).map((number) => number + 0),
    text,
    fc.array(tie('value'), { maxLength: 3 }),
    fc.dictionary(fc.oneof(text, fc.constantFrom('__proto__', 'constructor', '…')), tie('value'), {
      maxKeys: 3,
    }),
  ),
})).value;

const values = fc.array(traceValue, { maxLength: 3 });
const error = fc.record(
  { name: text, message: text, code: text, stack: text },
  { requiredKeys: ['name', 'message'] },
);

const traceEvent: fc.Arbitrary<TraceEvent> = fc.oneof(
  fc.record(
    {
      type: fc.constant('start' as const),
      kind: fc.constantFrom(
        'producer' as const,
        'producerConsumer' as const,
        'consumer' as const,
        'supervisor' as const,
      ),
      state: traceValue,
      life: fc.integer({ min: 2, max: 9 }),
    },
    { requiredKeys: ['type', 'kind', 'state'] },
  ),
  fc.record({
    type: fc.constant('subscribe' as const),
    subscription,
    producer: stage,
    mode: fc.constantFrom('automatic' as const, 'manual' as const),
    maxDemand: count,
    minDemand: count,
    cancel: fc.constantFrom('permanent' as const, 'transient' as const, 'temporary' as const),
  }),
  fc.record({ type: fc.constant('subscribed' as const), subscription, consumer: stage }),
  fc.record({ type: fc.constant('ask' as const), subscription, count, pending: count }),
  fc.record({ type: fc.constant('asked' as const), subscription, count, open: count }),
  fc.record({
    type: fc.constant('dispatch' as const),
    subscription,
    first: count,
    count,
    events: values,
    open: count,
  }),
  fc.record({ type: fc.constant('deliver' as const), subscription, first: count, count }),
  fc.record(
    { type: fc.constant('begin' as const), callback, subscription, demand: count, count, events: values },
    { requiredKeys: ['type', 'callback'] },
  ),
  fc.record(
    {
      type: fc.constant('end' as const),
      callback,
      count,
      emitted: values,
      state: traceValue,
      pending: count,
    },
    { requiredKeys: ['type', 'callback', 'count', 'emitted', 'state'] },
  ),
  fc.record({
    type: fc.constant('buffer' as const),
    added: count,
    size: count,
    limit: fc.option(count, { nil: null }),
  }),
  fc.record({ type: fc.constant('unbuffer' as const), removed: count, size: count }),
  fc.record({ type: fc.constant('discard' as const), count }),
  fc.record({ type: fc.constant('drop' as const), count, subscription }, { requiredKeys: ['type', 'count'] }),
  fc.record({
    type: fc.constant('queue' as const),
    partition: fc.oneof(fc.nat({ max: 3 }), text),
    added: count,
    removed: count,
    size: count,
  }),
  fc.record(
    {
      type: fc.constant('lost' as const),
      where: fc.constantFrom(...LOST_WHERE),
      count,
      subscription,
      reason: traceValue,
    },
    { requiredKeys: ['type', 'where', 'count'] },
  ),
  fc.record({
    type: fc.constant('restart' as const),
    child: stage,
    life: fc.integer({ min: 2, max: 9 }),
    restarts: count,
    reason: traceValue,
  }),
  fc.record(
    {
      type: fc.constant('task' as const),
      task: fc.constantFrom('sum 1', 'sum 2'),
      phase: fc.constantFrom('start' as const, 'end' as const),
      on: fc.nat({ max: 3 }),
      outcome: fc.constantFrom('ok' as const, 'failed' as const, 'timeout' as const, 'shutdown' as const),
      value: traceValue,
    },
    { requiredKeys: ['type', 'task', 'phase', 'on'] },
  ),
  fc.record({
    type: fc.constant('cancel' as const),
    subscription,
    kind: fc.constantFrom('cancel' as const, 'down' as const),
    reason: traceValue,
  }),
  fc.record({ type: fc.constant('exit' as const), reason: traceValue }),
  fc.record(
    {
      type: fc.constant('window' as const),
      phase: fc.constantFrom('open' as const, 'fire' as const, 'close' as const),
      window: fc.constantFrom('fixed' as const, 'session' as const),
      id: traceValue,
      count,
      trigger: traceValue,
      emitted: count,
      firing: count,
      state: fc.constantFrom('kept' as const, 'replaced' as const),
    },
    { requiredKeys: ['type', 'phase', 'window', 'id', 'count'] },
  ),
  fc.record(
    {
      type: fc.constant('watermark' as const),
      eventMs: fc.integer(),
      idle: fc.array(subscription, { maxLength: 2 }),
    },
    { requiredKeys: ['type', 'eventMs'] },
  ),
  fc.record(
    {
      type: fc.constant('assign' as const),
      subscription,
      first: count,
      count,
      times: fc.array(fc.integer(), { maxLength: 3 }),
      latestMs: fc.integer(),
      slices: fc.array(
        fc.record(
          { id: traceValue, from: count, count, late: fc.constant(true as const) },
          { requiredKeys: ['id', 'from', 'count'] },
        ),
        { maxLength: 3 },
      ),
    },
    { requiredKeys: ['type', 'subscription', 'count', 'slices'] },
  ),
  fc.record({ type: fc.constant('fault' as const), fault: fc.constant('crash' as const), message: text }),
  fc.record({
    type: fc.constant('fault' as const),
    fault: fc.constantFrom('freeze' as const, 'thaw' as const),
  }),
  fc.record({ type: fc.constant('fault' as const), fault: fc.constant('slow' as const), byMs: count }),
  fc.record({ type: fc.constant('fault' as const), fault: fc.constant('burst' as const), times: count }),
  fc.record({
    type: fc.constant('fault' as const),
    fault: fc.constant('slowLink' as const),
    subscription,
    delayMs: count,
  }),
  fc.record(
    {
      type: fc.constant('fault' as const),
      fault: fc.constant('killWorker' as const),
      on: fc.nat({ max: 3 }),
      error,
    },
    { requiredKeys: ['type', 'fault', 'on'] },
  ),
  fc.record({ type: fc.constant('crash' as const), callback: fc.option(callback, { nil: null }), error }),
  fc.record(
    {
      type: fc.constant('log' as const),
      level: fc.constantFrom('log' as const, 'warn' as const),
      values,
      place: text,
    },
    { requiredKeys: ['type', 'level', 'values'] },
  ),
  fc.record(
    { type: fc.constant('warning' as const), code: text, message: text, subscription, count, values },
    { requiredKeys: ['type', 'code', 'message'] },
  ),
);

/** Any entries at all, numbered from 1: a replay must bear with every order. */
export function traces(options: { readonly maxLength: number }): fc.Arbitrary<TraceEntry[]> {
  const entry = fc.record({
    event: traceEvent,
    stage,
    worker: fc.nat({ max: 3 }),
    // As exact as files keep it: to the nanosecond.
    atMs: fc.integer({ min: 0, max: 1e12 }).map((ns) => ns / 1e6),
    back: fc.option(fc.integer({ min: 1, max: 8 }), { nil: null }),
  });
  return fc.array(entry, options).map((list) =>
    list.map(({ event, stage: at, worker, atMs, back }, i) => ({
      seq: i + 1,
      atMs,
      worker,
      stage: at,
      cause: back !== null && back <= i ? i + 1 - back : null,
      ...event,
    })),
  );
}
