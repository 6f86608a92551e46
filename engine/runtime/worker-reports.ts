import type { StageId, WorkerId } from '../ids.ts';
import type { Scheduler } from '../time/scheduler.ts';
import type { Crossings, FromWorker, StageCounters, TraceLevel } from '../transport/protocol.ts';
import type { HeldDeliveries } from './held-deliveries.ts';
import type { PeerLines } from './peer-lines.ts';
import type { PrintedLines } from './printed-lines.ts';
import type { StageHost } from './stage-host.ts';
import { TelemetryReports } from './telemetry-reports.ts';

/** Stages wait while so many entries do: a trace with holes could not be replayed. */
const MAX_WAITING_ENTRIES = 10_000;

/** Whose reports these are, and what they tell of. */
export interface WorkerReportsOptions {
  readonly worker: WorkerId;
  readonly host: StageHost;
  readonly held: HeldDeliveries;
  readonly lines: PeerLines;
  readonly printed: PrintedLines;
  readonly scheduler: Scheduler;
  readonly trace: TraceLevel;
  /** Reports that may go before the reader has taken any. */
  readonly credits: number;
  /** Most entries of one of them. */
  readonly reportEntries: number;
  readonly post: (message: FromWorker) => void;
  /** Notes which callback runs where others can read it; left out where there is no such place, and messages have to tell. */
  readonly note?: ((stage: StageId, callback: string) => void) | undefined;
  /** Entries were taken, and stages that waited for that may go on. */
  readonly onRoom: () => void;
}

/** What one worker tells the controller while a run goes on: entries, counters, output, and which callback it is in. */
export class WorkerReports {
  readonly #options: WorkerReportsOptions;
  readonly #telemetry: TelemetryReports;
  #entriesSent = 0;
  #lastEntered = '';

  constructor(options: WorkerReportsOptions) {
    this.#options = options;
    this.#telemetry = new TelemetryReports(options.scheduler, options.credits, {
      post: () => this.#report(),
      isWatched: () => options.held.why(options.host) !== 'no',
    });
  }

  /** Whether the reader takes in entries more slowly than they are recorded. */
  get isClogged(): boolean {
    const { recorder } = this.#options.host;
    return recorder.recorded - recorder.dropped - this.#entriesSent >= MAX_WAITING_ENTRIES;
  }

  /** Envelopes that have crossed, and whether anything is left to do here (RUN-8). */
  get crossings(): Crossings {
    const { host, lines } = this.#options;
    return { sent: lines.sent, received: lines.received, idle: host.idle };
  }

  /** The reader has taken reports: as many more may go. */
  credit(reports: number): void {
    this.#telemetry.credit(reports);
  }

  /** Something has changed that is to be told. */
  changed(): void {
    this.#telemetry.changed();
  }

  /** The program has printed a line in the middle of a callback. */
  printedLine(): void {
    this.#telemetry.printed();
  }

  /** Tells at once what is left, as far as the credit goes. */
  tell(): void {
    this.#telemetry.tell();
  }

  /** Tells everything that is left. */
  finish(): void {
    this.#telemetry.finish();
  }

  /** A slice begins. Without entries to bound the run, one message per slice has to do for which callback runs. */
  beginSlice(): void {
    if (this.#options.trace === 'counters') this.#lastEntered = '';
  }

  /** Says which callback is about to run: the watchdog names it should it never end. */
  entering(stage: StageId, callback: string): void {
    const { worker, host, printed, trace, post, note } = this.#options;
    printed.settle(host);
    if (note) return note(stage, callback);
    const entered = `${stage}\n${callback}`;
    if (entered === this.#lastEntered) return;
    if (trace === 'counters' && this.#lastEntered !== '') return;
    this.#lastEntered = entered;
    post({ type: 'entering', worker, stage, callback });
  }

  /** Posts where this worker stands; whether entries are left to tell. */
  #report(): boolean {
    const { worker, host, held, printed, post, reportEntries, onRoom } = this.#options;
    if (this.isClogged) onRoom();
    const entries = host.recorder.take(reportEntries);
    this.#entriesSent += entries.length;
    const isMore = entries.length === reportEntries;
    const why = held.why(host);
    const { stages, supervisors, subscriptions } = host.counters();
    post({
      type: 'telemetry',
      worker,
      entries,
      dropped: host.recorder.dropped,
      output: printed.take(),
      outputDropped: printed.dropped,
      stages: [...stages, ...supervisors].map((counters) => this.#withHeld(counters)),
      subscriptions,
      permitsUsed: held.permitsUsed,
      // Whoever lets it go on should have seen how far it came.
      held: isMore && why === 'budget' ? 'no' : why,
      ...this.crossings,
    });
    return isMore;
  }

  #withHeld(counters: StageCounters): StageCounters {
    const { host, held } = this.#options;
    const { stage } = counters;
    const mayNot = held.isSpent(host) || !held.mayHandle(stage);
    return mayNot && host.isReady(stage) ? { ...counters, status: 'held' } : counters;
  }
}
