import { scaleLog } from 'd3-scale';
import type { Box } from './box.ts';
import type { Lane } from './lane.ts';
import type { Flow } from './motion.ts';

const FLOW_PIXELS_PER_SECOND = 180;
/** Rate from which a second and a third row of dots appear. */
const SECOND_ROW_FROM = 100;
const THIRD_ROW_FROM = 1_000;
/** Between two rows, pixels. */
const ROW_GAP = 6;
/** Of the dots of a flow at its full strength, pixels. */
const RADIUS = 2.6;

/** Events a second of the narrowest and the widest stream; beyond them it grows no more. */
const WIDTH_OF = scaleLog([10, 10_000], [3, 22]).clamp(true);

/** How wide a stream is, in pixels: it grows evenly with every tenfold rate. */
export function flowWidth({ perSecond }: Pick<Flow, 'perSecond'>): number {
  return WIDTH_OF(Math.max(1, perSecond));
}

/** How large the dots of a flow are: they shrink while it fades. */
export function dotRadius({ strength }: Pick<Flow, 'strength'>): number {
  return RADIUS * strength;
}

/**
 * Where the dots of a flow are at an instant: more of them, and more beside each other, the more there is.
 *
 * @param seen - Only those within it.
 * @returns Their middles, one after the other: x, y, x, y …
 */
export function flowDots(along: Lane, flow: Flow, nowMs: number, seen: Box): Float32Array {
  const { perSecond } = flow;
  const rows = perSecond >= THIRD_ROW_FROM ? 3 : perSecond >= SECOND_ROW_FROM ? 2 : 1;
  const spacing = Math.max(9, 30 - 7 * Math.log10(Math.max(1, perSecond)));
  const offset = ((nowMs / 1_000) * FLOW_PIXELS_PER_SECOND) % spacing;
  const count = Math.max(0, Math.ceil((along.length - offset) / spacing));
  const { xs, ys, across } = trackOf(along);
  const dots = new Float32Array(2 * rows * count);
  const [right, bottom] = [seen.x + seen.width, seen.y + seen.height];
  let length = 0;
  for (let i = 0; i < count; i += 1) {
    for (let row = 0; row < rows; row += 1) {
      const distance = Math.min(offset + i * spacing + (row % 2) * (spacing / 2), along.length);
      const at = Math.floor(distance);
      const part = distance - at;
      const aside = (row - (rows - 1) / 2) * ROW_GAP;
      const x = between(xs, at, part) + aside * (across[2 * at] ?? 0);
      const y = between(ys, at, part) + aside * (across[2 * at + 1] ?? 0);
      if (x < seen.x || x > right || y < seen.y || y > bottom) continue;
      dots[length] = x;
      dots[length + 1] = y;
      length += 2;
    }
  }
  return dots.subarray(0, length);
}

/** A lane pixel by pixel, from 0 to its end: where it is, and the direction to its right as pairs of x and y. */
interface Track {
  readonly xs: Float32Array;
  readonly ys: Float32Array;
  readonly across: Float32Array;
}

/** Lanes stay as they are laid out, and dots go over them in every frame. */
const TRACKS = new WeakMap<Lane, Track>();

function trackOf(along: Lane): Track {
  const known = TRACKS.get(along);
  if (known) return known;
  const length = Math.ceil(along.length) + 2;
  const track = {
    xs: new Float32Array(length),
    ys: new Float32Array(length),
    across: new Float32Array(2 * length),
  };
  for (let i = 0; i < length; i += 1) {
    const here = along.at(i / along.length);
    // At its end it goes on as before.
    const [from, to] =
      i + 1 < along.length
        ? [here, along.at((i + 1) / along.length)]
        : [along.at(1 - 1 / along.length), along.at(1)];
    const turn = Math.hypot(to.x - from.x, to.y - from.y) || 1;
    track.xs[i] = here.x;
    track.ys[i] = here.y;
    track.across[2 * i] = -(to.y - from.y) / turn;
    track.across[2 * i + 1] = (to.x - from.x) / turn;
  }
  TRACKS.set(along, track);
  return track;
}

function between(values: Float32Array, at: number, part: number): number {
  const from = values[at] ?? 0;
  return from + ((values[at + 1] ?? from) - from) * part;
}
