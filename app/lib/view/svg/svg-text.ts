/** A text as XML may hold it: what has a meaning there is written out, what it may not hold is left out. */
export function escaped(text: string): string {
  return text
    .replace(/[^\t\n\r\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/gu, '')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}

/** An element with its attributes; numbers are cut to what can be seen. */
export function element(
  name: string,
  attributes: Readonly<Record<string, string | number>>,
  ...children: readonly string[]
): string {
  const all = Object.entries(attributes)
    .map(
      ([key, value]) =>
        ` ${key}="${typeof value === 'number' ? String(Number(value.toFixed(2))) : escaped(value)}"`,
    )
    .join('');
  return children.length === 0 ? `<${name}${all}/>` : `<${name}${all}>${children.join('')}</${name}>`;
}

/** Fonts that every system has one of; the first is the page's own. */
export const FONTS = {
  text: "Inter, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif",
  mono: "'JetBrains Mono', Menlo, Consolas, 'DejaVu Sans Mono', monospace",
} as const;

export interface Writing {
  readonly x: number;
  /** Of the line that letters stand on. */
  readonly y: number;
  readonly fill: string;
  /** Pixels; 12 where nothing is said. */
  readonly size?: number;
  readonly weight?: number;
  readonly font?: keyof typeof FONTS;
  readonly anchor?: 'start' | 'middle' | 'end';
  /** Pixels there are: a longer text is written smaller, never cut. */
  readonly room?: number;
}

/** Width of a character as a share of the size of the font, about. */
const CHARACTER = { text: 0.56, mono: 0.61 } as const;
/** Smaller letters are not written: they are pushed together instead. */
const LEAST_SIZE = 7.5;

/** How wide a text is, about, in pixels. */
export function widthOf(
  text: string,
  { size = 12, font = 'text', weight = 400 }: Partial<Writing> = {},
): number {
  return Array.from(text).length * size * CHARACTER[font] * (weight >= 600 ? 1.06 : 1);
}

/** A line of text that is complete, however little room there is. */
export function written(text: string, writing: Writing): string {
  const { x, y, fill, size = 12, weight = 400, font = 'text', anchor = 'start', room = Infinity } = writing;
  const natural = widthOf(text, { size, font, weight });
  const fitted = natural <= room ? size : Math.max(LEAST_SIZE, (size * room) / natural);
  const isPushed = widthOf(text, { size: fitted, font, weight }) > room + 0.5;
  return element(
    'text',
    {
      x,
      y,
      fill,
      'font-family': FONTS[font],
      'font-size': fitted,
      ...(weight !== 400 && { 'font-weight': weight }),
      ...(anchor !== 'start' && { 'text-anchor': anchor }),
      ...(isPushed && { textLength: room, lengthAdjust: 'spacingAndGlyphs' }),
    },
    escaped(text),
  );
}

/** Words of a text in lines of that many pixels; a word that is longer has a line of its own. */
export function lines(text: string, room: number, size = 12): readonly string[] {
  const all: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    const longer = line === '' ? word : `${line} ${word}`;
    if (line !== '' && widthOf(longer, { size }) > room) {
      all.push(line);
      line = word;
    } else line = longer;
  }
  return line === '' ? all : [...all, line];
}
