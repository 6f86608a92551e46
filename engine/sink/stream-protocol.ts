import { EngineError } from '../errors.ts';
import type { StageId, SubscriptionId } from '../ids.ts';
import type { CancelMode, Producing, Reason, SubscribeOptions } from '../stage/definition.ts';
import { demandOptions } from '../stage/demand.ts';
import type { DemandMode, StageRef } from '../stage/self.ts';
import { describe } from '../trace/trace-value.ts';

/** A stage to read from: what `start` returned, or its name, with options of the subscription. */
export type StreamSubscription<Event = unknown> = SubscribeOptions & {
  readonly to: StageId | (Exclude<StageRef, StageId> & Partial<Producing<Event>>);
};

/** Options of a stream as a whole. */
export interface StreamOptions {
  /** Demand mode the producers are set to once all are subscribed to and asked. Default `"forward"`. */
  readonly demand?: DemandMode;
  /** Whose demand mode is set; without it that of the producers read from. */
  readonly producers?: readonly StageRef[];
}

/** One reading of a stream. It is over when `next` says so, fails, or `return` has been called. */
export interface StreamIterator<Event> extends AsyncIterableIterator<Event, undefined> {
  /**
   * Reads another producer too, from now on (GS-218).
   *
   * @throws {EngineError} `option_out_of_range`; `stream_closed` unless the stream is being read.
   */
  subscribe(subscription: StreamSubscription<Event>): void;
}

/** Stages as an async iterable. Each reading subscribes anew. */
export interface StageStream<Event> {
  [Symbol.asyncIterator](): StreamIterator<Event>;
}

/** What a reading needs of a run: the consumer's half of the protocol. */
export interface StreamWire {
  /** Settles once there is something to subscribe to; `null` where there is already. */
  readonly ready: Promise<void> | null;
  /** Whether there is, was or will be a stage of this name. */
  knows(stage: StageId): boolean;
  /** The stages behind the name of a flow; `null` for what is none. */
  outletsOf(stage: StageId): readonly StageId[] | null;
  /** Subscribes and asks for `options.maxDemand`. The id is unique within the reading. */
  subscribe(subscription: {
    readonly id: SubscriptionId;
    readonly producer: StageId;
    readonly options: SubscribeOptions;
  }): void;
  /** Sets the mode of producers, behind the subscriptions made so far. */
  setDemandMode(producers: readonly StageId[], mode: DemandMode): void;
  ask(subscription: SubscriptionId, producer: StageId, count: number): void;
  /** Answered by an end. */
  cancel(subscription: SubscriptionId, producer: StageId, reason: Reason): void;
  /** Whether the reader waits for something to come, and has nothing left to look at. */
  waits(isWaiting: boolean): void;
  /** Nothing is subscribed to any more. */
  close(): void;
}

/** What comes from a run for a reading, in order. */
export type StreamMessage =
  | { readonly type: 'events'; readonly subscription: SubscriptionId; readonly events: readonly unknown[] }
  | { readonly type: 'ended'; readonly subscription: SubscriptionId; readonly reason: Reason }
  /** The whole run is over; `failure` says that it did not end by itself. */
  | { readonly type: 'over'; readonly failure: Error | null };

/** Opens the line of one reading: messages for it go to `take`, never before this has returned. */
export type OpenWire = (take: (message: StreamMessage) => void) => StreamWire;

/** What a subscription of a stream asks for, checked. */
export interface StreamLink {
  readonly producer: StageId;
  readonly cancel: CancelMode;
  readonly maxDemand: number;
  readonly minDemand: number;
  readonly options: SubscribeOptions;
}

/**
 * A subscription of a stream with nothing left open.
 *
 * @throws {EngineError} `subscribe_target`, `option_out_of_range`.
 */
export function linkOf({ to, ...options }: StreamSubscription): StreamLink {
  const producer = nameOf(to);
  return { producer, options, ...demandOptions(options, `the stream of "${producer}"`) };
}

/**
 * The name of a stage that was named in either way.
 *
 * @throws {EngineError} `subscribe_target`.
 */
export function nameOf(stage: unknown): StageId {
  if (typeof stage === 'string') return stage;
  if (typeof stage === 'object' && stage !== null && 'id' in stage && typeof stage.id === 'string') {
    return stage.id;
  }
  throw new EngineError('subscribe_target', { consumer: 'the stream', received: describe(stage) });
}
