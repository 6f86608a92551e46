import type { SubscriptionId } from 'sluice';
import { edgeOfLife } from 'sluice';
import { bin, max } from 'd3-array';
import { scaleLinear } from 'd3-scale';
import type { Batch } from './event-batch.ts';
import type { EventRef } from './event-ref.ts';
import { cutsOf, SEGMENT_KINDS, type EventLife, type SegmentKind } from './event-life.ts';
import type { EventLives } from './event-lives.ts';
import { WeightedSample } from './weighted-sample.ts';

/** Batches that are looked at, at most: of more, every second, third … */
const MOST_BATCHES = 4_000;

/** The events of one path: those that were handled on one subscription of the plan, whatever life of its stages. */
export interface EventPath {
  /** Events it is made from. */
  readonly count: number;
  /** Every so many-th batch was looked at; 1: all. */
  readonly every: number;
  /** Median of each segment, µs; of events that have none of a kind it is 0 long. */
  readonly medianUs: Readonly<Record<SegmentKind, number>>;
  /** Of the whole lives, µs. */
  readonly totalUs: { readonly median: number; readonly p95: number; readonly longest: number };
  readonly slowest: EventRef | null;
  /** Whole lives, µs. */
  readonly totals: WeightedSample;
}

/** What is usual on the path of a subscription; `null` where nothing was handled on it. */
export function pathOf(lives: EventLives, subscription: SubscriptionId): EventPath | null {
  const batches: Batch[] = [];
  for (const link of lives.links) {
    if (edgeOfLife(link.id) === edgeOfLife(subscription)) batches.push(...link.batches);
  }
  const every = Math.max(1, Math.ceil(batches.length / MOST_BATCHES));
  const byKind = SEGMENT_KINDS.map((kind) => ({ kind, sample: new WeightedSample() }));
  const totals = new WeightedSample();
  let slowest: EventLife | null = null;
  for (let i = 0; i < batches.length; i += every) {
    const batch = batches[i];
    if (!batch) continue;
    const cuts = cutsOf(batch);
    for (const [at, from] of cuts.entries()) {
      const weight = (cuts[at + 1] ?? from) - from;
      const life = weight > 0 ? lives.life({ subscription: batch.link.id, index: from }) : null;
      if (life?.fate.type !== 'handled') continue;
      const took = tookUs(life);
      for (const { kind, sample } of byKind) sample.add(took[kind] ?? 0, weight);
      totals.add(totalUs(life), weight);
      if (!slowest || totalUs(life) > totalUs(slowest)) slowest = life;
    }
  }
  if (!slowest) return null;
  const median = (sample: WeightedSample) => sample.quantile(0.5);
  return {
    count: totals.count,
    every,
    medianUs: medians(byKind.map(({ kind, sample }) => [kind, median(sample)])),
    totalUs: { median: median(totals), p95: totals.quantile(0.95), longest: totals.quantile(1) },
    slowest: { subscription: slowest.link.id, index: slowest.index },
    totals,
  };
}

/** How long a life was, µs. */
export function totalUs({ startUs, endUs }: EventLife): number {
  return endUs - startUs;
}

/** How long an event was where, µs; places where it was not are left out. */
export function tookUs({ segments }: EventLife): Partial<Record<SegmentKind, number>> {
  const took: Partial<Record<SegmentKind, number>> = {};
  for (const { kind, fromUs, toUs } of segments) took[kind] = (took[kind] ?? 0) + toUs - fromUs;
  return took;
}

/** Why a life was longer than usual: the segment that is the furthest above its median, by how much; `null`: none is. */
export function slowestPart(
  life: EventLife,
  { medianUs }: EventPath,
): { readonly kind: SegmentKind; readonly tookUs: number; readonly medianUs: number } | null {
  const took = tookUs(life);
  const parts = SEGMENT_KINDS.map((kind) => ({ kind, tookUs: took[kind] ?? 0, medianUs: medianUs[kind] }));
  const most = max(parts, (part) => part.tookUs - part.medianUs) ?? 0;
  if (most <= 0) return null;
  return parts.find((part) => part.tookUs - part.medianUs === most) ?? null;
}

/** A bar of a histogram: lives from `fromUs` to `toUs`, `count` of them. */
export interface HistogramBar {
  readonly fromUs: number;
  readonly toUs: number;
  readonly count: number;
}

const BARS = 24;

/** How the lives of a path are spread; whole lives, µs. */
export function histogram({ totals, totalUs: { longest } }: EventPath): readonly HistogramBar[] {
  const scale = scaleLinear([0, Math.max(1, longest)], [0, 1]).nice(BARS);
  const [from = 0, to = 1] = scale.domain();
  const bins = bin<{ readonly value: number; readonly weight: number }, number>()
    .value(({ value }) => value)
    .domain([from, to])
    // Not the end itself: d3 would put what is equal to it into a bin of its own.
    .thresholds(scale.ticks(BARS).filter((us) => us > from && us < to))([...totals.sorted()]);
  return bins.map((own) => {
    const { x0 = from, x1 = to } = own;
    return { fromUs: x0, toUs: x1, count: own.reduce((sum, { weight }) => sum + weight, 0) };
  });
}

function medians(pairs: readonly (readonly [SegmentKind, number])[]): Readonly<Record<SegmentKind, number>> {
  const all: Record<SegmentKind, number> = {
    held: 0,
    buffer: 0,
    partition: 0,
    out: 0,
    edge: 0,
    mailbox: 0,
    demand: 0,
    turn: 0,
    work: 0,
  };
  for (const [kind, us] of pairs) all[kind] = us;
  return all;
}
