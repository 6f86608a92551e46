import type { Size } from './box.ts';

/** Smaller than this a picture tells nothing any more. */
const LEAST = 0.4;

/**
 * How much smaller a picture must be drawn to be seen whole, at least 0.4; `null` where it is no wider than its room:
 * down a picture is read as a page is.
 */
export function wholeZoom(picture: Size, room: Size): number | null {
  if (picture.width <= room.width) return null;
  // The size of a room is a rounded one.
  return Math.max(LEAST, Math.min((room.width - 1) / picture.width, (room.height - 1) / picture.height));
}
