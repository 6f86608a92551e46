import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { editorTheme, tokensOf } from '../../../app/lib/editor/theme.ts';

const css = readFileSync(new URL('../../../app/lib/ui/tokens.css', import.meta.url), 'utf8');
const tokens = tokensOf(css);

/** WCAG 2: relative luminance of `#rrggbb`. */
function luminance(colour: string): number {
  const [red, green, blue] = [1, 3, 5].map((at) => {
    const part = parseInt(colour.slice(at, at + 2), 16) / 255;
    return part <= 0.03928 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * (red ?? 0) + 0.7152 * (green ?? 0) + 0.0722 * (blue ?? 0);
}

function contrast(a: string, b: string): number {
  const [light, dark] = [luminance(a), luminance(b)].sort((x, y) => y - x);
  return ((light ?? 0) + 0.05) / ((dark ?? 0) + 0.05);
}

describe('tokensOf()', () => {
  it('reads both themes, the dark one over the light one', () => {
    const read = tokensOf(
      `:root {\n --ink: #111111;\n --mono: 'A', b;\n}\n:root[data-theme='dark'] { --ink: #eeeeee; }`,
    );
    expect(read).toEqual({
      light: { ink: '#111111', mono: `'A', b` },
      dark: { ink: '#eeeeee', mono: `'A', b` },
    });
  });
});

describe('editorTheme()', () => {
  it('refuses a token that is no colour', () => {
    expect(() => editorTheme('light', { ...tokens.light, ink: 'var(--other)' })).toThrow('--ink');
    expect(() => editorTheme('light', {})).toThrow('received undefined');
  });

  it.each(['light', 'dark'] as const)('keeps WCAG AA for every colour of text in the %s theme', (base) => {
    const { rules, colors } = editorTheme(base, tokens[base]);
    const colour = (key: string) => colors[key] ?? '';
    const behind = [
      'editor.background',
      'editor.inactiveSelectionBackground',
      'editor.selectionBackground',
    ].map(colour);
    for (const { token, foreground } of rules) {
      for (const background of behind) {
        const ratio = contrast(`#${foreground}`, background);
        expect(ratio, `${token || 'text'} on ${background}`).toBeGreaterThanOrEqual(4.5);
      }
    }
    for (const key of ['editorLineNumber.foreground', 'editorSuggestWidget.highlightForeground']) {
      expect(contrast(colour(key), colour('editor.background')), key).toBeGreaterThanOrEqual(4.5);
    }
  });
});
