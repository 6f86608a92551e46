import type { RunView } from '../../sandbox/run-view.ts';

/** Whether a run has cost events, or is made to survive what costs some: somebody watches over its stages. */
export function costsEvents({ plan, entries }: RunView): boolean {
  if (plan === null) return false;
  if ((plan.supervisors?.length ?? 0) > 0) return true;
  // Not by the counters: those of a long recording are counted only when somebody needs them all.
  return entries.some(
    ({ type }) => type === 'lost' || type === 'discard' || type === 'late' || type === 'crash',
  );
}
