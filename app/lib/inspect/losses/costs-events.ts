import type { RunView } from '../../sandbox/run-view.ts';

/** Whether a run has cost events, or is made to survive what costs some: somebody watches over its stages. */
export function costsEvents({ plan, stages }: RunView): boolean {
  if (plan === null) return false;
  if ((plan.supervisors?.length ?? 0) > 0) return true;
  return stages.some(
    ({ lost, discarded, windows, status }) =>
      lost > 0 || discarded > 0 || (windows?.late ?? 0) > 0 || status === 'crashed',
  );
}
