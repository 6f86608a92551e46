/** Stages of a layer that says nothing about it, until a platform says otherwise: what a virtual run has. */
export const VIRTUAL_STAGES = 4;

let stages = VIRTUAL_STAGES;

/** Stages of a layer whose options do not say how many (FL-007). The same on all workers of a run. */
export function defaultStages(): number {
  return stages;
}

/**
 * Sets it from now on, for whoever knows the machine: its number of processors. Returns what it was before.
 *
 * @param count - Integer >= 1.
 */
export function setDefaultStages(count: number): number {
  const before = stages;
  stages = Math.max(1, Math.floor(count));
  return before;
}
