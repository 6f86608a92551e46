import type { EventsInFlight, PipelineState, SubscriptionId, SubscriptionState } from 'sluice';
import { group, sum } from 'd3-array';

/**
 * One edge of the picture at a moment. Where a stage was started again, the subscriptions of its lives follow each other
 * on it: demand is the last one's, counts and traffic are everybody's.
 */
export interface EdgeState extends SubscriptionState {
  readonly eventsInFlight: readonly SentEvents[];
  /** Subscriptions that were made on it, one after the other. */
  readonly lives: number;
}

/** A batch on its way, and the subscription that it was sent on: one of the lives of its edge. */
export interface SentEvents extends EventsInFlight {
  readonly subscription: SubscriptionId;
}

/** Edge → what is known of it. */
export function edgeStates({ subscriptions }: PipelineState): ReadonlyMap<SubscriptionId, EdgeState> {
  const links = group(
    Object.entries(subscriptions).map(([id, link]) => named(id, link)),
    (link) => link.edge,
  );
  return new Map(Array.from(links, ([edge, lives]) => [edge, together(lives)]));
}

/** The edge on which a subscription lies. */
export function edgeOf({ subscriptions }: PipelineState, id: SubscriptionId): SubscriptionId {
  return subscriptions[id]?.edge ?? id;
}

type NamedState = Omit<EdgeState, 'lives'>;

function named(subscription: SubscriptionId, link: SubscriptionState): NamedState {
  return { ...link, eventsInFlight: link.eventsInFlight.map((batch) => ({ ...batch, subscription })) };
}

function together(lives: readonly NamedState[]): EdgeState {
  const last = lives.at(-1);
  if (!last) throw new Error('unreachable: a group has at least one member');
  if (lives.length === 1) return { ...last, lives: 1 };
  return {
    ...last,
    lives: lives.length,
    asked: sum(lives, (link) => link.asked),
    dispatched: sum(lives, (link) => link.dispatched),
    handled: sum(lives, (link) => link.handled),
    dropped: sum(lives, (link) => link.dropped),
    lost: sum(lives, (link) => link.lost),
    eventsInFlight: lives.flatMap((link) => link.eventsInFlight),
    asksInFlight: lives.flatMap((link) => link.asksInFlight),
  };
}
