import { EngineError } from '../errors.ts';
import type { StageId, WorkerId } from '../ids.ts';
import type { StreamMessage } from '../sink/stream-protocol.ts';
import type { Subscription } from '../stage/definition.ts';
import { seededRandom } from '../time/random.ts';
import type { Scheduler } from '../time/scheduler.ts';
import { RoundRobin } from '../time/turns.ts';
import { traceError, traceValue } from '../trace/trace-value.ts';
import {
  PROTOCOL_VERSION,
  type FromWorker,
  type StageCounters,
  type StageRequest,
  type StreamOrder,
  type ToWorker,
  type TraceLevel,
} from '../transport/protocol.ts';
import type { Transport } from '../transport/transport.ts';
import { uncloneablePart } from '../transport/uncloneable.ts';
import { orderStream } from './host-stream.ts';
import { readerOf } from './inner-streams.ts';
import { HeldDeliveries, isClogged } from './held-deliveries.ts';
import { PlannedFunctions } from './planned-functions.ts';
import { PeerLines } from './peer-lines.ts';
import type { Plan } from './plan.ts';
import type { Print } from './print.ts';
import { PrintedLines } from './printed-lines.ts';
import { StageHost } from './stage-host.ts';
import { perform } from './stage-requests.ts';
import type { TaskRun } from './task-run.ts';
import { TelemetryReports } from './telemetry-reports.ts';

/** How long stages handle messages before the worker looks for other things to do, ms (RUN-4). */
const SLICE_MS = 8;
/** Entries of one telemetry batch: what the page takes in without a hitch. */
const MAX_BATCH_ENTRIES = 1_000;
/** Entries beyond those that make stages wait, as a single callback may still record; more are dropped and counted. */
const RECORDER_CAPACITY = 50_000;

export interface WorkerRunOptions {
  readonly worker: WorkerId;
  /** Workers that were made; fewer may be used. */
  readonly workers: number;
  readonly plan: Plan;
  /** By worker; `null` at its own place. */
  readonly peers: readonly (Transport | null)[];
  readonly post: (message: FromWorker) => void;
  readonly scheduler: Scheduler;
  /** Runs a task in a later turn of the event loop, so that messages get in between. */
  readonly defer: (task: () => void) => void;
  /** The seed is known; the program's own random numbers begin. */
  readonly onSeed?: (seed: number) => void;
}

/** What there is once a run has begun. */
interface Begun {
  readonly host: StageHost;
  readonly held: HeldDeliveries;
  readonly reports: TelemetryReports;
  readonly trace: TraceLevel;
}

/** What a worker does during a run: drives its stages, obeys the controller, reports. */
export class WorkerRun {
  readonly #options: WorkerRunOptions;
  readonly #turns = new RoundRobin<StageId>();
  readonly #lines: PeerLines;
  readonly #printed: PrintedLines;
  /** `null` before `start`. */
  #begun: Begun | null = null;
  #stopped = false;
  #inSlice = false;
  #sliceDeferred = false;
  #isTasksTurn = false;
  #entriesSent = 0;
  /** Stages that receive for who reads from outside: the reader sets their pace. */
  readonly #outlets = new Set<StageId>();
  readonly #flows: ReadonlySet<StageId>;
  #lastEntered = '';

  constructor(options: WorkerRunOptions) {
    this.#options = options;
    this.#flows = new Set(options.plan.flows.map(({ id }) => id));
    this.#lines = new PeerLines(options.peers);
    this.#printed = new PrintedLines(options.worker);
  }

  /** A message of the controller. */
  handle(message: ToWorker): void {
    const begun = this.#begun;
    const { post, worker } = this.#options;
    switch (message.type) {
      case 'start':
        return this.#start(message);
      case 'wire':
        return this.#wire();
      case 'pace':
        begun?.held.setPace(message.pace);
        return this.#slice();
      case 'budget':
        begun?.held.addBudget(message.addEntries, begun.host);
        return this.#slice();
      case 'permit':
        begun?.held.permit(message.stage, message.count);
        return this.#slice();
      case 'credit':
        return begun?.reports.credit(message.batches);
      case 'ping':
        begun?.reports.tell();
        return post({ type: 'pong', worker, id: message.id, ...this.#crossings() });
      case 'kill':
        begun?.host.kill(message.stage, message.reason);
        return this.#slice();
      case 'stream':
        return this.#stream(message.stream, message.order);
      case 'request':
        return this.#request(message.id, message.stage, message.request);
      case 'stop':
        return this.#stop();
      default:
        return unreachable(message);
    }
  }

  /** What the program has written to the console: part of the trace while stages run, else output. */
  print(...line: Parameters<Print>): void {
    const recorded = this.#printed.print(this.#begun?.host ?? null, ...line);
    // A callback that goes on after a wait prints outside all slices: nothing else would tell of it soon.
    if (recorded && !this.#inSlice) this.#begun?.reports.changed();
  }

  /** Counts lines that were printed and never came here. */
  skipLines(count: number): void {
    this.#printed.skip(count);
  }

  // --- Beginning ------------------------------------------------------------------------------------------------

  #start(message: Extract<ToWorker, { type: 'start' }>): void {
    const { worker, workers, plan, scheduler, post } = this.#options;
    if (message.version !== PROTOCOL_VERSION) {
      const details = { received: message.version, supported: PROTOCOL_VERSION };
      const error = traceError(new EngineError('protocol_version', details));
      post({ type: 'failed', worker, phase: 'load', error });
      return;
    }
    // Every worker has numbers of its own, the same in every run with this seed.
    const seed = message.seed + worker * 7_919;
    this.#options.onSeed?.(seed);
    const startMs = scheduler.nowMs();
    const functions = new PlannedFunctions(plan);
    const host = new StageHost({
      worker,
      workers,
      placement: message.placement,
      supervisors: plan.supervisors,
      flows: plan.flows,
      scheduler: {
        nowMs: () => scheduler.nowMs() - startMs,
        after: (delayMs, action) => scheduler.after(delayMs, action),
      },
      random: seededRandom(seed),
      trace: message.trace,
      capacity: RECORDER_CAPACITY,
      onRemote: (envelope, to) => this.#lines.send(functions.leave(envelope), to),
      onEntering: (stage, callback) => this.#entering(stage, callback),
      taskWorkers: message.workers,
      definitionOf: (id) => plan.stages.find((stage) => stage.id === id)?.definition ?? null,
      onTasks: () => this.#sliceLater(),
      // A timer, or an answer, has woken a stage outside all slices.
      onReady: () => this.#inSlice || this.#sliceLater(),
    });
    const held = new HeldDeliveries(message.pace, message.trace === 'full' ? message.entryBudget : Infinity);
    const reports = new TelemetryReports(scheduler, message.credits, {
      post: () => this.#report(),
      isWatched: () => held.why(host) !== 'no',
    });
    this.#printed.settle(null);
    this.#begun = { host, held, reports, trace: message.trace };
    const own = plan.stages.filter(({ id }) => message.placement[id] === worker);
    const outcomes = own.map(({ id, definition, arg }) => host.start(id, definition, arg));
    for (const supervisor of plan.supervisors) {
      if (message.placement[supervisor.id] === worker) host.supervise(supervisor);
    }
    for (const flow of plan.flows) {
      if (message.placement[flow.id] === worker) host.coordinate(flow, plan.subscriptions);
    }
    // Also while an `init` waits: perhaps for the answer of a stage elsewhere.
    this.#lines.open((batch) => {
      for (const envelope of batch) host.receive(functions.find(envelope));
      this.#slice();
    });
    void Promise.all(outcomes).then(() => {
      post({ type: 'started', worker });
      this.#slice();
    });
  }

  #wire(): void {
    const host = this.#begun?.host;
    if (!host) return;
    const own = new Set(host.order);
    for (const subscription of this.#options.plan.subscriptions) {
      if (own.has(subscription.consumer)) host.subscribe(subscription);
    }
    this.#slice();
  }

  // --- Driving --------------------------------------------------------------------------------------------------

  /** Lets stages handle messages in turn until none may, or the time of a slice is over. */
  #slice(): void {
    const begun = this.#begun;
    if (!begun || this.#inSlice || this.#stopped) return;
    const { host, held, reports } = begun;
    this.#inSlice = true;
    this.#lastEntered = begun.trace === 'full' ? this.#lastEntered : '';
    const { scheduler } = this.#options;
    const endMs = scheduler.nowMs() + SLICE_MS;
    let next = this.#next(begun);
    while (next !== null) {
      const waits = this.#turn(begun, next);
      this.#flush(host);
      // A callback that waits first goes on as far as it can, before another stage's code runs: its console is its own.
      if (waits || scheduler.nowMs() >= endMs) break;
      next = this.#next(begun);
    }
    this.#printed.settle(host);
    held.dropStale(host);
    this.#flush(host);
    this.#inSlice = false;
    reports.changed();
    if (next !== null) this.#sliceLater();
  }

  /** One message for a stage, or the beginning of a task; whether it waits for a promise now. */
  #turn({ host, held }: Begun, next: StageId | TaskRun): boolean {
    if (typeof next !== 'string') {
      host.stepTask(next);
      return !next.isOver;
    }
    if (this.#needsPermit(next)) held.use(next);
    const done = host.step(next);
    if (done) void done.then(() => this.#sliceLater());
    return done !== undefined;
  }

  #sliceLater(): void {
    if (this.#sliceDeferred) return;
    this.#sliceDeferred = true;
    this.#options.defer(() => {
      this.#sliceDeferred = false;
      this.#slice();
    });
  }

  /** Tasks and stages in turn. A task needs no permit: what a held run holds is deliveries to stages. */
  #next({ host, held }: Begun): StageId | TaskRun | null {
    if (held.isSpent(host) || isClogged(host, this.#entriesSent)) return null;
    const task = host.tasks.next;
    this.#isTasksTurn = !this.#isTasksTurn;
    if (task && this.#isTasksTurn) return task;
    return (
      this.#turns.next(host.order, (id) => host.isReady(id) && (held.allows(id) || !this.#needsPermit(id))) ??
      task
    );
  }

  /**
   * What a held run holds is deliveries to stages of the program. One that hands on what somebody reads goes as that reader
   * does, and the coordinator of a flow handles no events.
   */
  #needsPermit(stage: StageId): boolean {
    return !this.#outlets.has(stage) && readerOf(stage) === null && !this.#flows.has(stage);
  }

  /** What a stage sends must be data: one that sends something else fails, as one that throws does (RUN-9). */
  #flush(host: StageHost): void {
    this.#lines.flush((refused) => host.refused(refused));
  }

  // --- Reporting ------------------------------------------------------------------------------------------------

  #entering(stage: StageId, callback: string): void {
    this.#printed.settle(this.#begun?.host ?? null);
    const entered = `${stage}\n${callback}`;
    if (entered === this.#lastEntered) return;
    // Without entries to bound the run, one message per slice has to do.
    if (this.#begun?.trace === 'counters' && this.#lastEntered !== '') return;
    this.#lastEntered = entered;
    this.#options.post({ type: 'entering', worker: this.#options.worker, stage, callback });
  }

  /** Posts where this worker stands; whether entries are left to tell. */
  #report(): boolean {
    const begun = this.#begun;
    if (!begun) return false;
    const { host, held } = begun;
    if (isClogged(host, this.#entriesSent)) this.#sliceLater();
    const entries = host.recorder.take(MAX_BATCH_ENTRIES);
    this.#entriesSent += entries.length;
    const { stages, supervisors, subscriptions } = host.counters();
    this.#options.post({
      type: 'telemetry',
      worker: this.#options.worker,
      entries,
      dropped: host.recorder.dropped,
      output: this.#printed.take(),
      outputDropped: this.#printed.dropped,
      stages: [...stages, ...supervisors].map((counters) => this.#withHeld(begun, counters)),
      subscriptions,
      permitsUsed: held.permitsUsed,
      held: held.why(host),
      ...this.#crossings(),
    });
    return entries.length === MAX_BATCH_ENTRIES;
  }

  #withHeld({ host, held }: Begun, counters: StageCounters): StageCounters {
    const { stage } = counters;
    const mayNot = held.isSpent(host) || (!held.allows(stage) && this.#needsPermit(stage));
    return mayNot && host.isReady(stage) ? { ...counters, status: 'held' } : counters;
  }

  #crossings() {
    const { sent, received } = this.#lines;
    return { sent, received, idle: this.#begun?.host.idle ?? false };
  }

  // --- Requests and end -----------------------------------------------------------------------------------------

  #request(id: number, stage: StageId, request: StageRequest): void {
    const host = this.#begun?.host;
    if (!host) return;
    const answer = perform(host, stage, request);
    void answer?.then(
      (value) => this.#reply(id, value),
      (error: unknown) => this.#options.post({ type: 'replyFailed', id, error: traceError(error) }),
    );
    this.#slice();
  }

  #stream(stream: StageId, order: StreamOrder): void {
    const host = this.#begun?.host;
    if (!host) return;
    this.#outlets.add(stream);
    orderStream(host, stream, order, (message, from) => this.#handOut(stream, message, from));
    this.#slice();
  }

  /** What cannot cross fails the stage that has sent it, as between workers (RUN-9). */
  #handOut(
    stream: StageId,
    message: Exclude<StreamMessage, { readonly type: 'over' }>,
    from: Subscription,
  ): void {
    const { post, worker } = this.#options;
    const { subscription } = message;
    if (message.type === 'ended') {
      const reason = uncloneablePart(message.reason) ? traceValue(message.reason) : message.reason;
      return post({ type: 'streamEnded', worker, stream, subscription, reason });
    }
    try {
      post({ type: 'streamEvents', worker, stream, subscription, events: message.events });
    } catch {
      const part = uncloneablePart(message.events);
      const details = { stage: from.peer, path: part?.path ?? 'events', received: part?.kind ?? 'an event' };
      this.#begun?.host.crash(from.peer, new EngineError('not_cloneable', details), null);
    }
  }

  #reply(id: number, value: unknown): void {
    try {
      this.#options.post({ type: 'reply', id, value });
    } catch (error) {
      this.#options.post({ type: 'replyFailed', id, error: traceError(error) });
    }
  }

  #stop(): void {
    if (this.#stopped) return;
    this.#begun?.reports.finish();
    this.#stopped = true;
    this.#begun?.host.closeExternals();
    this.#lines.close();
    this.#options.post({ type: 'stopped', worker: this.#options.worker });
  }
}

/** Fails to compile while a member of the union has no case. */
function unreachable(message: never): never {
  throw new EngineError('protocol_unknown_message', { received: JSON.stringify(message) });
}
