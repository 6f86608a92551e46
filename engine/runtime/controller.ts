import { EngineError } from '../errors.ts';
import type { StageId, SubscriptionId, WorkerId } from '../ids.ts';
import { traceError } from '../trace/trace-value.ts';
import type { TraceError } from '../trace/trace-entry.ts';
import {
  PROTOCOL_VERSION,
  type FromWorker,
  type OutputLine,
  type Pace,
  type StageRequest,
  type Telemetry,
  type ToWorker,
} from '../transport/protocol.ts';
import { MergedCounters } from './merged-counters.ts';
import { MergedTrace } from './merged-trace.ts';
import { Permits } from './permits.ts';
import { placementOf, type Placement } from './placement.ts';
import { planDifference } from './plan-difference.ts';
import type { PlanView, PlanWarning } from '../trace/plan-view.ts';
import { Quiescence } from './quiescence.ts';
import type {
  Platform,
  RunEnd,
  RunFailure,
  RunHandle,
  RunOptions,
  RunUpdate,
  Speed,
  WorkerLink,
} from './run-handle.ts';
import { Watchdog, type Silent } from './watchdog.ts';

const HEARTBEAT_MS = 250;
const MAX_ENTRIES = 200_000;
const MAX_OUTPUT_LINES = 1_000;
const MAX_UNCAUGHT = 50;
/** Telemetry batches under way per worker: two keep it busy, more would only queue up on this side. */
const CREDITS = 2;
/** A worker is ready in a tenth of a second; a machine under load gets a hundred times that and more. */
const START_WITHIN_MS = 20_000;
/** A worker that is to stop may take this long to hand over what it recorded. */
const STOP_GRACE_MS = 150;

/** Starts a program on the workers of a platform. Never throws: what goes wrong is how the run ends. */
export function startRun(platform: Platform, options: RunOptions): RunHandle {
  return new Controller(platform, options);
}

type OpenRequest = { readonly resolve: (value: unknown) => void; readonly reject: (error: Error) => void };

class Controller implements RunHandle {
  readonly done: Promise<RunEnd>;
  readonly #options: RunOptions;
  readonly #startMs: number;
  readonly #listeners = new Set<(update: RunUpdate) => void>();
  readonly #trace: MergedTrace;
  readonly #requests = new Map<number, OpenRequest>();
  readonly #stopped = new Set<WorkerId>();
  #resolveDone: (end: RunEnd) => void = () => undefined;
  #spawned: readonly WorkerLink[] = [];
  /** The links in use, by worker. */
  #links: readonly WorkerLink[] = [];
  readonly #plans = new Map<WorkerId, PlanView>();
  readonly #started = new Set<WorkerId>();
  readonly #heldForBudget = new Set<WorkerId>();
  readonly #droppedThere = new Map<WorkerId, number>();
  readonly #outputDroppedThere = new Map<WorkerId, number>();
  #plan: PlanView | null = null;
  #warnings: readonly PlanWarning[] = [];
  #placement: Placement = {};
  #counters: MergedCounters | null = null;
  readonly #permits = new Permits();
  #quiescence: Quiescence | null = null;
  /** Who waits until nothing is left to do. */
  readonly #settling: (() => void)[] = [];
  #watchdog: Watchdog | null = null;
  /** Id of the pings of the second wave of {@link Quiescence}. */
  #waveId = 0;
  #nextId = 1;
  #speed: Speed;
  #cancelTick: () => void = () => undefined;
  #cancelBeat: () => void = () => undefined;
  #output: readonly OutputLine[] = [];
  #outputDropped = 0;
  #uncaught: readonly TraceError[] = [];
  /** What the run ends with once every worker has handed over what it recorded. */
  #ending: RunEnd | null = null;
  #end: RunEnd | null = null;
  #endMs = 0;

  constructor(platform: Platform, options: RunOptions) {
    this.#options = options;
    this.#speed = options.speed;
    this.#startMs = options.scheduler.nowMs();
    this.#trace = new MergedTrace(options.maxEntries ?? MAX_ENTRIES);
    this.done = new Promise((resolve) => (this.#resolveDone = resolve));
    void this.#spawn(platform);
  }

  // --- What the outside world calls -----------------------------------------------------------------------------

  get now(): RunUpdate {
    const { scheduler } = this.#options;
    const droppedThere = sum(this.#droppedThere.values());
    return {
      status: this.#status(),
      plan: this.#plan,
      warnings: this.#warnings,
      placement: this.#placement,
      workers: this.#links.length,
      entries: this.#trace.entries,
      dropped: this.#trace.dropped + droppedThere,
      stages: this.#counters?.stages ?? [],
      subscriptions: this.#counters?.subscriptions ?? [],
      output: this.#output,
      outputDropped: this.#outputDropped + sum(this.#outputDroppedThere.values()),
      uncaught: this.#uncaught,
      elapsedMs: (this.#end ? this.#endMs : scheduler.nowMs()) - this.#startMs,
      end: this.#end,
    };
  }

  onUpdate(listener: (update: RunUpdate) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  setSpeed(speed: Speed): void {
    const before = paceOf(this.#speed);
    this.#speed = speed;
    this.#permits.forget();
    this.#cancelTick();
    if (paceOf(speed) !== before) this.#postAll({ type: 'pace', pace: paceOf(speed) });
    this.#tick();
    this.#notify();
  }

  step(): void {
    if (this.#speed.kind !== 'step') this.setSpeed({ kind: 'step' });
    this.#permits.want();
    this.#grant();
  }

  addBudget(entries: number): void {
    const addEntries = Math.ceil(entries / Math.max(1, this.#links.length));
    this.#heldForBudget.clear();
    this.#postAll({ type: 'budget', addEntries });
    this.#notify();
  }

  stop(): void {
    this.#finish({ type: 'stopped' });
  }

  kill(stage: StageId, reason: unknown): void {
    this.#linkOf(stage)?.post({ type: 'kill', stage, reason });
  }

  call(stage: StageId, message: unknown): Promise<unknown> {
    return this.#ask(stage, { type: 'call', message });
  }

  cast(stage: StageId, message: unknown): void {
    this.#tell(stage, { type: 'cast', message });
  }

  info(stage: StageId, message: unknown): void {
    this.#tell(stage, { type: 'info', message });
  }

  ask(subscription: SubscriptionId, count: number): void {
    const link = this.#plan?.subscriptions.find(({ id }) => id === subscription);
    if (link) this.#tell(link.consumer, { type: 'ask', subscription, count });
  }

  cancel(subscription: SubscriptionId, reason: unknown): void {
    const link = this.#plan?.subscriptions.find(({ id }) => id === subscription);
    if (link) this.#tell(link.producer, { type: 'cancel', subscription, reason });
  }

  snapshot(stage: StageId): Promise<unknown> {
    return this.#ask(stage, { type: 'snapshot' });
  }

  settled(): Promise<void> {
    if (this.#end) return Promise.resolve();
    const settled = new Promise<void>((resolve) => this.#settling.push(resolve));
    // What was reported before may not know of what has been sent to the stages since.
    if (this.#quiescence) this.#quiescence = new Quiescence(this.#links.length);
    this.#waveId = 0;
    this.#postAll({ type: 'ping', id: this.#nextId++ });
    return settled;
  }

  // --- Beginning ------------------------------------------------------------------------------------------------

  async #spawn(platform: Platform): Promise<void> {
    try {
      const links = await platform.spawn(Math.max(1, this.#options.workers));
      if (this.#ending) {
        for (const link of links) link.terminate();
        return;
      }
      this.#spawned = this.#links = links;
      for (const [worker, link] of links.entries()) {
        link.onFailure((error) => this.#workerFailed(worker, error));
        link.onMessage((message) => this.#take(worker, message));
      }
      this.#watchdog = new Watchdog(this.#heartbeatMs);
      this.#beat();
    } catch (error) {
      this.#fail({ phase: 'platform', error: traceError(error) });
    }
  }

  #ready(worker: WorkerId, message: Extract<FromWorker, { type: 'ready' }>): void {
    if (message.version !== PROTOCOL_VERSION) {
      const details = { received: message.version, supported: PROTOCOL_VERSION };
      this.#fail({
        phase: 'platform',
        worker,
        error: traceError(new EngineError('protocol_version', details)),
      });
      return;
    }
    this.#plans.set(worker, message.plan);
    this.#warnings = message.warnings;
    if (this.#plan !== null || this.#plans.size < this.#spawned.length) return;
    const plan = this.#plans.get(0);
    if (!plan) return;
    for (const [other, theirs] of this.#plans) {
      const difference = planDifference(plan, theirs);
      if (difference === null) continue;
      const error = new EngineError('plan_differs', { worker: other + 1, difference });
      this.#fail({ phase: 'plan', worker: other, error: traceError(error) });
      return;
    }
    this.#start(plan);
  }

  #start(plan: PlanView): void {
    const { entryBudget, seed, trace, workers } = this.#options;
    const used = Math.max(1, Math.min(this.#spawned.length, workers, plan.stages.length));
    this.#links = this.#spawned.slice(0, used);
    for (const link of this.#spawned.slice(used)) link.terminate();
    for (let worker = used; worker < this.#spawned.length; worker += 1) this.#watchdog?.forget(worker);
    this.#plan = plan;
    this.#placement = placementOf(plan, used);
    this.#counters = new MergedCounters(plan);
    this.#permits.arrange(plan.stages.map(({ id }) => id));
    this.#quiescence = new Quiescence(used);
    this.#postAll({
      type: 'start',
      version: PROTOCOL_VERSION,
      workers: used,
      placement: this.#placement,
      seed,
      pace: paceOf(this.#speed),
      trace,
      entryBudget: Math.ceil(entryBudget / used),
      credits: CREDITS,
    });
    this.#tick();
    this.#notify();
  }

  // --- Messages -------------------------------------------------------------------------------------------------

  #take(worker: WorkerId, message: FromWorker): void {
    if (this.#end || worker >= this.#links.length) return;
    switch (message.type) {
      case 'booted':
        return this.#watchdog?.watch(worker);
      case 'ready':
        return this.#ready(worker, message);
      case 'failed':
        return this.#fail({ phase: message.phase, worker, error: message.error });
      case 'started':
        this.#started.add(worker);
        if (this.#started.size === this.#links.length) this.#postAll({ type: 'wire' });
        return;
      case 'telemetry':
        return this.#telemetry(worker, message);
      case 'pong':
        return this.#pong(worker, message);
      case 'entering':
        return this.#watchdog?.entering(worker, message.stage, message.callback);
      case 'reply':
        this.#requests.get(message.id)?.resolve(message.value);
        this.#requests.delete(message.id);
        return;
      case 'replyFailed':
        this.#requests.get(message.id)?.reject(rebuilt(message.error));
        this.#requests.delete(message.id);
        return;
      case 'uncaught':
        if (this.#uncaught.length < MAX_UNCAUGHT) this.#uncaught = [...this.#uncaught, message.error];
        return this.#notify();
      case 'stopped':
        this.#stopped.add(worker);
        if (this.#ending && this.#stopped.size >= this.#links.length) this.#conclude(this.#ending);
        return;
      default:
        return unreachable(message);
    }
  }

  #telemetry(worker: WorkerId, telemetry: Telemetry): void {
    this.#trace.add(telemetry.entries);
    this.#counters?.add(telemetry);
    this.#droppedThere.set(worker, telemetry.dropped);
    this.#outputDroppedThere.set(worker, telemetry.outputDropped);
    this.#print(telemetry.output);
    if (telemetry.held === 'budget') this.#heldForBudget.add(worker);
    else this.#heldForBudget.delete(worker);
    this.#links[worker]?.post({ type: 'credit', batches: 1 });
    this.#permits.report(worker, telemetry);
    if (!this.#ending) {
      this.#grant();
      this.#look(worker, telemetry);
    }
    this.#notify();
  }

  #pong(worker: WorkerId, message: Extract<FromWorker, { type: 'pong' }>): void {
    this.#watchdog?.answered(worker);
    if (this.#ending || this.#started.size < this.#links.length) return;
    if (message.id !== this.#waveId) this.#look(worker, message);
    else if (this.#quiescence?.answer(worker, message) === 'ended') this.#quiet();
  }

  /** Looks whether nothing is left to do, before the subscriptions are made as little as while somebody works. */
  #look(worker: WorkerId, crossings: Telemetry | Extract<FromWorker, { type: 'pong' }>): void {
    if (this.#started.size < this.#links.length) return;
    if (this.#options.keepAlive && this.#settling.length === 0) return;
    if (this.#quiescence?.report(worker, crossings) !== 'ask') return;
    this.#waveId = this.#nextId++;
    this.#postAll({ type: 'ping', id: this.#waveId });
  }

  /** Nothing is left to do. */
  #quiet(): void {
    const { keepAlive = false } = this.#options;
    if (!keepAlive) this.#finish({ type: 'idle' });
    this.#settle();
  }

  #settle(): void {
    for (const resolve of this.#settling.splice(0)) resolve();
  }

  #print(lines: readonly OutputLine[]): void {
    if (lines.length === 0) return;
    const kept = lines.slice(0, MAX_OUTPUT_LINES - this.#output.length);
    this.#outputDropped += lines.length - kept.length;
    this.#output = [...this.#output, ...kept];
  }

  // --- Pace -----------------------------------------------------------------------------------------------------

  /** Slow motion: wants one delivery every so often. */
  #tick(): void {
    const speed = this.#speed;
    if (speed.kind !== 'slow' || this.#ending || this.#plan === null) return;
    const everyMs = 1_000 / speed.deliveriesPerSecond;
    this.#cancelTick = this.#options.scheduler.after(everyMs, () => {
      // What was not granted since the last tick is not made up for.
      this.#permits.forget();
      this.#permits.want();
      this.#grant();
      this.#tick();
    });
  }

  #grant(): void {
    const permit = this.#permits.grant();
    if (permit) this.#links[permit.worker]?.post({ type: 'permit', stage: permit.stage, count: 1 });
  }

  // --- Watchdog -------------------------------------------------------------------------------------------------

  get #heartbeatMs(): number {
    return this.#options.heartbeatMs ?? HEARTBEAT_MS;
  }

  #beat(): void {
    if (this.#ending) return;
    const nowMs = this.#options.scheduler.nowMs();
    const silent = this.#watchdog?.beat(nowMs);
    if (silent) {
      const { worker, entered } = silent;
      this.#fail({
        phase: 'watchdog',
        worker,
        stage: entered?.stage ?? null,
        error: traceError(hangs(silent)),
      });
      return;
    }
    if (this.#plans.size < this.#spawned.length && nowMs - this.#startMs > START_WITHIN_MS) {
      const worker = this.#spawned.findIndex((_, index) => !this.#plans.has(index));
      const problem = `it was not ready within ${START_WITHIN_MS} ms`;
      const error = new EngineError('worker_failed', { worker: worker + 1, problem });
      this.#fail({ phase: 'platform', worker, error: traceError(error) });
      return;
    }
    this.#postAll({ type: 'ping', id: this.#nextId++ });
    this.#cancelBeat = this.#options.scheduler.after(this.#heartbeatMs, () => this.#beat());
  }

  // --- End ------------------------------------------------------------------------------------------------------

  #workerFailed(worker: WorkerId, error: TraceError): void {
    if (worker >= this.#links.length) return;
    this.#fail({ phase: 'platform', worker, error });
  }

  #quietEnd(): RunEnd {
    const stages = this.#counters?.stages ?? [];
    if (stages.some(({ status }) => status === 'crashed')) return { type: 'crashed' };
    return { type: stages.every(({ status }) => status === 'exited') ? 'exited' : 'idle' };
  }

  /** A failure needs no farewell: at least one worker could not say it anyway. */
  #fail(failure: Pick<RunFailure, 'phase' | 'error'> & Partial<RunFailure>): void {
    if (this.#end) return;
    this.#conclude({ type: 'failed', stage: null, worker: null, ...failure });
  }

  /** Lets the workers hand over what they recorded, then ends. */
  #finish(end: RunEnd): void {
    if (this.#ending) return;
    this.#ending = end;
    if (this.#links.length === 0) {
      this.#conclude(end);
      return;
    }
    this.#postAll({ type: 'stop' });
    this.#cancelBeat();
    this.#cancelBeat = this.#options.scheduler.after(STOP_GRACE_MS, () => this.#conclude(end));
  }

  #conclude(end: RunEnd): void {
    if (this.#end) return;
    // Only what the workers have handed over last tells how their stages ended.
    this.#ending = this.#end = end.type === 'idle' ? this.#quietEnd() : end;
    this.#endMs = this.#options.scheduler.nowMs();
    this.#cancelBeat();
    this.#cancelTick();
    for (const link of this.#spawned) link.terminate();
    for (const { reject } of this.#requests.values()) reject(this.#ended('get an answer'));
    this.#requests.clear();
    this.#settle();
    this.#notify();
    this.#resolveDone(this.#end);
  }

  // --- Small things ---------------------------------------------------------------------------------------------

  #status(): RunUpdate['status'] {
    if (this.#end) return 'ended';
    if (this.#plan === null) return 'starting';
    if (this.#heldForBudget.size > 0) return 'spent';
    return this.#speed.kind === 'step' ? 'paused' : 'running';
  }

  #linkOf(stage: StageId): WorkerLink | undefined {
    if (this.#ending) return undefined;
    const worker = this.#placement[stage];
    return worker === undefined ? undefined : this.#links[worker];
  }

  #tell(stage: StageId, request: StageRequest): void {
    this.#linkOf(stage)?.post({ type: 'request', id: this.#nextId++, stage, request });
  }

  #ask(stage: StageId, request: StageRequest): Promise<unknown> {
    const link = this.#linkOf(stage);
    if (!link) return Promise.reject(this.#ended(`ask "${stage}"`));
    const id = this.#nextId++;
    return new Promise((resolve, reject) => {
      this.#requests.set(id, { resolve, reject });
      link.post({ type: 'request', id, stage, request });
    });
  }

  #ended(action: string): EngineError {
    return new EngineError('run_ended', { action, end: this.#ending?.type ?? 'not started' });
  }

  #postAll(message: ToWorker): void {
    if (this.#end) return;
    for (const link of this.#links) link.post(message);
  }

  #notify(): void {
    if (this.#listeners.size === 0) return;
    const update = this.now;
    for (const listener of this.#listeners) listener(update);
  }
}

function paceOf(speed: Speed): Pace {
  return speed.kind === 'full' ? 'full' : 'held';
}

/** A program that hangs while it is loaded never entered a callback. */
function hangs({ worker, waitedMs, entered }: Silent): EngineError {
  const seconds = Math.round(waitedMs / 100) / 10;
  return entered
    ? new EngineError('worker_hangs', { worker: worker + 1, ...entered, seconds })
    : new EngineError('load_hangs', { seconds });
}

function rebuilt(error: TraceError): Error {
  return Object.assign(
    new Error(error.message),
    { name: error.name },
    error.code !== undefined && { code: error.code },
  );
}

function sum(numbers: Iterable<number>): number {
  let total = 0;
  for (const each of numbers) total += each;
  return total;
}

/** Fails to compile while a member of the union has no case. */
function unreachable(message: never): never {
  throw new EngineError('protocol_unknown_message', { received: JSON.stringify(message) });
}
