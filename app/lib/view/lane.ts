import { bisector, pairs } from 'd3-array';
import { line } from 'd3-shape';

export interface Point {
  readonly x: number;
  readonly y: number;
}

/** Which way events flow through the picture: to the right where there is room, else down. */
export type Orientation = 'right' | 'down';

/** One lane of the road between two stages. Progress 0 is where its traffic sets off, 1 where it arrives. */
export interface Lane {
  /** SVG path. */
  readonly path: string;
  /** Pixels. */
  readonly length: number;
  readonly points: readonly Point[];
  readonly at: (progress: number) => Point;
}

/** Points taken per bend to measure a lane: enough for steps below a pixel or two. */
const SAMPLES_PER_BEND = 24;

const byDistance = bisector(([distance]: readonly [number, Point]) => distance);

/**
 * A smooth lane through points, that leaves and arrives along the flow.
 *
 * @param points - At least two.
 * @param aside - How far to the right of the line through the points it runs, in pixels; to the left if negative.
 */
export function lane(points: readonly Point[], orientation: Orientation, aside = 0): Lane {
  const middle = pairs(points).flatMap(([from, to]) => bend(from, to, orientation));
  return laneThrough(beside(middle, orientation, aside));
}

/** The same lane for traffic the other way. */
export function reversed({ points }: Lane): Lane {
  return laneThrough([...points].reverse());
}

function laneThrough(points: readonly Point[]): Lane {
  const samples = measured(points);
  const [length, end] = samples.at(-1) ?? [0, { x: 0, y: 0 }];
  const at = (progress: number): Point => {
    const distance = Math.max(0, Math.min(progress, 1)) * length;
    const after = byDistance.left(samples, distance);
    const [toDistance, to] = samples[after] ?? [length, end];
    const [fromDistance, from] = samples[Math.max(0, after - 1)] ?? [toDistance, to];
    const span = toDistance - fromDistance;
    const part = span === 0 ? 0 : (distance - fromDistance) / span;
    return { x: from.x + (to.x - from.x) * part, y: from.y + (to.y - from.y) * part };
  };
  return { path: polyline(points) ?? '', length, at, points };
}

const polyline = line<Point>(
  (point) => point.x,
  (point) => point.y,
).digits(1);

/** A line that runs beside another at an even distance. */
function beside(points: readonly Point[], orientation: Orientation, aside: number): Point[] {
  const flow = orientation === 'right' ? { x: 1, y: 0 } : { x: 0, y: 1 };
  return points.map((point, i) => {
    const before = points[i - 1];
    const after = points[i + 1];
    // The ends stand square to their stages; a point that is there twice has no direction of its own.
    const run = before && after ? { x: after.x - before.x, y: after.y - before.y } : flow;
    const length = Math.hypot(run.x, run.y);
    if (length === 0) return point;
    return { x: point.x - (run.y / length) * aside, y: point.y + (run.x / length) * aside };
  });
}

/** The points of one bend: a cubic whose control points lie halfway along the flow, as in d3's bump curves. */
function bend(from: Point, to: Point, orientation: Orientation): Point[] {
  const middle = { x: (from.x + to.x) / 2, y: (from.y + to.y) / 2 };
  const leave = orientation === 'right' ? { x: middle.x, y: from.y } : { x: from.x, y: middle.y };
  const arrive = orientation === 'right' ? { x: middle.x, y: to.y } : { x: to.x, y: middle.y };
  return Array.from({ length: SAMPLES_PER_BEND + 1 }, (_, i) => {
    const t = i / SAMPLES_PER_BEND;
    return {
      x: cubic(t, [from.x, leave.x, arrive.x, to.x]),
      y: cubic(t, [from.y, leave.y, arrive.y, to.y]),
    };
  });
}

function cubic(t: number, [a, b, c, d]: readonly [number, number, number, number]): number {
  const u = 1 - t;
  return u * u * u * a + 3 * u * u * t * b + 3 * u * t * t * c + t * t * t * d;
}

/** Every point with its distance from the first. */
function measured(points: readonly Point[]): (readonly [number, Point])[] {
  let distance = 0;
  return points.map((point, i) => {
    const before = points[i - 1] ?? point;
    distance += Math.hypot(point.x - before.x, point.y - before.y);
    return [distance, point] as const;
  });
}

/** The points of one mark: its tip ahead. */
const ARROW: readonly Point[] = [
  { x: -2.5, y: -4 },
  { x: 1.5, y: 0 },
  { x: -2.5, y: 4 },
];

/**
 * Marks along a lane, about `spacing` pixels apart, that point the way its traffic goes: all of them as one path of SVG, since
 * each element with a place of its own costs the browser something in every frame.
 */
export function arrowsPath(along: Lane, spacing: number): string {
  const count = Math.floor(along.length / spacing);
  return Array.from({ length: count }, (_, i) => {
    const progress = (i + 0.5) / count;
    const here = along.at(progress);
    const ahead = along.at(progress + 1 / along.length);
    const angle = Math.atan2(ahead.y - here.y, ahead.x - here.x);
    const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
    const corners = ARROW.map(
      ({ x, y }) => `${(here.x + x * cos - y * sin).toFixed(1)},${(here.y + x * sin + y * cos).toFixed(1)}`,
    );
    return `M${corners.join('L')}`;
  }).join('');
}
