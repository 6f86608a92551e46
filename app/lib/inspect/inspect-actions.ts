import type { PipelineState, PlanView, StageId } from 'sluice';
import type { InspectorName } from './inspectors.ts';
import { stagesOf, type Subject } from './subject.ts';

/** What can be done with what is looked at: an inspector that knows more of it. */
export interface InspectAction {
  readonly inspector: InspectorName;
  readonly label: string;
}

/** The inspectors that answer a question about what is looked at, of those that are offered. */
export function inspectActions(
  subject: Subject,
  { plan, state }: { readonly plan: PlanView; readonly state: PipelineState },
  offered: ReadonlySet<InspectorName>,
): readonly InspectAction[] {
  return actionsOf(subject, plan, state).filter(({ inspector }) => offered.has(inspector));
}

function actionsOf(subject: Subject, plan: PlanView, state: PipelineState): readonly InspectAction[] {
  switch (subject.type) {
    case 'event':
      return [{ inspector: 'event', label: 'Life of this event' }];
    case 'edge': {
      // What nobody shares with it is not shared out.
      const [producer] = stagesOf(subject, plan);
      return producer !== undefined && consumersOf(producer, plan) > 1
        ? [{ inspector: 'deliveries', label: 'Who got which event' }]
        : [];
    }
    case 'supervisor':
      return [{ inspector: 'losses', label: 'What its restarts cost' }];
    case 'flow':
      return [{ inspector: 'windows', label: 'Its windows' }];
    case 'stage': {
      const own = state.stages[subject.id];
      const hasWindows = own !== undefined && own.windows.type !== null && own.windows.type !== 'global';
      const hasLost = own !== undefined && (own.lost > 0 || own.life > 1 || own.status === 'crashed');
      return [
        { inspector: 'holdup', label: 'Who holds it up' },
        ...(consumersOf(subject.id, plan) > 1
          ? [{ inspector: 'deliveries', label: 'Who got which event' } as const]
          : []),
        ...(hasWindows ? [{ inspector: 'windows', label: 'Its windows' } as const] : []),
        ...(hasLost ? [{ inspector: 'losses', label: 'What its end cost' } as const] : []),
      ];
    }
  }
}

function consumersOf(stage: StageId, { subscriptions }: PlanView): number {
  return subscriptions.filter(({ producer }) => producer === stage).length;
}
