import type { StageId } from '../ids.ts';
import type { Pace } from '../transport/protocol.ts';
import type { StageHost } from './stage-host.ts';

/** Stages wait while so many entries do: a trace with holes could not be replayed. */
const MAX_WAITING_ENTRIES = 10_000;

/** Which deliveries of one worker may happen: pace and permits (RUN-5), budget (RUN-6), a reader that is slow (RUN-7). */
export class HeldDeliveries {
  readonly #permits = new Map<StageId, number>();
  #pace: Pace;
  /** Entries after which this worker holds by itself; `Infinity` where few entries are recorded at all. */
  #entryLimit: number;
  #permitsUsed = 0;

  constructor(pace: Pace, entryLimit: number) {
    this.#pace = pace;
    this.#entryLimit = entryLimit;
  }

  /** Deliveries made with a permit, in all. */
  get permitsUsed(): number {
    return this.#permitsUsed;
  }

  /** Permits of the pace before are void. */
  setPace(pace: Pace): void {
    this.#pace = pace;
    for (const [stage, count] of this.#permits) this.#use(stage, count);
  }

  permit(stage: StageId, count: number): void {
    this.#permits.set(stage, (this.#permits.get(stage) ?? 0) + count);
  }

  /** Lets so many more entries be recorded, from where the run stands or from its limit. */
  addBudget(entries: number, host: StageHost): void {
    this.#entryLimit = Math.max(this.#entryLimit, host.recorder.recorded) + entries;
  }

  /** Whether the pace lets a stage take a message. */
  allows(stage: StageId): boolean {
    return this.#pace === 'full' || (this.#permits.get(stage) ?? 0) > 0;
  }

  /** A stage takes a message. */
  use(stage: StageId): void {
    if (this.#pace === 'held') this.#use(stage, 1);
  }

  isSpent(host: StageHost): boolean {
    return host.recorder.recorded >= this.#entryLimit;
  }

  /** A permit for a stage that has ended, or whose message was taken back, will never be used otherwise. */
  dropStale(host: StageHost): void {
    if (this.isSpent(host)) return;
    for (const [stage, count] of this.#permits) if (!host.isReady(stage)) this.#use(stage, count);
  }

  /** Why this worker holds messages back. */
  why(host: StageHost): 'no' | 'pace' | 'budget' {
    if (this.isSpent(host)) return host.ready().length > 0 || host.tasks.next !== null ? 'budget' : 'no';
    return this.#pace === 'held' ? 'pace' : 'no';
  }

  #use(stage: StageId, count: number): void {
    const left = (this.#permits.get(stage) ?? 0) - count;
    if (left > 0) this.#permits.set(stage, left);
    else this.#permits.delete(stage);
    this.#permitsUsed += count;
  }
}

/** Whether the page takes in entries more slowly than they are recorded. */
export function isClogged(host: StageHost, entriesSent: number): boolean {
  return host.recorder.recorded - host.recorder.dropped - entriesSent >= MAX_WAITING_ENTRIES;
}
