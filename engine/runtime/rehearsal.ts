import type { Dispatcher } from '../dispatcher/dispatcher.ts';
import type { StageId } from '../ids.ts';
import type { PlannedStage, PlannedSubscription } from './plan.ts';

/**
 * Tries planned subscriptions on dispatchers of their own, so that what a dispatcher refuses is found where the plan is
 * declared and not when a producer crashes. Only for dispatchers that allow it.
 */
export class Rehearsal {
  readonly #dispatchers = new Map<StageId, Dispatcher<unknown>>();

  /** @throws {EngineError} whatever the dispatcher has against the subscription. */
  subscribe({ id: stage, definition }: PlannedStage, { id, consumer, options }: PlannedSubscription): void {
    const spec = definition.options.dispatcher;
    if (!spec?.checksPlan) return;
    const dispatcher =
      this.#dispatchers.get(stage) ?? spec.create({ stage, random: () => 0, warn: () => undefined });
    this.#dispatchers.set(stage, dispatcher);
    dispatcher.subscribe(id, options, consumer);
  }
}
