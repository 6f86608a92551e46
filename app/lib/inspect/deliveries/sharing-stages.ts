import type { PlanView, StageView } from 'sluice';

/** The stages whose events are shared out: each has several consumers. */
export function sharingStages(plan: PlanView): readonly StageView[] {
  return plan.stages.filter(
    ({ id, dispatcher }) =>
      dispatcher !== null && plan.subscriptions.filter(({ producer }) => producer === id).length > 1,
  );
}
