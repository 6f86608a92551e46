import type { Box, Size } from './box.ts';
import type { Point } from './lane.ts';

/** How large the picture is drawn: as large as its room allows, up to its own size; or at a scale that was chosen. */
export type Zoom = { readonly kind: 'fit' } | { readonly kind: 'scale'; readonly scale: number };

/** At its own size, in which every text has the size that it is meant to have. */
export const OWN_SIZE: Zoom = { kind: 'scale', scale: 1 };

/** Smaller than the least a picture tells nothing any more; larger than the most one loses one's way in it. */
const LIMITS = { least: 0.25, most: 3 } as const;

/** What a press on "+" or "−" leads to. */
const STEPS = [0.25, 0.33, 0.5, 0.67, 0.8, 1, 1.25, 1.5, 2, 3] as const;

/** The whole of a long pipeline is a map: one looks where to go, and does not read. */
const LEAST_FIT = 0.1;

/** The scale at which the whole picture is seen in its room: never above 1, and at least 0.1. */
export function fitScale(picture: Size, room: Size): number {
  if (picture.width <= room.width && picture.height <= room.height) return 1;
  // The size of a room is a rounded one.
  return Math.max(LEAST_FIT, Math.min((room.width - 1) / picture.width, (room.height - 1) / picture.height));
}

/** The scale that a zoom means for this picture in this room. */
export function scaleOf(zoom: Zoom, picture: Size, room: Size): number {
  return zoom.kind === 'fit' ? fitScale(picture, room) : zoom.scale;
}

/** The next larger (1) or smaller (-1) step from any scale; the last one stays. */
export function stepped(scale: number, direction: 1 | -1): Zoom {
  const next =
    direction === 1
      ? STEPS.find((step) => step > scale + 0.01)
      : STEPS.findLast((step) => step < scale - 0.01);
  return { kind: 'scale', scale: next ?? limited(scale) };
}

/** A scale times a factor, as a wheel or two fingers give it. */
export function zoomedBy(scale: number, factor: number): Zoom {
  return { kind: 'scale', scale: limited(scale * factor) };
}

/** What a turn of the wheel by so many pixels multiplies the scale with. */
export function wheelFactor(deltaPixels: number): number {
  return Math.exp(-Math.max(-100, Math.min(deltaPixels, 100)) / 250);
}

/**
 * Where a room must be scrolled to, so that what lies under a point of it stays there when the scale changes.
 *
 * @param at - The point, in pixels from the left upper corner of the room.
 */
export function scrolledTo(
  scroll: Point,
  at: Point,
  scales: { readonly from: number; readonly to: number },
): Point {
  const ratio = scales.to / scales.from;
  return { x: (scroll.x + at.x) * ratio - at.x, y: (scroll.y + at.y) * ratio - at.y };
}

/** How a picture is looked at. */
export interface Sight {
  readonly room: Size;
  /** How far the room is scrolled, px. */
  readonly scroll: Point;
  readonly scale: number;
}

/** Around a part that is brought into sight, px: room for bars that scroll. */
const REVEAL_MARGIN = 12;

/** Where a room must be scrolled to, by the shortest way, so that a part of its picture is in sight; `null` where it is. */
export function revealed(part: Box, picture: Size, { room, scroll, scale }: Sight): Point | null {
  const along = (side: 'width' | 'height', from: number, at: number): number => {
    const begin = from * scale - REVEAL_MARGIN;
    const least = begin + part[side] * scale + 2 * REVEAL_MARGIN - room[side];
    const end = Math.max(0, picture[side] * scale - room[side]);
    return Math.max(0, Math.min(begin, Math.max(at, least), end));
  };
  const to = { x: along('width', part.x, scroll.x), y: along('height', part.y, scroll.y) };
  return Math.abs(to.x - scroll.x) < 1 && Math.abs(to.y - scroll.y) < 1 ? null : to;
}

/** What is in sight changes by so much at once, px of the picture: it need not follow each pixel of a move. */
const SEEN_STEP = 64;

/**
 * The part of a picture that is in sight, and a little around it: what moves beyond need not be drawn. All of it where the picture
 * has room to spare.
 */
export function seenPart(picture: Size, { room, scroll, scale }: Sight): Box {
  const [x, width] = seenSpan(picture.width, room.width / scale, scroll.x / scale);
  const [y, height] = seenSpan(picture.height, room.height / scale, scroll.y / scale);
  return { x, y, width, height };
}

/** @returns Where it begins, and how long it is. */
function seenSpan(whole: number, room: number, from: number): readonly [number, number] {
  if (whole <= room) return [0, whole];
  const begin = Math.max(0, Math.floor(from / SEEN_STEP - 1) * SEEN_STEP);
  const end = Math.min(whole, Math.ceil((from + room) / SEEN_STEP + 1) * SEEN_STEP);
  return [begin, Math.max(0, end - begin)];
}

/** "67 %". */
export function scaleText(scale: number): string {
  return `${Math.round(scale * 100)} %`;
}

const limited = (scale: number) => Math.max(LIMITS.least, Math.min(scale, LIMITS.most));
