/** Pixels. */
export interface Size {
  readonly width: number;
  readonly height: number;
}

/** A rectangle by its left upper corner. */
export interface Box extends Size {
  readonly x: number;
  readonly y: number;
}

/** Whether two have a part in common. */
export function overlap(one: Box, other: Box): boolean {
  return (
    one.x < other.x + other.width &&
    other.x < one.x + one.width &&
    one.y < other.y + other.height &&
    other.y < one.y + one.height
  );
}

/** Whether a point lies in a box. */
export function isWithin({ x, y }: { readonly x: number; readonly y: number }, box: Box): boolean {
  return x >= box.x && x <= box.x + box.width && y >= box.y && y <= box.y + box.height;
}
