import type { StageId, WorkerId } from '../ids.ts';
import type { StageCounters } from '../transport/protocol.ts';

/** What permits need to know of a worker's last report. */
export interface HeldReport {
  readonly permitsUsed: number;
  readonly stages: readonly StageCounters[];
}

/** One delivery that may happen now. */
export interface Permit {
  readonly worker: WorkerId;
  readonly stage: StageId;
}

/**
 * Hands out permits one at a time over all workers, in turn among the stages that wait. Knows no timer: whoever owns
 * the pace says how many deliveries are wanted.
 */
export class Permits {
  /** Stages in the order of the plan: whose turn comes after whose. */
  #order: readonly StageId[] = [];
  readonly #reports = new Map<WorkerId, HeldReport>();
  readonly #granted = new Map<WorkerId, number>();
  #last: StageId | null = null;
  #wanted = 0;

  /** Sets the order, once the plan is known. */
  arrange(order: readonly StageId[]): void {
    this.#order = order;
  }

  /** Deliveries that were asked for and not yet granted. */
  get wanted(): number {
    return this.#wanted;
  }

  want(): void {
    this.#wanted += 1;
  }

  /** Takes back what was asked for and not granted. */
  forget(): void {
    this.#wanted = 0;
  }

  report(worker: WorkerId, report: HeldReport): void {
    this.#reports.set(worker, report);
  }

  /** A worker is gone: what it was granted and what it has told are no longer waited for. */
  lose(worker: WorkerId): void {
    this.#reports.delete(worker);
    this.#granted.delete(worker);
  }

  /** The next permit, if one is wanted, none is under way and a stage waits. It counts as granted from now on. */
  grant(): Permit | null {
    if (this.#wanted === 0 || this.#isUnderWay()) return null;
    const waiting = new Map<StageId, WorkerId>();
    for (const [worker, { stages }] of this.#reports) {
      for (const { stage, status } of stages) if (status === 'held') waiting.set(stage, worker);
    }
    const after = this.#last === null ? 0 : this.#order.indexOf(this.#last) + 1;
    const turns = [...this.#order.slice(after), ...this.#order.slice(0, after)];
    for (const stage of turns) {
      const worker = waiting.get(stage);
      if (worker === undefined) continue;
      this.#wanted -= 1;
      this.#last = stage;
      this.#granted.set(worker, (this.#granted.get(worker) ?? 0) + 1);
      return { worker, stage };
    }
    return null;
  }

  /** A permit was granted that its worker has not yet reported as used. */
  #isUnderWay(): boolean {
    for (const [worker, granted] of this.#granted) {
      if ((this.#reports.get(worker)?.permitsUsed ?? 0) < granted) return true;
    }
    return false;
  }
}
