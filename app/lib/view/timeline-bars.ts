import type { Ruler, Spans } from './timeline-columns.ts';

/** Bars closer than this are one, px; no bar is thinner. */
const LEAST_GAP = 0.75;

/** Of a share that is more than nothing, px: less would not be seen. */
const LEAST_HEIGHT = 1;

/** How the timeline is drawn: a part of the run on so many pixels. */
export interface BarScale {
  readonly width: number;
  readonly ruler: Ruler;
  readonly range: { readonly from: number; readonly to: number };
  /** From the ruler to px. */
  readonly scale: (value: number) => number;
  /** Where the trace ends, on the ruler. */
  readonly now: number;
}

/** Pixels of a lane, side by side, in which too much lies to be told apart. */
export interface Crowd {
  readonly from: number;
  readonly to: number;
}

/** What a stage did on one lane. Its bars lie around y = 0. */
export interface LaneBars {
  readonly busyPath: string;
  readonly blockedPath: string;
  /** As somebody does it by hand, or weather does, it is never so close that it could not be told apart. */
  readonly frozenPath: string;
  /** Where bars would be one: each pixel is filled as high as the share of it that is busy, and above that blocked. */
  readonly crowds: readonly Crowd[];
  readonly crowdedPath: string;
}

/** How much of a part of the run a stage was busy, and blocked, 0 to 1. */
export interface LaneShares {
  readonly busy: number;
  readonly blocked: number;
}

/** What a stage did, and when. */
export interface LaneSpans {
  readonly busy: Spans;
  /** Left out of what nobody can hold up. */
  readonly blocked?: Spans;
  readonly frozen?: Spans;
}

/** One bar, or several that cannot be told apart, px. */
interface Bar extends Crowd {
  readonly several: boolean;
}

/**
 * The bars of a lane: as many as there is room for, not as there are.
 *
 * @param half - How far they reach above and below y = 0, px.
 */
export function laneBars(lanes: readonly LaneSpans[], half: number, on: BarScale): LaneBars {
  const busy = lanes.flatMap((lane) => barsOf(lane.busy, on));
  const blocked = lanes.flatMap((lane) => (lane.blocked ? barsOf(lane.blocked, on) : []));
  const frozen = lanes.flatMap((lane) => (lane.frozen ? barsOf(lane.frozen, on) : []));
  const crowded = new Uint8Array(Math.ceil(on.width) + 1);
  for (const { several, from, to } of [...busy, ...blocked])
    if (several) crowded.fill(1, Math.max(0, Math.floor(from)), Math.max(0, Math.ceil(to)));
  const crowds = crowdsOf(crowded, on.width);
  const profiles = crowds.map((crowd) => crowdProfiles(lanes, crowd, { half, on }));
  const apart = (bars: readonly Bar[]) => bars.map((bar) => barPath(bar, half, crowded, on)).join('');
  return {
    // What is blocked stands on what is busy, which is drawn over it.
    busyPath: apart(busy) + profiles.map((profile) => profile.busy).join(''),
    blockedPath: apart(blocked) + profiles.map((profile) => profile.blocked).join(''),
    frozenPath: frozen.map(({ from, to }) => rectPath([from, to], half, on)).join(''),
    crowds,
    crowdedPath: crowds.map(({ from, to }) => `M${from},${-half}H${to}V${half}H${from}Z`).join(''),
  };
}

/** The shares of the pixel in which `x` lies. */
export function sharesAt(lanes: readonly LaneSpans[], x: number, on: Omit<BarScale, 'scale'>): LaneShares {
  const perPixel = (on.range.to - on.range.from) / Math.max(on.width, 1);
  const from = on.range.from + Math.floor(x) * perPixel;
  return sharesIn(lanes, { from, to: from + perPixel }, on);
}

/** The shares of a part of the run, as far as it has come. */
export function sharesIn(
  lanes: readonly LaneSpans[],
  { from, to }: Crowd,
  { ruler, now }: Pick<BarScale, 'ruler' | 'now'>,
): LaneShares {
  const end = Math.min(to, now);
  if (end <= from) return { busy: 0, blocked: 0 };
  let [busy, blocked] = [0, 0];
  for (const lane of lanes) {
    busy += lane.busy.covered(from, end, ruler) / (end - from);
    blocked += (lane.blocked?.covered(from, end, ruler) ?? 0) / (end - from);
  }
  return { busy: Math.min(1, busy), blocked: Math.min(1, blocked) };
}

/** From a bar that can be told apart to the next. */
function barsOf(spans: Spans, { ruler, range, scale, now, width }: BarScale): Bar[] {
  const perPixel = (range.to - range.from) / width;
  const bars: Bar[] = [];
  let bar: Bar | null = null;
  let i = spans.firstEndingAfter(range.from, ruler);
  while (i < spans.length && spans.from(i, ruler) <= range.to) {
    const left = scale(spans.from(i, ruler));
    const right = Math.max(scale(Math.min(spans.to(i, ruler), now)), left + LEAST_GAP);
    const joins: boolean = bar !== null && left - bar.to <= LEAST_GAP;
    if (bar && !joins) bars.push(bar);
    bar =
      bar && joins
        ? { from: bar.from, to: Math.max(bar.to, right), several: true }
        : { from: left, to: right, several: false };
    // What ends within the next part of a pixel would only make the bar as long as it will be anyhow.
    const next = spans.firstEndingAfter(range.from + (bar.to + LEAST_GAP / 2) * perPixel, ruler);
    if (Math.min(next, spans.length) > i + 1) bar = { ...bar, several: true };
    i = Math.max(i + 1, Math.min(next, spans.length));
  }
  return bar ? [...bars, bar] : bars;
}

function crowdsOf(crowded: Uint8Array, width: number): Crowd[] {
  const crowds: Crowd[] = [];
  let from = -1;
  for (let x = 0; x <= crowded.length; x += 1) {
    const isIn = x < width && crowded[x] === 1;
    if (isIn && from < 0) from = x;
    if (isIn || from < 0) continue;
    crowds.push({ from, to: Math.min(x, width) });
    from = -1;
  }
  return crowds;
}

/** A bar, as far as it is no part of a crowd. */
function barPath({ several, from, to }: Bar, half: number, crowded: Uint8Array, on: BarScale): string {
  if (several) return '';
  let [left, right] = [Math.max(from, -1), Math.min(to, on.width + 1)];
  while (left < right && crowded[Math.floor(left)] === 1) left = Math.floor(left) + 1;
  while (left < right && crowded[Math.ceil(right) - 1] === 1) right = Math.ceil(right) - 1;
  return rectPath([left, right], half, on);
}

function rectPath([from, to]: readonly [number, number], half: number, { width }: BarScale): string {
  const [left, right] = [Math.max(from, -1), Math.min(to, width + 1)];
  if (right <= left) return '';
  return `M${left.toFixed(1)},${-half}H${right.toFixed(1)}V${half}H${left.toFixed(1)}Z`;
}

/** Two areas that stand on the lower edge of a lane, a pixel a step: how much of each it is busy, and busy or blocked. */
function crowdProfiles(
  lanes: readonly LaneSpans[],
  { from, to }: Crowd,
  { half, on }: { readonly half: number; readonly on: BarScale },
): { readonly busy: string; readonly blocked: string } {
  const shares = sharesAlong(lanes, { from, to }, on);
  return {
    busy: profilePath(from, shares.busy, half),
    blocked: profilePath(
      from,
      shares.blocked.map((blocked, i) => (blocked > 0 ? blocked + (shares.busy[i] ?? 0) : 0)),
      half,
    ),
  };
}

/** The shares of pixels beside each other, each as {@link sharesAt} tells: what one ends with the next begins with. */
function sharesAlong(
  lanes: readonly LaneSpans[],
  { from, to }: Crowd,
  { ruler, range, now, width }: BarScale,
): { readonly busy: Float64Array; readonly blocked: Float64Array } {
  const perPixel = (range.to - range.from) / Math.max(width, 1);
  const until = (pixel: number) => Math.min(range.from + pixel * perPixel, now);
  const along = (spans: readonly Spans[]) => {
    const shares = new Float64Array(to - from);
    const coveredUntil = (value: number) =>
      spans.reduce((sum, own) => sum + own.coveredUntil(value, ruler), 0);
    let begin = until(from);
    let before = coveredUntil(begin);
    for (let i = 0; i < shares.length; i += 1) {
      const end = until(from + i + 1);
      if (end <= begin) break;
      const covered = coveredUntil(end);
      shares[i] = Math.min(1, (covered - before) / (end - begin));
      [begin, before] = [end, covered];
    }
    return shares;
  };
  return {
    busy: along(lanes.map(({ busy }) => busy)),
    blocked: along(lanes.flatMap(({ blocked }) => blocked ?? [])),
  };
}

/** @param shares - How much of each pixel is filled, from pixel `from` on. */
function profilePath(from: number, shares: Float64Array, half: number): string {
  const steps: string[] = [];
  /** In tenths of a pixel above the lower edge: what is less is not written. */
  let last = NaN;
  shares.forEach((share, i) => {
    const reach = share === 0 ? 0 : Math.max(LEAST_HEIGHT, 2 * half * Math.min(1, share));
    const tenths = Math.round(10 * reach);
    if (tenths === last) return;
    const y = half - tenths / 10;
    steps.push(Number.isNaN(last) ? `V${y.toFixed(1)}` : `H${from + i}V${y.toFixed(1)}`);
    last = tenths;
  });
  return `M${from},${half}${steps.join('')}H${from + shares.length}V${half}Z`;
}
