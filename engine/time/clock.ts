/** Tells the time of a run. */
export interface Clock {
  /** Milliseconds since the run began. */
  nowMs(): number;
}

/** The machine's clock, counted from the moment it is made. */
export function realClock(): Clock {
  // Held, as the realm looks its global names up anew at each use.
  const source = performance;
  const startMs = source.now();
  return { nowMs: () => source.now() - startMs };
}
