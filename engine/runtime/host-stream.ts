import type { StageId, SubscriptionId } from '../ids.ts';
import { streamOutlet } from '../sink/stream-outlet.ts';
import { stageStream } from '../sink/stage-stream.ts';
import type {
  StageStream,
  StreamMessage,
  StreamOptions,
  StreamSubscription,
  StreamWire,
} from '../sink/stream-protocol.ts';
import type { SubscribeOptions, Subscription } from '../stage/definition.ts';
import type { StreamOrder } from '../transport/protocol.ts';
import type { StageHost } from './stage-host.ts';

/** Hands out what comes for a stream, under the names that the stream has given. */
export type StreamTake = (
  message: Exclude<StreamMessage, { readonly type: 'over' }>,
  from: Subscription,
) => void;

/**
 * Carries out an order for the stream `id`. Its outlet is started with the first one.
 *
 * @param take - Gets what comes for the stream.
 */
export function orderStream(host: StageHost, id: StageId, order: StreamOrder, take: StreamTake): void {
  const named = (subscription: SubscriptionId) => `${id}←${subscription}`;
  switch (order.type) {
    case 'subscribe': {
      const { subscription, producer, options } = order;
      if (!host.order.includes(id)) void host.start(id, outletOf(id, take), undefined);
      // Whatever becomes of one producer, the outlet stays: the reader decides what it means to the stream.
      const own: SubscribeOptions = { ...options, cancel: 'temporary' };
      return host.subscribe({ id: named(subscription), consumer: id, producer, options: own });
    }
    case 'mode':
      if (host.order.includes(id)) return host.tell(id, { type: 'cast', request: order });
      // Nothing is subscribed to here, so there is nothing that the new mode has to come behind.
      for (const producer of order.producers) host.tell(producer, { type: 'demandMode', mode: order.mode });
      return;
    case 'ask':
      return host.tell(id, {
        type: 'askFor',
        subscription: named(order.subscription),
        count: order.count,
      });
    case 'cancel':
      return host.cancel(order.producer, named(order.subscription), order.reason);
    case 'close':
      return host.tell(id, { type: 'stop', reason: 'normal' });
  }
}

/** A name for one reading that no stage has: `stream 1`, `stream 2` … */
export function newStreamId(isTaken: (id: StageId) => boolean): StageId {
  let number = 1;
  while (isTaken(`stream ${number}`)) number += 1;
  return `stream ${number}`;
}

function outletOf(id: StageId, take: StreamTake) {
  return streamOutlet((message, from) =>
    take({ ...message, subscription: message.subscription.slice(id.length + 1) }, from),
  );
}

/**
 * Stages of one host as an async iterable, read from beside them. Each reading is a consumer of its own there.
 *
 * @throws {EngineError} as {@link stageStream}.
 */
export function hostStream<Event>(
  host: StageHost,
  subscriptions: readonly StreamSubscription<Event>[],
  options: StreamOptions = {},
): StageStream<Event> {
  return stageStream(subscriptions, options, (take): StreamWire => {
    const id = newStreamId((name) => host.knows(name));
    const order = (one: StreamOrder) => orderStream(host, id, one, take);
    return {
      ready: null,
      knows: (stage) => host.knows(stage),
      waits: () => undefined,
      ...streamOrders(order),
    };
  });
}

/** The half of a stream's line that is orders to its outlet. */
export function streamOrders(
  order: (one: StreamOrder) => void,
): Pick<StreamWire, 'subscribe' | 'setDemandMode' | 'ask' | 'cancel' | 'close'> {
  return {
    subscribe: ({ id: subscription, ...rest }) => order({ type: 'subscribe', subscription, ...rest }),
    setDemandMode: (producers, mode) => order({ type: 'mode', producers, mode }),
    ask: (subscription, _producer, count) => order({ type: 'ask', subscription, count }),
    cancel: (subscription, producer, reason) => order({ type: 'cancel', subscription, producer, reason }),
    close: () => order({ type: 'close' }),
  };
}
