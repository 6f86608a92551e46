import { max } from 'd3-array';
import { scaleLinear } from 'd3-scale';
import { area, curveMonotoneX, line } from 'd3-shape';
import { countText, plural } from '../view/value-label.ts';
import { NOTHING, type TwinCounts } from './twin-account.ts';
import { MEMORY_LINE } from './twin-programs.ts';

/** Both charts have the same axes, so that they can be compared. */
export interface ChartScale {
  readonly endMs: number;
  readonly most: number;
}

const LEAST_MS = 10_000;
/** Milliseconds of the run that are shown. */
const SHOWN_MS = 60_000;

export function chartScale(curves: readonly (readonly TwinCounts[])[]): ChartScale {
  return {
    endMs: Math.max(LEAST_MS, max(curves, (curve) => curve.at(-1)?.atMs ?? 0) ?? 0),
    most: Math.max(MEMORY_LINE * 1.4, max(curves, (curve) => max(curve, ({ waiting }) => waiting) ?? 0) ?? 0),
  };
}

/** How many events wait, over time, ready to draw. */
export function twinChart(
  curve: readonly TwinCounts[],
  { endMs, most }: ChartScale,
  { width, height }: { readonly width: number; readonly height: number },
) {
  const fromMs = Math.max(0, endMs - SHOWN_MS);
  const shown = curve.filter(({ atMs }) => atMs >= fromMs);
  const x = scaleLinear([fromMs, Math.max(endMs, fromMs + LEAST_MS)], [0, width]);
  const y = scaleLinear([0, most], [height, 0]);
  const place = (point: TwinCounts) => x(point.atMs);
  const last = shown.at(-1);
  return {
    waiting: line(place, ({ waiting }: TwinCounts) => y(waiting)).curve(curveMonotoneX)(shown) ?? '',
    waitingArea:
      area<TwinCounts>(place, y(0), ({ waiting }) => y(waiting)).curve(curveMonotoneX)(shown) ?? '',
    limitY: y(MEMORY_LINE),
    xTicks: x.ticks(4).map((ms) => ({ x: x(ms), label: `${countText(ms / 1_000)} s` })),
    yTicks: y.ticks(3).map((value) => ({ y: y(value), label: countText(value) })),
    end: last ? { x: place(last), y: y(last.waiting) } : null,
  };
}

/** One second of both, as a row of a table; `null`: a twin has told nothing of it. */
export interface TwinRow {
  readonly second: number;
  readonly counts: readonly (TwinCounts | null)[];
}

/** The latest seconds of both curves, each as it began; the latest first. */
export function twinRows(curves: readonly (readonly TwinCounts[])[], most: number): readonly TwinRow[] {
  const bySecond = curves.map((curve) => {
    const first = new Map<number, TwinCounts>();
    for (const point of curve) {
      const second = Math.floor(point.atMs / 1_000);
      if (!first.has(second)) first.set(second, point);
    }
    return first;
  });
  const seconds = [...new Set(bySecond.flatMap((own) => [...own.keys()]))].sort((a, b) => b - a);
  return seconds
    .slice(0, most)
    .map((second) => ({ second, counts: bySecond.map((own) => own.get(second) ?? null) }));
}

/** How far back it is looked to tell where things go, ms. */
const TREND_MS = 2_000;
/** What waits is flat while it changes by no more than a consumer may have asked for at once. */
const FLAT = 4;

/** Where a twin goes, in a sentence: by what the end of its curve tells. */
export function twinSentence(curve: readonly TwinCounts[], isPull: boolean): string {
  const now = curve.at(-1) ?? NOTHING;
  if (now.made === 0)
    return isPull ? 'Makes an order when it is asked for one.' : 'Makes an order when it comes in.';
  const then = curve.findLast(({ atMs }) => atMs <= now.atMs - TREND_MS) ?? curve[0] ?? NOTHING;
  const seconds = Math.max(1, Math.round((now.atMs - then.atMs) / 1_000));
  const [made, done] = [now.made - then.made, now.done - then.done];
  const came = `In the last ${plural(seconds, 'second')} ${plural(made, 'order')} ${made === 1 ? 'was' : 'were'} made and ${countText(done)} packed`;
  const dropped = now.dropped - then.dropped;
  if (dropped > 0) return `${came}: the buffer is full, and ${countText(dropped)} were dropped.`;
  const by = now.waiting - then.waiting;
  if (by < -FLAT) return `${came}: what waits gets less.`;
  if (by > FLAT)
    return `${came}: what waits grows${now.waiting > MEMORY_LINE ? ', and is past the memory line' : ''}.`;
  return `${came}: what waits stays flat${isPull ? ', as the source makes none that was not asked for' : ''}.`;
}
