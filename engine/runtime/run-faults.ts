import type { StageId, SubscriptionId, WorkerId } from '../ids.ts';
import { plannedIdOf } from '../stage/life-ids.ts';
import type { StageRef, SubscriptionRef } from '../stage/self.ts';
import type { ToWorker } from '../transport/protocol.ts';
import { DEFAULT_CRASH, checkDelay, unknownSubscription, unknownWorker, type FaultAccess } from './faults.ts';

type SlowLink = Extract<ToWorker, { readonly type: 'slowLink' }>;

/** Both ends of a subscription. */
interface Ends {
  readonly consumer: StageId;
  readonly producer: StageId;
}

/** What faults need of the run they strike. */
export interface RunFaultsOn {
  /** Does something once the stages run, or now. */
  readonly whenBegun: (action: () => void) => void;
  /** Sends an order to the worker of a stage as soon as the stages run; throws `stage_unknown`. */
  readonly order: (action: string, stage: StageId, messageTo: (stage: StageId) => ToWorker) => void;
  readonly endsOf: (subscription: SubscriptionId) => Ends | undefined;
  /** Subscriptions that are known so far. */
  readonly subscriptions: () => readonly SubscriptionId[];
  readonly workerOf: (stage: StageId) => WorkerId | undefined;
  /** Workers in use; 0 before the run has begun. */
  readonly workers: () => number;
  readonly killWorker: (worker: WorkerId) => void;
  readonly post: (worker: WorkerId, message: ToWorker) => void;
}

/** Faults of a run on workers. What is asked for before the stages run strikes once they do. */
export class RunFaults implements FaultAccess {
  readonly #on: RunFaultsOn;
  /** Links that are slow now: a worker in place of another has to hear of them too. */
  readonly #slow = new Map<SubscriptionId, SlowLink>();

  constructor(on: RunFaultsOn) {
    this.#on = on;
  }

  /** Tells a worker in place of another which links are slow. */
  tellAgain(worker: WorkerId): void {
    const { workerOf, post } = this.#on;
    for (const link of this.#slow.values()) {
      if (workerOf(link.consumer) === worker || workerOf(link.producer) === worker) {
        post(worker, { ...link, isKnown: true });
      }
    }
  }

  killWorker(worker: WorkerId): void {
    this.#on.whenBegun(() => {
      const workers = this.#on.workers();
      if (!Number.isInteger(worker) || worker < 0 || worker >= workers) {
        throw unknownWorker('kill a worker', worker, workers);
      }
      this.#on.killWorker(worker);
    });
  }

  crash(stage: StageRef, message: string = DEFAULT_CRASH): void {
    this.#on.order('crash', idOf(stage), (id) => ({ type: 'crash', stage: id, message }));
  }

  freeze(stage: StageRef): void {
    this.#on.order('freeze', idOf(stage), (id) => ({ type: 'freeze', stage: id }));
  }

  thaw(stage: StageRef): void {
    this.#on.order('thaw', idOf(stage), (id) => ({ type: 'thaw', stage: id }));
  }

  slowLink(subscription: SubscriptionRef, delayMs: number): void {
    checkDelay(delayMs);
    const planned = plannedIdOf(idOf(subscription));
    const { endsOf, subscriptions, order, workerOf, whenBegun } = this.#on;
    whenBegun(() => {
      const ends = endsOf(planned);
      if (!ends) throw unknownSubscription('slow a link', planned, subscriptions());
      const { consumer, producer } = ends;
      const message: SlowLink = { type: 'slowLink', subscription: planned, consumer, producer, delayMs };
      if (delayMs > 0) this.#slow.set(planned, message);
      else this.#slow.delete(planned);
      const told = () => message;
      order('slow a link', consumer, told);
      if (workerOf(producer) !== workerOf(consumer)) order('slow a link', producer, told);
    });
  }
}

function idOf(named: string | { readonly id: string }): string {
  return typeof named === 'string' ? named : named.id;
}
