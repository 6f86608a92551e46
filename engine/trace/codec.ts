import { EngineError } from '../errors.ts';
import { Fields } from './fields.ts';
import {
  LOG_LEVELS,
  LOST_WHERE,
  OLDEST_TRACE_VERSION,
  STATES_AFTER_FIRING,
  TRACE_VERSION,
  WINDOW_TYPES,
} from './trace-entry.ts';
import type {
  AssignedSlice,
  CallbackName,
  EntryBase,
  EntryOf,
  FaultKind,
  TraceEntry,
  TraceError,
  TraceType,
} from './trace-entry.ts';

/**
 * A value of unknown origin as an entry.
 *
 * @throws {EngineError} `field_damaged`, naming the field, what it must be and what it is.
 */
export function parseEntry(value: unknown): TraceEntry {
  const fields = new Fields(value, '');
  const type = fields.oneOf('type', TYPES);
  return { ...base(fields), ...EVENTS[type](fields) };
}

/**
 * A value of unknown origin as an error that crossed a boundary.
 *
 * @throws {EngineError} `field_damaged`, naming the field.
 */
export function parseTraceError(value: unknown): TraceError {
  return traceError(new Fields(value, ''));
}

/**
 * Refuses recordings of versions that are not read.
 *
 * @throws {EngineError} `trace_version`.
 */
export function checkTraceVersion(version: number): void {
  if (Number.isInteger(version) && version >= OLDEST_TRACE_VERSION && version <= TRACE_VERSION) return;
  throw new EngineError('trace_version', {
    received: version,
    oldest: OLDEST_TRACE_VERSION,
    newest: TRACE_VERSION,
  });
}

/** What an entry says besides what all entries say. */
type Told<Entry> = Entry extends EntryBase ? Omit<Entry, keyof EntryBase> : never;

type Parsers = { readonly [T in TraceType]: (fields: Fields) => Told<EntryOf<T>> };

const EVENTS: Parsers = {
  start: (f) => ({
    type: 'start',
    kind: f.oneOf('kind', STARTED_KINDS),
    state: f.value('state'),
    ...(f.has('life') && { life: f.number('life') }),
  }),
  subscribe: (f) => ({
    type: 'subscribe',
    subscription: f.text('subscription'),
    producer: f.text('producer'),
    mode: f.oneOf('mode', ['automatic', 'manual']),
    maxDemand: f.number('maxDemand'),
    minDemand: f.number('minDemand'),
    cancel: f.oneOf('cancel', ['permanent', 'transient', 'temporary']),
  }),
  subscribed: (f) => ({
    type: 'subscribed',
    subscription: f.text('subscription'),
    consumer: f.text('consumer'),
  }),
  ask: (f) => ({
    type: 'ask',
    subscription: f.text('subscription'),
    count: f.number('count'),
    pending: f.number('pending'),
  }),
  asked: (f) => ({
    type: 'asked',
    subscription: f.text('subscription'),
    count: f.number('count'),
    open: f.number('open'),
  }),
  dispatch: (f) => ({
    type: 'dispatch',
    subscription: f.text('subscription'),
    first: f.number('first'),
    count: f.number('count'),
    events: f.values('events'),
    open: f.number('open'),
  }),
  deliver: (f) => ({
    type: 'deliver',
    subscription: f.text('subscription'),
    first: f.number('first'),
    count: f.number('count'),
  }),
  begin: (f) => ({
    type: 'begin',
    callback: f.oneOf('callback', CALLBACKS),
    ...(f.has('subscription') && { subscription: f.text('subscription') }),
    ...(f.has('demand') && { demand: f.number('demand') }),
    ...(f.has('count') && { count: f.number('count') }),
    ...(f.has('events') && { events: f.values('events') }),
  }),
  end: (f) => ({
    type: 'end',
    callback: f.oneOf('callback', CALLBACKS),
    count: f.number('count'),
    emitted: f.values('emitted'),
    state: f.value('state'),
    ...(f.has('pending') && { pending: f.number('pending') }),
  }),
  buffer: (f) => ({
    type: 'buffer',
    added: f.number('added'),
    size: f.number('size'),
    limit: f.numberOrNull('limit'),
  }),
  unbuffer: (f) => ({ type: 'unbuffer', removed: f.number('removed'), size: f.number('size') }),
  discard: (f) => ({ type: 'discard', count: f.number('count') }),
  drop: (f) => ({
    type: 'drop',
    count: f.number('count'),
    ...(f.has('subscription') && { subscription: f.text('subscription') }),
  }),
  queue: (f) => ({
    type: 'queue',
    partition: f.value('partition'),
    added: f.number('added'),
    removed: f.number('removed'),
    size: f.number('size'),
    ...(f.has('events') && { events: f.values('events') }),
  }),
  lost: (f) => ({
    type: 'lost',
    where: f.oneOf('where', LOST_WHERE),
    count: f.number('count'),
    ...(f.has('subscription') && { subscription: f.text('subscription') }),
    ...(f.has('reason') && { reason: f.value('reason') }),
  }),
  restart: (f) => ({
    type: 'restart',
    child: f.text('child'),
    life: f.number('life'),
    restarts: f.number('restarts'),
    reason: f.value('reason'),
  }),
  task: (f) => ({
    type: 'task',
    task: f.text('task'),
    phase: f.oneOf('phase', ['start', 'end']),
    on: f.number('on'),
    ...(f.has('outcome') && { outcome: f.oneOf('outcome', ['ok', 'failed', 'timeout', 'shutdown']) }),
    ...(f.has('value') && { value: f.value('value') }),
  }),
  window: (f) => ({
    type: 'window',
    phase: f.oneOf('phase', ['open', 'fire', 'close']),
    window: f.oneOf('window', WINDOW_TYPES),
    id: f.value('id'),
    count: f.number('count'),
    ...(f.has('trigger') && { trigger: f.value('trigger') }),
    ...(f.has('emitted') && { emitted: f.number('emitted') }),
    ...(f.has('firing') && { firing: f.number('firing') }),
    ...(f.has('state') && { state: f.oneOf('state', STATES_AFTER_FIRING) }),
  }),
  watermark: (f) => ({
    type: 'watermark',
    eventMs: f.number('eventMs'),
    ...(f.has('idle') && { idle: f.texts('idle') }),
  }),
  assign: (f) => ({
    type: 'assign',
    subscription: f.text('subscription'),
    ...(f.has('first') && { first: f.number('first') }),
    count: f.number('count'),
    ...(f.has('times') && { times: f.numberList('times') }),
    ...(f.has('latestMs') && { latestMs: f.number('latestMs') }),
    slices: f.list('slices', assignedSlice),
  }),
  late: (f) => ({
    type: 'late',
    id: f.value('id'),
    count: f.number('count'),
    events: f.values('events'),
  }),
  cancel: (f) => ({
    type: 'cancel',
    subscription: f.text('subscription'),
    kind: f.oneOf('kind', ['cancel', 'down']),
    reason: f.value('reason'),
  }),
  exit: (f) => ({ type: 'exit', reason: f.value('reason') }),
  crash: (f) => ({
    type: 'crash',
    callback: f.isNull('callback') ? null : f.oneOf('callback', CALLBACKS),
    error: traceError(f.fields('error')),
  }),
  fault: (f) => {
    const fault = f.oneOf('fault', FAULTS);
    switch (fault) {
      case 'crash':
        return { type: 'fault', fault, message: f.text('message') };
      case 'freeze':
      case 'thaw':
        return { type: 'fault', fault };
      case 'slow':
        return { type: 'fault', fault, byMs: f.number('byMs') };
      case 'burst':
        return { type: 'fault', fault, times: f.number('times') };
      case 'slowLink':
        return { type: 'fault', fault, subscription: f.text('subscription'), delayMs: f.number('delayMs') };
      case 'killWorker':
        return {
          type: 'fault',
          fault,
          on: f.number('on'),
          ...(f.has('error') && { error: traceError(f.fields('error')) }),
        };
    }
  },
  log: (f) => ({
    type: 'log',
    level: f.oneOf('level', LOG_LEVELS),
    values: f.values('values'),
    ...(f.has('place') && { place: f.text('place') }),
  }),
  warning: (f) => ({
    type: 'warning',
    code: f.text('code'),
    message: f.text('message'),
    ...(f.has('subscription') && { subscription: f.text('subscription') }),
    ...(f.has('count') && { count: f.number('count') }),
    ...(f.has('values') && { values: f.values('values') }),
  }),
};

const TYPES = keysOf(EVENTS);

const FAULTS = [
  'killWorker',
  'crash',
  'freeze',
  'thaw',
  'slow',
  'burst',
  'slowLink',
] as const satisfies readonly FaultKind[];

const STARTED_KINDS = ['producer', 'producerConsumer', 'consumer', 'supervisor', 'flow'] as const;

const CALLBACKS = [
  'init',
  'handleDemand',
  'handleEvents',
  'handleSubscribe',
  'handleCancel',
  'handleCall',
  'handleCast',
  'handleInfo',
  'formatDiscarded',
  'terminate',
] as const satisfies readonly CallbackName[];

function base(f: Fields): EntryBase {
  return {
    seq: f.number('seq'),
    atMs: f.number('atMs'),
    worker: f.number('worker'),
    stage: f.text('stage'),
    cause: f.numberOrNull('cause'),
  };
}

function traceError(f: Fields): TraceError {
  return {
    name: f.text('name'),
    message: f.text('message'),
    ...(f.has('code') && { code: f.text('code') }),
    ...(f.has('stack') && { stack: f.text('stack') }),
  };
}

function assignedSlice(f: Fields): AssignedSlice {
  const slice = { id: f.value('id'), from: f.number('from'), count: f.number('count') };
  return f.has('late') && f.truth('late') ? { ...slice, late: true } : slice;
}

function keysOf<K extends string>(record: Readonly<Record<K, unknown>>): readonly K[] {
  const isKey = (key: string): key is K => Object.hasOwn(record, key);
  return Object.keys(record).filter(isKey);
}
