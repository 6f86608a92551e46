import type { GlyphShape } from './value-label.ts';

type Outline = (x: number, y: number) => string;

const CORNER = 7;
const SMALL_CORNER = 5;

/** One outline per shape, from half its width and half its height. */
const OUTLINES: Readonly<Record<GlyphShape, Outline>> = {
  round: (x, y) => rounded(x, y, y),
  square: (x, y) => rounded(x, y, 3),
  diamond: (x, y) =>
    polygon([-x - 2, 0], [-x + CORNER, -y], [x - CORNER, -y], [x + 2, 0], [x - CORNER, y], [-x + CORNER, y]),
  hexagon: (x, y) => {
    const [left, top] = [-x + SMALL_CORNER, -y + SMALL_CORNER];
    return polygon(
      [-x, top],
      [left, -y],
      [-left, -y],
      [x, top],
      [x, -top],
      [-left, y],
      [left, y],
      [-x, -top],
    );
  },
  triangle: (x, y) => polygon([-x, -y], [x - CORNER, -y], [x + 3, 0], [x - CORNER, y], [-x, y]),
  shield: (x, y) => `M${-x},${-y}H${x}V2Q${x},${y} ${x - CORNER},${y}H${-x + CORNER}Q${-x},${y} ${-x},2Z`,
};

/** Outline of an event's glyph around the origin, as an SVG path. */
export function glyphPath(shape: GlyphShape, width: number, height: number): string {
  return OUTLINES[shape](width / 2, height / 2);
}

function polygon(...points: readonly (readonly [number, number])[]): string {
  return `M${points.map((point) => point.join(',')).join('L')}Z`;
}

function rounded(x: number, y: number, radius: number): string {
  const r = Math.min(radius, x, y);
  const arc = (toX: number, toY: number) => `A${r},${r} 0 0 1 ${toX},${toY}`;
  return [
    `M${-x + r},${-y}H${x - r}${arc(x, -y + r)}`,
    `V${y - r}${arc(x - r, y)}`,
    `H${-x + r}${arc(-x, y - r)}`,
    `V${-y + r}${arc(-x + r, -y)}Z`,
  ].join('');
}
