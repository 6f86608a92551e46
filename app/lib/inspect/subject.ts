import type { PlanView, StageId, SubscriptionId } from 'sluice';
import type { EventRef } from '../view/event-ref.ts';
import { layerId } from '../view/flow-view.ts';

/** What somebody looks at in a run. */
export type Subject =
  | { readonly type: 'stage'; readonly id: StageId }
  | { readonly type: 'edge'; readonly id: SubscriptionId }
  | { readonly type: 'event'; readonly event: EventRef }
  | { readonly type: 'supervisor'; readonly id: StageId }
  /** A flow, or one of its layers. */
  | { readonly type: 'flow'; readonly id: string };

/** Whether a program has what is looked at. An event belongs to the run that it was sent in, and to no other. */
export function isInPlan(subject: Subject, { subscriptions, supervisors = [], ...plan }: PlanView): boolean {
  switch (subject.type) {
    case 'stage':
    case 'flow':
      return stagesOf(subject, { ...plan, subscriptions }).length > 0;
    case 'edge':
      return subscriptions.some(({ id }) => id === subject.id);
    case 'supervisor':
      return supervisors.some(({ id }) => id === subject.id);
    case 'event':
      return false;
  }
}

/** The stages that are looked at: of a subscription its producer, of a flow or a layer all of its own. */
export function stagesOf(
  subject: Subject,
  { stages, subscriptions, flows = [] }: PlanView,
): readonly StageId[] {
  switch (subject.type) {
    case 'stage':
      return stages.some(({ id }) => id === subject.id) ? [subject.id] : [];
    case 'edge':
      return subscriptions.flatMap(({ id, producer }) => (id === subject.id ? [producer] : []));
    case 'flow':
      return flows.flatMap((flow) => {
        if (flow.id === subject.id) return flow.stages;
        return flow.layers.find((_, i) => layerId(flow.id, i) === subject.id)?.stages ?? [];
      });
    case 'supervisor':
    case 'event':
      return [];
  }
}
