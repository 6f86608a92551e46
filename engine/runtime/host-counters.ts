import type { WorkerId } from '../ids.ts';
import type { EndTotals, StageTotals } from '../stage/stage-report.ts';
import type { StageCounters, SubscriptionCounters } from '../transport/protocol.ts';
import type { Hosted } from './hosted.ts';
import type { Ledger } from './ledger.ts';
import type { TaskHost } from './task-host.ts';

/** Totals of one worker. A subscription may be there twice: once with each of its ends. */
export interface HostCounters {
  readonly stages: readonly StageCounters[];
  /** They handle no events; what they have is a mailbox and a status. */
  readonly supervisors: readonly StageCounters[];
  readonly subscriptions: readonly SubscriptionCounters[];
}

const NO_TOTALS: StageTotals = { handled: 0, emitted: 0, discarded: 0, busyMs: 0, calls: 0 };

/** Counts what the processes of a worker have done, in all their lives. */
export function countersOf(
  worker: WorkerId,
  all: Iterable<Hosted>,
  { ledger, tasks }: { readonly ledger: Ledger; readonly tasks: TaskHost },
): HostCounters {
  const stages: StageCounters[] = [];
  const supervisors: StageCounters[] = [];
  const subscriptions: SubscriptionCounters[] = [];
  const end = ({ subscription, consumer, producer, asked, dispatched, pending }: EndTotals) => {
    const lost = ledger.lostOn(subscription);
    subscriptions.push({ subscription, consumer, producer, asked, dispatched, pending, lost });
  };
  const counters = ({ id, mailbox, process, isFrozen }: Hosted, totals: StageTotals, buffered: number) => ({
    stage: id,
    worker,
    mailbox: mailbox.size,
    ...totals,
    buffered,
    lost: ledger.lostAt(id),
    status: isFrozen && process.isAlive ? ('frozen' as const) : process.status,
  });
  for (const hosted of all) {
    const { stage, current } = hosted;
    // What it counted is known to whoever has outlived its worker.
    if (current.kind === 'gone') continue;
    if (stage) {
      const running = tasks.countOf(hosted.id);
      const own = counters(hosted, ledger.totalsOf(stage), stage.buffered);
      const counted = stage.kept > 0 ? { ...own, kept: stage.kept } : own;
      stages.push(running > 0 ? { ...counted, tasks: running } : counted);
      stage.eachSubscription(end);
    } else supervisors.push(counters(hosted, NO_TOTALS, 0));
  }
  ledger.eachEnd(end);
  return { stages, supervisors, subscriptions };
}
