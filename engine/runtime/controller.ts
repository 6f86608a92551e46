import { EngineError } from '../errors.ts';
import type { StageId, WorkerId } from '../ids.ts';
import { traceError } from '../trace/trace-value.ts';
import type { TraceEntry, TraceError } from '../trace/trace-entry.ts';
import type { StopCondition, StopHit } from '../trace/stop-condition.ts';
import { readWeather, type Weather } from '../trace/weather.ts';
import { PROTOCOL_VERSION, type FromWorker, type Telemetry, type ToWorker } from '../transport/protocol.ts';
import { flowProgress } from './flow-progress.ts';
import { copiedView } from './copies.ts';
import { CollectedOutput } from './collected-output.ts';
import { MergedCounters } from './merged-counters.ts';
import { MergedTrace } from './merged-trace.ts';
import { Pacing } from './pacing.ts';
import { placementOf, usefulWorkers, type Placement } from './placement.ts';
import { namesIn } from './plan.ts';
import { PlanAgreement } from './plan-agreement.ts';
import { planDifference } from './plan-difference.ts';
import type { PlanView, PlanWarning } from '../trace/plan-view.ts';
import type {
  Platform,
  RunEnd,
  RunFailure,
  RunHandle,
  RunOptions,
  RunStanding,
  RunUpdate,
  Speed,
} from './run-handle.ts';
import { RunFaults } from './run-faults.ts';
import { RunRequests } from './run-requests.ts';
import { RunStreams, streamMessageOf } from './run-streams.ts';
import { RunWorkers } from './run-workers.ts';
import { Settling } from './settling.ts';
import { StartedRun, type RunControl, type RunParts } from './started-run.ts';
import { RunStops } from './run-stops.ts';
import { WorkerLosses, comesBack, lostWithWorker } from './worker-losses.ts';
import { Watchdog, type Silent } from './watchdog.ts';

const HEARTBEAT_MS = 250;
const MAX_ENTRIES = 200_000;
/** Telemetry batches under way per worker: two keep it busy, more would only queue up on this side. */
const CREDITS = 2;
/** Entries of one batch, where nothing else is asked for. */
const REPORT_ENTRIES = 1_000;
/** A worker is ready in a tenth of a second; a machine under load gets a hundred times that and more. */
const START_WITHIN_MS = 20_000;
/** Workers that are to stop may be silent this long while they hand over what they recorded. */
const STOP_GRACE_MS = 150;

/** Ends after which a worker may be as it was before. */
const BY_ITSELF: ReadonlySet<RunEnd['type']> = new Set(['idle', 'exited']);

/** Starts a program on the workers of a platform. Never throws: what goes wrong is how the run ends. */
export function startRun(platform: Platform, options: RunOptions): RunHandle {
  const controller = new Controller(platform, options);
  return new StartedRun(controller, controller);
}

class Controller implements RunControl, RunParts {
  readonly done: Promise<RunEnd>;
  readonly requests: RunRequests;
  readonly faults: RunFaults;
  readonly streams: RunStreams;
  readonly #options: RunOptions;
  readonly #startMs: number;
  readonly #listeners = new Set<(update: RunUpdate) => void>();
  readonly #onChange = new Set<(standing: RunStanding) => void>();
  readonly #trace: MergedTrace;
  readonly #pacing: Pacing;
  readonly #output = new CollectedOutput();
  #resolveDone: (end: RunEnd) => void = () => undefined;
  readonly #workers = new RunWorkers({
    failed: (worker, error) => this.#workerFailed(worker, error),
    heard: (worker, message) => this.#take(worker, message),
  });
  readonly #agreement = new PlanAgreement();
  readonly #heldForBudget = new Set<WorkerId>();
  #plan: PlanView | null = null;
  #warnings: readonly PlanWarning[] = [];
  #placement: Placement = {};
  #counters: MergedCounters | null = null;
  #losses: WorkerLosses | null = null;
  readonly #stops: RunStops;
  #weather: Weather = [];
  #stoppedBy: StopHit | null = null;
  /** The subscriptions of the plan are being made. */
  #isWired = false;
  readonly #settling = new Settling(
    () => this.#ping(),
    () => this.#quiet(),
  );
  #watchdog: Watchdog | null = null;
  #nextId = 1;
  #cancelBeat: () => void = () => undefined;
  /** What the run ends with once every worker has handed over what it recorded. */
  #ending: RunEnd | null = null;
  #end: RunEnd | null = null;
  #endMs = 0;

  constructor(platform: Platform, options: RunOptions) {
    this.#options = options;
    this.#startMs = options.scheduler.nowMs();
    this.#stops = new RunStops(options);
    this.#trace = new MergedTrace(options.maxEntries ?? MAX_ENTRIES);
    this.done = new Promise((resolve) => (this.#resolveDone = resolve));
    const { scheduler, speed } = options;
    this.#pacing = new Pacing(speed, scheduler, ({ worker, stage }) =>
      this.#post(worker, { type: 'permit', stage, count: 1 }),
    );
    this.requests = new RunRequests({
      scheduler,
      names: () => (this.#plan ? namesIn(this.#plan) : []),
      lineTo: (stage) => this.#lineTo(stage),
      endsOf: (id) => this.#counters?.endsOf(id),
      failed: (error) => this.#output.fail(traceError(error)),
    });
    this.faults = new RunFaults({
      whenBegun: (action) => this.requests.whenBegun(action),
      order: (action, stage, messageTo) => this.requests.order(action, stage, messageTo),
      endsOf: (id) => this.#counters?.endsOf(id) ?? this.requests.endsOf(id),
      subscriptions: () => this.#counters?.subscriptions.map(({ subscription }) => subscription) ?? [],
      workerOf: (stage) => this.#workerOf(stage),
      workers: () => this.#workers.count,
      killWorker: (worker) => this.#lose(worker, null),
      post: (worker, message) => this.#post(worker, message),
    });
    this.streams = new RunStreams({
      workerOf: (stage) => this.#workerOf(stage),
      outletsOf: (stage) => this.#plan?.flows?.find(({ id }) => id === stage)?.outlets ?? null,
      post: (worker, message) => this.#post(worker, message),
      disturbed: () => {
        this.#settling.again();
      },
    });
    void this.#spawn(platform);
  }

  // --- What the outside world calls -----------------------------------------------------------------------------

  get now(): RunUpdate {
    const { scheduler } = this.#options;
    return {
      status: this.#status(),
      plan: this.#plan,
      warnings: this.#warnings,
      placement: this.#placement,
      workers: this.#workers.count,
      transport: this.#workers.transport,
      entries: this.#trace.entries,
      dropped: this.#trace.dropped + this.#output.entriesDropped,
      stages: this.#counters?.stages ?? [],
      subscriptions: this.#counters?.subscriptions ?? [],
      flows: flowProgress(this.#plan?.flows ?? [], this.#counters?.stages ?? []),
      output: this.#output.lines,
      outputDropped: this.#output.linesDropped,
      uncaught: this.#output.uncaught,
      weather: this.#weather,
      stoppedBy: this.#stoppedBy,
      elapsedMs: (this.#end ? this.#endMs : scheduler.nowMs()) - this.#startMs,
      end: this.#end,
    };
  }

  onUpdate(listener: (update: RunUpdate) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  onChange(listener: (standing: RunStanding) => void): () => void {
    this.#onChange.add(listener);
    return () => this.#onChange.delete(listener);
  }

  setSpeed(speed: Speed): void {
    this.#stoppedBy = null;
    this.#pace(speed);
  }

  #pace(speed: Speed): void {
    if (this.#pacing.set(speed)) this.#postAll({ type: 'pace', pace: this.#pacing.pace });
    this.#notify();
  }

  step(): void {
    if (!this.#pacing.isStepping) this.#pace({ kind: 'step' });
    this.#stoppedBy = null;
    this.#pacing.step();
  }

  stopWhen(conditions: readonly StopCondition[]): void {
    this.#stops.set(conditions, this.#plan);
    if (this.#plan) this.#postAll({ type: 'stopWhen', conditions: this.#stops.conditions ?? [] });
  }

  addBudget(entries: number): void {
    const addEntries = Math.ceil(entries / Math.max(1, this.#workers.count));
    this.#heldForBudget.clear();
    this.#postAll({ type: 'budget', addEntries });
    this.#notify();
  }

  stop(): void {
    this.#finish({ type: 'stopped' });
  }

  settled(): Promise<void> {
    if (this.#end) return Promise.resolve();
    return this.#settling.wait();
  }

  // --- Beginning ------------------------------------------------------------------------------------------------

  async #spawn(platform: Platform): Promise<void> {
    try {
      const crew = await platform.spawn(Math.max(1, this.#options.workers));
      if (this.#ending) {
        crew.end();
        return;
      }
      this.#workers.come(crew);
      this.#watchdog = new Watchdog(this.#heartbeatMs);
      // The first worker's plan tells how many there is something to do for.
      this.#workers.load(1);
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
    if (this.#plan !== null) return this.#readyAgain(worker, this.#plan, message.plan);
    if (worker === 0) {
      this.#warnings = message.warnings;
      if (!this.#startUseful(message)) return;
    }
    const agreement = this.#agreement.add(worker, message.plan, this.#workers.count);
    if (agreement.kind === 'agreed') this.#start(this.#copied(agreement.plan));
    else if (agreement.kind === 'differs') {
      this.#fail({ phase: 'plan', worker: agreement.worker, error: traceError(agreement.error) });
    }
  }

  /** Lets as many workers load the program as its plan has use for; `false`: it has use for more than there may be. */
  #startUseful({ plan, hasTasks }: Extract<FromWorker, { type: 'ready' }>): boolean {
    const { workers: limit, placement: policy = 'spread' } = this.#options;
    const { weather = [] } = this.#options;
    try {
      const copied = this.#copied(plan);
      this.#stops.know(copied);
      const stages = copied.stages.map(({ id }) => id);
      this.#weather = readWeather(typeof weather === 'function' ? weather(copied) : weather, stages);
      this.#workers.load(usefulWorkers(copied, { limit, policy, hasTasks }));
      return true;
    } catch (error) {
      this.#fail({ phase: 'plan', stage: stageOf(error), error: traceError(error) });
      return false;
    }
  }

  /** The plan of the program, with the copies that this run is to have. @throws {EngineError} what copies are refused for. */
  #copied(plan: PlanView): PlanView {
    return copiedView(plan, this.#options.copies ?? {});
  }

  #start(plan: PlanView): void {
    const { entryBudget, seed, trace, copies } = this.#options;
    const used = this.#workers.count;
    this.#plan = plan;
    this.#placement = placementOf(plan, used, this.#options.placement);
    this.#counters = new MergedCounters(plan);
    this.#settling.begin(used);
    const startMs = this.#options.scheduler.nowMs();
    const startMessage = () =>
      ({
        type: 'start',
        version: PROTOCOL_VERSION,
        workers: used,
        placement: this.#placement,
        seed,
        ...(this.#weather.length > 0 && { weather: this.#weather }),
        ...(this.#stops.conditions && { stopWhen: this.#stops.conditions }),
        pace: this.#pacing.pace,
        trace,
        entryBudget: Math.ceil(entryBudget / used),
        credits: CREDITS,
        reportEntries: this.#options.reportEntries ?? REPORT_ENTRIES,
        ...(copies && { copies }),
      }) as const;
    this.#losses = new WorkerLosses({
      plan,
      placement: this.#placement,
      workers: used,
      counters: this.#counters,
      nowMs: () => this.#options.scheduler.nowMs() - startMs,
      lastSeq: () => this.#trace.lastSeq,
      record: (entries) => this.#record(entries),
      post: (worker, message) => this.#workers.post(worker, message),
      startMessage,
    });
    this.#postAll(startMessage());
    this.#pacing.begin(namesIn(plan));
    this.#notify();
  }

  // --- Messages -------------------------------------------------------------------------------------------------

  #take(worker: WorkerId, message: FromWorker): void {
    if (this.#end || worker >= this.#workers.count) return;
    switch (message.type) {
      case 'booted':
        return this.#watchdog?.watch(worker);
      case 'ready':
        return this.#ready(worker, message);
      case 'failed':
        return this.#fail({ phase: message.phase, worker, error: message.error });
      case 'started':
        this.#workers.start(worker);
        if (!this.#workers.haveAllStarted) return;
        // What was reported while a worker was replaced may not know of what has been sent since.
        this.#settling.again();
        if (this.#isWired) return void this.#ping();
        this.#isWired = true;
        this.#postAll({ type: 'wire' });
        this.streams.begin();
        return this.requests.begin();
      case 'lost':
        return this.#losses?.told(message);
      case 'telemetry':
        return this.#telemetry(worker, message);
      case 'pong':
        return this.#pong(worker, message);
      case 'conditionMet':
        return this.#conditionMet(message.hit);
      case 'entering':
        return this.#watchdog?.entering(worker, message.stage, message.callback);
      case 'reply':
        return this.requests.answered(message.id, message.value);
      case 'replyFailed':
        return this.requests.failed(message.id, message.error);
      case 'streamEvents':
      case 'streamEnded':
        return this.streams.take(message.stream, streamMessageOf(message));
      case 'uncaught':
        this.#output.fail(message.error);
        return this.#notify();
      case 'stopped':
        this.#workers.stop(worker);
        if (this.#ending && this.#workers.haveAllStopped) this.#conclude(this.#ending);
        return;
      default:
        return unreachable(message);
    }
  }

  /** One worker holds: so do all others, until somebody lets them go on. */
  #conditionMet(hit: StopHit): void {
    if (this.#ending || this.#stoppedBy || !this.#stops.conditions) return;
    this.#pace({ kind: 'step' });
    this.#stoppedBy = hit;
    this.#notify();
  }

  #telemetry(worker: WorkerId, telemetry: Telemetry): void {
    this.#trace.add(telemetry.entries);
    this.#losses?.note(telemetry.entries);
    this.#counters?.add(telemetry);
    this.#output.report(worker, telemetry);
    if (telemetry.held === 'budget') this.#heldForBudget.add(worker);
    else this.#heldForBudget.delete(worker);
    const taken = this.#options.onEntries?.(telemetry.entries);
    if (taken) void taken.then(() => this.#credit(worker));
    else this.#credit(worker);
    // It hands over what it recorded, which takes as long as it takes.
    if (this.#ending) this.#concludeLater(this.#ending);
    this.#pacing.report(worker, telemetry);
    if (this.#isLookedFor) this.#settling.report(worker, telemetry);
    this.#notify();
  }

  /** Takes entries that no worker can tell. */
  #record(entries: readonly TraceEntry[]): void {
    this.#trace.add(entries);
    void this.#options.onEntries?.(entries);
    this.#notify();
  }

  #credit(worker: WorkerId): void {
    this.#post(worker, { type: 'credit', batches: 1 });
  }

  #pong(worker: WorkerId, message: Extract<FromWorker, { type: 'pong' }>): void {
    this.#watchdog?.answered(worker);
    if (this.#isLookedFor) this.#settling.answer(worker, message.id, message);
  }

  /** Whether the end matters. Before the subscriptions are made nothing is over. */
  get #isLookedFor(): boolean {
    if (this.#ending || !this.#workers.haveAllStarted) return false;
    return !this.#options.keepAlive || this.#settling.isWaitedFor;
  }

  /** Nothing is left to do. */
  #quiet(): void {
    const { keepAlive = false } = this.#options;
    this.#settling.release();
    if (keepAlive) return;
    if (this.requests.pending + this.streams.busy === 0) this.#finish({ type: 'idle' });
    // Somebody still waits for an answer, or may ask for more: look again.
    else this.#settling.again();
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
      const { worker } = silent;
      // What it has noted is newer than what its messages say, if they say anything.
      const entered = this.#workers.entered(worker) ?? silent.entered;
      this.#fail({
        phase: 'watchdog',
        worker,
        stage: entered?.stage ?? null,
        error: traceError(hangs({ ...silent, entered })),
      });
      return;
    }
    const missing = this.#agreement.missing(this.#workers.count);
    const isLate = missing !== undefined && nowMs - this.#startMs > START_WITHIN_MS;
    const worker = isLate ? missing : this.#losses?.overdue(START_WITHIN_MS);
    if (worker !== undefined) {
      const problem = `it was not ready within ${START_WITHIN_MS} ms`;
      const error = new EngineError('worker_failed', { worker: worker + 1, problem });
      this.#fail({ phase: 'platform', worker, error: traceError(error) });
      return;
    }
    this.#ping();
    this.#cancelBeat = this.#options.scheduler.after(this.#heartbeatMs, () => this.#beat());
  }

  // --- Workers that die -----------------------------------------------------------------------------------------

  /** Ends a worker, or takes note that it is gone; another one takes its place (FLT-6). */
  #lose(worker: WorkerId, error: TraceError | null): void {
    if (this.#ending || this.#workers.count === 0) return;
    this.#watchdog?.forget(worker);
    this.#heldForBudget.delete(worker);
    this.#output.lose(worker);
    this.#workers.replace(worker);
    const isGone = (stage: StageId) => this.#workerOf(stage) === worker;
    this.#losses?.lose(worker, error);
    this.requests.lose(isGone);
    this.streams.lose(isGone);
    this.faults.tellAgain(worker);
    this.#pacing.lose(worker);
    this.#notify();
  }

  /** A worker in place of another has come to its plan: it must be the same (RUN-1). */
  #readyAgain(worker: WorkerId, plan: PlanView, theirs: PlanView): void {
    try {
      const difference = planDifference(plan, this.#copied(theirs));
      if (difference === null) return this.#losses?.ready(worker);
      throw new EngineError('plan_differs', { worker: worker + 1, difference });
    } catch (error) {
      // Another plan may also have no stage of which there are to be copies.
      this.#fail({ phase: 'plan', worker, error: traceError(error) });
    }
  }

  // --- End ------------------------------------------------------------------------------------------------------

  #workerFailed(worker: WorkerId, error: TraceError): void {
    const plan = this.#plan;
    // Before its stages run, and where nobody would start any of them again, nothing can go on.
    const goesOn = plan !== null && this.#workers.hasStarted(worker) && this.#isWired;
    if (goesOn && comesBack(plan, this.#placement, worker)) return this.#lose(worker, error);
    this.#fail({ phase: 'platform', worker, error });
  }

  #quietEnd(): RunEnd {
    const stages = this.#counters?.stages ?? [];
    const gone = this.#counters?.gone ?? [];
    if (gone.length > 0) return { type: 'crashed', error: lostWithWorker(gone) };
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
    this.#pacing.end();
    this.requests.finish(end.type);
    if (this.#workers.count === 0) {
      this.#conclude(end);
      return;
    }
    this.#postAll({ type: 'stop' });
    this.#concludeLater(end);
  }

  /** Ends, also where some worker does not answer. */
  #concludeLater(end: RunEnd): void {
    const { scheduler, stopGraceMs = STOP_GRACE_MS } = this.#options;
    this.#cancelBeat();
    this.#cancelBeat = scheduler.after(stopGraceMs, () => this.#conclude(end));
  }

  #conclude(end: RunEnd): void {
    if (this.#end) return;
    // Only what the workers have handed over last tells how their stages ended.
    this.#ending = this.#end = end.type === 'idle' ? this.#quietEnd() : end;
    this.#endMs = this.#options.scheduler.nowMs();
    this.#cancelBeat();
    this.#pacing.end();
    if (BY_ITSELF.has(this.#end.type)) this.#workers.release();
    else this.#workers.end();
    this.requests.finish(this.#end.type);
    this.streams.finish(this.#end);
    this.#settling.release();
    this.#notify();
    this.#resolveDone(this.#end);
  }

  // --- Small things ---------------------------------------------------------------------------------------------

  #status(): RunUpdate['status'] {
    if (this.#end) return 'ended';
    if (this.#plan === null) return 'starting';
    if (this.#heldForBudget.size > 0) return 'spent';
    return this.#pacing.isStepping ? 'paused' : 'running';
  }

  #workerOf(stage: StageId): WorkerId | undefined {
    return Object.hasOwn(this.#placement, stage) ? this.#placement[stage] : undefined;
  }

  #lineTo(stage: StageId): ((message: ToWorker) => void) | undefined {
    const worker = this.#workerOf(stage);
    return worker === undefined ? undefined : (message) => this.#post(worker, message);
  }

  /** Asks every worker whether it lives, and where it stands. */
  #ping(): number {
    const id = this.#nextId++;
    this.#postAll({ type: 'ping', id });
    return id;
  }

  #post(worker: WorkerId, message: ToWorker): void {
    if (!this.#losses?.holds(worker, message)) this.#workers.post(worker, message);
  }

  #postAll(message: ToWorker): void {
    if (this.#end) return;
    for (const worker of this.#workers.all) this.#post(worker, message);
  }

  #notify(): void {
    if (this.#onChange.size > 0) {
      const standing = {
        status: this.#status(),
        plan: this.#plan,
        stoppedBy: this.#stoppedBy,
        kept: this.#trace.kept,
      };
      for (const listener of this.#onChange) listener(standing);
    }
    if (this.#listeners.size === 0) return;
    const update = this.now;
    for (const listener of this.#listeners) listener(update);
  }
}

/** A program that hangs while it is loaded never entered a callback. */
function hangs({ worker, waitedMs, entered }: Silent): EngineError {
  const seconds = Math.round(waitedMs / 100) / 10;
  return entered
    ? new EngineError('worker_hangs', { worker: worker + 1, ...entered, seconds })
    : new EngineError('load_hangs', { seconds });
}

/** The stage that an error is about; `null` when it names none. */
function stageOf(error: unknown): StageId | null {
  const details: unknown = error instanceof EngineError ? error.details : null;
  if (typeof details !== 'object' || details === null || !('stage' in details)) return null;
  return typeof details.stage === 'string' ? details.stage : null;
}

/** Fails to compile while a member of the union has no case. */
function unreachable(message: never): never {
  throw new EngineError('protocol_unknown_message', { received: JSON.stringify(message) });
}
