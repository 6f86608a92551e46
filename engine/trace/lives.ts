import type { SubscriptionId } from '../ids.ts';

/** What the later lives of a stage add to the name of a subscription: `printer←numbers@2`. */
const LATER_LIFE = /@\d+$/;

/** The subscription of the plan that one of any life stands for, by its name. */
export function edgeOfLife(subscription: SubscriptionId): SubscriptionId {
  return subscription.includes('@') ? subscription.replace(LATER_LIFE, '') : subscription;
}
