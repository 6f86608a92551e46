import type { PlanView, StageId, StageKind, SubscriptionView } from 'sluice';

/** Stages by what they do, so that a check never depends on what a learner called them. */
export function stagesOf(plan: PlanView, kind: StageKind): readonly StageId[] {
  return plan.stages.filter((stage) => stage.kind === kind).map((stage) => stage.id);
}

/** The subscriptions by which a stage receives. */
export function upstreamOf(plan: PlanView, stage: StageId): readonly SubscriptionView[] {
  return plan.subscriptions.filter((subscription) => subscription.consumer === stage);
}

/** The subscriptions by which a stage is asked. */
export function downstreamOf(plan: PlanView, stage: StageId): readonly SubscriptionView[] {
  return plan.subscriptions.filter((subscription) => subscription.producer === stage);
}

/** Subscriptions of a consumer to a producer with no stage between. */
export function directSubscriptions(plan: PlanView): readonly SubscriptionView[] {
  const producers = new Set(stagesOf(plan, 'producer'));
  const consumers = new Set(stagesOf(plan, 'consumer'));
  return plan.subscriptions.filter(
    ({ consumer, producer }) => consumers.has(consumer) && producers.has(producer),
  );
}

/** Whether events of some producer can reach the stage. */
export function isFed(plan: PlanView, stage: StageId, seen: ReadonlySet<StageId> = new Set()): boolean {
  if (seen.has(stage)) return false;
  if (stagesOf(plan, 'producer').includes(stage)) return true;
  const visited = new Set([...seen, stage]);
  return upstreamOf(plan, stage).some(({ producer }) => isFed(plan, producer, visited));
}
