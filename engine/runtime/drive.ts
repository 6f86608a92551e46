import type { Scheduler } from '../time/scheduler.ts';
import type { Bell } from '../transport/bell.ts';
import type { Refused } from '../transport/transport.ts';
import { FairTurns } from './fair-turns.ts';
import type { HeldDeliveries } from './held-deliveries.ts';
import type { Hosted } from './hosted.ts';
import type { PeerLines } from './peer-lines.ts';
import type { PrintedLines } from './printed-lines.ts';
import type { StageHost } from './stage-host.ts';
import type { TaskRun } from './task-run.ts';
import type { WorkerReports } from './worker-reports.ts';

/** How long stages handle messages before the worker looks for other things to do, ms (RUN-4). */
const SLICE_MS = 8;
/** The same where other workers are heard only then, ms. */
const SLICE_UNTIL_HEARD_MS = 2;
/** How long stages handle messages before what other workers have sent is taken, ms. */
const POLL_EVERY_MS = 0.1;
/** How long a worker with nothing to do looks at its bell before it blocks, ms: about twice what it takes to be woken. */
const SPIN_MS = 0.05;
/** After looking in vain, a worker blocks at once so many times, and twice as often after the next time, up to the most. */
const FEWEST_WITHOUT_SPIN = 4;
const MOST_WITHOUT_SPIN = 256;
/** How long a worker with nothing to do blocks its thread, ms: whatever else it hears of waits so long. */
const BLOCK_MS = 1;

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
  /** Rung by the other workers; without one, what they send comes by the event loop. */
  readonly bell?: Bell | undefined;
  /** Whether there is a processor for every worker, so that one with nothing to do may look at its bell before it blocks. */
  readonly maySpin: boolean;
}

/** Lets the stages and tasks of one worker have their turns: when each handles a message, and when what it sends leaves. */
export class Drive {
  readonly #options: DriveOptions;
  readonly #turns: FairTurns<Hosted>;
  /** Could not leave in the middle of a turn: who has sent it hears of it afterwards. */
  #refused: Refused[] = [];
  #inSlice = false;
  #isArriving = false;
  #isDeferred = false;
  #isTasksTurn = false;
  /** The bell will call. */
  #isListening = false;
  #isOver = false;
  /** Rests until it spins again, and how many those were after the latest time in vain. */
  #withoutSpin = 0;
  #vain = 0;

  constructor(options: DriveOptions) {
    this.#options = options;
    this.#turns = new FairTurns(({ isReady }) => isReady);
  }

  /** Whether stages have their turns at this moment. */
  get isDriving(): boolean {
    return this.#inSlice;
  }

  /** A stage has something to do. */
  wake(stage: Hosted): void {
    this.#turns.wake(stage);
    // A timer, or an answer, has woken it outside all slices.
    if (!this.#inSlice && !this.#isArriving) this.goLater();
  }

  /** Something waits to leave for another worker. */
  sending(): void {
    // An `init`, or a callback that goes on after a wait, has sent it outside all slices.
    if (!this.#inSlice && !this.#isArriving) this.goLater();
  }

  /** Takes what has come from another worker. */
  arrive(take: () => void): void {
    this.#isArriving = true;
    try {
      take();
    } finally {
      this.#isArriving = false;
    }
    // Of several messages that have come, the first would have a slice, and the others wait for its end.
    if (!this.#isDeferred) this.go();
  }

  /** A callback is about to run, perhaps for long: what was sent before it leaves, as somebody may wait for it. */
  beforeCallback(): void {
    if (this.#options.lines.isEmpty) return;
    this.#options.lines.flush((refused) => this.#refused.push(refused));
  }

  /** Ends it: nobody gets a turn any more. */
  stop(): void {
    this.#isOver = true;
  }

  /** Lets stages handle messages in turn until none may, or the time of a slice is over (RUN-4). */
  go(): void {
    if (this.#inSlice || this.#isOver) return;
    const { host, held, reports, printed } = this.#options;
    let isDone = false;
    this.#inSlice = true;
    try {
      isDone = this.#slice();
    } finally {
      // From here on, whoever is woken gets another slice.
      this.#inSlice = false;
      if (!isDone) this.goLater();
    }
    printed.settle(host);
    held.dropStale(host);
    this.#flush();
    reports.changed();
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

  /** Turns until none is left, or their time is over; whether none was left. */
  #slice(): boolean {
    const { host, lines, reports, scheduler } = this.#options;
    reports.beginSlice();
    host.lapMs();
    let nowMs = scheduler.nowMs();
    const endMs = nowMs + (lines.isHeardLater ? SLICE_UNTIL_HEARD_MS : SLICE_MS);
    let polledMs = -Infinity;
    while (nowMs < endMs) {
      if (nowMs - polledMs >= POLL_EVERY_MS) {
        lines.poll();
        polledMs = nowMs;
      }
      let next = this.#next();
      if (next === null && !lines.isEmpty) {
        // Answers to what has come leave before anybody waits; whoever fails for that has something to do.
        this.#flush();
        next = this.#next();
      }
      if (next === null) {
        if (!this.#rest()) return true;
        // The time that passed is nobody's.
        host.lapMs();
        nowMs = scheduler.nowMs();
        continue;
      }
      const waits = this.#turn(next);
      this.#flush();
      const thenMs = scheduler.nowMs();
      this.#turns.took(thenMs - nowMs);
      nowMs = thenMs;
      // A callback that waits first goes on as far as it can, before another stage's code runs: its console is its own.
      if (waits) return false;
    }
    return false;
  }

  /** One message for a stage, or the beginning of a task; whether it waits for a promise now. */
  #turn(next: Hosted | TaskRun): boolean {
    const { host, held } = this.#options;
    if (!('mailbox' in next)) {
      host.stepTask(next);
      // What it took is no stage's.
      host.lapMs();
      return !next.isOver;
    }
    held.use(next.id);
    const done = host.stepOn(next);
    if (done) void done.then(() => this.goLater());
    return done !== undefined;
  }

  /** Tasks and stages in turn. A task needs no permit: what a held run holds is deliveries to stages. */
  #next(): Hosted | TaskRun | null {
    const { host, held, reports } = this.#options;
    if (held.isSpent(host) || reports.isClogged) return null;
    const task = host.tasks.next;
    this.#isTasksTurn = !this.#isTasksTurn;
    if (task && this.#isTasksTurn) return task;
    return this.#turns.next(({ id }) => held.mayHandle(id)) ?? task;
  }

  /**
   * Nothing is left to do: waits a little for what other workers send, without a turn of the event loop, and then has the
   * bell call.
   *
   * @returns Whether something may have come.
   */
  #rest(): boolean {
    const { bell, maySpin, host, lines } = this.#options;
    const rung = bell?.rung;
    if (lines.poll()) return true;
    if (!bell || rung === undefined) return false;
    if (host.idle) {
      if (maySpin && this.#spin(bell, rung)) return true;
      if (bell.wait(rung, BLOCK_MS)) return true;
    }
    if (!this.#isListening) {
      this.#isListening = true;
      bell.whenRung(rung, () => {
        this.#isListening = false;
        this.go();
      });
    }
    return false;
  }

  /** Looks at the bell for a moment, where that has not been in vain: the others may have no processor of their own. */
  #spin(bell: Bell, rung: number): boolean {
    if (this.#withoutSpin > 0) {
      this.#withoutSpin--;
      return false;
    }
    const { scheduler } = this.#options;
    const endMs = scheduler.nowMs() + SPIN_MS;
    while (bell.rung === rung) {
      if (scheduler.nowMs() < endMs) continue;
      this.#vain = Math.min(Math.max(FEWEST_WITHOUT_SPIN, 2 * this.#vain), MOST_WITHOUT_SPIN);
      this.#withoutSpin = this.#vain;
      return false;
    }
    this.#vain = 0;
    return true;
  }

  /** What a stage sends must be data: one that sends something else fails, as one that throws does (RUN-9). */
  #flush(): void {
    const { host, lines } = this.#options;
    const refused = this.#refused;
    if (refused.length > 0) {
      this.#refused = [];
      for (const each of refused) host.refused(each);
    }
    lines.flush((each) => host.refused(each));
  }
}
