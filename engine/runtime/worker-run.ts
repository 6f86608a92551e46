import { EngineError } from '../errors.ts';
import type { StageId, WorkerId } from '../ids.ts';
import type { RemoteEnvelope } from '../stage/message.ts';
import { seededRandom } from '../time/random.ts';
import type { Scheduler } from '../time/scheduler.ts';
import { RoundRobin } from '../time/turns.ts';
import { traceError, traceValue } from '../trace/trace-value.ts';
import {
  PROTOCOL_VERSION,
  type FromWorker,
  type OutputLine,
  type Pace,
  type StageCounters,
  type StageRequest,
  type ToWorker,
} from '../transport/protocol.ts';
import type { Refused, Transport } from '../transport/transport.ts';
import type { Plan } from './plan.ts';
import type { Print } from './print.ts';
import { StageHost } from './stage-host.ts';

/** How long stages handle messages before the worker looks for other things to do, ms. */
const SLICE_MS = 8;
/** Telemetry goes out this often while something happens, ms. */
const TELEMETRY_EVERY_MS = 40;
/** Entries of one telemetry batch: what the page takes in without a hitch. */
const MAX_BATCH_ENTRIES = 1_000;
/** Stages wait while so many entries do: a trace with holes could not be replayed. */
const MAX_WAITING_ENTRIES = 10_000;
/** Entries beyond that, as a single callback may still record; more are dropped and counted. */
const RECORDER_CAPACITY = 50_000;
/** Lines that one callback, or loading the program, may print; the rest is counted. */
const MAX_LINES = 200;

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

/** What a worker does during a run: drives its stages, obeys the controller, reports. */
export class WorkerRun {
  readonly #options: WorkerRunOptions;
  readonly #turns = new RoundRobin<StageId>();
  /** `null` before `start`. */
  #host: StageHost | null = null;
  #pace: Pace = 'held';
  #trace: 'full' | 'counters' = 'full';
  #entryLimit = 0;
  readonly #permits = new Map<StageId, number>();
  #permitsUsed = 0;
  #credits = 0;
  #stopped = false;
  #inSlice = false;
  #sliceDeferred = false;
  #sent = 0;
  #received = 0;
  #entriesSent = 0;
  readonly #outboxes = new Map<WorkerId, RemoteEnvelope[]>();
  /** Came before the stages were there. */
  #early: (readonly RemoteEnvelope[])[] = [];
  #reportTimer: (() => void) | null = null;
  #lastReportMs = -Infinity;
  /** Something changed that no telemetry has told yet. */
  #unreported = false;
  #lastEntered = '';
  /** Who printed more lines than are kept, since the last callback began. */
  #flooding: StageId | null = null;
  /** Lines printed since the last callback began, kept or not. */
  #lines = 0;
  #output: OutputLine[] = [];
  #outputDropped = 0;

  constructor(options: WorkerRunOptions) {
    this.#options = options;
    for (const transport of options.peers) transport?.receive((batch) => this.#receive(batch));
  }

  /** A message of the controller. */
  handle(message: ToWorker): void {
    switch (message.type) {
      case 'start':
        return this.#start(message);
      case 'wire':
        return this.#wire();
      case 'pace':
        return this.#setPace(message.pace);
      case 'budget':
        this.#entryLimit =
          Math.max(this.#entryLimit, this.#host?.recorder.recorded ?? 0) + message.addEntries;
        return this.#slice();
      case 'permit':
        this.#permits.set(message.stage, (this.#permits.get(message.stage) ?? 0) + message.count);
        return this.#slice();
      case 'credit':
        this.#credits += message.batches;
        if (this.#unreported) this.#reportSoon();
        return;
      case 'ping':
        return this.#options.post({
          type: 'pong',
          worker: this.#options.worker,
          id: message.id,
          ...this.#crossings(),
        });
      case 'kill':
        this.#host?.kill(message.stage, message.reason);
        return this.#slice();
      case 'request':
        return this.#request(message.id, message.stage, message.request);
      case 'stop':
        return this.#stop();
      default:
        return unreachable(message);
    }
  }

  /** What the program has written to the console: part of the trace while stages run, else output. */
  print(...[level, values, findPlace]: Parameters<Print>): void {
    this.#lines += 1;
    if (this.#lines > MAX_LINES) {
      this.#flooding ??= this.#host?.owner?.stage ?? null;
      return;
    }
    const place = findPlace();
    if (this.#host) {
      this.#host.log(level, values, place);
      this.#tellLines();
      return;
    }
    this.#output.push({
      worker: this.#options.worker,
      // Before the run's own time begins.
      atMs: 0,
      level,
      values: values.map(traceValue),
      ...(place !== undefined && { place }),
    });
  }

  /** Counts lines that were printed and never came here. */
  skipLines(count: number): void {
    this.#lines += count;
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
    this.#pace = message.pace;
    this.#trace = message.trace;
    this.#entryLimit = message.entryBudget;
    this.#credits = message.credits;
    const startMs = scheduler.nowMs();
    const host = new StageHost({
      worker,
      workers,
      placement: message.placement,
      scheduler: {
        nowMs: () => scheduler.nowMs() - startMs,
        after: (delayMs, action) => scheduler.after(delayMs, action),
      },
      random: seededRandom(seed),
      trace: message.trace,
      capacity: RECORDER_CAPACITY,
      onRemote: (envelope, to) => this.#send(envelope, to),
      onEntering: (stage, callback) => this.#entering(stage, callback),
    });
    this.#settleLines();
    this.#host = host;
    const own = plan.stages.filter(({ id }) => message.placement[id] === worker);
    const outcomes = own.map(({ id, definition, arg }) => host.start(id, definition, arg));
    void Promise.all(outcomes).then(() => {
      post({ type: 'started', worker });
      for (const batch of this.#early) this.#receive(batch);
      this.#early = [];
      this.#slice();
    });
  }

  #wire(): void {
    const host = this.#host;
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
    const host = this.#host;
    if (!host || this.#inSlice || this.#stopped) return;
    this.#inSlice = true;
    this.#lastEntered = this.#trace === 'full' ? this.#lastEntered : '';
    const { scheduler } = this.#options;
    const endMs = scheduler.nowMs() + SLICE_MS;
    let stage = this.#next(host);
    while (stage !== null) {
      // A callback that waits first goes on as far as it can, before another stage's code runs: its console is its own.
      const waits = this.#step(host, stage);
      if (waits || scheduler.nowMs() >= endMs) break;
      stage = this.#next(host);
    }
    this.#settleLines();
    this.#dropStalePermits(host);
    this.#flush();
    this.#inSlice = false;
    this.#unreported = true;
    this.#reportSoon();
    if (stage !== null) this.#sliceLater();
  }

  #sliceLater(): void {
    if (this.#sliceDeferred) return;
    this.#sliceDeferred = true;
    this.#options.defer(() => {
      this.#sliceDeferred = false;
      this.#slice();
    });
  }

  #next(host: StageHost): StageId | null {
    if (this.#isSpent(host) || this.#isClogged(host)) return null;
    return this.#turns.next(host.order, (id) => this.#may(id) && host.isReady(id));
  }

  #may(stage: StageId): boolean {
    return this.#pace === 'full' || (this.#permits.get(stage) ?? 0) > 0;
  }

  /** Lets a stage handle one message; whether a callback waits for a promise. */
  #step(host: StageHost, stage: StageId): boolean {
    if (this.#pace === 'held') this.#usePermits(stage, 1);
    const done = host.step(stage);
    this.#flush();
    if (done) void done.then(() => this.#sliceLater());
    return done !== undefined;
  }

  #isSpent(host: StageHost): boolean {
    return this.#trace === 'full' && host.recorder.recorded >= this.#entryLimit;
  }

  /** The page takes in entries more slowly than they are recorded. */
  #isClogged(host: StageHost): boolean {
    return host.recorder.recorded - host.recorder.dropped - this.#entriesSent >= MAX_WAITING_ENTRIES;
  }

  #setPace(pace: Pace): void {
    this.#pace = pace;
    for (const [stage, count] of this.#permits) this.#usePermits(stage, count);
    this.#slice();
  }

  #usePermits(stage: StageId, count: number): void {
    const left = (this.#permits.get(stage) ?? 0) - count;
    if (left > 0) this.#permits.set(stage, left);
    else this.#permits.delete(stage);
    this.#permitsUsed += count;
  }

  /** A permit for a stage that has ended, or whose message was taken back, will never be used otherwise. */
  #dropStalePermits(host: StageHost): void {
    if (this.#isSpent(host)) return;
    for (const [stage, count] of this.#permits) if (!host.isReady(stage)) this.#usePermits(stage, count);
  }

  // --- Other workers --------------------------------------------------------------------------------------------

  #receive(batch: readonly RemoteEnvelope[]): void {
    const host = this.#host;
    if (!host) {
      this.#early.push(batch);
      return;
    }
    this.#received += batch.length;
    for (const envelope of batch) host.receive(envelope);
    this.#slice();
  }

  #send(envelope: RemoteEnvelope, to: WorkerId): void {
    const outbox = this.#outboxes.get(to);
    if (outbox) outbox.push(envelope);
    else this.#outboxes.set(to, [envelope]);
  }

  /** Sends what one turn has produced: one message per worker. */
  #flush(): void {
    // A stage that is ended for what it sent tells its peers, which fills the outboxes again.
    while (this.#outboxes.size > 0) {
      const outboxes = [...this.#outboxes];
      this.#outboxes.clear();
      for (const [worker, envelopes] of outboxes) {
        const refused = this.#options.peers[worker]?.send(envelopes) ?? [];
        this.#sent += envelopes.length - refused.length;
        for (const each of refused) this.#crash(each);
      }
    }
  }

  /** What a stage sends must be data: one that sends something else fails, as one that throws does. */
  #crash({ envelope, error }: Refused): void {
    const host = this.#host;
    const stage = envelope.from;
    if (!host || stage === null) return;
    host.crash(stage, error, envelope.cause);
  }

  // --- Reporting ------------------------------------------------------------------------------------------------

  #entering(stage: StageId, callback: string): void {
    this.#settleLines();
    const entered = `${stage}\n${callback}`;
    if (entered === this.#lastEntered) return;
    // Without entries to bound the run, one message per slice has to do.
    if (this.#trace === 'counters' && this.#lastEntered !== '') return;
    this.#lastEntered = entered;
    this.#options.post({ type: 'entering', worker: this.#options.worker, stage, callback });
  }

  /** Tells in one warning how much the last callback printed that was not kept. */
  #settleLines(): void {
    const count = this.#lines - MAX_LINES;
    const stage = this.#flooding;
    this.#lines = 0;
    this.#flooding = null;
    if (count <= 0) return;
    if (this.#host === null || stage === null) this.#outputDropped += count;
    else {
      const message = `One callback printed ${count + MAX_LINES} lines: ${count} of them are not shown`;
      this.#host.warnOfFlood(stage, { count, message });
    }
  }

  /** A callback that goes on after a wait prints outside all slices: nothing else would tell of it soon. */
  #tellLines(): void {
    if (this.#inSlice) return;
    this.#unreported = true;
    this.#reportSoon();
  }

  #reportSoon(): void {
    if (this.#credits <= 0 || this.#stopped) return;
    const waitMs = this.#lastReportMs + TELEMETRY_EVERY_MS - this.#options.scheduler.nowMs();
    if (waitMs <= 0 || this.#held() !== 'no') {
      this.#report();
      return;
    }
    this.#reportTimer ??= this.#options.scheduler.after(waitMs, () => {
      this.#reportTimer = null;
      if (this.#unreported && this.#credits > 0 && !this.#stopped) this.#report();
    });
  }

  #report(): void {
    const host = this.#host;
    if (!host) return;
    this.#reportTimer?.();
    this.#reportTimer = null;
    this.#credits -= 1;
    this.#lastReportMs = this.#options.scheduler.nowMs();
    if (this.#isClogged(host)) this.#sliceLater();
    const entries = host.recorder.take(MAX_BATCH_ENTRIES);
    this.#entriesSent += entries.length;
    this.#unreported = entries.length === MAX_BATCH_ENTRIES;
    const { stages, subscriptions } = host.counters();
    const output = this.#output;
    this.#output = [];
    this.#options.post({
      type: 'telemetry',
      worker: this.#options.worker,
      entries,
      dropped: host.recorder.dropped,
      output,
      outputDropped: this.#outputDropped,
      stages: stages.map((counters) => this.#withHeld(host, counters)),
      subscriptions,
      permitsUsed: this.#permitsUsed,
      held: this.#held(),
      ...this.#crossings(),
    });
    if (this.#unreported) this.#reportSoon();
  }

  #withHeld(host: StageHost, counters: StageCounters): StageCounters {
    const { stage } = counters;
    const isHeld = host.isReady(stage) && (!this.#may(stage) || this.#isSpent(host));
    return isHeld ? { ...counters, status: 'held' } : counters;
  }

  #held(): 'no' | 'pace' | 'budget' {
    const host = this.#host;
    if (!host) return 'no';
    if (this.#isSpent(host)) return host.ready().length > 0 ? 'budget' : 'no';
    return this.#pace === 'held' ? 'pace' : 'no';
  }

  #crossings() {
    return { sent: this.#sent, received: this.#received, idle: this.#host?.idle ?? false };
  }

  // --- Requests -------------------------------------------------------------------------------------------------

  #request(id: number, stage: StageId, request: StageRequest): void {
    const host = this.#host;
    if (!host) return;
    switch (request.type) {
      case 'call':
        void host.call(stage, request.message).then(
          (value) => this.#reply(id, value),
          (error: unknown) => this.#options.post({ type: 'replyFailed', id, error: traceError(error) }),
        );
        return this.#slice();
      case 'cast':
      case 'info':
        host.tell(stage, { type: request.type, request: request.message });
        return this.#slice();
      case 'ask':
        host.tell(stage, { type: 'askFor', subscription: request.subscription, count: request.count });
        return this.#slice();
      case 'cancel':
        host.cancel(stage, request.subscription, request.reason);
        return this.#slice();
      case 'snapshot':
        return this.#options.post({ type: 'reply', id, value: traceValue(host.snapshot(stage)) });
      default:
        return unreachable(request);
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
    // Credit no longer matters: this is the last that is sent.
    do this.#report();
    while (this.#unreported && this.#host);
    this.#stopped = true;
    for (const transport of this.#options.peers) transport?.close();
    this.#options.post({ type: 'stopped', worker: this.#options.worker });
  }
}

/** Fails to compile while a member of the union has no case. */
function unreachable(message: never): never {
  throw new EngineError('protocol_unknown_message', { received: JSON.stringify(message) });
}
