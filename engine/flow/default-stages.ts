/** Stages of a layer that says nothing about it, where nobody knows the machine: what a virtual run has. */
const VIRTUAL_STAGES = 4;

/** More than these have to be asked for: workers are fewer, and a picture of the road from all to all is to be read. */
const MAX_STAGES = 8;

let stages = VIRTUAL_STAGES;

/** Stages of a layer whose options do not say how many (FL-007). The same on all workers of a run. */
export function defaultStages(): number {
  return stages;
}

/** For whoever knows the machine: its processors, of which at most eight count. Before any program is evaluated. */
export function setDefaultStages(processors: number): void {
  stages = Math.max(1, Math.min(processors, MAX_STAGES));
}
