import type { Seq, StageId, SubscriptionId } from '../ids.ts';
import type { KeptEvents } from '../trace/kept-events.ts';
import type { CallbackName, EntryBase, EntryOf, TraceEvent } from '../trace/trace-entry.ts';
import type { Caller, Reason } from './definition.ts';
import type { External, OwnedExternal } from './external.ts';
import type { LentBatches } from './lent-batches.ts';
import type { StageMessage } from './message.ts';

/** What is watched: the other end of a subscription. */
export interface Watch {
  readonly subscription: SubscriptionId;
  /** The life of the watched stage that counts; left out: whichever runs. */
  readonly life?: number | undefined;
}

/** Events that nobody will get any more. */
export type Loss = Omit<EntryOf<'lost'>, 'type' | keyof EntryBase>;

/** Where messages to one stage go: found once per subscription, not once per message. */
export interface Address {
  send(from: StageId, message: StageMessage, cause: Seq | null): void;
}

/**
 * What a stage may do to the world while it handles a message. A stage owns no clock, port, timer or random source.
 */
export interface StageContext {
  /** Whether frequent entries are recorded. While `false`, their payloads are not even built. */
  readonly tracing: boolean;
  /** What the trace keeps of batches, shared by the stages that a batch comes by. */
  readonly kept: KeptEvents;
  /** Arrays that its sources lend to whoever gives them back. */
  readonly lent: LentBatches;
  /** Milliseconds since the run began. */
  nowMs(): number;
  /** Milliseconds since this was last asked, by whatever stage, or since the stages' turn began. */
  lapMs(): number;
  /** Seeded: a stage gets the same numbers in every run with the same seed. In [0, 1). */
  random(stage: StageId): number;
  /** What a callback has returned, later where its stage is made to take longer. */
  slowed(stage: StageId, returned: unknown): unknown;
  /** Appends to the trace; returns the entry's number, to be given as the cause of what follows from it. */
  record(stage: StageId, event: TraceEvent, cause: Seq | null): Seq;
  /** Records and counts events that are lost at a stage. */
  lose(stage: StageId, loss: Loss, cause: Seq | null): void;
  send(from: StageId, to: StageId, message: StageMessage, cause: Seq | null): void;
  /** Of a stage that many messages will be sent to, in whichever of its lives. */
  addressOf(stage: StageId): Address;
  /** Whether a stage of this name runs, has run or will run in this run. */
  knows(stage: StageId): boolean;
  /** The names of all stages that {@link StageContext.knows} knows. */
  names(): readonly StageId[];
  /** Whom a subscription to this name goes to: the outlets of a flow; `null` for what is none. */
  outletsOf(stage: StageId): readonly StageId[] | null;
  /** A producer has taken a subscription, or refused it for good. */
  subscribed(subscription: {
    readonly id: SubscriptionId;
    readonly consumer: StageId;
    readonly producer: StageId;
    readonly cause: Seq | null;
  }): void;
  /** Puts a message into the stage's own mailbox later, unless it has ended. What it gives takes that back, if it is in time. */
  sendAfter(
    stage: StageId,
    message: StageMessage,
    later: { readonly delayMs: number; readonly cause: Seq | null },
  ): () => boolean;
  /** Asks a stage, wherever it runs; rejects with `call_timeout`, or `call_unanswered` when it ends first. */
  request(
    question: (call: number) => StageMessage,
    way: {
      readonly from: StageId;
      readonly to: StageId;
      readonly timeoutMs: number;
      readonly cause: Seq | null;
    },
  ): Promise<unknown>;
  /** Something outside of the run belongs to the stage from now on: it is closed when the stage is gone. */
  own(stage: StageId, external: External): OwnedExternal;
  /** A name for a subscription that no plan has named; never given twice in a run. */
  nameSubscription(consumer: StageId, producer: StageId): SubscriptionId;
  /** Sends `down` for `subscription` to `watcher` when `watched` ends; at once with `"noproc"` if it is not there. */
  watch(watcher: StageId, watched: StageId, watch: Watch): void;
  /** Ends a watch and removes its `down` if that still waits in the watcher's mailbox. */
  unwatch(watcher: StageId, watched: StageId, subscription: SubscriptionId): void;
  /** Answers a call made to `from`. */
  reply(from: StageId, caller: Caller, value: unknown): void;
  /** A callback of the learner's begins, recorded as `began`: from here on `console` and `sleep` belong to this stage. */
  entering(stage: StageId, callback: CallbackName, began: Seq | null): void;
  /** It has returned, or given a promise. */
  left(): void;
  /** The stage fails: `error` is what was thrown, in this callback or (`null`) outside of all. It ends next. */
  crashed(stage: StageId, crash: { readonly callback: CallbackName | null; readonly error: unknown }): void;
  /** The stage has ended: its mailbox goes, its watchers hear of it. */
  exited(stage: StageId, reason: Reason, cause: Seq | null): void;
}
