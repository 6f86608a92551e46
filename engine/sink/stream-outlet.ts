import type { StageId } from '../ids.ts';
import { consumer } from '../stage/define.ts';
import type { Consumer, Subscription } from '../stage/definition.ts';
import { demandOptions } from '../stage/demand.ts';
import { ask, demandMode, type DemandMode } from '../stage/self.ts';
import type { StreamMessage } from './stream-protocol.ts';

/** Sent to an outlet as a cast: sets the mode of producers, behind the subscriptions made before. */
export interface ModeOrder {
  readonly producers: readonly StageId[];
  readonly mode: DemandMode;
}

/**
 * The stage that receives for a stream and hands everything out. It asks for maxDemand when it subscribes, and from then
 * on only as it is told to.
 *
 * @param take - Gets what comes, with the subscription as the stage knows it.
 */
export function streamOutlet(
  take: (message: Exclude<StreamMessage, { readonly type: 'over' }>, from: Subscription) => void,
): Consumer<void, unknown> {
  return consumer<unknown>({
    handleSubscribe: (_peer, options, _state, from) => {
      ask(from, demandOptions(options, from.id).maxDemand);
      return { mode: 'manual' };
    },
    handleEvents: (events, _state, from) => take({ type: 'events', subscription: from.id, events }, from),
    handleCancel: ({ reason }, _state, from) => take({ type: 'ended', subscription: from.id, reason }, from),
    handleCast: (order) => {
      if (!isModeOrder(order)) return;
      for (const producer of order.producers) demandMode(producer, order.mode);
    },
  });
}

/** Only the engine casts to an outlet, but any program could. */
function isModeOrder(order: unknown): order is ModeOrder {
  return typeof order === 'object' && order !== null && 'producers' in order && 'mode' in order;
}
