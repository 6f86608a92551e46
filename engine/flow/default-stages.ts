/** Stages of a layer that says nothing about it, where nobody knows the machine: what a virtual run has. */
const VIRTUAL_STAGES = 4;

/** More have to be asked for: a run gets no more workers, and the roads from all stages to all are to be read in a picture. */
const MAX_STAGES = 4;

let stages = VIRTUAL_STAGES;

/** Stages of a layer whose options do not say how many (FL-007). The same on all workers of a run. */
export function defaultStages(): number {
  return stages;
}

/** For whoever knows the machine: its processors, of which at most four count. Before any program is evaluated. */
export function setDefaultStages(processors: number): void {
  stages = Math.max(1, Math.min(processors, MAX_STAGES));
}
