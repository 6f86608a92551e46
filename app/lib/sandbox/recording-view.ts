import { replay, type StageCounters, type StageId, type SubscriptionCounters } from 'sluice';
import type { RunRecord } from '#lessons/schema.ts';
import { RunConsole } from './console-lines.ts';
import { crashProblems } from './problems.ts';
import type { ProgramText } from './problems.ts';
import type { RunStatus, RunView } from './run-view.ts';

/** A recording as the page shows a run that is over. `program` is what was recorded, where it is known. */
export function viewOfRecording(run: RunRecord, program: ProgramText | null): RunView {
  const { plan, entries, ended } = run;
  const tail = new RunConsole(program?.places ?? null).tail(entries);
  const placement = placementIn(run);
  const counters = recordedCounters(run, placement);
  return {
    status: STATUS_AFTER[ended],
    plan,
    placement,
    workers: new Set(Object.values(placement)).size,
    entries,
    dropped: 0,
    get stages() {
      return counters().stages;
    },
    get subscriptions() {
      return counters().subscriptions;
    },
    console: tail.lines,
    consoleDropped: tail.dropped,
    problems: crashProblems(entries, program),
    seed: run.seed,
    elapsedMs: entries.reduce((latest, { atMs }) => Math.max(latest, atMs), 0),
  };
}

const STATUS_AFTER: Readonly<Record<RunRecord['ended'], RunStatus>> = {
  idle: 'finished',
  exited: 'finished',
  budget: 'stopped',
  crashed: 'failed',
};

type Recorded = Pick<RunRecord, 'plan' | 'entries'>;

/** Where each stage ran last. */
export function placementIn({ plan, entries }: Recorded): Record<StageId, number> {
  const placement: Record<StageId, number> = Object.fromEntries(plan.stages.map(({ id }) => [id, 0]));
  // From the end on: in a long run all of them are soon found.
  const unknown = new Set(Object.keys(placement));
  for (let i = entries.length - 1; i >= 0 && unknown.size > 0; i -= 1) {
    const entry = entries[i];
    if (entry && unknown.delete(entry.stage)) placement[entry.stage] = entry.worker;
  }
  return placement;
}

interface Counters {
  readonly stages: readonly StageCounters[];
  readonly subscriptions: readonly SubscriptionCounters[];
}

/**
 * A recording keeps no counters: its last moment has them, but for time and mailboxes. They are counted when they are asked
 * for first, as a long recording is opened sooner than it is gone through.
 */
export function recordedCounters(
  recorded: Recorded,
  placement: Readonly<Record<StageId, number>>,
): () => Counters {
  let counted: Counters | null = null;
  return () => (counted ??= countersIn(recorded, placement));
}

function countersIn({ plan, entries }: Recorded, placement: Readonly<Record<StageId, number>>): Counters {
  const last = replay(plan, entries, entries.length);
  const calls = new Map<StageId, number>();
  for (const { type, stage } of entries) {
    if (type === 'begin') calls.set(stage, (calls.get(stage) ?? 0) + 1);
  }
  return {
    stages: plan.stages.map(({ id }) => {
      const state = last.stages[id];
      return {
        stage: id,
        worker: placement[id] ?? 0,
        mailbox: 0,
        handled: state?.handled ?? 0,
        emitted: state?.emitted ?? 0,
        buffered: state?.buffered ?? 0,
        discarded: state?.discarded ?? 0,
        lost: state?.lost ?? 0,
        busyMs: 0,
        calls: calls.get(id) ?? 0,
        status: state?.status === 'exited' || state?.status === 'crashed' ? state.status : 'waiting',
      };
    }),
    // Those of the plan, and those that were made while it ran.
    subscriptions: Object.entries(last.subscriptions).map(
      ([subscription, { consumer, producer, asked, dispatched, pending, lost }]) => ({
        subscription,
        consumer,
        producer,
        asked,
        dispatched,
        pending,
        lost,
      }),
    ),
  };
}
