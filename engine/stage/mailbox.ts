import type { SubscriptionId } from '../ids.ts';
import { Fifo } from './fifo.ts';
import type { Envelope } from './message.ts';

/**
 * What waits for a stage, first in, first out. It needs no limit of its own: events come only as far as they were asked
 * for, and every other message is the answer to one of these or comes from outside one at a time.
 */
export class Mailbox extends Fifo<Envelope> {
  /** Removes what says that the peer of this subscription is gone. */
  removeDown(subscription: SubscriptionId): void {
    this.retain(({ message }) => !(message.type === 'down' && message.subscription === subscription));
  }

  /** Takes out the oldest info that is wanted, wherever it lies; `null` when there is none. */
  takeInfo(isWanted: (request: unknown) => boolean): Envelope | null {
    let taken: Envelope | null = null;
    this.retain((envelope) => {
      if (taken !== null || envelope.message.type !== 'info' || !isWanted(envelope.message.request))
        return true;
      taken = envelope;
      return false;
    });
    return taken;
  }
}
