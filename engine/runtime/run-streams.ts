import { EngineError } from '../errors.ts';
import type { StageId, SubscriptionId, WorkerId } from '../ids.ts';
import { stageStream } from '../sink/stage-stream.ts';
import type {
  StageStream,
  StreamMessage,
  StreamOptions,
  StreamSubscription,
  StreamWire,
} from '../sink/stream-protocol.ts';
import type { FromWorker, StreamOrder, ToWorker } from '../transport/protocol.ts';
import type { RunEnd } from './run-handle.ts';

/** What the streams of a run need of it. */
export interface StreamsOn {
  /** Where a stage runs; `undefined` where there is none of that name. */
  readonly workerOf: (stage: StageId) => WorkerId | undefined;
  /** The stages behind the name of a flow; `null` for what is none. */
  readonly outletsOf: (stage: StageId) => readonly StageId[] | null;
  readonly post: (worker: WorkerId, message: ToWorker) => void;
  /** Something was sent or has come: what seemed quiet may not be. */
  readonly disturbed: () => void;
}

/** One reading under way. */
interface Reader {
  readonly take: (message: StreamMessage) => void;
  /** Its subscriptions, by the stages that they read. */
  readonly producers: Map<SubscriptionId, StageId>;
  /** It has looked at everything, and waits for more. */
  waits: boolean;
}

/** Stages of a run that are read from outside. What is on its way to a reader is what it has asked for, and no more. */
export class RunStreams {
  readonly #on: StreamsOn;
  readonly #readers = new Map<StageId, Reader>();
  #made = 0;
  /** Told once the stages run, or never will. */
  #begin: () => void = () => undefined;
  readonly #begun: Promise<void>;
  #end: RunEnd | null = null;

  constructor(on: StreamsOn) {
    this.#on = on;
    this.#begun = new Promise((resolve) => {
      this.#begin = resolve;
    });
  }

  /** Readers that have something to look at: they may ask for more, so the run is not over. */
  get busy(): number {
    let busy = 0;
    for (const { waits } of this.#readers.values()) if (!waits) busy += 1;
    return busy;
  }

  /** @throws {EngineError} as {@link stageStream}. */
  open<Event>(
    subscriptions: readonly StreamSubscription<Event>[],
    options: StreamOptions = {},
  ): StageStream<Event> {
    return stageStream(subscriptions, options, (take) => this.#wire(take));
  }

  /** The stages run. */
  begin(): void {
    this.#begin();
  }

  /** Something has come from a worker. */
  take(stream: StageId, message: StreamMessage): void {
    this.#on.disturbed();
    const reader = this.#readers.get(stream);
    if (message.type === 'ended') reader?.producers.delete(message.subscription);
    reader?.take(message);
  }

  /** A worker is gone: what was read there has ended. */
  lose(isGone: (stage: StageId) => boolean): void {
    for (const [stream, { producers }] of [...this.#readers]) {
      for (const [subscription, producer] of [...producers]) {
        if (isGone(producer)) this.take(stream, { type: 'ended', subscription, reason: 'killed' });
      }
    }
  }

  /** The run is over. */
  finish(end: RunEnd): void {
    if (this.#end) return;
    this.#end = end;
    for (const { take } of [...this.#readers.values()]) take(over(end));
    this.#begin();
  }

  #wire(take: (message: StreamMessage) => void): StreamWire {
    this.#made += 1;
    const stream: StageId = `stream ${this.#made}`;
    const reader: Reader = { take, producers: new Map(), waits: false };
    const workers = new Set<WorkerId>();
    const order = (producer: StageId, one: StreamOrder) => {
      const worker = this.#on.workerOf(producer);
      if (worker === undefined || this.#end) return;
      workers.add(worker);
      this.#post(worker, stream, one);
    };
    return {
      ready: this.#begun,
      // A run that has not come so far that its stages are known says why it ended.
      knows: (stage) => this.#end !== null || this.#on.workerOf(stage) !== undefined,
      outletsOf: (stage) => this.#on.outletsOf(stage),
      subscribe: ({ id, producer, options }) => {
        if (this.#end) return take(over(this.#end));
        this.#readers.set(stream, reader);
        reader.producers.set(id, producer);
        order(producer, { type: 'subscribe', subscription: id, producer, options });
      },
      setDemandMode: (producers, mode) => {
        for (const producer of producers) order(producer, { type: 'mode', producers: [producer], mode });
      },
      ask: (subscription, producer, count) => order(producer, { type: 'ask', subscription, count }),
      cancel: (subscription, producer, reason) =>
        order(producer, { type: 'cancel', subscription, producer, reason }),
      waits: (waits) => {
        reader.waits = waits;
      },
      close: () => {
        this.#readers.delete(stream);
        if (this.#end) return;
        for (const worker of workers) this.#post(worker, stream, { type: 'close' });
      },
    };
  }

  #post(worker: WorkerId, stream: StageId, order: StreamOrder): void {
    this.#on.disturbed();
    this.#on.post(worker, { type: 'stream', stream, order });
  }
}

function over(end: RunEnd): StreamMessage {
  const failed = end.type === 'failed' || end.type === 'stopped';
  const failure = failed ? new EngineError('run_ended', { action: 'read on', end: end.type }) : null;
  return { type: 'over', failure };
}

/** What a worker has sent for a reader, as the reader takes it. */
export function streamMessageOf(
  message: Extract<FromWorker, { readonly type: 'streamEvents' | 'streamEnded' }>,
): StreamMessage {
  const { subscription } = message;
  return message.type === 'streamEvents'
    ? { type: 'events', subscription, events: message.events }
    : { type: 'ended', subscription, reason: message.reason };
}
