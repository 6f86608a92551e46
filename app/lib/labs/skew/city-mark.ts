import { paletteColour } from '../../view/stage-colours.ts';
import { eventGlyph, type EventGlyph } from '../../view/value-label.ts';

/** Shape and colour of a city: those that its orders have in every picture of the run. */
export function cityMark(city: string): { readonly glyph: EventGlyph; readonly colour: string } {
  const glyph = eventGlyph({ key: city });
  return { glyph, colour: glyph.hue === null ? 'var(--event)' : paletteColour(glyph.hue) };
}
