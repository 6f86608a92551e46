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
import type { Reason, StageDefinition, SubscribeOptions, Subscription } from '../stage/definition.ts';
import type { StageMessage } from '../stage/message.ts';
import type { StreamOrder } from '../transport/protocol.ts';
import type { SubscriptionToMake } from './hosted.ts';

/** What a stream needs of the stages' host. */
export interface StreamHost {
  readonly order: readonly StageId[];
  knows(stage: StageId): boolean;
  outletsOf(stage: StageId): readonly StageId[] | null;
  start(id: StageId, definition: StageDefinition, arg: unknown): unknown;
  subscribe(subscription: SubscriptionToMake): void;
  tell(to: StageId, message: StageMessage): void;
  cancel(producer: StageId, subscription: SubscriptionId, reason: Reason): void;
}

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
export function orderStream(host: StreamHost, id: StageId, order: StreamOrder, take: StreamTake): void {
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

/** Who reads from a host, and whether they may still ask for something. */
export class HostReaders {
  readonly #readers = new Map<StageId, { readonly take: (message: StreamMessage) => void; waits: boolean }>();
  readonly #onWait: () => void;
  /** What readings come to that begin when the run is over; `null` before. */
  #over: StreamMessage | null = null;

  /** @param onWait - Somebody has looked at everything, and waits for more. */
  constructor(onWait: () => void = () => undefined) {
    this.#onWait = onWait;
  }

  /** Readers that have something to look at. */
  get busy(): number {
    let busy = 0;
    for (const { waits } of this.#readers.values()) if (!waits) busy += 1;
    return busy;
  }

  /** A reading has begun; `false` when the run is over, which it is told. */
  begin(id: StageId, take: (message: StreamMessage) => void): boolean {
    if (this.#over) take(this.#over);
    else if (!this.#readers.has(id)) this.#readers.set(id, { take, waits: false });
    return this.#over === null;
  }

  waits(id: StageId, waits: boolean): void {
    const reader = this.#readers.get(id);
    if (!reader) return;
    reader.waits = waits;
    if (waits) this.#onWait();
  }

  /** A reading is over. */
  leave(id: StageId): void {
    this.#readers.delete(id);
    this.#onWait();
  }

  /** The run is over; `failure` says that it did not end by itself. */
  finish(failure: Error | null): void {
    this.#over = { type: 'over', failure };
    for (const { take } of [...this.#readers.values()]) take(this.#over);
  }
}

/**
 * Stages of one host as an async iterable, read from beside them. Each reading is a consumer of its own there.
 *
 * @param readers - Knows of this reading while it goes on.
 * @throws {EngineError} as {@link stageStream}.
 */
export function hostStream<Event>(
  host: StreamHost,
  subscriptions: readonly StreamSubscription<Event>[],
  options: StreamOptions = {},
  readers: HostReaders = new HostReaders(),
): StageStream<Event> {
  return stageStream(subscriptions, options, (take) => {
    const id = newStreamId((name) => host.knows(name));
    const wire = hostWire(host, id, take);
    return {
      ...wire,
      subscribe: (subscription) => {
        if (readers.begin(id, take)) wire.subscribe(subscription);
      },
      waits: (waits) => readers.waits(id, waits),
      close: () => {
        wire.close();
        readers.leave(id);
      },
    };
  });
}

/** The line of one reading on the host where its outlet `id` runs. */
export function hostWire(host: StreamHost, id: StageId, take: (message: StreamMessage) => void): StreamWire {
  const order = (one: StreamOrder) => orderStream(host, id, one, take);
  return {
    ready: null,
    knows: (stage) => host.knows(stage),
    outletsOf: (stage) => host.outletsOf(stage),
    subscribe: ({ id: subscription, ...rest }) => order({ type: 'subscribe', subscription, ...rest }),
    setDemandMode: (producers, mode) => order({ type: 'mode', producers, mode }),
    ask: (subscription, _producer, count) => order({ type: 'ask', subscription, count }),
    cancel: (subscription, producer, reason) => order({ type: 'cancel', subscription, producer, reason }),
    waits: () => undefined,
    close: () => order({ type: 'close' }),
  };
}
