import type { StageId } from '../ids.ts';
import type { Scheduler } from '../time/scheduler.ts';
import { RoundRobin } from '../time/turns.ts';
import type { HeldDeliveries } from './held-deliveries.ts';
import type { PeerLines } from './peer-lines.ts';
import type { PrintedLines } from './printed-lines.ts';
import type { StageHost } from './stage-host.ts';
import type { TaskRun } from './task-run.ts';
import type { WorkerReports } from './worker-reports.ts';

/** How long stages handle messages before the worker looks for other things to do, ms (RUN-4). */
const SLICE_MS = 8;

/** What a drive moves, and by what. */
export interface DriveOptions {
  readonly host: StageHost;
  readonly held: HeldDeliveries;
  readonly lines: PeerLines;
  readonly reports: WorkerReports;
  readonly printed: PrintedLines;
  readonly scheduler: Scheduler;
  /** Runs a task in a later turn of the event loop, so that messages get in between. */
  readonly defer: (task: () => void) => void;
}

/** Lets the stages and tasks of one worker have their turns: when each handles a message, and when what it sends leaves. */
export class Drive {
  readonly #options: DriveOptions;
  readonly #turns = new RoundRobin<StageId>();
  #inSlice = false;
  #isDeferred = false;
  #isTasksTurn = false;
  #isOver = false;

  constructor(options: DriveOptions) {
    this.#options = options;
  }

  /** Whether stages have their turns at this moment. */
  get isDriving(): boolean {
    return this.#inSlice;
  }

  /** Ends it: nobody gets a turn any more. */
  stop(): void {
    this.#isOver = true;
  }

  /** Lets stages handle messages in turn until none may, or the time of a slice is over (RUN-4). */
  go(): void {
    if (this.#inSlice || this.#isOver) return;
    const { host, held, reports, printed, scheduler } = this.#options;
    this.#inSlice = true;
    reports.beginSlice();
    const endMs = scheduler.nowMs() + SLICE_MS;
    let next = this.#next();
    while (next !== null) {
      const waits = this.#turn(next);
      this.#flush();
      // A callback that waits first goes on as far as it can, before another stage's code runs: its console is its own.
      if (waits || scheduler.nowMs() >= endMs) break;
      next = this.#next();
    }
    printed.settle(host);
    held.dropStale(host);
    this.#flush();
    this.#inSlice = false;
    reports.changed();
    if (next !== null) this.goLater();
  }

  /** Does as {@link go} in a later turn of the event loop. */
  goLater(): void {
    if (this.#isDeferred) return;
    this.#isDeferred = true;
    this.#options.defer(() => {
      this.#isDeferred = false;
      this.go();
    });
  }

  /** One message for a stage, or the beginning of a task; whether it waits for a promise now. */
  #turn(next: StageId | TaskRun): boolean {
    const { host, held } = this.#options;
    if (typeof next !== 'string') {
      host.stepTask(next);
      return !next.isOver;
    }
    held.use(next);
    const done = host.step(next);
    if (done) void done.then(() => this.goLater());
    return done !== undefined;
  }

  /** Tasks and stages in turn. A task needs no permit: what a held run holds is deliveries to stages. */
  #next(): StageId | TaskRun | null {
    const { host, held, reports } = this.#options;
    if (held.isSpent(host) || reports.isClogged) return null;
    const task = host.tasks.next;
    this.#isTasksTurn = !this.#isTasksTurn;
    if (task && this.#isTasksTurn) return task;
    return this.#turns.next(host.order, (id) => host.isReady(id) && held.mayHandle(id)) ?? task;
  }

  /** What a stage sends must be data: one that sends something else fails, as one that throws does (RUN-9). */
  #flush(): void {
    const { host, lines } = this.#options;
    lines.flush((refused) => host.refused(refused));
  }
}
