import { untrack } from 'svelte';

/** How a value is followed. */
export interface SeldomOptions {
  /** In the frame after the one in which it changed: two views that are dear to draw do not make one frame late together. */
  readonly apart?: boolean;
}

/**
 * A value that changes more often than anybody reads it: follows `source`, the latest at most once in `everyMs`.
 * For the script of a component.
 *
 * @param everyMs - A number, or how long to wait for a value after the one that is shown.
 */
export function seldom<T>(
  source: () => T,
  everyMs: number | ((latest: T, shown: T) => number),
  { apart = false }: SeldomOptions = {},
): { readonly current: T } {
  let latest = source();
  let current = $state.raw(latest);
  let shownMs = -Infinity;
  let cancel: (() => void) | null = null;
  const show = (): void => {
    cancel = null;
    shownMs = performance.now();
    current = latest;
  };
  $effect(() => {
    latest = source();
    if (cancel !== null) return;
    const apartMs =
      typeof everyMs === 'number'
        ? everyMs
        : everyMs(
            latest,
            untrack(() => current),
          );
    const waitMs = shownMs + apartMs - performance.now();
    if (waitMs > 0) {
      const timer = setTimeout(show, waitMs);
      cancel = () => clearTimeout(timer);
    } else if (apart) {
      const frame = requestAnimationFrame(show);
      cancel = () => cancelAnimationFrame(frame);
    } else show();
  });
  $effect(() => () => cancel?.());
  return {
    get current() {
      return current;
    },
  };
}
