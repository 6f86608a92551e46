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
