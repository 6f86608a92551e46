/** The latest value of `source` that has stood for `forMs`. For the script of a component. */
export function rested<T>(source: () => T, forMs: number): { readonly current: T } {
  let current = $state.raw(source());
  $effect(() => {
    const latest = source();
    if (latest === current) return;
    const timer = setTimeout(() => (current = latest), forMs);
    return () => clearTimeout(timer);
  });
  return {
    get current() {
      return current;
    },
  };
}
