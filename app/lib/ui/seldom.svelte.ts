/**
 * A value that changes more often than anybody reads it: follows `source`, the latest at most once in `everyMs`.
 * For the script of a component.
 */
export function seldom<T>(source: () => T, everyMs: number): { readonly current: T } {
  let current = $state.raw(source());
  let shownMs = -Infinity;
  const show = (value: T): void => {
    shownMs = performance.now();
    current = value;
  };
  $effect(() => {
    const value = source();
    const waitMs = shownMs + everyMs - performance.now();
    if (waitMs <= 0) return show(value);
    const timer = setTimeout(() => show(value), waitMs);
    return () => clearTimeout(timer);
  });
  return {
    get current() {
      return current;
    },
  };
}
