import type { PipelineState, PlanView, StageId } from 'sluice';
import { sum } from 'd3-array';
import { pipelineView, type Surroundings } from './pipeline-view.ts';
import { countText, valueText } from './value-label.ts';

/** The picture as text: what it says of one stage. */
export interface StageRow {
  readonly stage: StageId;
  readonly kind: string;
  readonly worker: string;
  readonly doing: string;
  readonly handled: string;
  readonly emitted: string;
  readonly inHand: string;
  readonly buffer: string;
  readonly state: string;
}

/** What it says of one subscription. */
export interface SubscriptionRow {
  readonly id: string;
  readonly between: string;
  readonly asked: string;
  readonly sent: string;
  readonly handled: string;
  readonly pending: string;
  readonly limits: string;
  readonly onTheWay: string;
}

const NONE = '–';
/** Events in hand that are named; more are counted. */
const NAMED = 3;

export function runTable(
  plan: PlanView,
  state: PipelineState,
  surroundings: Pick<Surroundings, 'placement' | 'hung'>,
): { readonly stages: readonly StageRow[]; readonly subscriptions: readonly SubscriptionRow[] } {
  const { stages } = pipelineView(plan, state, surroundings);
  return {
    stages: stages.map((card) => {
      const own = state.stages[card.id];
      const inHand = own?.inHand ?? [];
      const named = inHand.slice(0, NAMED).map((event) => valueText(event, 24));
      return {
        stage: card.id,
        kind: card.kindText,
        worker: card.workerText || NONE,
        doing: card.moodText,
        handled: card.kind === 'producer' ? NONE : countText(own?.handled ?? 0),
        emitted: card.kind === 'consumer' ? NONE : countText(own?.emitted ?? 0),
        inHand:
          inHand.length === 0
            ? NONE
            : `${named.join(', ')}${inHand.length > NAMED ? ` and ${inHand.length - NAMED} more` : ''}`,
        buffer: card.buffer
          ? `${card.buffer.text}${card.buffer.discarded > 0 ? `, ${countText(card.buffer.discarded)} discarded` : ''}`
          : NONE,
        state: card.stateText ?? NONE,
      };
    }),
    subscriptions: plan.subscriptions.map((link) => {
      const own = state.subscriptions[link.id];
      const events = sum(own?.eventsInFlight ?? [], (batch) => batch.count);
      const asks = sum(own?.asksInFlight ?? [], (ask) => ask.count);
      return {
        id: link.id,
        between: `${link.consumer} ← ${link.producer}`,
        asked: countText(own?.asked ?? 0),
        sent: countText(own?.dispatched ?? 0),
        handled: countText(own?.handled ?? 0),
        pending: countText(own?.pending ?? 0),
        limits: `max ${countText(link.maxDemand)}, min ${countText(link.minDemand)}`,
        onTheWay:
          events + asks === 0
            ? NONE
            : [events > 0 ? `${countText(events)} sent` : '', asks > 0 ? `${countText(asks)} asked for` : '']
                .filter(Boolean)
                .join(', '),
      };
    }),
  };
}
