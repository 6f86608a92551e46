import { untrack } from 'svelte';
import type { Steps } from '../view/steps.ts';
import { gradually } from './gradually.ts';

/** What is worked out gradually. */
export interface Gradual<Result> {
  /** The latest result; `null` while there is none. */
  readonly current: Result | null;
  /** How much of it is done, 0 to 1. */
  readonly share: number;
}

/**
 * Works out again what changes, in slices between frames. For the script of a component.
 *
 * @param work - The work, begun anew whenever what it reads changes; `null`: there is nothing to do.
 * @param about - What the result is about: one of something else is not shown.
 */
export function gradual<Result>(work: () => Steps<Result> | null, about: () => unknown): Gradual<Result> {
  let done: { readonly result: Result; readonly about: unknown } | null = $state.raw(null);
  let share = $state.raw(0);
  $effect(() => {
    const begun = work();
    const subject = about();
    if (!begun) return;
    return untrack(() => {
      share = 0;
      return gradually(begun, {
        onshare: (part) => (share = part),
        ondone: (result) => (done = { result, about: subject }),
      });
    });
  });
  return {
    get current() {
      return done && done.about === about() ? done.result : null;
    },
    get share() {
      return share;
    },
  };
}
