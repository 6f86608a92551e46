import type { Seq, StageId, WorkerId } from '../ids.ts';
import { lifeOf } from '../stage/life-ids.ts';
import type { EndTotals } from '../stage/stage-report.ts';
import type { FlowView, SupervisorView } from '../trace/plan-view.ts';
import type { LinkAccount } from '../transport/protocol.ts';
import type { Arrivals } from './arrivals.ts';
import type { Deliveries } from './deliveries.ts';
import type { Ledger } from './ledger.ts';
import type { Lives } from './lives.ts';
import type { OpenCalls } from './open-calls.ts';
import type { TaskHost } from './task-host.ts';
import type { Watches } from './watches.ts';

/** What the loss of another worker touches here. */
export interface LossesOn {
  readonly deliveries: Deliveries;
  readonly watches: Watches;
  readonly ledger: Ledger;
  readonly arrivals: Arrivals;
  readonly calls: OpenCalls;
  readonly tasks: () => TaskHost;
  readonly lives: Lives;
  /** What is recorded from here on comes after this entry. */
  readonly hear: (cause: Seq) => void;
  /** Of the whole run. */
  readonly supervisors: readonly SupervisorView[];
  readonly flows: readonly FlowView[];
}

/** A worker that is gone, as the others hear of it. */
export interface LostWorker {
  readonly worker: WorkerId;
  /** The entry that records it. */
  readonly fault: Seq;
  /** The entries that record the ends of what ran there. */
  readonly ends: Readonly<Record<StageId, Seq>>;
}

/** What this worker can tell of one that is gone. */
export interface LossAccount {
  /** The lives that stages there have come to, as far as anything here has seen. */
  readonly lives: Readonly<Record<StageId, number>>;
  /** Where the subscriptions between both workers stand at this end. */
  readonly links: readonly LinkAccount[];
}

/** What a worker does as another one dies: all that ran there has ended with `"killed"` for everything that runs here (FLT-6). */
export class HostLosses {
  readonly #on: LossesOn;

  constructor(on: LossesOn) {
    this.#on = on;
  }

  lose(lost: LostWorker): void {
    const { deliveries, watches, calls, tasks, lives } = this.#on;
    const isThere = (stage: StageId) => deliveries.workerOf(stage) === lost.worker;
    for (const cause of [lost.fault, ...Object.values(lost.ends)]) this.#on.hear(cause);
    const causeOf = (stage: StageId) => lost.ends[stage] ?? lost.fault;
    tasks().loseWorker(lost.worker, lost.fault);
    calls.lose(isThere);
    watches.lose(isThere, causeOf);
    for (const { flow } of deliveries.hosted.values()) flow?.loseOthers(isThere, lost.fault);
    for (const { id, children } of this.#parents()) {
      for (const child of children) {
        if (isThere(child) && deliveries.hosted.get(id)?.process.isAlive) {
          const message = { type: 'childLost', child } as const;
          deliveries.deliver({ to: id, from: child, cause: causeOf(child), message });
        }
      }
    }
    for (const { id, children, reason } of this.#parents()) {
      // As links do: what they have watched over goes with them, the last one first.
      if (!isThere(id)) continue;
      for (const child of children.toReversed()) {
        if (deliveries.hosted.has(child)) lives.endChild(id, child, { reason, cause: causeOf(id) });
      }
    }
  }

  /** To be asked before {@link lose} changes anything. */
  account(worker: WorkerId): LossAccount {
    const { deliveries, ledger, arrivals } = this.#on;
    const isThere = (stage: StageId) => deliveries.workerOf(stage) === worker;
    const lives: Record<StageId, number> = {};
    const saw = (stage: StageId, life: number) => {
      lives[stage] = Math.max(lives[stage] ?? 1, life);
    };
    const links: LinkAccount[] = [];
    const sent = ({ subscription, consumer, producer, dispatched }: EndTotals) => {
      if (!isThere(consumer) || isThere(producer)) return;
      saw(consumer, lifeOf(subscription));
      links.push({ subscription, consumer, producer, events: dispatched });
    };
    for (const { supervisor, stage } of deliveries.hosted.values()) {
      for (const { id, life, status } of supervisor?.children ?? []) {
        if (isThere(id)) saw(id, status === 'starting' ? life + 1 : life);
      }
      stage?.eachSubscription(sent);
    }
    // Earlier lives have sent events, too.
    ledger.eachEnd(sent);
    arrivals.each((subscription, { consumer, producer, events }) => {
      if (isThere(producer)) links.push({ subscription, consumer, producer, events });
    });
    return { lives, links };
  }

  /** Everything that has children, with the reason that these get when it is gone. */
  #parents(): readonly {
    readonly id: StageId;
    readonly children: readonly StageId[];
    readonly reason: string;
  }[] {
    const { supervisors, flows } = this.#on;
    return [
      ...supervisors.map(({ id, children }) => ({
        id,
        children: children.map((child) => child.id),
        reason: 'killed',
      })),
      ...flows.map(({ id, stages }) => ({ id, children: stages, reason: 'shutdown' })),
    ];
  }
}
