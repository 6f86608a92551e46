import type { Seq, StageId, SubscriptionId } from '../ids.ts';
import type { TraceEvent } from '../trace/trace-entry.ts';
import type { Reason } from './definition.ts';
import type { StageMessage } from './message.ts';

/**
 * What a stage may do to the world while it handles a message: a list of effects, performed by the host in order.
 * A stage owns no clock, port, timer or random source.
 */
export interface StageContext {
  /** Milliseconds since the run began. */
  nowMs(): number;
  /** Seeded: the same run gives the same numbers. In [0, 1). */
  random(): number;
  /** Appends to the trace; returns the entry's number, to be given as the cause of what follows from it. */
  record(stage: StageId, event: TraceEvent, cause: Seq | null): Seq;
  send(from: StageId, to: StageId, message: StageMessage, cause: Seq | null): void;
  /** Sends `down` for `subscription` to `watcher` when `watched` ends; at once with `"noproc"` if it is not there. */
  watch(watcher: StageId, watched: StageId, subscription: SubscriptionId): void;
  /** Ends a watch and removes its `down` if that still waits in the watcher's mailbox. */
  unwatch(watcher: StageId, watched: StageId, subscription: SubscriptionId): void;
  /** Answers a call. */
  reply(call: number, value: unknown): void;
  /** The stage has ended: its mailbox goes, its watchers hear of it. */
  exited(stage: StageId, reason: Reason): void;
}
