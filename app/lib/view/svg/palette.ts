/** The colours of one theme, by the names that the page's tokens have. */
export interface Palette {
  readonly theme: 'light' | 'dark';
  readonly colours: ReturnType<typeof paletteFrom>;
}

/** All colours that a picture on its own is drawn with. */
export function paletteFrom(colour: (token: string) => string) {
  return {
    paper: colour('paper'),
    panel: colour('panel'),
    sunken: colour('sunken'),
    line: colour('line'),
    'line-strong': colour('line-strong'),
    ink: colour('ink'),
    'ink-soft': colour('ink-soft'),
    event: colour('event'),
    'event-soft': colour('event-soft'),
    ask: colour('ask'),
    'ask-soft': colour('ask-soft'),
    accent: colour('accent'),
    good: colour('good'),
    bad: colour('bad'),
    warn: colour('warn'),
  } as const;
}
