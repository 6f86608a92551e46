import type { GlyphShape } from './value-label.ts';

/** Outline of an event's glyph around the origin, as an SVG path. */
export function glyphPath(shape: GlyphShape, width: number, height: number): string {
  const x = width / 2;
  const y = height / 2;
  const cut = Math.min(7, x);
  const polygon = (...points: readonly (readonly [number, number])[]) =>
    `M${points.map((point) => point.join(',')).join('L')}Z`;
  switch (shape) {
    case 'round':
      return rounded(x, y, y);
    case 'square':
      return rounded(x, y, 3);
    case 'diamond':
      return polygon([-x - 2, 0], [-x + cut, -y], [x - cut, -y], [x + 2, 0], [x - cut, y], [-x + cut, y]);
    case 'hexagon':
      return polygon(
        [-x, -y + 5],
        [-x + 5, -y],
        [x - 5, -y],
        [x, -y + 5],
        [x, y - 5],
        [x - 5, y],
        [-x + 5, y],
        [-x, y - 5],
      );
    case 'triangle':
      return polygon([-x, -y], [x - cut, -y], [x + 3, 0], [x - cut, y], [-x, y]);
    case 'shield':
      return `M${-x},${-y}H${x}V2Q${x},${y} ${x - cut},${y}H${-x + cut}Q${-x},${y} ${-x},2Z`;
    default:
      return outlineOf(shape);
  }
}

/** Fails to compile while a shape has no outline. */
function outlineOf(_shape: never): string {
  return '';
}

function rounded(x: number, y: number, radius: number): string {
  const r = Math.min(radius, x, y);
  return `M${-x + r},${-y}H${x - r}A${r},${r} 0 0 1 ${x},${-y + r}V${y - r}A${r},${r} 0 0 1 ${x - r},${y}H${-x + r}A${r},${r} 0 0 1 ${-x},${y - r}V${-y + r}A${r},${r} 0 0 1 ${-x + r},${-y}Z`;
}
