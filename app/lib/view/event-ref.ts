import type { SubscriptionId } from 'sluice';

/** One event as a run's trace names it: the `index`-th that was sent on a subscription, from 0. */
export interface EventRef {
  readonly subscription: SubscriptionId;
  readonly index: number;
}

export function isSameEvent(one: EventRef, other: EventRef): boolean {
  return one.subscription === other.subscription && one.index === other.index;
}
