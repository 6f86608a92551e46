import { extent } from 'd3-array';
import { scaleLinear, scaleLog } from 'd3-scale';
import { durationText } from '../../view/value-label.ts';
import { rateText } from '../../view/throughput.ts';
import type { Measured, SpeedTarget } from './run-dot.ts';

/** One axis: pixels of a value, and where it is marked. */
interface Axis {
  readonly isLog: boolean;
  readonly at: (value: number) => number;
  readonly ticks: readonly { readonly at: number; readonly label: string }[];
}

export interface PlacedDot<Dot extends Measured> {
  readonly dot: Dot;
  readonly x: number;
  readonly y: number;
  /** Left of it where there is no room on the right; none where another label is in the way. */
  readonly label: 'right' | 'left' | 'none';
}

/** The plane of throughput (to the right) and latency (upwards), ready to draw. */
export interface SpeedPlane<Dot extends Measured> {
  readonly x: Axis;
  readonly y: Axis;
  readonly dots: readonly PlacedDot<Dot>[];
  /** Where a target is met; `null`: there is none. */
  readonly target: {
    readonly x: number;
    readonly y: number;
    readonly width: number;
    readonly height: number;
  } | null;
}

export interface PlaneSize {
  readonly width: number;
  readonly height: number;
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

/** From this ratio of the greatest to the least value on, steps are tenfold. */
const LOG_FROM = 20;
const CHARACTER = 6.6;
const LABEL_HEIGHT = 13;
/** From the middle of a dot to its label: rings and crosses are around it. */
export const LABEL_GAP = 13;

export function speedPlane<Dot extends Measured>(
  dots: readonly Dot[],
  target: SpeedTarget | null,
  size: PlaneSize,
): SpeedPlane<Dot> {
  const { width, height, left, right, top, bottom } = size;
  const x = axis(
    [...dots.map(({ perSecond }) => perSecond), ...(target ? [target.perSecond] : [])],
    [left, width - right],
    { ticks: Math.max(2, Math.round((width - left - right) / 90)), label: rateText },
  );
  const y = axis(
    [...dots.map(({ p95Ms }) => p95Ms), ...(target ? [target.withinMs] : [])],
    [height - bottom, top],
    { ticks: Math.max(2, Math.round((height - top - bottom) / 45)), label: durationText },
  );
  return { x, y, dots: labelled(dots, x, y, width - right), target: targetBox(target, x, y, size) };
}

function axis(
  values: readonly number[],
  range: readonly [number, number],
  { ticks, label }: { readonly ticks: number; readonly label: (value: number) => string },
): Axis {
  const [least = 1, most = 1] = extent(values.filter((value) => value > 0));
  const isLog = most / least >= LOG_FROM;
  const scale = isLog
    ? scaleLog([least / 1.5, most * 1.5], range)
    : scaleLinear([0, most * 1.15], range).nice(ticks);
  const at = (value: number) => scale(isLog ? Math.max(value, least / 1.5) : value);
  const marked = isLog ? tens(least / 1.5, most * 1.5) : scale.ticks(ticks);
  return { isLog, at, ticks: marked.map((value) => ({ at: at(value), label: label(value) })) };
}

/** 1, 10, 100 …; between them 2 and 5 where there are few. */
function tens(least: number, most: number): readonly number[] {
  const powers: number[] = [];
  for (let power = 10 ** Math.floor(Math.log10(least)); power <= most; power *= 10) powers.push(power);
  const all = powers.length > 3 ? powers : powers.flatMap((power) => [power, 2 * power, 5 * power]);
  return all.filter((value) => value >= least && value <= most);
}

/** Later runs come first: their labels are wanted most. */
function labelled<Dot extends Measured>(
  dots: readonly Dot[],
  x: Axis,
  y: Axis,
  rightEnd: number,
): readonly PlacedDot<Dot>[] {
  const taken: { readonly from: number; readonly to: number; readonly y: number }[] = [];
  const placed = [...dots].reverse().map((dot): PlacedDot<Dot> => {
    const at = { x: x.at(dot.perSecond), y: y.at(dot.p95Ms) };
    const length = dot.demand.length * CHARACTER;
    const sides = [
      { label: 'right', from: at.x + LABEL_GAP, to: at.x + LABEL_GAP + length },
      { label: 'left', from: at.x - LABEL_GAP - length, to: at.x - LABEL_GAP },
    ] as const;
    const free = sides.find(
      ({ from, to }) =>
        from >= 0 &&
        to <= rightEnd &&
        !taken.some((other) => Math.abs(other.y - at.y) < LABEL_HEIGHT && from < other.to && other.from < to),
    );
    if (free) taken.push({ from: free.from, to: free.to, y: at.y });
    return { dot, ...at, label: free?.label ?? 'none' };
  });
  return placed.reverse();
}

function targetBox(
  target: SpeedTarget | null,
  x: Axis,
  y: Axis,
  { width, height, right, bottom }: PlaneSize,
): SpeedPlane<Measured>['target'] {
  if (!target) return null;
  const [from, top] = [x.at(target.perSecond), y.at(target.withinMs)];
  return {
    x: from,
    y: top,
    width: Math.max(0, width - right - from),
    height: Math.max(0, height - bottom - top),
  };
}
