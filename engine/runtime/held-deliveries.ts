import type { StageId } from '../ids.ts';
import type { Pace } from '../transport/protocol.ts';
import { readerOf } from './inner-streams.ts';
import type { StageHost } from './stage-host.ts';

/** How deliveries are held when a run begins. */
export interface HeldOptions {
  readonly pace: Pace;
  /** Entries after which this worker holds by itself; `Infinity` where few entries are recorded at all. */
  readonly entryLimit: number;
  /** Those that handle no events of the program, such as the coordinator of a flow. */
  readonly isFree: (stage: StageId) => boolean;
}

/** Which deliveries of one worker may happen: pace and permits (RUN-5), budget (RUN-6). */
export class HeldDeliveries {
  readonly #isFree: (stage: StageId) => boolean;
  /** Stages that receive for who reads from outside: the reader sets their pace. */
  readonly #outlets = new Set<StageId>();
  readonly #permits = new Map<StageId, number>();
  #pace: Pace;
  #entryLimit: number;
  #permitsUsed = 0;

  constructor({ pace, entryLimit, isFree }: HeldOptions) {
    this.#pace = pace;
    this.#entryLimit = entryLimit;
    this.#isFree = isFree;
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

  /** This stage hands on what somebody outside reads. */
  addOutlet(stage: StageId): void {
    this.#outlets.add(stage);
  }

  /** Whether the pace lets a stage take a message. */
  mayHandle(stage: StageId): boolean {
    return this.#pace === 'full' || (this.#permits.get(stage) ?? 0) > 0 || !this.#needsPermit(stage);
  }

  /** A stage takes a message. */
  use(stage: StageId): void {
    if (this.#pace === 'held' && this.#needsPermit(stage)) this.#use(stage, 1);
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

  /**
   * What a held run holds is deliveries to stages of the program. One that hands on what somebody reads goes as that reader
   * does, and the coordinator of a flow handles no events.
   */
  #needsPermit(stage: StageId): boolean {
    return !this.#outlets.has(stage) && readerOf(stage) === null && !this.#isFree(stage);
  }

  #use(stage: StageId, count: number): void {
    const left = (this.#permits.get(stage) ?? 0) - count;
    if (left > 0) this.#permits.set(stage, left);
    else this.#permits.delete(stage);
    this.#permitsUsed += count;
  }
}
