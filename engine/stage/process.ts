import type { Seq, StageId } from '../ids.ts';
import type { Reason } from './definition.ts';
import type { StageStatus } from './lifecycle.ts';
import type { Envelope } from './message.ts';

/** What a host runs under a name: it takes one message at a time. Stages are, and supervisors. */
export interface Process {
  readonly id: StageId;
  readonly status: StageStatus;
  readonly isAlive: boolean;
  /** Ready for the next message. */
  readonly isFree: boolean;
  /** In the middle of a message: a callback has returned a promise. */
  readonly isBusy: boolean;
  /** Handles one message to its end. */
  handle(envelope: Envelope): void | Promise<void>;
  /** Ends at once, whatever it does. `cause`: the entry that led to it, if it was recorded. */
  kill(reason: Reason, cause?: Seq | null): void;
}
