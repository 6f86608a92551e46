import type { Steps } from '../view/steps.ts';

/** How long it may work at once, ms: a frame has room for it. */
const SLICE_MS = 8;

/** What tells the time, and gives the page its turn. */
export interface Turns {
  /** Milliseconds, from anywhere. */
  now(): number;
  /** Goes on when the page has had its turn; returns what forgets it. */
  next(then: () => void): () => void;
  /** How long it may work at once, ms; left out: what a frame has room for. */
  readonly sliceMs?: number;
}

const PAGE: Turns = {
  now: () => performance.now(),
  next: (then) => {
    const timer = setTimeout(then);
    return () => clearTimeout(timer);
  },
};

/** For what nobody waits for: whatever else the page has to do goes first. */
export const WHEN_IDLE: Turns = {
  // The page may have been idle only until the next frame.
  sliceMs: 4,
  now: () => performance.now(),
  next(then) {
    if (typeof requestIdleCallback === 'function') {
      const idle = requestIdleCallback(() => then());
      return () => cancelIdleCallback(idle);
    }
    const timer = setTimeout(then, 50);
    return () => clearTimeout(timer);
  },
};

/** What becomes of a long work. */
interface Follow<Result> {
  /** How much is done, 0 to 1: after every slice but the last. */
  readonly onshare: (share: number) => void;
  readonly ondone: (result: Result) => void;
}

/**
 * Does a long work in slices, so that the page answers between them. The first slice is done at once: what is short is over when
 * this returns.
 *
 * @returns Stops it.
 */
export function gradually<Result>(
  work: Steps<Result>,
  { onshare, ondone }: Follow<Result>,
  turns: Turns = PAGE,
): () => void {
  let forget = () => {};
  const slice = () => {
    const untilMs = turns.now() + (turns.sliceMs ?? SLICE_MS);
    let step = work.next();
    while (!step.done && turns.now() < untilMs) step = work.next();
    if (step.done) return ondone(step.value);
    onshare(step.value);
    forget = turns.next(slice);
  };
  slice();
  return () => forget();
}
