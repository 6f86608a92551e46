import type { Box, Size } from './box.ts';

/** Pixels between a menu and the edges of the window. */
const MARGIN = 8;
/** Pixels between a menu and what it opens beside. */
const GAP = 4;

/** Where a menu stands: below its anchor, above it where there is no room, and always within the window. */
export function placeMenu(menu: Size, anchor: Box, room: Size): { readonly x: number; readonly y: number } {
  const below = anchor.y + anchor.height + GAP;
  const above = anchor.y - menu.height - GAP;
  const fitsBelow = below + menu.height <= room.height - MARGIN;
  return {
    x: within(anchor.x, room.width - menu.width),
    y: within(fitsBelow || above < MARGIN ? below : above, room.height - menu.height),
  };
}

function within(value: number, most: number): number {
  return Math.max(MARGIN, Math.min(value, most - MARGIN));
}
