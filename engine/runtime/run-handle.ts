import type { FlowProgress } from '../flow/flow-runner.ts';
import type { StageId, WorkerId } from '../ids.ts';
import type { Reason } from '../stage/definition.ts';
import type { DemandMode, StageRef, SubscribeTarget, SubscriptionRef } from '../stage/self.ts';
import type { StageStream, StreamOptions, StreamSubscription } from '../sink/stream-protocol.ts';
import type { StageSnapshot } from '../stage/stage-report.ts';
import type { Scheduler } from '../time/scheduler.ts';
import type { RunEnd } from '../trace/run-end.ts';
import type { StopCondition, StopHit } from '../trace/stop-condition.ts';
import type { Weather } from '../trace/weather.ts';
import type { TraceEntry, TraceError } from '../trace/trace-entry.ts';
import type {
  FromWorker,
  OutputLine,
  StageCounters,
  SubscriptionCounters,
  ToWorker,
  TraceLevel,
} from '../transport/protocol.ts';
import type { Subscribed } from '../transport/parse-answer.ts';
import type { Copies } from './copies.ts';
import type { FaultAccess } from './faults.ts';
import type { Placement, PlacementPolicy } from './placement.ts';
import type { PlanView, PlanWarning } from '../trace/plan-view.ts';

export type { RunEnd, RunFailure } from '../trace/run-end.ts';

/** How deliveries go: as fast as they can, one every so often, or one when asked. */
export type Speed =
  | { readonly kind: 'full' }
  | { readonly kind: 'slow'; readonly deliveriesPerSecond: number }
  | { readonly kind: 'step' };

/** The controller's line to one worker. Who makes it has parsed what the worker says. */
export interface WorkerLink {
  post(message: ToWorker): void;
  onMessage(listener: (message: FromWorker) => void): void;
  /** The worker could not be made, or is gone. */
  onFailure(listener: (error: TraceError) => void): void;
  /** Ends the worker at once, whatever it does. */
  terminate(): void;
  /** Which callback it has entered last, where that can be read without its help; left out where not. */
  entered?(): { readonly stage: StageId; readonly callback: string } | null;
}

/** Where workers come from. */
export interface Platform {
  readonly name: string;
  /**
   * Makes workers, or takes some that are left of an earlier run, all at the same time: they load the engine, and not yet the
   * program. Does not wait for them: whether one could be made, its link tells.
   */
  spawn(count: number): Promise<Crew>;
}

/** The workers of one run. */
export interface Crew {
  /** What carries events between its workers: shared memory, or message ports. */
  readonly transport: 'ring' | 'port';
  /**
   * Lets a worker load the program, and lays the lines between it and those that were told before. It then posts `ready`
   * with its plan, or `failed`. To be called once for each worker; those that never are stay without the program.
   */
  start(worker: WorkerId): WorkerLink;
  /**
   * Ends a worker that was started, at once, and makes another in its place, with the program and new lines to all others.
   * Nothing that was sent over the old lines and is still under way arrives.
   */
  replace(worker: WorkerId): WorkerLink;
  /** The run has ended by itself: workers that are as they were before it may serve another run, all others are ended. */
  release(): void;
  /** Ends all workers at once, whatever they do. */
  end(): void;
}

/** How a program is run on the workers of a platform. */
export interface RunOptions {
  /**
   * The most workers to use. No more are used than stages are placed on, unless the program has tasks; a pin beyond them ends
   * the run with `pin_out_of_range`.
   */
  readonly workers: number;
  /** How stages are placed that are not pinned. Default `"spread"`. */
  readonly placement?: PlacementPolicy;
  /**
   * How often stages are started, by name: `{ save: 2 }` starts `save` and `save 2`, which share the work. What that would
   * change the meaning of ends the run before it begins: `copy_producer`, `copy_shared_events`, `copy_partition`,
   * `copy_flow_stage`, `copy_unknown`, `copies_out_of_range`. Default: each once.
   */
  readonly copies?: Copies;
  readonly seed: number;
  /**
   * What the stages go through, by the run's clock. A strip that does not fit the program ends the run with `weather_invalid` or
   * `weather_stage`; a function is asked once, with the plan that is run. Default: nothing.
   */
  readonly weather?: Weather | ((plan: PlanView) => Weather);
  /**
   * At what the run is held, as by `setSpeed({ kind: 'step' })`; `[]` where conditions may come later. Needs the trace `full`.
   * What does not fit the program ends the run with `stop_condition`; a function is asked once, with the plan that is run.
   * Default: at nothing.
   */
  readonly stopWhen?: readonly StopCondition[] | ((plan: PlanView) => readonly StopCondition[]);
  readonly speed: Speed;
  readonly trace: TraceLevel;
  /** Entries that all workers together may record before the run holds. */
  readonly entryBudget: number;
  /** How often every worker is asked whether it lives, ms. Default 250. */
  readonly heartbeatMs?: number;
  /** Entries kept for the picture; the first ones, so that every position can be replayed. Default 200,000. */
  readonly maxEntries?: number;
  /**
   * Gets every entry, also those that are not kept: a report of one worker at a time, each worker's in order. What it returns
   * is waited for before that worker may report again, so that who writes to a file sets the pace. Must not throw or reject.
   */
  readonly onEntries?: (entries: readonly TraceEntry[]) => Promise<void> | void;
  /** Most entries of one report: whoever takes one in does nothing else meanwhile. Default 1,000. */
  readonly reportEntries?: number;
  /** How long all workers may be silent while they hand over what they have recorded when the run ends, ms. Default 150. */
  readonly stopGraceMs?: number;
  /** Goes on when nothing is left to do, for calls and asks from outside, until it is stopped. Default false. */
  readonly keepAlive?: boolean;
  readonly scheduler: Scheduler;
}

/** What is known of a run without looking at what it has recorded. */
export interface RunStanding extends Pick<RunUpdate, 'status' | 'plan' | 'stoppedBy'> {
  /** Entries that are kept. */
  readonly kept: number;
}

/** Where a run stands. A new one each time; its parts are never mutated. */
export interface RunUpdate {
  readonly status: 'starting' | 'running' | 'paused' | 'spent' | 'ended';
  readonly plan: PlanView | null;
  /** What is allowed in the plan and probably not meant. */
  readonly warnings: readonly PlanWarning[];
  readonly placement: Placement;
  /** Workers in use. */
  readonly workers: number;
  /** What carries events between them: shared memory (`ring`), or message ports where there is none. */
  readonly transport: 'ring' | 'port';
  /** In order of `seq`. Grows at the end; a late entry of another worker is inserted near it. */
  readonly entries: readonly TraceEntry[];
  /** Entries that were not kept. */
  readonly dropped: number;
  readonly stages: readonly StageCounters[];
  readonly subscriptions: readonly SubscriptionCounters[];
  /** How far each flow is, in the order of the plan. */
  readonly flows: readonly FlowProgress[];
  /** What the program printed outside its stages, by time. */
  readonly output: readonly OutputLine[];
  readonly outputDropped: number;
  /** What was thrown outside every callback, the first ones. */
  readonly uncaught: readonly TraceError[];
  readonly elapsedMs: number;
  /** What its stages go through; empty before the plan is known. */
  readonly weather: Weather;
  /** The condition that holds the run; `null` while none does. Another speed, or a step, lets it go on. */
  readonly stoppedBy: StopHit | null;
  /** `null` while it goes on. */
  readonly end: RunEnd | null;
}

/**
 * What the outside world may do to the stages of a run: GenStage's own functions. What is asked for before the stages run
 * waits until they do. Where nothing else is said, answers are waited for 5,000 ms, and promises reject with `run_ended`,
 * `call_timeout`, `call_unanswered` (the stage has ended), `stage_unknown` or `not_cloneable`.
 */
export interface StageAccess {
  /**
   * Asks a stage; its `handleCall` answers.
   *
   * @param timeoutMs - How long to wait, ms; `Infinity` waits until the run ends. Default 5,000.
   */
  call(stage: StageRef, message: unknown, timeoutMs?: number): Promise<unknown>;
  /** Leaves a stage a message for its `handleCast`. */
  cast(stage: StageRef, message: unknown): void;
  /** Sends a stage a message for its `handleInfo`. */
  info(stage: StageRef, message: unknown): void;
  /** Like `info`, behind the events that wait in the stage's buffer. Resolves once it is queued (sync_info). */
  queueInfo(stage: StageRef, message: unknown): Promise<void>;
  /** Lets a consumer subscribe to one more producer. A refusal is an answer, not an error. */
  subscribe(consumer: StageRef, target: SubscribeTarget): Promise<Subscribed>;
  /**
   * Lets a consumer replace a subscription: the producer `to` cancels the old one with `reason` before it takes the new
   * one. The cancel mode of the old one decides whether the consumer goes on.
   */
  resubscribe(
    consumer: StageRef,
    old: SubscriptionRef,
    target: SubscribeTarget & { readonly reason: Reason },
  ): Promise<Subscribed>;
  /**
   * Asks for events on a subscription in manual mode. On one that is over nothing happens.
   *
   * @throws {EngineError} `ask_not_positive`.
   */
  ask(subscription: SubscriptionRef, count: number): void;
  /** Cancels a subscription, as its consumer would. On one that is over nothing happens. */
  cancel(subscription: SubscriptionRef, reason: Reason): void;
  /** The demand mode of a stage. */
  demandMode(stage: StageRef): Promise<DemandMode>;
  /**
   * Sets the demand mode of a producer.
   *
   * @throws {EngineError} `demand_mode`.
   */
  demandMode(stage: StageRef, mode: DemandMode): void;
  /** How many events wait in the buffer of a stage. */
  estimateBuffered(stage: StageRef): Promise<number>;
  /** Ends a stage in an orderly way, `terminate` included; resolves once it is gone. Default reason `"normal"`. */
  stopStage(stage: StageRef, reason?: Reason): Promise<void>;
  /** Ends a stage at once, without `terminate`, as an exit signal does; the reason `"normal"` is ignored. */
  exit(stage: StageRef, reason: Reason): void;
  /** Ends a stage at once, whatever it does and for whatever reason. Default `"killed"`. */
  kill(stage: StageRef, reason?: Reason): void;
  /** The stage as it stands inside; `null` when it was never started. */
  snapshot(stage: StageRef): Promise<StageSnapshot | null>;
}

/** A run as the outside world holds it. */
export interface RunHandle extends StageAccess, FaultAccess {
  /**
   * Stages as an async iterable, read from outside while the run goes on (GenStage.stream). Each reading subscribes to all of
   * them, asks for `maxDemand` of each, and asks for more when the next batch is wanted: no more is ever on its way. It ends
   * when its producers have; `break` cancels its subscriptions. A run in which nothing is left to do ends it, too.
   *
   * Iterating fails with {@link EngineError} `stream_ended` when a producer ends whose subscription does not allow that
   * (`cancel`, by default `"permanent"`), and with `run_ended` when the run is stopped or fails.
   *
   * @throws {EngineError} `stream_subscriptions`, `subscribe_target`, `option_out_of_range`, `demand_mode`.
   * @example
   * for await (const n of run.stream<number>([{ to: 'evens', cancel: 'transient', maxDemand: 10 }])) show(n);
   */
  stream<Event>(
    subscriptions: readonly StreamSubscription<Event>[],
    options?: StreamOptions,
  ): StageStream<Event>;
  /** Where it stands now. */
  readonly now: RunUpdate;
  /** Called after every change, with where the run stands; what it returns ends that. */
  onUpdate(listener: (update: RunUpdate) => void): () => void;
  /** The same, told of only what is at hand: for who is called far more often than he looks. */
  onChange(listener: (standing: RunStanding) => void): () => void;
  setSpeed(speed: Speed): void;
  /**
   * Holds the run at other conditions from now on.
   *
   * @throws {EngineError} `stop_condition`, also when the run was started without `stopWhen`.
   */
  stopWhen(conditions: readonly StopCondition[]): void;
  /** One delivery, as soon as some stage has a message. Holds a run that goes at another speed. */
  step(): void;
  /** Lets a run go on that has spent its entries. */
  addBudget(entries: number): void;
  /** Ends the run; what was recorded until then is kept. */
  stop(): void;
  /**
   * Resolves once nothing is left to do after all that was asked of the run so far, or once it is over: no stage works,
   * none has a message, none is on its way. `now` knows of all that, unless the workers have more to tell than they may at
   * once. The run itself goes on only if it is kept alive.
   */
  settled(): Promise<void>;
  /** Never rejects. */
  readonly done: Promise<RunEnd>;
}
