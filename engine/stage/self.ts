import { EngineError } from '../errors.ts';
import type { StageId } from '../ids.ts';
import type { Caller, Reason, Subscription } from './definition.ts';

/** What a stage may do to itself and to its peers while one of its callbacks runs. */
export interface Self {
  readonly id: StageId;
  /** Sends itself a message; `handleInfo` gets it in a later turn. */
  info(message: unknown): void;
  /** Like `info`, but behind the events that wait in the buffer (GenStage's async_info). */
  queueInfo(message: unknown): void;
  /** Sends itself a message; `handleCast` gets it in a later turn. */
  cast(message: unknown): void;
  ask(from: Subscription, count: number): void;
  cancel(from: Subscription, reason: Reason): void;
  reply(caller: Caller, value: unknown): void;
}

let running: Self | null = null;

/** Says whose callback runs; returns who it was before. For the engine. */
export function enter(self: Self | null): Self | null {
  const before = running;
  running = self;
  return before;
}

/**
 * The stage whose callback runs.
 *
 * @throws {EngineError} `outside_callback`.
 * @example
 * handleEvents: (events) => { self().info('done with this batch'); }
 */
export function self(): Self {
  return runningTo('use self()');
}

/**
 * Asks the producer of a manual subscription for more events. Zero asks nothing.
 *
 * @throws {EngineError} `ask_not_positive`, `outside_callback`.
 */
export function ask(from: Subscription, count: number): void {
  runningTo('ask').ask(from, count);
}

/**
 * Cancels a subscription, from either end.
 *
 * @throws {EngineError} `outside_callback`.
 */
export function cancel(from: Subscription, reason: Reason): void {
  runningTo('cancel').cancel(from, reason);
}

/**
 * Answers a call before, or long after, `handleCall` has returned.
 *
 * @throws {EngineError} `outside_callback`.
 */
export function reply(caller: Caller, value: unknown): void {
  runningTo('reply').reply(caller, value);
}

function runningTo(action: string): Self {
  if (running === null) throw new EngineError('outside_callback', { action });
  return running;
}
