import type { PlanView, StageId } from 'sluice';

/** One colour in both themes. Text and marks in it keep WCAG AA on every surface of the page. */
export interface StageColour {
  readonly light: string;
  readonly dark: string;
}

/** Twelve hues of equal lightness (OKLCH 0.47 and 0.79), neighbours far apart. */
export const STAGE_COLOURS: readonly StageColour[] = [
  { light: '#1e5ba1', dark: '#8bbefe' },
  { light: '#6c4494', dark: '#cca8f6' },
  { light: '#90355e', dark: '#f59bbe' },
  { light: '#1c6d26', dark: '#8ace8c' },
  { light: '#735606', dark: '#dcb55e' },
  { light: '#046677', dark: '#50cde8' },
  { light: '#96353b', dark: '#fc9c9c' },
  { light: '#4751a2', dark: '#a7b5fd' },
  { light: '#536304', dark: '#b1c66e' },
  { light: '#823b7d', dark: '#e49fde' },
  { light: '#8f4204', dark: '#f6a476' },
  { light: '#036961', dark: '#51d2c4' },
];

const FALLBACK: StageColour = { light: '#1e5ba1', dark: '#8bbefe' };

/** The colour at a place of the palette, as CSS that follows the page's theme. */
export function paletteColour(index: number): string {
  const { light, dark } = STAGE_COLOURS[index % STAGE_COLOURS.length] ?? FALLBACK;
  return `light-dark(${light}, ${dark})`;
}

/** Colour of every stage: the same stage has the same hue in every view of a run. */
export function stageColours(plan: PlanView): Readonly<Record<StageId, string>> {
  return Object.fromEntries(plan.stages.map(({ id }, index) => [id, paletteColour(index)]));
}
