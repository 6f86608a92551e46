import type { SubscriptionId } from '../ids.ts';

/**
 * What a subscription to a flow is called at one of its outlets: a consumer that subscribes to the flow by its name
 * subscribes to each of them (FL-177), so the one name stands for as many subscriptions.
 *
 * @param index - Which outlet, from 0.
 * @example
 * partOf('printer←counts+1', 1); // => 'printer←counts+1/2'
 */
export function partOf(subscription: SubscriptionId, index: number): SubscriptionId {
  return `${subscription}/${index + 1}`;
}
