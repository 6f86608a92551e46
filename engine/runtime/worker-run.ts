import { EngineError } from '../errors.ts';
import type { StageId, WorkerId } from '../ids.ts';
import type { StreamMessage } from '../sink/stream-protocol.ts';
import type { Subscription } from '../stage/definition.ts';
import { randomOfStages, seededRandom } from '../time/random.ts';
import type { Scheduler } from '../time/scheduler.ts';
import type { StopHit } from '../trace/stop-condition.ts';
import { traceError, traceValue } from '../trace/trace-value.ts';
import type { Bell } from '../transport/bell.ts';
import {
  PROTOCOL_VERSION,
  type Crossings,
  type FromWorker,
  type StageRequest,
  type StreamOrder,
  type ToWorker,
} from '../transport/protocol.ts';
import type { Transport } from '../transport/transport.ts';
import { uncloneablePart } from '../transport/uncloneable.ts';
import { copiedPlan } from './copies.ts';
import { Drive } from './drive.ts';
import { HeldDeliveries } from './held-deliveries.ts';
import { orderStream } from './host-stream.ts';
import { PlannedFunctions } from './planned-functions.ts';
import { PeerCheck } from './peer-check.ts';
import { PeerLines } from './peer-lines.ts';
import type { Plan } from './plan.ts';
import type { Print } from './print.ts';
import { PrintedLines } from './printed-lines.ts';
import { StageHost } from './stage-host.ts';
import { perform } from './stage-requests.ts';
import { WorkerReports } from './worker-reports.ts';

/** Entries beyond those that make stages wait, as a single callback may still record; more are dropped and counted. */
const RECORDER_CAPACITY = 50_000;

/** Which worker it is, its part of the run, and what it has of its platform. */
export interface WorkerRunOptions {
  readonly worker: WorkerId;
  readonly plan: Plan;
  readonly post: (message: FromWorker) => void;
  readonly scheduler: Scheduler;
  /** Runs a task in a later turn of the event loop, so that messages get in between. */
  readonly defer: (task: () => void) => void;
  /** Rung by the other workers whenever they have sent something, where they can. */
  readonly bell?: Bell;
  /** Of the machine. Default 1. */
  readonly processors?: number;
  /** Notes every callback before it runs, where others can read it. Left out: messages tell of it. */
  readonly onEntering?: (stage: StageId, callback: string) => void;
  /** The seed is known; the program's own random numbers begin: those of the stage whose code draws them. */
  readonly onRandom?: (random: () => number) => void;
}

/** What there is once a run has begun. */
interface Begun {
  readonly host: StageHost;
  readonly held: HeldDeliveries;
  readonly reports: WorkerReports;
  readonly drive: Drive;
}

type StartMessage = Extract<ToWorker, { readonly type: 'start' }>;

/** What a worker does during a run: has its stages driven, obeys the controller, answers. */
export class WorkerRun {
  readonly #options: WorkerRunOptions;
  /** With the copies of this run, once it has begun. */
  #plan: Plan;
  readonly #lines: PeerLines;
  readonly #printed: PrintedLines;
  /** `null` before `start`. */
  #begun: Begun | null = null;
  #stopped = false;

  constructor(options: WorkerRunOptions) {
    this.#options = options;
    this.#plan = options.plan;
    const { worker, post } = options;
    this.#lines = new PeerLines((error) => post({ type: 'uncaught', worker, error: traceError(error) }));
    this.#printed = new PrintedLines(worker);
  }

  /**
   * Lays the line to another worker. What was sent there before waits for it.
   *
   * @param replaced - Which worker of its number it leads to, from 0.
   */
  connect(worker: WorkerId, transport: Transport, replaced = 0): void {
    if (this.#stopped) return transport.close();
    this.#lines.connect(worker, transport, replaced);
    // Nothing else may be left to do that would send what waits.
    this.#begun?.drive.go();
  }

  /** Whether it has been stopped when nothing was left to do: no callback is under way. */
  get isOver(): boolean {
    return this.#stopped && (this.#begun?.host.idle ?? true);
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
        return begun?.drive.go();
      case 'stopWhen':
        return begun?.host.stopWhen(message.conditions);
      case 'budget':
        begun?.held.addBudget(message.addEntries, begun.host);
        return begun?.drive.go();
      case 'permit':
        begun?.held.permit(message.stage, message.count);
        return begun?.drive.go();
      case 'credit':
        return begun?.reports.credit(message.batches);
      case 'ping':
        begun?.reports.tell();
        return post({ type: 'pong', worker, id: message.id, ...this.#crossings });
      case 'kill':
        begun?.host.kill(message.stage, message.reason);
        return begun?.drive.go();
      case 'lose':
        return this.#lose(message);
      case 'crash':
        void begun?.host.faults.crash(message.stage, message.message)?.then(() => begun.drive.goLater());
        return begun?.drive.go();
      case 'freeze':
        begun?.host.faults.freeze(message.stage);
        return begun?.drive.go();
      case 'thaw':
        begun?.host.faults.thaw(message.stage);
        return begun?.drive.go();
      case 'slowLink':
        begun?.host.faults.slowLink(message);
        return begun?.drive.go();
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
    if (!recorded) return;
    if (this.#begun?.drive.isDriving) this.#begun.reports.printedLine();
    // A callback that goes on after a wait prints outside all slices: nothing else would tell of it soon.
    else this.#begun?.reports.changed();
  }

  /** Counts lines that were printed and never came here. */
  skipLines(count: number): void {
    this.#printed.skip(count);
  }

  // --- Beginning ------------------------------------------------------------------------------------------------

  #start(message: StartMessage): void {
    const { worker, post } = this.#options;
    if (message.version !== PROTOCOL_VERSION) {
      const details = { received: message.version, supported: PROTOCOL_VERSION };
      const error = traceError(new EngineError('protocol_version', details));
      post({ type: 'failed', worker, phase: 'load', error });
      return;
    }
    // The controller has done the same with its view of the plan: what is refused has ended the run there.
    this.#plan = copiedPlan(this.#plan, message.copies ?? {});
    const functions = new PlannedFunctions(this.#plan);
    const begun = this.#begin(message, functions);
    const { host, drive } = begun;
    this.#printed.settle(null);
    this.#begun = begun;
    const outcomes = this.#startStages(host, message);
    // Also while an `init` waits: perhaps for the answer of a stage elsewhere.
    const check = new PeerCheck(worker, message.placement, (error) =>
      post({ type: 'uncaught', worker, error: traceError(error) }),
    );
    this.#lines.open((batch, peer) => {
      drive.arrive(() => {
        for (const envelope of batch) {
          if (check.accepts(envelope, peer)) host.receive(functions.find(envelope));
        }
      });
    }, message.replaced);
    void Promise.all(outcomes).then(() => {
      post({ type: 'started', worker });
      drive.go();
    });
  }

  /** Starts what is placed here, unless it has ended with another worker. */
  #startStages(host: StageHost, { placement, takesOver }: StartMessage): readonly unknown[] {
    const { worker } = this.#options;
    const plan = this.#plan;
    const isOwn = ({ id }: { readonly id: StageId }) => placement[id] === worker;
    const stages = plan.stages.filter(isOwn);
    const supervisors = plan.supervisors.filter(isOwn);
    const flows = plan.flows.filter(isOwn);
    if (takesOver) {
      host.takeOver({ stages, supervisors, flows, subscriptions: plan.subscriptions }, takesOver.lives);
      host.beginWeather(takesOver.elapsedMs);
      return [];
    }
    const outcomes = stages.map(({ id, definition, arg }) => host.start(id, definition, arg));
    for (const supervisor of supervisors) host.supervise(supervisor);
    for (const flow of flows) host.coordinate(flow, plan.subscriptions);
    host.beginWeather();
    return outcomes;
  }

  /** Another worker is gone: what came from there last is handled, then all that ran there has ended. */
  #lose({ lost, replaced, fault, ends }: Extract<ToWorker, { readonly type: 'lose' }>): void {
    const { worker, post } = this.#options;
    const begun = this.#begun;
    if (!begun) return;
    const { host, drive } = begun;
    const account = host.losses.account(lost);
    this.#lines.lose(lost, replaced);
    host.losses.lose({ worker: lost, fault, ends });
    post({ type: 'lost', worker, lost, replaced, ...account });
    drive.go();
  }

  /** What a run consists of here, before any stage has been started. */
  #begin(message: StartMessage, functions: PlannedFunctions): Begun {
    const { worker, scheduler, defer, bell, processors = 1, post } = this.#options;
    const plan = this.#plan;
    const { placement, trace, credits, reportEntries, pace, entryBudget, replaced, takesOver } = message;
    const { seed, weather = [], stopWhen } = message;
    const drawn = randomOfStages(seed, 'program');
    // Outside all stages every worker has numbers of its own, the same in every run with this seed.
    const nobodys = seededRandom(seed + worker * 7_919);
    this.#options.onRandom?.(() => {
      const owner = this.#begun?.host.owner;
      return owner ? drawn(owner.stage) : nobodys();
    });
    const startMs = scheduler.nowMs() - (takesOver?.elapsedMs ?? 0);
    const host: StageHost = new StageHost({
      worker,
      workers: message.workers,
      placement,
      supervisors: plan.supervisors,
      flows: plan.flows,
      scheduler: {
        nowMs: () => scheduler.nowMs() - startMs,
        after: (delayMs, action) => scheduler.after(delayMs, action),
      },
      random: randomOfStages(seed),
      weather,
      ...(stopWhen && { stops: { conditions: stopWhen, plan, onHit: (hit) => this.#stopAt(hit) } }),
      trace,
      capacity: RECORDER_CAPACITY,
      replaced: replaced?.[worker] ?? 0,
      ...(takesOver && { afterSeq: takesOver.afterSeq }),
      onRemote: (envelope, to) => {
        this.#lines.send(functions.leave(envelope), to);
        drive.sending();
      },
      onEntering: (stage, callback) => {
        drive.beforeCallback();
        reports.entering(stage, callback);
      },
      definitionOf: (id) => plan.stages.find((stage) => stage.id === id)?.definition ?? null,
      onTasks: () => drive.goLater(),
      onReady: (stage) => drive.wake(stage),
    });
    const flows = new Set(plan.flows.map(({ id }) => id));
    const held = new HeldDeliveries({
      pace,
      entryLimit: trace === 'full' ? entryBudget : Infinity,
      isFree: (stage) => flows.has(stage),
    });
    const moved = { host, held, lines: this.#lines, printed: this.#printed, scheduler };
    const onRoom = () => drive.goLater();
    const note = this.#options.onEntering;
    const reports: WorkerReports = new WorkerReports({
      ...moved,
      worker,
      trace,
      credits,
      reportEntries,
      post,
      note,
      onRoom,
    });
    const drive: Drive = new Drive({
      ...moved,
      reports,
      defer,
      bell,
      maySpin: processors >= message.workers,
    });
    return { host, held, reports, drive };
  }

  #wire(): void {
    if (!this.#begun) return;
    const { host, drive } = this.#begun;
    const own = new Set(host.order);
    for (const subscription of this.#plan.subscriptions) {
      if (own.has(subscription.consumer)) host.subscribe(subscription);
    }
    drive.go();
  }

  /** A condition holds: nothing more is handled here, and soon nowhere. */
  #stopAt(hit: StopHit): void {
    const { post, worker } = this.#options;
    this.#begun?.held.setPace('held');
    post({ type: 'conditionMet', worker, hit });
  }

  // --- Requests and end -----------------------------------------------------------------------------------------

  #request(id: number, stage: StageId, request: StageRequest): void {
    if (!this.#begun) return;
    const { host, drive } = this.#begun;
    const answer = perform(host, stage, request);
    void answer?.then(
      (value) => this.#reply(id, value),
      (error: unknown) => this.#options.post({ type: 'replyFailed', id, error: traceError(error) }),
    );
    drive.go();
  }

  #stream(stream: StageId, order: StreamOrder): void {
    if (!this.#begun) return;
    const { host, held, drive } = this.#begun;
    held.addOutlet(stream);
    orderStream(host, stream, order, (message, from) => this.#handOut(stream, message, from));
    drive.go();
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

  get #crossings(): Crossings {
    const { sent, received } = this.#lines;
    return this.#begun?.reports.crossings ?? { sent, received, idle: false };
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
    this.#begun?.drive.stop();
    this.#begun?.host.closeExternals();
    this.#lines.close();
    this.#options.post({ type: 'stopped', worker: this.#options.worker });
  }
}

/** Fails to compile while a member of the union has no case. */
function unreachable(message: never): never {
  throw new EngineError('protocol_unknown_message', { received: JSON.stringify(message) });
}
