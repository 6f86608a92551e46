import type {
  FromWorker,
  PlanView,
  StageCounters,
  SubscriptionCounters,
  TraceEntry,
  TraceError,
  TraceValue,
} from 'sluice';
import * as v from 'valibot';
import type { RunRecord } from '#lessons/schema.ts';

/** Page → frame, once, along with the port that carries everything below. */
export interface Hello {
  readonly type: 'hello';
}

/** One hidden run of a program on the virtual scheduler. */
export interface VirtualRequest {
  readonly seed: number;
  readonly entryBudget: number;
}

/** Makes one worker per control port. The page keeps the other ends; the frame passes on nothing. */
export interface SpawnRequest {
  readonly type: 'spawn';
  /** Text of `virtual:sluice-worker`. */
  readonly script: string;
  /** Text of the compiled program, an ES module. */
  readonly program: string;
  /** Data set → its rows as JSON. */
  readonly data: Readonly<Record<string, string>>;
  readonly controls: readonly MessagePort[];
  /** Runs the program on the virtual scheduler instead of connecting workers. */
  readonly virtual?: readonly VirtualRequest[];
}

/** Page → frame. */
export type ToFrame = { readonly type: 'ping'; readonly id: number } | SpawnRequest;

/** Frame → worker, its first and only message. */
export interface WorkerBoot {
  readonly type: 'boot';
  readonly program: string;
  readonly data: Readonly<Record<string, string>>;
  readonly control: MessagePort;
  /** By worker; `null` at its own place. */
  readonly peers: readonly (MessagePort | null)[];
  readonly worker: number;
  readonly workers: number;
  readonly virtual?: readonly VirtualRequest[];
}

/** Frame → page. */
export type FromFrame =
  | { readonly type: 'ready'; readonly isolated: boolean }
  | { readonly type: 'pong'; readonly id: number }
  /** An error that nobody caught in a worker; `fatal` when there is no worker at all. */
  | {
      readonly type: 'workerFailed';
      readonly worker: number;
      readonly message: string;
      readonly stack?: string;
      readonly fatal: boolean;
    };

/** Worker → page, in answer to a boot with `virtual`. */
export type FromVirtual =
  | { readonly type: 'virtual'; readonly runs: readonly RunRecord[] }
  | { readonly type: 'failed'; readonly error: TraceError };

/** Longest text that is taken from the sandbox: a message, a name, a stack. Characters. */
const MAX_TEXT = 20_000;

/** Most entries in one telemetry batch or hidden run that are taken. */
const MAX_ENTRIES = 200_000;

/** Levels and items of a trace value that are looked at; the engine keeps far less. */
const MAX_DEPTH = 12;
const MAX_ITEMS = 1_100;

const count = v.pipe(v.number(), v.integer(), v.minValue(0));
const index = v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(255));
const amount = v.pipe(v.number(), v.finite(), v.minValue(0));
const text = v.pipe(v.string(), v.maxLength(MAX_TEXT));
const value = v.custom<TraceValue>((input) => isTraceValue(input, 0), 'must be plain, bounded data');
const values = v.pipe(v.array(value), v.maxLength(MAX_ITEMS));
const cancelMode = v.picklist(['permanent', 'transient', 'temporary']);
const stageKind = v.picklist(['producer', 'producerConsumer', 'consumer']);
const callback = v.picklist([
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
]);

function isTraceValue(input: unknown, depth: number): boolean {
  switch (typeof input) {
    case 'string':
      return input.length <= MAX_TEXT;
    case 'number':
    case 'boolean':
      return true;
    case 'object': {
      if (input === null) return true;
      if (depth >= MAX_DEPTH) return false;
      const items = Array.isArray(input) ? input : Object.values(input);
      return items.length <= MAX_ITEMS && items.every((item) => isTraceValue(item, depth + 1));
    }
    default:
      return false;
  }
}

const traceError = v.object({
  name: text,
  message: text,
  code: v.exactOptional(text),
  stack: v.exactOptional(text),
});

const planView = v.object({
  stages: v.array(
    v.object({
      id: text,
      kind: stageKind,
      dispatcher: v.nullable(text),
      bufferSize: v.nullable(count),
    }),
  ),
  subscriptions: v.array(
    v.object({
      id: text,
      consumer: text,
      producer: text,
      maxDemand: count,
      minDemand: count,
      cancel: cancelMode,
    }),
  ),
}) satisfies v.GenericSchema<unknown, PlanView>;

const base = {
  seq: count,
  atMs: amount,
  worker: index,
  stage: text,
  cause: v.nullable(count),
};

const traceEntry = v.variant('type', [
  v.object({ ...base, type: v.literal('start'), kind: stageKind, state: value }),
  v.object({
    ...base,
    type: v.literal('subscribe'),
    subscription: text,
    producer: text,
    mode: v.picklist(['automatic', 'manual']),
    maxDemand: count,
    minDemand: count,
    cancel: cancelMode,
  }),
  v.object({ ...base, type: v.literal('subscribed'), subscription: text, consumer: text }),
  v.object({ ...base, type: v.literal('ask'), subscription: text, count, pending: v.number() }),
  v.object({ ...base, type: v.literal('asked'), subscription: text, count, open: v.number() }),
  v.object({
    ...base,
    type: v.literal('dispatch'),
    subscription: text,
    first: count,
    count,
    events: values,
    open: v.number(),
  }),
  v.object({ ...base, type: v.literal('deliver'), subscription: text, first: count, count }),
  v.object({
    ...base,
    type: v.literal('begin'),
    callback,
    subscription: v.exactOptional(text),
    demand: v.exactOptional(count),
    count: v.exactOptional(count),
    events: v.exactOptional(values),
  }),
  v.object({
    ...base,
    type: v.literal('end'),
    callback,
    count,
    emitted: values,
    state: value,
    pending: v.exactOptional(v.number()),
  }),
  v.object({ ...base, type: v.literal('buffer'), added: count, size: count, limit: v.nullable(count) }),
  v.object({ ...base, type: v.literal('unbuffer'), removed: count, size: count }),
  v.object({ ...base, type: v.literal('discard'), count }),
  v.object({
    ...base,
    type: v.literal('cancel'),
    subscription: text,
    kind: v.picklist(['cancel', 'down']),
    reason: value,
  }),
  v.object({ ...base, type: v.literal('exit'), reason: value }),
  v.object({ ...base, type: v.literal('crash'), callback: v.nullable(callback), error: traceError }),
  v.object({
    ...base,
    type: v.literal('log'),
    level: v.picklist(['log', 'info', 'warn', 'error', 'debug']),
    values,
    place: v.exactOptional(text),
  }),
  v.object({
    ...base,
    type: v.literal('warning'),
    code: text,
    message: text,
    subscription: v.exactOptional(text),
    count: v.exactOptional(count),
  }),
]) satisfies v.GenericSchema<unknown, TraceEntry>;

const entries = v.pipe(v.array(traceEntry), v.maxLength(MAX_ENTRIES));

const stageCounters = v.object({
  stage: text,
  worker: index,
  mailbox: count,
  handled: count,
  emitted: count,
  buffered: count,
  discarded: count,
  busyMs: amount,
  calls: count,
  status: v.picklist(['waiting', 'busy', 'held', 'exited', 'crashed']),
}) satisfies v.GenericSchema<unknown, StageCounters>;

const subscriptionCounters = v.object({
  subscription: text,
  asked: count,
  dispatched: count,
  pending: v.number(),
}) satisfies v.GenericSchema<unknown, SubscriptionCounters>;

const fromWorker = v.variant('type', [
  v.object({ type: v.literal('ready'), worker: index, plan: planView }),
  v.object({ type: v.literal('failed'), worker: index, error: traceError }),
  v.object({ type: v.literal('started'), worker: index }),
  v.object({
    type: v.literal('telemetry'),
    worker: index,
    entries,
    dropped: count,
    stages: v.array(stageCounters),
    subscriptions: v.array(subscriptionCounters),
    sent: count,
    received: count,
    idle: v.boolean(),
    held: v.picklist(['no', 'pace', 'budget']),
  }),
  v.object({ type: v.literal('pong'), id: count }),
  v.object({ type: v.literal('entering'), stage: text, callback: text }),
  v.object({ type: v.literal('reply'), id: count, value: v.unknown() }),
  v.object({ type: v.literal('replyFailed'), id: count, error: traceError }),
]) satisfies v.GenericSchema<unknown, FromWorker>;

const fromFrame = v.variant('type', [
  v.object({ type: v.literal('ready'), isolated: v.boolean() }),
  v.object({ type: v.literal('pong'), id: count }),
  v.object({
    type: v.literal('workerFailed'),
    worker: index,
    message: text,
    stack: v.exactOptional(text),
    fatal: v.boolean(),
  }),
]) satisfies v.GenericSchema<unknown, FromFrame>;

const fromVirtual = v.variant('type', [
  v.object({
    type: v.literal('virtual'),
    runs: v.pipe(
      v.array(
        v.object({
          plan: planView,
          entries,
          seed: v.number(),
          ended: v.picklist(['idle', 'exited', 'budget', 'crashed']),
        }),
      ),
      v.maxLength(100),
    ),
  }),
  v.object({ type: v.literal('failed'), error: traceError }),
]) satisfies v.GenericSchema<unknown, FromVirtual>;

/**
 * What came out of the sandbox, if it is a message of the kind; else `null`. Learner code shares a worker with what
 * speaks for it, so nothing that arrives is used before it has passed here.
 */
function parse<T>(schema: v.GenericSchema<unknown, T>, input: unknown): T | null {
  const result = v.safeParse(schema, input, { abortEarly: true });
  return result.success ? result.output : null;
}

export const parseFromFrame = (input: unknown): FromFrame | null => parse(fromFrame, input);
export const parseFromWorker = (input: unknown): FromWorker | null => parse(fromWorker, input);
export const parseFromVirtual = (input: unknown): FromVirtual | null => parse(fromVirtual, input);
