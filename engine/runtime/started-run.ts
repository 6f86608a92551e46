import type { WorkerId } from '../ids.ts';
import type { StageStream, StreamOptions, StreamSubscription } from '../sink/stream-protocol.ts';
import type { Reason } from '../stage/definition.ts';
import type { DemandMode, StageRef, SubscribeTarget, SubscriptionRef } from '../stage/self.ts';
import type { StageSnapshot } from '../stage/stage-report.ts';
import type { StopCondition } from '../trace/stop-condition.ts';
import type { Subscribed } from '../transport/parse-answer.ts';
import type { RunFaults } from './run-faults.ts';
import type { RunEnd, RunHandle, RunStanding, RunUpdate, Speed } from './run-handle.ts';
import type { RunRequests } from './run-requests.ts';
import type { RunStreams } from './run-streams.ts';

/** What concerns a run as a whole. */
export type RunControl = Pick<
  RunHandle,
  | 'done'
  | 'now'
  | 'onUpdate'
  | 'onChange'
  | 'setSpeed'
  | 'step'
  | 'stopWhen'
  | 'addBudget'
  | 'stop'
  | 'settled'
>;

/** What of a run takes words for its stages. */
export interface RunParts {
  readonly requests: RunRequests;
  readonly faults: RunFaults;
  readonly streams: RunStreams;
}

/** A run in the hands of whoever has started it. It has no state of its own: each word goes to whom it concerns. */
export class StartedRun implements RunHandle {
  readonly done: Promise<RunEnd>;
  readonly #control: RunControl;
  readonly #parts: RunParts;

  constructor(control: RunControl, parts: RunParts) {
    this.done = control.done;
    this.#control = control;
    this.#parts = parts;
  }

  get now(): RunUpdate {
    return this.#control.now;
  }

  onUpdate(listener: (update: RunUpdate) => void): () => void {
    return this.#control.onUpdate(listener);
  }

  onChange(listener: (standing: RunStanding) => void): () => void {
    return this.#control.onChange(listener);
  }

  setSpeed(speed: Speed): void {
    this.#control.setSpeed(speed);
  }

  step(): void {
    this.#control.step();
  }

  stopWhen(conditions: readonly StopCondition[]): void {
    this.#control.stopWhen(conditions);
  }

  addBudget(entries: number): void {
    this.#control.addBudget(entries);
  }

  stop(): void {
    this.#control.stop();
  }

  settled(): Promise<void> {
    return this.#control.settled();
  }

  call(stage: StageRef, message: unknown, timeoutMs?: number): Promise<unknown> {
    return this.#parts.requests.call(stage, message, timeoutMs);
  }

  cast(stage: StageRef, message: unknown): void {
    this.#parts.requests.cast(stage, message);
  }

  info(stage: StageRef, message: unknown): void {
    this.#parts.requests.info(stage, message);
  }

  queueInfo(stage: StageRef, message: unknown): Promise<void> {
    return this.#parts.requests.queueInfo(stage, message);
  }

  subscribe(consumer: StageRef, target: SubscribeTarget): Promise<Subscribed> {
    return this.#parts.requests.subscribe(consumer, target);
  }

  resubscribe(
    consumer: StageRef,
    old: SubscriptionRef,
    target: SubscribeTarget & { readonly reason: Reason },
  ): Promise<Subscribed> {
    return this.#parts.requests.resubscribe(consumer, old, target);
  }

  ask(subscription: SubscriptionRef, count: number): void {
    this.#parts.requests.ask(subscription, count);
  }

  cancel(subscription: SubscriptionRef, reason: Reason): void {
    this.#parts.requests.cancel(subscription, reason);
  }

  demandMode(stage: StageRef): Promise<DemandMode>;
  demandMode(stage: StageRef, mode: DemandMode): void;
  demandMode(stage: StageRef, mode?: DemandMode): Promise<DemandMode> | void {
    return mode === undefined
      ? this.#parts.requests.demandMode(stage)
      : this.#parts.requests.demandMode(stage, mode);
  }

  estimateBuffered(stage: StageRef): Promise<number> {
    return this.#parts.requests.estimateBuffered(stage);
  }

  stopStage(stage: StageRef, reason?: Reason): Promise<void> {
    return this.#parts.requests.stopStage(stage, reason);
  }

  exit(stage: StageRef, reason: Reason): void {
    this.#parts.requests.exit(stage, reason);
  }

  kill(stage: StageRef, reason?: Reason): void {
    this.#parts.requests.kill(stage, reason);
  }

  killWorker(worker: WorkerId): void {
    this.#parts.faults.killWorker(worker);
  }

  crash(stage: StageRef, message?: string): void {
    this.#parts.faults.crash(stage, message);
  }

  freeze(stage: StageRef): void {
    this.#parts.faults.freeze(stage);
  }

  thaw(stage: StageRef): void {
    this.#parts.faults.thaw(stage);
  }

  slowLink(subscription: SubscriptionRef, delayMs: number): void {
    this.#parts.faults.slowLink(subscription, delayMs);
  }

  stream<Event>(
    subscriptions: readonly StreamSubscription<Event>[],
    options?: StreamOptions,
  ): StageStream<Event> {
    return this.#parts.streams.open(subscriptions, options);
  }

  snapshot(stage: StageRef): Promise<StageSnapshot | null> {
    return this.#parts.requests.snapshot(stage);
  }
}
