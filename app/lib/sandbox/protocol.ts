import {
  PLAN_WARNINGS,
  parseEntry,
  parseFromWorker as parseEngineMessage,
  parsePlan,
  type FromWorker,
  type PlanWarning,
  type TraceError,
  type Weather,
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
  /** What its stages go through, by virtual time. Default: nothing. */
  readonly weather?: Weather;
}

/** Makes workers ahead: they load the script, and wait for a run. */
export interface WarmRequest {
  readonly type: 'warm';
  /** Text of `virtual:sluice-worker`. */
  readonly script: string;
  /** Workers that there are to be, those included that wait already. */
  readonly count: number;
}

/** What the workers of a run load. */
export interface SpawnRequest {
  readonly type: 'spawn';
  /** Text of `virtual:sluice-worker`. */
  readonly script: string;
  /** Workers of the run. Those that wait are taken, others are made; they load the program when they are started. */
  readonly count: number;
  /** Text of the compiled program, an ES module. */
  readonly program: string;
  /** Data set → its rows as JSON. */
  readonly data: Readonly<Record<string, string>>;
  /** Runs the program on the virtual scheduler instead of connecting workers, on a worker that has not run any other. */
  readonly virtual?: readonly VirtualRequest[];
}

/** Page → frame. The page keeps the other ends of control ports; the frame passes on nothing. */
export type ToFrame =
  | { readonly type: 'ping'; readonly id: number }
  | WarmRequest
  | SpawnRequest
  /** Lets a worker load the program, with lines to all that were started before. */
  | { readonly type: 'start'; readonly worker: number; readonly control: MessagePort }
  /** Ends a worker and starts another in its place. */
  | { readonly type: 'replace'; readonly worker: number; readonly control: MessagePort }
  | { readonly type: 'terminate'; readonly worker: number }
  /** The run is over: its workers let go of the program. Answered by `left`. */
  | { readonly type: 'leave' };

/** A callback that a worker has entered. */
export interface EnteredCallback {
  readonly stage: string;
  readonly callback: string;
}

/** Frame → page. */
export type FromFrame =
  | { readonly type: 'ready'; readonly isolated: boolean }
  /** `entered`: which callback each worker has entered last, by worker; empty where no memory is shared. */
  | { readonly type: 'pong'; readonly id: number; readonly entered: readonly (EnteredCallback | null)[] }
  /** Whether all workers are as they were before the run. */
  | { readonly type: 'left'; readonly clean: boolean }
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
  /** It loads the program, or is about to call a callback: the last one heard of a worker that never comes back. */
  | { readonly type: 'entering'; readonly stage: string | null; readonly callback: string | null }
  | {
      readonly type: 'virtual';
      readonly runs: readonly RunRecord[];
      /** Of the plan that ran. */
      readonly warnings: readonly PlanWarning[];
    }
  | { readonly type: 'failed'; readonly error: TraceError };

/** Longest text that is taken from the sandbox: a message, a name, a stack. Characters. */
const MAX_TEXT = 20_000;

/** Values that one message may hold in all, and levels. A full telemetry batch stays far below. */
const MAX_VALUES = 5_000_000;
const MAX_DEPTH = 24;

/** Workers of a run. */
const MAX_WORKERS = 256;

/** Hidden runs in one answer. */
const MAX_RUNS = 100;

const count = v.pipe(v.number(), v.integer(), v.minValue(0));
const index = v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(MAX_WORKERS - 1));
const text = v.pipe(v.string(), v.maxLength(MAX_TEXT));

const traceError = v.object({
  name: text,
  message: text,
  code: v.exactOptional(text),
  stack: v.exactOptional(text),
});

const planWarning = v.object({
  code: v.picklist(PLAN_WARNINGS),
  stage: text,
  message: text,
  declared: text,
}) satisfies v.GenericSchema<unknown, PlanWarning>;

/** What the engine knows how to read. */
function readBy<T>(read: (value: unknown) => T) {
  return v.pipe(
    v.unknown(),
    v.rawTransform(({ dataset, addIssue, NEVER }): T => {
      try {
        return read(dataset.value);
      } catch (error) {
        addIssue({ message: error instanceof Error ? error.message : 'unreadable' });
        return NEVER;
      }
    }),
  );
}

const fromFrame = v.variant('type', [
  v.object({ type: v.literal('ready'), isolated: v.boolean() }),
  v.object({
    type: v.literal('pong'),
    id: count,
    entered: v.pipe(v.array(v.nullable(v.object({ stage: text, callback: text }))), v.maxLength(MAX_WORKERS)),
  }),
  v.object({ type: v.literal('left'), clean: v.boolean() }),
  v.object({
    type: v.literal('workerFailed'),
    worker: index,
    message: text,
    stack: v.exactOptional(text),
    fatal: v.boolean(),
  }),
]) satisfies v.GenericSchema<unknown, FromFrame>;

const fromVirtual = v.variant('type', [
  v.object({ type: v.literal('entering'), stage: v.nullable(text), callback: v.nullable(text) }),
  v.object({
    type: v.literal('virtual'),
    runs: v.pipe(
      v.array(
        v.object({
          plan: readBy(parsePlan),
          entries: v.array(readBy(parseEntry)),
          seed: v.number(),
          ended: v.picklist(['idle', 'exited', 'budget', 'crashed']),
        }),
      ),
      v.maxLength(MAX_RUNS),
    ),
    warnings: v.array(planWarning),
  }),
  v.object({ type: v.literal('failed'), error: traceError }),
]) satisfies v.GenericSchema<unknown, FromVirtual>;

// What came out of the sandbox, if it is a message of the kind; else `null`. Learner code shares a worker with what
// speaks for it, so nothing that arrives is used before it has passed here.

export const parseFromFrame = (input: unknown): FromFrame | null => parse(fromFrame, input);

export const parseFromVirtual = (input: unknown): FromVirtual | null =>
  isBounded(input) ? parse(fromVirtual, input) : null;

export function parseFromWorker(input: unknown): FromWorker | null {
  if (!isBounded(input)) return null;
  try {
    return parseEngineMessage(input);
  } catch {
    // It throws for nothing but a message that is damaged; what counts here is that it is.
    return null;
  }
}

function parse<T>(schema: v.GenericSchema<unknown, T>, input: unknown): T | null {
  const result = v.safeParse(schema, input, { abortEarly: true });
  return result.success ? result.output : null;
}

/** Whether reading all of it takes a bounded time: not too deep, not too much, no text too long. */
function isBounded(input: unknown): boolean {
  let left = MAX_VALUES;
  const bounded = (value: unknown, depth: number): boolean => {
    if ((left -= 1) < 0) return false;
    if (typeof value === 'string') return value.length <= MAX_TEXT;
    if (typeof value !== 'object' || value === null) return true;
    if (depth >= MAX_DEPTH) return false;
    if (Array.isArray(value)) {
      if (value.length > left) return false;
      for (const item of value) if (!bounded(item, depth + 1)) return false;
      return true;
    }
    // A quarter of the time that a list of its values would take: messages are many.
    for (const key in value) {
      if (Object.hasOwn(value, key) && !bounded(Reflect.get(value, key), depth + 1)) return false;
    }
    return true;
  };
  return bounded(input, 0);
}
