import type { PlanView, StageId, TraceEntry } from 'sluice';

/** How many events came to the end of a pipeline, and in what time. */
export interface Throughput {
  /** Handled by stages that send nothing on; one that several of them get counts for each. */
  readonly events: number;
  /** `null` where no time has passed between the first ask and the last of them. */
  readonly perSecond: number | null;
  /** From the first ask of the run to the last event that was handled, ms. */
  readonly tookMs: number;
}

/** The stages that events come to an end at. */
export function sinksOf({ stages, subscriptions }: PlanView): ReadonlySet<StageId> {
  const producers = new Set(subscriptions.map(({ producer }) => producer));
  return new Set(
    stages.filter(({ id, kind }) => kind !== 'producer' && !producers.has(id)).map(({ id }) => id),
  );
}

/** The throughput of a run, as far as it is recorded. */
export function throughputOf(plan: PlanView, entries: readonly TraceEntry[]): Throughput {
  const sinks = sinksOf(plan);
  /** By stage: how many events its callback was given that has not returned. */
  const handling = new Map<StageId, number>();
  let fromMs: number | null = null;
  let toMs = 0;
  let events = 0;
  for (const entry of entries) {
    if (entry.type === 'ask') fromMs ??= entry.atMs;
    if (!sinks.has(entry.stage)) continue;
    if (entry.type === 'begin') {
      handling.set(entry.stage, entry.callback === 'handleEvents' ? (entry.count ?? 0) : 0);
    } else if (entry.type === 'end') {
      const handled = handling.get(entry.stage) ?? 0;
      handling.set(entry.stage, 0);
      if (handled === 0) continue;
      events += handled;
      toMs = Math.max(toMs, entry.atMs);
    }
  }
  const tookMs = Math.max(0, toMs - (fromMs ?? toMs));
  return { events, tookMs, perSecond: tookMs > 0 ? (events / tookMs) * 1_000 : null };
}

/** "0.8", "12", "1,250" events a second. */
export function rateText(perSecond: number): string {
  if (perSecond >= 10 || Number.isInteger(perSecond)) return RATES.format(Math.round(perSecond));
  return perSecond.toPrecision(2);
}

const RATES = new Intl.NumberFormat('en-US');
