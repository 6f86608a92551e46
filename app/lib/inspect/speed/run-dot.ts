import type { PlanView, TraceEntry } from 'sluice';
import { latenciesIn } from '../../view/event-latencies.ts';
import { livesOfRuns } from '../../view/lives-of-run.ts';
import { asPart, atOnce, type Steps } from '../../view/steps.ts';
import { sinksOf, throughputOf } from '../../view/throughput.ts';
import type { WorkerSettings } from '../../sandbox/worker-settings.ts';

/** A run as it is measured: what came through, and how long it took. */
export interface Measured {
  readonly perSecond: number;
  /** How long 95 of 100 events took at most, from being made to being handled at the end, ms. */
  readonly p95Ms: number;
  readonly events: number;
  /** Max and min demand, as "10/5". */
  readonly demand: string;
  /** The same of every subscription, in words. */
  readonly demands: string;
  /** Workers in use. */
  readonly workers: number;
}

/** A run that was measured, and with what it was made: enough to make it again. */
export interface RunDot extends Measured {
  readonly id: string;
  /** When it was measured, ms since the Unix epoch. */
  readonly atMs: number;
  readonly settings: WorkerSettings;
  readonly seed: number;
  /** The learner's program; left out where it was too long to be kept. */
  readonly text?: string;
}

/** What somebody wants to reach. */
export interface SpeedTarget {
  /** At least so many events per second … */
  readonly perSecond: number;
  /** … 95 of 100 of them within so many ms. */
  readonly withinMs: number;
}

/** Fewer events at the end than this say nothing of a speed. */
export const LEAST_EVENTS = 5;
/** Different demands that a label names. */
const LABEL_DEMANDS = 2;

/** Of the time that measuring takes, how much its events are gathered. */
const READING = 0.7;

/** A run in the plane of throughput and latency; `null` where too few events came through, or no time passed. */
export function measure(plan: PlanView, entries: readonly TraceEntry[], workers: number): Measured | null {
  return atOnce(measuring(plan, entries, workers)).measured;
}

/** The same in steps. */
export function* measuring(
  plan: PlanView,
  entries: readonly TraceEntry[],
  workers: number,
): Steps<{ readonly measured: Measured | null }> {
  const { events, perSecond } = throughputOf(plan, entries);
  const lives = yield* asPart(livesOfRuns.reading(plan, entries), { from: 0, to: READING });
  const { all } = yield* asPart(latenciesIn(lives), { from: READING, to: 1 });
  if (perSecond === null || !all || events < LEAST_EVENTS) return { measured: null };
  return { measured: { perSecond, p95Ms: all.p95Ms, events, ...demandWords(plan), workers } };
}

/** The demands of a plan: those of its sinks first, as these are what a learner turns first. */
export function demandWords(plan: PlanView): { readonly demand: string; readonly demands: string } {
  const sinks = sinksOf(plan);
  const links = [...plan.subscriptions].sort(
    (a, b) => Number(sinks.has(b.consumer)) - Number(sinks.has(a.consumer)),
  );
  const all = [...new Set(links.map(({ maxDemand, minDemand }) => `${maxDemand}/${minDemand}`))];
  const shown = all.slice(0, LABEL_DEMANDS).join(' · ');
  return {
    demand: all.length > LABEL_DEMANDS ? `${shown} …` : shown,
    demands: links.map((link) => `${link.consumer} ${link.maxDemand}/${link.minDemand}`).join(', '),
  };
}

/** Whether a run is what somebody wanted. */
export function isInTarget({ perSecond, p95Ms }: Measured, target: SpeedTarget): boolean {
  return perSecond >= target.perSecond && p95Ms <= target.withinMs;
}

/** Fewer runs than this have no knee. */
const LEAST_FOR_KNEE = 4;

/**
 * The run at the knee: the one that gets most throughput per latency (Kleinrock's power). Beyond it latency grows faster than
 * throughput, before it throughput is given away. `null` of fewer than four runs, and where all have the same demand.
 */
export function kneeOf<Dot extends Measured>(dots: readonly Dot[]): Dot | null {
  if (dots.length < LEAST_FOR_KNEE || new Set(dots.map(({ demand }) => demand)).size < 2) return null;
  const power = ({ perSecond, p95Ms }: Dot) => perSecond / Math.max(p95Ms, Number.MIN_VALUE);
  return dots.reduce((best, dot) => (power(dot) > power(best) ? dot : best));
}
