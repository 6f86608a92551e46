import type { RunView } from '../sandbox/run-view.ts';
import { INSPECTORS, type Inspector } from './inspectors.ts';

/**
 * The inspectors that a run offers, in the order of their tabs: the same list for as long as they are the same, so that nothing is
 * made anew of it while the run goes on. For the script of a component.
 */
export function offeredBy(run: () => RunView): { readonly current: readonly Inspector[] } {
  const names = $derived(
    INSPECTORS.filter((inspector) => inspector.offered(run()))
      .map(({ name }) => name)
      .join(' '),
  );
  const list = $derived.by(() => {
    const offered = names.split(' ');
    return INSPECTORS.filter(({ name }) => offered.includes(name));
  });
  return {
    get current() {
      return list;
    },
  };
}
