import type { EntryOf, PlanView, StageId, StageView, SubscriptionId, TraceEntry } from 'sluice';
import type { Batch, Call, Stretch } from './event-batch.ts';
import { EventOrigins, type Sharing } from './event-origins.ts';

/** What must be remembered of a stage. */
export interface StageLog {
  readonly lives: EntryOf<'start'>[];
  readonly firings: EntryOf<'window'>[];
  readonly origins: EventOrigins<Call>;
  call: Call | null;
  /** The work that it is at, or was at last. */
  stretch: Stretch;
  isFrozen: boolean;
  /** The selector of a subscription has left out so many of the batch that is about to be sent. */
  refused: { readonly subscription: SubscriptionId; readonly count: number } | null;
}

/** A pause in which a stage does nothing but go from one message to the next, ms: clocks of workers are no finer. */
const PAUSE_MS = 1;

/** A stage of which nothing has been told yet. */
export function newStage(plan: PlanView, id: StageId): StageLog {
  const view = plan.stages.find((stage) => stage.id === id);
  return {
    lives: [],
    firings: [],
    origins: new EventOrigins(sharingOf(view), view),
    call: null,
    stretch: { sinceMs: -Infinity, untilMs: -Infinity, opener: null, before: null },
    isFrozen: false,
    refused: null,
  };
}

/** A stage is at work from this entry on: it goes on with what it did, or begins anew after a pause. */
export function beAtWork(stage: StageLog, { atMs }: TraceEntry, opener: Batch | null): void {
  const before = stage.stretch;
  if (atMs - before.untilMs > PAUSE_MS) stage.stretch = { sinceMs: atMs, untilMs: atMs, opener, before };
}

function sharingOf(view: StageView | undefined): Sharing {
  switch (view?.dispatcher) {
    case undefined:
    case 'demand':
      return 'inOrder';
    case 'broadcast':
      return 'toAll';
    default:
      return 'other';
  }
}
