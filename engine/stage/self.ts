import { EngineError } from '../errors.ts';
import type { StageId, SubscriptionId } from '../ids.ts';
import type { TraceEvent } from '../trace/trace-entry.ts';
import type { Caller, Reason, SubscribeOptions, Subscription } from './definition.ts';
import type { External, OwnedExternal } from './external.ts';

/** How long `call` waits for its answer unless it is told otherwise, ms. GenStage's default. */
export const DEFAULT_CALL_TIMEOUT_MS = 5_000;

/** A stage by its name, or by what `start` returned for it. */
export type StageRef = StageId | { readonly id: StageId };

/** A subscription by its id, or as callbacks get it. */
export type SubscriptionRef = SubscriptionId | Subscription;

/** Whether demand is passed on to `handleDemand` or held back. */
export type DemandMode = 'forward' | 'accumulate';

/** What `subscribe` takes: the producer, and the options of the subscription. */
export type SubscribeTarget = SubscribeOptions & { readonly to: StageRef };

/** A message that is still to come, as `sendAfter` gives it. */
export interface Timer {
  /** Takes the message back. `true` while it was still to come, `false` once it has been sent. */
  cancel(): boolean;
}

/**
 * What a stage may do to itself and to its peers. Unlike the functions of this module, which belong to the callback that
 * runs, it may be kept: a callback that has waited goes on with it. Once the stage has ended, nothing it does has an effect.
 *
 * @example
 * handleEvents: async (events: string[]) => {
 *   const me = self();
 *   for (const event of events) console.log(event, await me.call('prices', event));
 * }
 */
export interface Self {
  readonly id: StageId;
  /** Sends itself a message; `handleInfo` gets it in a later turn. */
  info(message: unknown): void;
  /** Like `info`, but behind the events that wait in the buffer (GenStage's async_info). */
  queueInfo(message: unknown): void;
  /** Sends itself a message; `handleCast` gets it in a later turn. */
  cast(message: unknown): void;
  /**
   * Sends itself a message later; `handleInfo` gets it. It never comes once the stage has ended, and a run goes on
   * while one is still to come.
   *
   * @param delayMs - Milliseconds from now, >= 0: real time on workers, virtual time under checks.
   * @throws {EngineError} `option_out_of_range`.
   */
  sendAfter(message: unknown, delayMs: number): Timer;
  ask(from: Subscription, count: number): void;
  cancel(from: Subscription, reason: Reason): void;
  reply(caller: Caller, value: unknown): void;
  /** As {@link call}. */
  call<Answer = unknown>(stage: StageRef, request: unknown, timeoutMs?: number): Promise<Answer>;
  /**
   * Does something as if it stood before the first `await` of a callback: `me.within(() => cast('log', line))`.
   *
   * @returns What `action` returns.
   */
  within<Result>(action: () => Result): Result;
}

/** How many windows of a flow's stage are open now, and how many events have come too late for theirs. */
export interface WindowCounts {
  readonly open: number;
  readonly late: number;
}

/** What a flow's stage needs for its windows, in any of its callbacks. */
export interface Windowing {
  /** Whether entries as frequent as those of windows are recorded. */
  readonly tracing: boolean;
  /** Processing time: milliseconds since the run began. */
  nowMs(): number;
  record(event: TraceEvent): void;
  /** The stage's counters read these from now on. */
  count(windows: WindowCounts): void;
}

/** Arrays of batches that are filled again, between a source of numbers and those who keep none of what they are sent. */
export interface Lending {
  /** An array of this length to be filled. */
  spare(size: number): number[] | null;
  /** The stage is about to emit a batch whose array it need not keep. */
  lend(batch: number[]): void;
  /** The stage has read a batch that it was sent by this one, and has kept no part of the array. */
  giveBack(lender: StageId, batch: readonly unknown[]): void;
}

/** Everything that code within a callback may do. For the engine: learners call the functions of this file. */
export interface Inside {
  readonly self: Self;
  /** Something outside of the run belongs to this stage from now on. */
  own(external: External): OwnedExternal;
  /** Events were dropped before they came to the buffer: they are told of as those that it drops. */
  discard(count: number): void;
  readonly windowing: Windowing;
  readonly lending: Lending;
  cast(stage: StageRef, request: unknown): void;
  send(stage: StageRef, message: unknown): void;
  subscribe(target: SubscribeTarget): SubscriptionId;
  resubscribe(old: SubscriptionRef, reason: Reason, target: SubscribeTarget): SubscriptionId;
  setDemandMode(stage: StageRef, mode: DemandMode): void;
  demandMode(stage: StageRef): Promise<DemandMode>;
  estimateBuffered(stage: StageRef): Promise<number>;
}

let running: Inside | null = null;

/** Says whose callback runs; returns who it was before. For the engine. */
export function enter(inside: Inside | null): Inside | null {
  const before = running;
  running = inside;
  return before;
}

/**
 * The stage whose callback runs.
 *
 * @throws {EngineError} `outside_callback`.
 * @example
 * handleEvents: (events) => { self().info('done with this batch'); }
 * @example
 * handleInfo: () => { self().sendAfter('tick', 1_000); }
 */
export function self(): Self {
  return runningTo('use self()').self;
}

/**
 * Makes something outside of the run belong to the stage whose callback runs: it is closed when that stage is gone. For the
 * engine's own sources and sinks.
 *
 * @throws {EngineError} `outside_callback`.
 */
export function ownExternal(external: External): OwnedExternal {
  return runningTo('own something outside').own(external);
}

/**
 * Tells that the stage whose callback runs has dropped events that its buffer could not have kept. For the engine's own
 * sources.
 *
 * @throws {EngineError} `outside_callback`.
 */
export function discard(count: number): void {
  runningTo('discard').discard(count);
}

/**
 * What the stage whose callback runs has for its windows. For flows. It may be kept for later callbacks.
 *
 * @throws {EngineError} `outside_callback`.
 */
export function windowing(): Windowing {
  return runningTo('have windows').windowing;
}

/**
 * What the stage whose callback runs has for batches that are filled again. For the engine's own stages. It may be kept for
 * later callbacks.
 *
 * @throws {EngineError} `outside_callback`.
 */
export function lending(): Lending {
  return runningTo('lend batches').lending;
}

/**
 * Asks the producer of a manual subscription for more events. Zero asks nothing.
 *
 * @throws {EngineError} `ask_not_positive`, `outside_callback`.
 */
export function ask(from: Subscription, count: number): void {
  runningTo('ask').self.ask(from, count);
}

/**
 * Cancels a subscription, from either end.
 *
 * @throws {EngineError} `outside_callback`.
 */
export function cancel(from: Subscription, reason: Reason): void {
  runningTo('cancel').self.cancel(from, reason);
}

/**
 * Answers a call before, or long after, `handleCall` has returned.
 *
 * @throws {EngineError} `outside_callback`.
 */
export function reply(caller: Caller, value: unknown): void {
  runningTo('reply').self.reply(caller, value);
}

/**
 * Asks another stage, on whichever worker it runs, and waits for what its `handleCall` answers. The calling stage is
 * busy meanwhile: two stages that call each other wait for ever, or until the time is over.
 *
 * @param timeoutMs - How long to wait, in milliseconds; `Infinity` waits for ever. An answer that comes later is lost.
 * @returns The `reply`. Rejects with `call_timeout`, or with `call_unanswered` when the stage ends first or has ended.
 * @throws {EngineError} `stage_unknown`, `call_itself`, `option_out_of_range`, `outside_callback`.
 * @example
 * handleEvents: async (events: string[]) => {
 *   const rate = await call<number>('rates', 'EUR');
 *   return { events: events.map((text) => Number(text) * rate) };
 * }
 */
export function call<Answer = unknown>(
  stage: StageRef,
  request: unknown,
  timeoutMs: number = DEFAULT_CALL_TIMEOUT_MS,
): Promise<Answer> {
  return runningTo('call').self.call<Answer>(stage, request, timeoutMs);
}

/**
 * Leaves a stage a message that wants no answer; its `handleCast` gets it. A stage that has ended gets nothing.
 *
 * @throws {EngineError} `stage_unknown`, `outside_callback`.
 */
export function cast(stage: StageRef, request: unknown): void {
  runningTo('cast').cast(stage, request);
}

/**
 * Sends a stage a plain message; its `handleInfo` gets it. A stage that has ended gets nothing.
 *
 * @throws {EngineError} `stage_unknown`, `outside_callback`.
 */
export function send(stage: StageRef, message: unknown): void {
  runningTo('send').send(stage, message);
}

/**
 * Subscribes the stage whose callback runs to a producer, in a later turn of its own (GenStage's async_subscribe; the
 * other one would wait for itself). A refusal is recorded as a warning.
 *
 * @returns The name of the new subscription, by which `handleSubscribe` gets to know it.
 * @throws {EngineError} `subscribe_target`, `outside_callback`.
 * @example
 * handleInfo: (message) => { if (message === 'busy') subscribe({ to: 'spare', maxDemand: 10, cancel: 'temporary' }); }
 */
export function subscribe(target: SubscribeTarget): SubscriptionId {
  return runningTo('subscribe').subscribe(target);
}

/**
 * Replaces a subscription by a new one, in a later turn: the producer named by `target.to` cancels the old one with
 * `reason` before it takes the new one. What then becomes of this stage is up to the cancel mode of the old one.
 *
 * @throws {EngineError} `subscribe_target`, `outside_callback`.
 */
export function resubscribe(old: SubscriptionRef, reason: Reason, target: SubscribeTarget): SubscriptionId {
  return runningTo('resubscribe').resubscribe(old, reason, target);
}

/**
 * Sets, or without a mode asks for, the demand mode of a producer: `"accumulate"` holds back demand and events until
 * the mode is `"forward"` again.
 *
 * @throws {EngineError} `demand_mode`, `stage_unknown`, `call_itself`, `outside_callback`.
 */
export function demandMode(stage: StageRef): Promise<DemandMode>;
export function demandMode(stage: StageRef, mode: DemandMode): void;
export function demandMode(stage: StageRef, mode?: DemandMode): Promise<DemandMode> | void {
  const inside = runningTo(mode === undefined ? 'ask for the demand mode' : 'set the demand mode');
  return mode === undefined ? inside.demandMode(stage) : inside.setDemandMode(stage, mode);
}

/**
 * How many events wait in the buffer of another stage.
 *
 * @returns Events, >= 0. Rejects as {@link call} does.
 * @throws {EngineError} `stage_unknown`, `call_itself`, `outside_callback`.
 */
export function estimateBuffered(stage: StageRef): Promise<number> {
  return runningTo('ask for the buffered events').estimateBuffered(stage);
}

function runningTo(action: string): Inside {
  if (running === null) throw new EngineError('outside_callback', { action });
  return running;
}
