import type { StageId, SubscriptionId, WorkerId } from '../ids.ts';
import { plannedIdOf } from '../stage/life-ids.ts';
import type { StageRef, SubscriptionRef } from '../stage/self.ts';
import {
  DEFAULT_CRASH,
  checkDelay,
  unknownStage,
  unknownSubscription,
  unknownWorker,
  type FaultAccess,
} from './faults.ts';
import { namesIn, type Plan } from './plan.ts';
import type { StageHost } from './stage-host.ts';

/** Faults of a run in one place: there is one worker, and it is this thread. */
export class LocalFaults implements FaultAccess {
  readonly #host: StageHost;
  readonly #plan: Plan;
  readonly #changed: () => void;
  #isKilled = false;

  /** @param changed - Told after every fault: there may be something to do. */
  constructor(host: StageHost, plan: Plan, changed: () => void) {
    this.#host = host;
    this.#plan = plan;
    this.#changed = changed;
  }

  /** Whether the only worker was killed, and something with it. */
  get isKilled(): boolean {
    return this.#isKilled;
  }

  killWorker(worker: WorkerId): void {
    if (worker !== 0) throw unknownWorker('kill a worker', worker, 1);
    if (this.#host.faults.killAll()) this.#isKilled = true;
    this.#changed();
  }

  crash(stage: StageRef, message: string = DEFAULT_CRASH): void {
    const done = this.#host.faults.crash(this.#known('crash', stage), message);
    void done?.then(this.#changed);
    this.#changed();
  }

  freeze(stage: StageRef): void {
    this.#host.faults.freeze(this.#known('freeze', stage));
  }

  thaw(stage: StageRef): void {
    this.#host.faults.thaw(this.#known('thaw', stage));
    this.#changed();
  }

  slowLink(subscription: SubscriptionRef, delayMs: number): void {
    checkDelay(delayMs);
    const planned = plannedIdOf(typeof subscription === 'string' ? subscription : subscription.id);
    const ends = this.#endsOf(planned);
    this.#host.faults.slowLink({ subscription: planned, consumer: ends.consumer, delayMs });
  }

  #known(action: string, stage: StageRef): StageId {
    const id = typeof stage === 'string' ? stage : stage.id;
    if (!this.#host.knows(id)) throw unknownStage(action, id, namesIn(this.#plan));
    return id;
  }

  #endsOf(planned: SubscriptionId): { readonly consumer: StageId } {
    const inPlan = this.#plan.subscriptions.find(({ id }) => id === planned);
    if (inPlan) return inPlan;
    const made = this.#host.counters().subscriptions;
    const atRunTime = made.find(({ subscription }) => plannedIdOf(subscription) === planned);
    if (atRunTime) return atRunTime;
    const known = new Set([
      ...this.#plan.subscriptions.map(({ id }) => id),
      ...made.map((each) => each.subscription),
    ]);
    throw unknownSubscription('slow a link', planned, [...known]);
  }
}
