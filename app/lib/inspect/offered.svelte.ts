import type { RunView } from '../sandbox/run-view.ts';
import type { Finding } from '../view/detectors/detector.ts';
import { INSPECTORS, type Inspector } from './inspectors.ts';

/**
 * The inspectors that a run offers, in the order of their tabs: the same list for as long as they are the same, so that nothing is
 * made anew of it while the run goes on. For the script of a component.
 *
 * @param findings - What the run shows that is worth a look; left out where nobody asks for it.
 */
export function offeredBy(
  run: () => RunView,
  findings: () => readonly Finding[] = () => [],
): { readonly current: readonly Inspector[] } {
  const names = $derived(
    INSPECTORS.filter((inspector) => inspector.offered(run(), findings()))
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
