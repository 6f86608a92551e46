import type { EntryOf, PlanView, TraceEntry } from 'sluice';
import { sum } from 'd3-array';
import type { RunView } from '../../sandbox/run-view.ts';
import { EntryFilter } from '../../view/entry-filter.ts';

type Cost = EntryOf<'lost' | 'discard' | 'late' | 'crash'>;

/** What each run has cost so far: asked again and again while it goes on, of a trace that may be long. */
const costs = new WeakMap<PlanView, EntryFilter<Cost>>();

/** Whether a run has cost events, or is made to survive what costs some: somebody watches over its stages. */
export function costsEvents({ plan, entries }: Pick<RunView, 'plan' | 'entries'>): boolean {
  if (plan === null) return false;
  return (plan.supervisors?.length ?? 0) > 0 || costsOf(plan, entries).length > 0;
}

/** Events of a run that came too late for their windows. */
export function lateEvents(plan: PlanView, entries: readonly TraceEntry[]): number {
  return sum(costsOf(plan, entries), (entry) => (entry.type === 'late' ? entry.count : 0));
}

function costsOf(plan: PlanView, entries: readonly TraceEntry[]): readonly Cost[] {
  const known = costs.get(plan) ?? new EntryFilter(isCost);
  costs.set(plan, known);
  return known.update(entries);
}

function isCost(entry: TraceEntry): entry is Cost {
  return entry.type === 'lost' || entry.type === 'discard' || entry.type === 'late' || entry.type === 'crash';
}
