import type { editor } from 'monaco-editor/editor';

/** Custom properties of a theme: name without the dashes → value. */
export type Tokens = Readonly<Record<string, string>>;

/**
 * Values of our custom properties in each theme, read from the text of `tokens.css`: Monaco paints with colours of its
 * own, which must be known before it starts and cannot be `var(…)`.
 */
export function tokensOf(css: string): Readonly<Record<'light' | 'dark', Tokens>> {
  const light = propertiesOf(css, /:root\s*\{([^}]*)\}/);
  return { light, dark: { ...light, ...propertiesOf(css, /:root\[data-theme='dark'\]\s*\{([^}]*)\}/) } };
}

function propertiesOf(css: string, block: RegExp): Tokens {
  const text = block.exec(css)?.[1] ?? '';
  return Object.fromEntries(
    Array.from(text.matchAll(/--([\w-]+):\s*([^;]+);/g), ([, name, value]) => [name, value]),
  );
}

/** Which token colours what. Syntax stays within hues that already mean something: none is used for events or asks. */
const SYNTAX: readonly (readonly [scope: string, token: string, style?: 'italic' | 'bold'])[] = [
  ['', 'ink'],
  ['comment', 'ink-soft', 'italic'],
  ['keyword', 'accent'],
  ['keyword.json', 'ink'],
  ['type', 'event'],
  ['type.identifier', 'event'],
  ['constant', 'warn'],
  ['number', 'warn'],
  ['string', 'good'],
  ['string.escape', 'warn'],
  ['regexp', 'bad'],
  ['annotation', 'warn'],
  ['delimiter', 'ink-soft'],
  ['operator', 'ink-soft'],
  ['tag', 'accent'],
  ['function', 'accent'],
];

const COLOURS: Readonly<Record<string, string>> = {
  'editor.background': 'panel',
  'editor.foreground': 'ink',
  'editorGutter.background': 'panel',
  'editorLineNumber.foreground': 'ink-faint',
  'editorLineNumber.activeForeground': 'ink',
  'editorCursor.foreground': 'accent',
  'editor.selectionBackground': 'accent-soft',
  'editor.inactiveSelectionBackground': 'sunken',
  'editor.lineHighlightBackground': 'panel',
  'editor.lineHighlightBorder': 'sunken',
  'editor.wordHighlightBackground': 'sunken',
  'editor.wordHighlightStrongBackground': 'accent-soft',
  'editor.findMatchBackground': 'warn-soft',
  'editor.findMatchBorder': 'warn',
  'editor.findMatchHighlightBackground': 'warn-soft',
  'editorBracketMatch.background': 'sunken',
  'editorBracketMatch.border': 'line-strong',
  // Hues mean something here, and brackets are neither events nor asks.
  ...Object.fromEntries(
    [1, 2, 3, 4, 5, 6].map((depth) => [`editorBracketHighlight.foreground${depth}`, 'ink-soft']),
  ),
  'editorBracketHighlight.unexpectedBracket.foreground': 'bad',
  'editorIndentGuide.background1': 'line',
  'editorIndentGuide.activeBackground1': 'line-strong',
  'editorError.foreground': 'bad',
  'editorWarning.foreground': 'warn',
  'editorInfo.foreground': 'accent',
  'editorHint.foreground': 'ink-faint',
  'editorWidget.background': 'panel',
  'editorWidget.foreground': 'ink',
  'editorWidget.border': 'line-strong',
  'editorHoverWidget.background': 'panel',
  'editorHoverWidget.foreground': 'ink',
  'editorHoverWidget.border': 'line-strong',
  'editorHoverWidget.statusBarBackground': 'sunken',
  'editorSuggestWidget.background': 'panel',
  'editorSuggestWidget.border': 'line-strong',
  'editorSuggestWidget.foreground': 'ink',
  'editorSuggestWidget.highlightForeground': 'accent',
  'editorSuggestWidget.focusHighlightForeground': 'accent',
  'editorSuggestWidget.selectedBackground': 'accent-soft',
  'editorSuggestWidget.selectedForeground': 'ink',
  'editorSuggestWidget.selectedIconForeground': 'ink',
  'editorMarkerNavigation.background': 'panel',
  'diffEditor.insertedTextBackground': 'good-soft',
  'diffEditor.insertedLineBackground': 'good-soft',
  'diffEditor.removedTextBackground': 'bad-soft',
  'diffEditor.removedLineBackground': 'bad-soft',
  'diffEditor.border': 'line',
  'diffEditor.diagonalFill': 'line',
  'scrollbarSlider.background': 'line',
  'scrollbarSlider.hoverBackground': 'line-strong',
  'scrollbarSlider.activeBackground': 'line-strong',
  'scrollbar.shadow': 'line',
  'list.hoverBackground': 'sunken',
  'list.hoverForeground': 'ink',
  'list.focusBackground': 'accent-soft',
  'list.focusForeground': 'ink',
  'list.activeSelectionBackground': 'accent-soft',
  'list.activeSelectionForeground': 'ink',
  'list.highlightForeground': 'accent',
  'menu.background': 'panel',
  'menu.foreground': 'ink',
  'menu.selectionBackground': 'accent-soft',
  'menu.selectionForeground': 'ink',
  'menu.border': 'line-strong',
  'input.background': 'panel',
  'input.foreground': 'ink',
  'input.border': 'line-strong',
  'input.placeholderForeground': 'ink-faint',
  'quickInput.background': 'panel',
  'quickInput.foreground': 'ink',
  'pickerGroup.foreground': 'accent',
  'textLink.foreground': 'accent',
  'textLink.activeForeground': 'accent',
  'textCodeBlock.background': 'sunken',
  'widget.shadow': 'line',
  focusBorder: 'focus',
  foreground: 'ink',
  descriptionForeground: 'ink-soft',
  errorForeground: 'bad',
};

/** Our theme for Monaco. `tokens` must be hexadecimal colours, or the editor refuses them. */
export function editorTheme(base: 'light' | 'dark', tokens: Tokens): editor.IStandaloneThemeData {
  const colour = (name: string) => {
    const value = tokens[name];
    if (value === undefined || !/^#[\da-f]{6}$/i.test(value)) {
      throw new Error(
        `Cannot colour the editor as --${name} must be a colour like #18202b: received ${value}`,
      );
    }
    return value;
  };
  return {
    base: base === 'dark' ? 'vs-dark' : 'vs',
    inherit: true,
    rules: SYNTAX.map(([token, name, fontStyle]) => ({
      token,
      foreground: colour(name).slice(1),
      ...(fontStyle === undefined ? {} : { fontStyle }),
    })),
    colors: {
      ...Object.fromEntries(Object.entries(COLOURS).map(([key, name]) => [key, colour(name)])),
      // Unused names are told by a hint, not by fading them below what can be read.
      'editorUnnecessaryCode.opacity': '#000000ff',
    },
  };
}
