import type { Seq, StageId } from '../ids.ts';
import type { Envelope, RemoteEnvelope } from '../stage/message.ts';
import type { Scheduler } from '../time/scheduler.ts';
import type { StopCondition, StopHit } from '../trace/stop-condition.ts';
import { StopWatch, type StopWatchPlan } from '../trace/stop-watch.ts';
import type { TraceEntry } from '../trace/trace-entry.ts';

/** What a host is to stop at. */
export interface StopOptions {
  readonly conditions: readonly StopCondition[];
  readonly plan: StopWatchPlan;
  /** A condition has begun to hold here: nothing more is to be handled for now. */
  readonly onHit: (hit: StopHit) => void;
}

/** What the conditions need of their host. */
export interface StopsOn {
  readonly nowMs: () => number;
  readonly after: Scheduler['after'];
  readonly isHere: (stage: StageId) => boolean;
}

/** Looks for conditions where they begin to hold: at the entries of one worker, and at what arrives there (STP-1). */
export class HostStops {
  readonly #options: StopOptions;
  readonly #on: StopsOn;
  readonly #watch: StopWatch;
  #cancelTimer: () => void = () => undefined;
  #dueMs: number | null = null;

  constructor(options: StopOptions, on: StopsOn) {
    this.#options = options;
    this.#on = on;
    this.#watch = new StopWatch(options.plan);
    this.set(options.conditions);
  }

  /** Looks for others from now on. */
  set(conditions: readonly StopCondition[]): void {
    // What waits at a stage is known where it is; what is asked for, where it is asked.
    this.#watch.watch(conditions.filter((one) => one.kind !== 'depth' || this.#on.isHere(one.stage)));
    this.#setTimer();
  }

  take(entry: TraceEntry): void {
    this.#found(this.#watch.take(entry));
    if (this.#watch.dueMs !== this.#dueMs) this.#setTimer();
  }

  /** A message of another worker has come. */
  arrive({ to, cause, message }: Envelope | RemoteEnvelope): void {
    if (message.type !== 'events') return;
    const { subscription, events } = message;
    const seq: Seq = cause ?? 0;
    const batch = { subscription, consumer: to, count: events.length, seq, atMs: this.#on.nowMs() };
    this.#found(this.#watch.arrive(batch));
  }

  /** The run is over. */
  end(): void {
    this.#cancelTimer();
  }

  #setTimer(): void {
    this.#cancelTimer();
    this.#dueMs = this.#watch.dueMs;
    if (this.#dueMs === null) return;
    this.#cancelTimer = this.#on.after(Math.max(0, this.#dueMs - this.#on.nowMs()), () => {
      this.#found(this.#watch.tick(this.#on.nowMs()));
      this.#setTimer();
    });
  }

  #found(hit: StopHit | null): void {
    if (hit) this.#options.onHit(hit);
  }
}
