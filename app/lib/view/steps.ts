/** A work that is done in steps: after each it yields how much of it is done, 0 to 1. */
export type Steps<Result> = Generator<number, Result>;

/** Does a work as the part from `from` to `to` of a greater one. */
export function* asPart<Result>(
  work: Steps<Result>,
  { from, to }: { readonly from: number; readonly to: number },
): Steps<Result> {
  let step = work.next();
  while (!step.done) {
    yield from + step.value * (to - from);
    step = work.next();
  }
  return step.value;
}

/** Does all of a work at once. */
export function atOnce<Result>(work: Steps<Result>): Result {
  let step = work.next();
  while (!step.done) step = work.next();
  return step.value;
}
