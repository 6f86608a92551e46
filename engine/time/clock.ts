/** Tells the time of a run. */
export interface Clock {
  /** Milliseconds since the run began. */
  nowMs(): number;
}

/** The machine's clock, counted from the moment it is made. */
export function realClock(): Clock {
  const startMs = performance.now();
  return { nowMs: () => performance.now() - startMs };
}
