/** A computation that gives back to its caller whenever a callback has returned a promise. */
export type Steps<Result = void> = Generator<PromiseLike<unknown>, Result, unknown>;

/** What a computation leaves to be done once a promise has settled; nothing when it is done already. */
export type Remaining = Steps | void;

/** Does what remains, if anything does. */
export function* finish(remaining: Remaining): Steps {
  if (remaining) yield* remaining;
}

/**
 * Runs a computation until it is done; becomes a promise only when it has to wait for one. What was abandoned while it
 * waited does not go on: it comes to `abandoned`.
 */
export function run<Result>(
  steps: Steps<Result>,
  isAbandoned: () => boolean,
  abandoned: Result,
): Result | Promise<Result> {
  const first = steps.next();
  return first.done ? first.value : runLater(steps, first.value, isAbandoned, abandoned);
}

async function runLater<Result>(
  steps: Steps<Result>,
  waitFor: PromiseLike<unknown>,
  isAbandoned: () => boolean,
  abandoned: Result,
): Promise<Result> {
  let awaited = waitFor;
  for (;;) {
    const settled = await settle(awaited);
    if (isAbandoned()) return abandoned;
    const next = settled.ok ? steps.next(settled.value) : steps.throw(settled.error);
    if (next.done) return next.value;
    awaited = next.value;
  }
}

async function settle(
  promise: PromiseLike<unknown>,
): Promise<{ readonly ok: true; readonly value: unknown } | { readonly ok: false; readonly error: unknown }> {
  try {
    return { ok: true, value: await promise };
  } catch (error) {
    return { ok: false, error };
  }
}
