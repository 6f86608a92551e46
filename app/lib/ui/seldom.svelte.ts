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
  let dueMs = Infinity;
  let cancel: (() => void) | null = null;
  const show = (): void => {
    cancel = null;
    dueMs = Infinity;
    shownMs = performance.now();
    current = latest;
  };
  $effect(() => {
    latest = source();
    const apartMs =
      typeof everyMs === 'number'
        ? everyMs
        : everyMs(
            latest,
            untrack(() => current),
          );
    // What waits already may have to wait less for this value.
    if (shownMs + apartMs >= dueMs) return;
    cancel?.();
    dueMs = shownMs + apartMs;
    const waitMs = dueMs - performance.now();
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
