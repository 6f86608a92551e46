import type { Steps } from '$lib/view/steps.ts';

/** Does all of a work that is done in steps. */
export function atOnce<Result>(work: Steps<Result>): Result {
  let step = work.next();
  while (!step.done) step = work.next();
  return step.value;
}
