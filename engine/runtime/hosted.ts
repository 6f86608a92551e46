import type { StageId, SubscriptionId } from '../ids.ts';
import { Mailbox } from '../stage/mailbox.ts';
import type { Stage } from '../stage/stage.ts';

/** A stage of this worker, with what waits for it and who waits for its end. */
export class Hosted {
  readonly stage: Stage;
  readonly mailbox = new Mailbox();
  /** Who wants to hear of its end, by subscription. */
  readonly watchers = new Map<SubscriptionId, StageId>();

  constructor(stage: Stage) {
    this.stage = stage;
  }

  /** Whether it has a message and is free to handle it. */
  get isReady(): boolean {
    return this.mailbox.size > 0 && this.stage.isFree;
  }

  /** Nothing waits and it is not busy. */
  get isIdle(): boolean {
    return !this.stage.isBusy && (this.mailbox.size === 0 || !this.stage.isAlive);
  }
}
