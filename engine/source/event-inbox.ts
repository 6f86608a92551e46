import { EngineError } from '../errors.ts';
import type { OwnedExternal } from '../stage/external.ts';
import { ownExternal, self, type Self } from '../stage/self.ts';
import { ARRIVED } from './arrival.ts';

/** What becomes of events that nobody wants yet and that do not fit into the buffer. */
export type Overflow = 'dropOldest' | 'dropNewest' | 'fail';

/** What an inbox is made of. */
export interface InboxOptions<Event> {
  readonly overflow: Overflow;
  /** Events the stage's buffer holds. */
  readonly bufferSize: number;
  /** Begins to hand over events; what it returns ends that. */
  readonly open: (
    push: (event: Event) => void,
    end: () => void,
    fail: (error: unknown) => void,
  ) => (() => void) | void;
}

/**
 * Events of a source that cannot be slowed, between their arrival and the next turn of its stage. It holds no more than may
 * be wanted or buffered then, and drops what the buffer would drop. A picture shows the public fields.
 */
export class EventInbox<Event> {
  /** Asked for and not emitted yet. */
  wanted = 0;
  taken = 0;
  ended = false;
  readonly #overflow: Overflow;
  readonly #bufferSize: number;
  readonly #self: Self;
  readonly #owned: OwnedExternal;
  #arrived: Event[] = [];
  /** Dropped here since the stage took the last events. */
  #dropped = 0;
  #told = false;
  #endTaken = false;
  #failure: { readonly error: unknown } | null = null;
  #stopListening: () => void = () => undefined;

  /** Begins to listen. Belongs to the stage whose callback runs. */
  constructor({ overflow, bufferSize, open }: InboxOptions<Event>) {
    this.#overflow = overflow;
    this.#bufferSize = bufferSize;
    this.#self = self();
    this.#owned = ownExternal({ close: () => this.#close() });
    this.#owned.mayAct(true);
    const close = open(
      (event) => this.#push(event),
      () => this.#end(null),
      (error) => this.#end({ error }),
    );
    if (close) this.#stopListening = close;
    if (this.ended) this.#stopListening();
  }

  /** So many more events are wanted; there were none in the buffer. */
  want(count: number): void {
    this.wanted += count;
  }

  /**
   * Hands over what has arrived, and how much of that was dropped.
   *
   * @throws {EngineError} `source_overflow`; or what the source failed with, once everything before it is handed over.
   */
  take(): { readonly events: readonly Event[]; readonly dropped: number } {
    this.#told = false;
    this.#dropOldest();
    const events = this.#arrived;
    const dropped = this.#dropped;
    if (this.#overflow === 'fail' && dropped > 0) this.refuse(dropped);
    if (this.#failure) {
      if (events.length === 0) throw this.#failure.error;
      this.#tell();
    }
    this.#arrived = [];
    this.#dropped = 0;
    this.taken += events.length;
    this.wanted = Math.max(0, this.wanted - events.length);
    return { events, dropped };
  }

  /** Whether everything has been handed over and nothing will come; true once. */
  takeEnd(): boolean {
    if (!this.ended || this.#failure || this.#arrived.length > 0 || this.#endTaken) return false;
    this.#endTaken = true;
    return true;
  }

  /**
   * Events that do not fit are not to be dropped.
   *
   * @throws {EngineError} `source_overflow`, always.
   */
  refuse(received: number): never {
    const details = { stage: this.#self.id, bufferSize: this.#bufferSize, received };
    throw new EngineError('source_overflow', details);
  }

  #push(event: Event): void {
    if (this.ended) return;
    const room = this.wanted + this.#bufferSize;
    if (this.#overflow === 'dropOldest') {
      this.#arrived.push(event);
      // Many at a time: each costs a constant.
      if (this.#arrived.length > 2 * room) this.#dropOldest();
    } else if (this.#arrived.length < room) this.#arrived.push(event);
    else this.#dropped += 1;
    this.#tell();
  }

  /** The first events go to whoever wants them: of those that would be buffered, the oldest go. */
  #dropOldest(): void {
    const excess = this.#arrived.length - this.wanted - this.#bufferSize;
    if (this.#overflow !== 'dropOldest' || excess <= 0) return;
    this.#arrived.splice(this.wanted, excess);
    this.#dropped += excess;
  }

  #end(failure: { readonly error: unknown } | null): void {
    if (this.ended) return;
    this.ended = true;
    this.#failure = failure;
    this.#stopListening();
    this.#tell();
    this.#owned.mayAct(false);
  }

  #close(): void {
    if (!this.ended) this.#stopListening();
    this.ended = true;
    this.#arrived = [];
  }

  #tell(): void {
    if (this.#told) return;
    this.#told = true;
    this.#self.info(ARRIVED);
  }
}
