import type { SubscriptionId } from '../ids.ts';

/**
 * What a subscription of the plan is called in a life of its consumer. Each life makes its subscriptions anew, under names
 * of their own, so that nothing that is still on its way for an earlier life is taken for this one's.
 *
 * @param life - Counts the starts of the consumer from 1.
 * @example
 * idOfLife('printer←numbers', 2); // => 'printer←numbers@2'
 */
export function idOfLife(planned: SubscriptionId, life: number): SubscriptionId {
  return life === 1 ? planned : `${planned}@${life}`;
}

/** What a life of its consumer has added to the name of a planned subscription. */
const LIFE = /@\d+$/;

/** The life of its consumer that a subscription belongs to. */
export function lifeOf(subscription: SubscriptionId): number {
  const [life] = LIFE.exec(subscription) ?? [];
  return life === undefined ? 1 : Number(life.slice(1));
}

/** The subscription of the plan that one of any life stands for. */
export function plannedIdOf(subscription: SubscriptionId): SubscriptionId {
  return subscription.replace(LIFE, '');
}
