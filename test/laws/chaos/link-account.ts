import type { EntryOf } from 'sluice';
import type { Fates } from './fates.ts';
import { Unexplained, at, explained, same, some } from './unexplained.ts';

/** Where the events are that were sent on one subscription: each is in one place, in the order in which it was sent. */
export class LinkAccount {
  readonly id: string;
  readonly #fates: Fates;
  /** Sent, and not yet taken by the consumer: on the way, or in its mailbox. */
  readonly flying: number[] = [];
  /** Taken by the consumer, and not yet given to its callback. */
  readonly waiting: number[] = [];
  /** Given to a callback that has not come back. */
  #inHand: readonly number[] = [];
  /** Given to a callback, in all: what the program must have seen. */
  readonly given: number[] = [];
  #sent = 0;

  constructor(id: string, fates: Fates) {
    this.id = id;
    this.#fates = fates;
  }

  get inHand(): readonly number[] {
    return this.#inHand;
  }

  send(entry: EntryOf<'dispatch'>, events: readonly number[]): void {
    explained(
      entry.first === this.#sent,
      () => `${at(entry)} begins with event ${this.#sent}: ${entry.first}`,
    );
    this.flying.push(...events);
    this.#sent += events.length;
  }

  deliver(entry: EntryOf<'deliver'>): void {
    const next = this.#sent - this.flying.length;
    explained(entry.first === next, () => `${at(entry)} brings event ${next}: ${entry.first}`);
    this.waiting.push(...this.#take(this.flying, entry.count, () => `${at(entry)} of ${this.id}`));
  }

  begin(entry: EntryOf<'begin'>, events: readonly number[]): void {
    explained(this.#inHand.length === 0, () => `${at(entry)}: ${some(this.#inHand)} are still in hand`);
    const next = this.#take(this.waiting, events.length, () => `${at(entry)} of ${this.id}`);
    explained(same(next, events), () => `${at(entry)} gives ${some(events)} instead of ${some(next)}`);
    this.#inHand = next;
    this.given.push(...next);
  }

  end(): void {
    this.#fates.are('handled', this.#inHand, this.id);
    this.#inHand = [];
  }

  lose(entry: EntryOf<'lost'>): void {
    const { where, count } = entry;
    const says = () => `${at(entry)} (${where}) on ${this.id}`;
    this.#fates.are(where, this.#lost(where, count, says), this.id);
  }

  /** All that is nowhere yet. */
  get open(): readonly number[] {
    return [...this.flying, ...this.waiting, ...this.#inHand];
  }

  #lost(where: EntryOf<'lost'>['where'], count: number, says: () => string): readonly number[] {
    switch (where) {
      case 'mailbox':
      case 'flight':
        return this.#take(this.flying, count, says);
      case 'queue':
        return this.#take(this.waiting, count, says);
      case 'callback': {
        const inHand = this.#inHand;
        this.#inHand = [];
        return [...inHand, ...this.#take(this.waiting, count - inHand.length, says)];
      }
      default:
        throw new Unexplained(`${says()} is no place of a subscription`);
    }
  }

  #take(from: number[], count: number, says: () => string): number[] {
    explained(count >= 0 && count <= from.length, () => `${says()} takes ${count} of ${some(from)}`);
    return from.splice(0, count);
  }
}
