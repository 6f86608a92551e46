import { EngineError } from '../errors.ts';
import { checkDemandMode } from '../stage/inside.ts';
import { describe } from '../trace/trace-value.ts';
import {
  linkOf,
  nameOf,
  type OpenWire,
  type StageStream,
  type StreamOptions,
  type StreamSubscription,
} from './stream-protocol.ts';
import { StreamReading } from './stream-reading.ts';

/**
 * Checks what is to be read (GS-210). Nothing happens before it is iterated.
 *
 * @throws {EngineError} `stream_subscriptions`, `subscribe_target`, `option_out_of_range`, `demand_mode`.
 */
export function stageStream<Event>(
  subscriptions: readonly StreamSubscription<Event>[],
  { demand = 'forward', producers }: StreamOptions,
  open: OpenWire,
): StageStream<Event> {
  if (!Array.isArray(subscriptions)) {
    throw new EngineError('stream_subscriptions', { received: describe(subscriptions) });
  }
  checkDemandMode(demand);
  const links = subscriptions.map((one) => linkOf(one));
  const modeOf = producers?.map((one) => nameOf(one)) ?? null;
  return {
    [Symbol.asyncIterator]: () => new StreamReading<Event>({ links, demand, producers: modeOf }, open),
  };
}
