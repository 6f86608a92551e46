import type { SubscriptionId } from '../ids.ts';
import type { Envelope } from './message.ts';

/** Room that may lie unused at the front before the list is copied. */
const SLACK = 1_024;

/**
 * What waits for a stage, first in, first out. It needs no limit of its own: events come only as far as they were asked
 * for, and every other message is the answer to one of these or comes from outside one at a time.
 */
export class Mailbox {
  #waiting: (Envelope | undefined)[] = [];
  #head = 0;

  get size(): number {
    return this.#waiting.length - this.#head;
  }

  push(envelope: Envelope): void {
    this.#waiting.push(envelope);
  }

  /** The oldest message, taken out; `undefined` when there is none. */
  shift(): Envelope | undefined {
    if (this.#head === this.#waiting.length) return undefined;
    const envelope = this.#waiting[this.#head];
    this.#waiting[this.#head] = undefined;
    this.#head++;
    if (this.#head === this.#waiting.length) {
      this.#waiting.length = 0;
      this.#head = 0;
    } else if (this.#head >= SLACK && this.#head * 2 > this.#waiting.length) {
      this.#waiting = this.#waiting.slice(this.#head);
      this.#head = 0;
    }
    return envelope;
  }

  /** The oldest message, left in place. */
  peek(): Envelope | undefined {
    return this.#waiting[this.#head];
  }

  /** Removes what says that the peer of this subscription is gone. */
  removeDown(subscription: SubscriptionId): void {
    this.#waiting = this.#waiting.slice(this.#head).filter((envelope) => {
      const message = envelope?.message;
      return !(message?.type === 'down' && message.subscription === subscription);
    });
    this.#head = 0;
  }

  clear(): void {
    this.#waiting = [];
    this.#head = 0;
  }
}
