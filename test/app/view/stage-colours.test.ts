import { readFileSync } from 'node:fs';
import { rgb } from 'd3-color';
import { describe, expect, it } from 'vitest';
import { STAGE_COLOURS, stageColours } from '$lib/view/stage-colours.ts';

const tokens = readFileSync(new URL('../../../app/lib/ui/tokens.css', import.meta.url), 'utf8');
const [lightTokens = '', darkTokens = ''] = tokens.split("[data-theme='dark']");

function surface(theme: string, name: string): string {
  const found = new RegExp(`--${name}: (#[0-9a-f]{6})`).exec(theme)?.[1];
  if (!found) throw new Error(`no --${name} in tokens.css`);
  return found;
}

/** WCAG 2.2, relative luminance and contrast ratio. */
function luminance(colour: string): number {
  const { r, g, b } = rgb(colour);
  const [red = 0, green = 0, blue = 0] = [r, g, b].map((channel) => {
    const part = channel / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function contrast(a: string, b: string): number {
  const [lighter = 0, darker = 0] = [luminance(a), luminance(b)].sort((one, two) => two - one);
  return (lighter + 0.05) / (darker + 0.05);
}

describe('stage colours', () => {
  it.each(STAGE_COLOURS.map((colour, i) => ({ ...colour, i })))(
    'keep AA on every surface: %o',
    ({ light, dark }) => {
      for (const name of ['paper', 'panel', 'sunken']) {
        expect(contrast(light, surface(lightTokens, name))).toBeGreaterThanOrEqual(4.5);
        expect(contrast(dark, surface(darkTokens, name))).toBeGreaterThanOrEqual(4.5);
      }
    },
  );

  it('differ for the stages of a pipeline of twelve', () => {
    const stages = Array.from({ length: 12 }, (_, i) => ({
      id: `s${i}`,
      kind: 'consumer' as const,
      dispatcher: null,
      bufferSize: null,
    }));
    const colours = stageColours({ stages, subscriptions: [] });
    expect(new Set(Object.values(colours)).size).toBe(12);
  });
});

describe('labels on events and asks', () => {
  it('keep AA in both themes', () => {
    for (const theme of [lightTokens, darkTokens]) {
      expect(contrast(surface(theme, 'panel'), surface(theme, 'event'))).toBeGreaterThanOrEqual(4.5);
      expect(contrast(surface(theme, 'event'), surface(theme, 'event-soft'))).toBeGreaterThanOrEqual(4.5);
      expect(contrast(surface(theme, 'ask'), surface(theme, 'panel'))).toBeGreaterThanOrEqual(4.5);
    }
  });
});
