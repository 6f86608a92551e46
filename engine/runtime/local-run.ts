import { EngineError } from '../errors.ts';
import type { StageId, WorkerId } from '../ids.ts';
import type { StageStream, StreamOptions, StreamSubscription } from '../sink/stream-protocol.ts';
import type { Reason } from '../stage/definition.ts';
import type { StageRef, SubscriptionRef } from '../stage/self.ts';
import { Fifo } from '../stage/fifo.ts';
import { laterTurns } from '../time/later.ts';
import { randomOfStages } from '../time/random.ts';
import { realScheduler, type Scheduler } from '../time/scheduler.ts';
import type { TraceEntry } from '../trace/trace-entry.ts';
import type { StopCondition, StopHit } from '../trace/stop-condition.ts';
import { readWeather, type Weather } from '../trace/weather.ts';
import type { StageCounters, SubscriptionCounters, TraceLevel } from '../transport/protocol.ts';
import { copiedPlan, type Copies } from './copies.ts';
import type { FaultAccess } from './faults.ts';
import { hostStream, HostReaders } from './host-stream.ts';
import type { StageCrash } from './host-options.ts';
import type { Hosted } from './hosted.ts';
import { LocalFaults } from './local-faults.ts';
import { namesIn, type Plan } from './plan.ts';
import { cannotStop, stopsOf } from './stops.ts';
import { StageHost } from './stage-host.ts';

/** How long stages handle messages before the thread may do other things, ms. */
const SLICE_MS = 8;
/** Messages between two looks at the clock. */
const LOOK_EVERY = 16;
const DEFAULT_MAX_ENTRIES = 20_000;

/** How a run in this thread goes. */
export interface LocalRunOptions {
  /** For what chance decides. Default 1. */
  readonly seed?: number;
  /** How often stages are started, by name. Default: each once. */
  readonly copies?: Copies;
  /** Default `counters`. */
  readonly trace?: TraceLevel;
  /** Entries kept until they are taken; later ones are counted as dropped. Default 20,000. */
  readonly maxEntries?: number;
  /** What its stages go through, by the run's clock. Default: nothing. */
  readonly weather?: Weather;
  /**
   * Where it waits for {@link LocalRun.goOn}; `[]` where conditions may come later. Needs the trace `full`. Default: nowhere.
   */
  readonly stopWhen?: readonly StopCondition[];
  /** A condition has begun to hold: no message is handled before {@link LocalRun.goOn}. */
  readonly onStop?: (hit: StopHit) => void;
  /** Goes on when nothing is left to do, for calls and casts, until it is stopped. Default false. */
  readonly keepAlive?: boolean;
  /** Default: real time. */
  readonly scheduler?: Scheduler;
  /** Gives the run a turn of this thread, later. Default: a turn of the event loop. */
  readonly later?: (turn: () => void) => void;
  /** A stage fails, and what was thrown. */
  readonly onCrash?: (stage: StageId, crash: StageCrash) => void;
  /** A stage, a supervisor or a flow has ended. */
  readonly onEnded?: (id: StageId, reason: Reason) => void;
}

/**
 * Why a run in this thread is over: nothing is left to do; every stage has exited; nothing is left to do and at least one
 * stage has crashed; somebody stopped it.
 */
export type LocalEnd = 'idle' | 'exited' | 'crashed' | 'stopped';

/**
 * Runs a pipeline in this thread, as fast as it goes: no workers, nothing is copied, and other work of the thread gets its
 * turn every few milliseconds. Its stages' `init` have run when this returns, unless one of them waits for a promise.
 *
 * @throws {EngineError} what `copies` are refused for, as `copy_producer`; `weather_invalid`, `weather_stage`, `stop_condition`.
 * @example
 * const run = runLocal(pipeline(({ start, subscribe }) => {
 *   subscribe(start('printer', printer), { to: start('numbers', numbers, 0) });
 * }));
 * await run.done; // => 'exited'
 */
export function runLocal(plan: Plan, options: LocalRunOptions = {}): LocalRun {
  return new LocalRun(plan, options);
}

/** A run in this thread, made by {@link runLocal}. */
export class LocalRun implements FaultAccess {
  /** Never rejects. A stage that crashed says why in its trace entry. */
  readonly done: Promise<LocalEnd>;
  readonly #plan: Plan;
  readonly #keepAlive: boolean;
  readonly #host: StageHost;
  readonly #faults: LocalFaults;
  readonly #scheduler: Scheduler;
  readonly #later: (turn: () => void) => void;
  readonly #readers = new HostReaders(() => this.#sliceLater());
  /** Stages that have a message and were free when they got it. */
  readonly #ready = new Fifo<Hosted>();
  /** Timers that may still give a stage something to do. */
  readonly #timers = new Set<() => void>();
  #settle: (end: LocalEnd) => void = () => undefined;
  #wired = false;
  #inSlice = false;
  #deferred = false;
  #windsDown = false;
  #ended = false;
  readonly #onStop: ((hit: StopHit) => void) | undefined;
  readonly #mayStop: boolean;
  #stoppedBy: StopHit | null = null;

  constructor(program: Plan, options: LocalRunOptions) {
    const plan = copiedPlan(program, options.copies ?? {});
    const { seed = 1, trace = 'counters', maxEntries = DEFAULT_MAX_ENTRIES } = options;
    const { scheduler = realScheduler(), keepAlive = false, later = laterTurns() } = options;
    const { onCrash, onEnded } = options;
    this.#plan = plan;
    this.#keepAlive = keepAlive;
    this.#scheduler = scheduler;
    this.#later = later;
    const stages = plan.stages.map(({ id }) => id);
    const weather = readWeather(options.weather ?? [], stages);
    const stopWhen = options.stopWhen && stopsOf(options.stopWhen, plan, trace);
    this.#onStop = options.onStop;
    this.#mayStop = stopWhen !== undefined;
    const startMs = scheduler.nowMs();
    this.#host = new StageHost({
      worker: 0,
      workers: 1,
      placement: Object.fromEntries(namesIn(plan).map((id) => [id, 0])),
      supervisors: plan.supervisors,
      flows: plan.flows,
      scheduler: {
        nowMs: () => scheduler.nowMs() - startMs,
        after: (delayMs, action) => this.#after(delayMs, action),
      },
      random: randomOfStages(seed),
      weather,
      ...(stopWhen && { stops: { conditions: stopWhen, plan, onHit: (hit) => this.#stopAt(hit) } }),
      quietly: (delayMs, action) => scheduler.after(delayMs, action),
      trace,
      capacity: maxEntries,
      // Every stage is placed here.
      onRemote: () => undefined,
      onReady: (stage) => this.#wake(stage),
      onTasks: () => this.#sliceLater(),
      ...(onCrash && { onCrash }),
      ...(onEnded && { onEnded }),
    });
    this.#faults = new LocalFaults(this.#host, plan, () => this.#sliceLater());
    this.done = new Promise((resolve) => {
      this.#settle = resolve;
    });
    this.#start();
  }

  /** Asks a stage; rejects with {@link EngineError} `call_unanswered` when it ends before it has answered. */
  call(stage: StageId, request: unknown): Promise<unknown> {
    return this.#host.call(stage, request);
  }

  cast(stage: StageId, request: unknown): void {
    this.#host.tell(stage, { type: 'cast', request });
  }

  info(stage: StageId, message: unknown): void {
    this.#host.tell(stage, { type: 'info', request: message });
  }

  /** Ends one stage at once, as a crash from outside would. */
  kill(stage: StageId, reason: Reason): void {
    this.#host.kill(stage, reason);
    this.#sliceLater();
  }

  /** Ends the only worker there is, this thread, as far as the run goes: all of it is over. */
  killWorker(worker: WorkerId): void {
    this.#faults.killWorker(worker);
  }

  crash(stage: StageRef, message?: string): void {
    this.#faults.crash(stage, message);
  }

  freeze(stage: StageRef): void {
    this.#faults.freeze(stage);
  }

  thaw(stage: StageRef): void {
    this.#faults.thaw(stage);
  }

  slowLink(subscription: SubscriptionRef, delayMs: number): void {
    this.#faults.slowLink(subscription, delayMs);
  }

  /**
   * Stages as an async iterable, read while the run goes on (GenStage.stream). The run is not over while somebody reads who
   * has something to look at, and goes no further than is asked for.
   *
   * @throws {EngineError} `stream_subscriptions`, `subscribe_target`, `option_out_of_range`, `demand_mode`.
   * @example
   * for await (const n of run.stream<number>([{ to: 'evens', cancel: 'transient' }])) show(n);
   */
  stream<Event>(
    subscriptions: readonly StreamSubscription<Event>[],
    options?: StreamOptions,
  ): StageStream<Event> {
    return hostStream(this.#host, subscriptions, options, this.#readers);
  }

  /** Ends the run: no stage handles anything any more. */
  stop(): void {
    this.#end('stopped');
  }

  /** Ends the run as soon as no stage has a message: those who are left clear up, but are not waited for. */
  windDown(): void {
    this.#windsDown = true;
    this.#sliceLater();
  }

  /** The condition that has stopped it; `null` while it goes on. */
  get stoppedBy(): StopHit | null {
    return this.#stoppedBy;
  }

  /** Goes on after a condition has stopped it. */
  goOn(): void {
    this.#stoppedBy = null;
    this.#sliceLater();
  }

  /**
   * Stops at other conditions from now on.
   *
   * @throws {EngineError} `stop_condition`, also when the run was started without `stopWhen`.
   */
  stopWhen(conditions: readonly StopCondition[]): void {
    if (!this.#mayStop) throw cannotStop();
    this.#host.stopWhen(stopsOf(conditions, this.#plan, 'full'));
  }

  /** What every stage and every subscription has done so far. */
  counters(): {
    readonly stages: readonly StageCounters[];
    readonly subscriptions: readonly SubscriptionCounters[];
  } {
    return this.#host.counters();
  }

  /** Entries that were not kept because nobody took those before them. */
  get dropped(): number {
    return this.#host.recorder.dropped;
  }

  /** Hands over at most `limit` entries of the trace, oldest first, and forgets them. */
  takeEntries(limit = Infinity): readonly TraceEntry[] {
    return this.#host.recorder.take(limit);
  }

  #start(): void {
    const waiting: Promise<unknown>[] = [];
    for (const { id, definition, arg } of this.#plan.stages) {
      const outcome = this.#host.start(id, definition, arg);
      if (outcome instanceof Promise) waiting.push(outcome);
    }
    for (const supervisor of this.#plan.supervisors) this.#host.supervise(supervisor);
    for (const flow of this.#plan.flows) this.#host.coordinate(flow, this.#plan.subscriptions);
    this.#host.beginWeather();
    if (waiting.length === 0) this.#wire();
    else void Promise.all(waiting).then(() => this.#wire());
  }

  #wire(): void {
    this.#wired = true;
    for (const subscription of this.#plan.subscriptions) this.#host.subscribe(subscription);
    this.#sliceLater();
  }

  #wake(stage: Hosted): void {
    this.#ready.push(stage);
    if (!this.#inSlice) this.#sliceLater();
  }

  #sliceLater(): void {
    if (this.#deferred || this.#ended) return;
    this.#deferred = true;
    this.#later(() => {
      this.#deferred = false;
      this.#slice();
    });
  }

  /** Lets stages handle one message each in turn, until none has any or the time of a slice is over. */
  #slice(): void {
    if (this.#ended || this.#stoppedBy) return;
    if (!this.#wired) return this.#beginTask();
    this.#inSlice = true;
    const isDone = this.#handleAll();
    this.#inSlice = false;
    if (!isDone) this.#sliceLater();
    else if (this.#isIdle || this.#windsDown) this.#end(this.#outcome());
  }

  /** An `init` may wait for a task: it begins before everything else. */
  #beginTask(): void {
    const task = this.#host.tasks.next;
    if (!task) return;
    this.#host.stepTask(task);
    this.#sliceLater();
  }

  #handleAll(): boolean {
    const host = this.#host;
    const endMs = this.#scheduler.nowMs() + SLICE_MS;
    for (let handled = 1; ; handled++) {
      if (this.#stoppedBy) return false;
      const stage = this.#ready.shift();
      const task = host.tasks.next;
      if (task) host.stepTask(task);
      if (stage === undefined) {
        if (task) continue;
        return true;
      }
      // A task may have taken its time: what it took is no stage's.
      if (handled === 1 || task) host.lapMs();
      const waits = host.stepOn(stage);
      if (waits) {
        // It first goes on as far as it can, before another stage's code runs: what it prints is its own.
        void waits.then(() => this.#sliceLater());
        return false;
      }
      if (handled % LOOK_EVERY === 0 && this.#scheduler.nowMs() >= endMs) return false;
    }
  }

  get #isIdle(): boolean {
    return !this.#keepAlive && this.#timers.size === 0 && this.#readers.busy === 0 && this.#host.idle;
  }

  #outcome(): LocalEnd {
    const { stages } = this.#host.counters();
    if (this.#faults.isKilled || stages.some(({ status }) => status === 'crashed')) return 'crashed';
    return stages.every(({ status }) => status === 'exited') ? 'exited' : 'idle';
  }

  #end(end: LocalEnd): void {
    if (this.#ended) return;
    this.#ended = true;
    for (const cancel of this.#timers) cancel();
    this.#timers.clear();
    this.#host.closeExternals();
    this.#readers.finish(end === 'stopped' ? new EngineError('run_ended', { action: 'read on', end }) : null);
    this.#settle(end);
  }

  #stopAt(hit: StopHit): void {
    if (this.#stoppedBy || this.#ended) return;
    this.#stoppedBy = hit;
    this.#onStop?.(hit);
  }

  #after(delayMs: number, action: () => void): () => void {
    const cancel = this.#scheduler.after(delayMs, () => {
      this.#timers.delete(cancel);
      action();
      this.#sliceLater();
    });
    this.#timers.add(cancel);
    return () => {
      this.#timers.delete(cancel);
      cancel();
    };
  }
}
