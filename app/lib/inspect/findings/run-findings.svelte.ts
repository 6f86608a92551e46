import { untrack } from 'svelte';
import type { RunView } from '../../sandbox/run-view.ts';
import type { Finding } from '../../view/detectors/detector.ts';
import { findingsIn, overRun, type OverRun } from '../../view/detectors/findings.ts';
import { gradually, WHEN_IDLE } from '../gradually.ts';

/** What a run that is over shows; empty while it goes on, or is still looked through. */
export interface RunFindings {
  readonly current: readonly Finding[];
}

/**
 * Looks through every run once it is over, in slices between everything else. For the script of a component.
 *
 * @param run - The run in view; `null` where it is not to be looked at, or not yet.
 */
export function runFindings(run: () => RunView | null): RunFindings {
  let current: readonly Finding[] = $state.raw([]);
  let last: OverRun | null = null;
  // By what was recorded: a run that is over may be told of anew, and is not looked through again.
  const over = $derived.by(() => {
    const view = run();
    const next = view && overRun(view);
    if (next?.entries !== last?.entries || next?.plan !== last?.plan || next?.atRest !== last?.atRest)
      last = next;
    return last;
  });
  $effect(() => {
    const begun = over;
    untrack(() => (current = []));
    if (!begun) return;
    let stop = WHEN_IDLE.next(() => {
      stop = gradually(
        findingsIn(begun),
        { onshare: () => {}, ondone: (found) => (current = found) },
        WHEN_IDLE,
      );
    });
    return () => stop();
  });
  return {
    get current() {
      return current;
    },
  };
}
