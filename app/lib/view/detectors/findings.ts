import type { PlanView, TraceEntry, TraceType } from 'sluice';
import type { RunView } from '../../sandbox/run-view.ts';
import type { Steps } from '../steps.ts';
import { isUnderWay } from '../run-status.ts';
import { blockedStage } from './blocked-stage.ts';
import type { Detector, Finding, RunRest, Watch } from './detector.ts';
import { doubleCounter } from './double-counter.ts';
import { lostOrder } from './lost-order.ts';
import { manualDemand } from './manual-demand.ts';
import { missingSubscription } from './missing-subscription.ts';
import { overSender } from './over-sender.ts';
import { overflow } from './overflow.ts';
import { returnedEvents } from './returned-events.ts';
import { stalledProducer } from './stalled-producer.ts';
import { unfiredWindow } from './unfired-window.ts';

/**
 * Everything that is looked for, plainest first. An acknowledgement before the save is not among them: to the engine both are the
 * program's own business, and no entry tells one from the other.
 */
export const DETECTORS: readonly Detector[] = [
  missingSubscription,
  manualDemand,
  overSender,
  overflow,
  stalledProducer,
  blockedStage,
  returnedEvents,
  doubleCounter,
  lostOrder,
  unfiredWindow,
];

/** Entries between two looks at the clock, and the events that they hold. */
const STEP_SIZE = 1_024;

type OverView = Pick<RunView, 'plan' | 'entries' | 'status' | 'dropped' | 'elapsedMs'>;

/** A run that is over, or held for good. */
export interface OverRun {
  readonly plan: PlanView;
  readonly entries: readonly TraceEntry[];
  /** Nothing was left to do. */
  readonly atRest: boolean;
  readonly elapsedMs: number;
}

/** A run that is over as it is read for findings; `null` while it goes on, and where not all of it was kept. */
export function overRun({ plan, entries, status, dropped, elapsedMs }: OverView): OverRun | null {
  const isOver = status === 'spent' || (status !== 'ready' && !isUnderWay(status));
  if (!isOver || plan === null || dropped > 0 || entries.length === 0) return null;
  return { plan, entries, atRest: status === 'finished', elapsedMs };
}

/** What a run shows that is worth a look, in the order of {@link DETECTORS}. */
export function* findingsIn({ plan, entries, atRest, elapsedMs }: OverRun): Steps<readonly Finding[]> {
  const watches = DETECTORS.map(({ watch }) => watch(plan));
  const byType = watchesByType(watches);
  let meddled = false;
  let lastMs = 0;
  let size = 0;
  for (const [position, entry] of entries.entries()) {
    meddled ||= entry.type === 'fault';
    lastMs = Math.max(lastMs, entry.atMs);
    for (const watch of byType.get(entry.type) ?? []) watch.take(entry, position);
    size += 1 + eventsIn(entry);
    if (size < STEP_SIZE) continue;
    size = 0;
    yield position / entries.length;
  }
  const rest: RunRest = {
    atRest: atRest && !meddled,
    meddled,
    entries: entries.length,
    elapsedMs,
    silentMs: elapsedMs - lastMs,
  };
  return watches.flatMap((watch) => watch.finding(rest) ?? []);
}

/** Events that detectors may look at, one by one. */
function eventsIn(entry: TraceEntry): number {
  if (entry.type === 'begin') return entry.events?.length ?? 0;
  return entry.type === 'end' ? entry.emitted.length : 0;
}

function watchesByType(watches: readonly Watch[]): ReadonlyMap<TraceType, readonly Watch[]> {
  const byType = new Map<TraceType, Watch[]>();
  for (const watch of watches) {
    for (const type of watch.types) byType.set(type, [...(byType.get(type) ?? []), watch]);
  }
  return byType;
}
