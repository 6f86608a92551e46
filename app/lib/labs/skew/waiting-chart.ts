import { max } from 'd3-array';
import { scaleLinear } from 'd3-scale';
import { area, curveStepAfter } from 'd3-shape';
import type { LaneRun } from './skew-run.ts';

/** How many orders waited for each lane over the run, all to one scale. */
export interface WaitingChart {
  /** Stage → outline of the area, as an SVG path. */
  readonly paths: ReadonlyMap<string, string>;
  /** The top of the scale, in orders. */
  readonly most: number;
}

export interface ChartSize {
  readonly width: number;
  readonly height: number;
}

/** Orders at the top of the scale at least: a queue of two is not to look like one of eighty. */
const LEAST_TOP = 10;

/** @param endMs - When the run was over: the right end of every chart. */
export function waitingChart(
  lanes: readonly LaneRun[],
  endMs: number,
  { width, height }: ChartSize,
): WaitingChart {
  const most = Math.max(LEAST_TOP, max(lanes, ({ mostWaiting }) => mostWaiting) ?? 0);
  const x = scaleLinear([0, Math.max(endMs, 1)], [0, width]);
  const y = scaleLinear([0, most], [height, 0]);
  const outline = area<LaneRun['waiting'][number]>()
    .x(({ atMs }) => x(atMs))
    .y0(height)
    .y1(({ count }) => y(count))
    .curve(curveStepAfter);
  const paths = lanes.map(({ stage, waiting }) => {
    const last = waiting.at(-1);
    const whole = last ? [...waiting, { atMs: Math.max(endMs, last.atMs), count: last.count }] : [];
    return [stage, outline(whole) ?? ''] as const;
  });
  return { paths: new Map(paths), most };
}
