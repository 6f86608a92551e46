import type { Reason } from '../stage/definition.ts';
import type { OwnedExternal } from '../stage/external.ts';
import { ownExternal, self, type Self } from '../stage/self.ts';
import { owned } from '../time/sleep.ts';
import { ARRIVED } from './arrival.ts';

/** What one read has given. */
export interface Read<Event> {
  readonly events: readonly Event[];
  /** Nothing comes after these. */
  readonly done: boolean;
}

/** Something that is read from outside of the run. */
export interface Reader<Event> {
  /**
   * Reads at most `count` events: what is there already, else at least one as soon as there is one. Called again only when
   * the answer has come.
   *
   * @param count - Events, >= 1.
   */
  read(count: number): Read<Event> | PromiseLike<Read<Event>>;
  /** Lets go of it. Not called after a read that was the last, or that failed. */
  close(reason: Reason): void;
}

/**
 * Reads as many events as are wanted and no more, and tells its stage when some have come. The stage waits for none of them:
 * it handles other messages meanwhile. A picture shows the public fields.
 */
export class Pump<Event> {
  /** Asked for and not read yet. */
  wanted = 0;
  taken = 0;
  ended = false;
  consumers = 0;
  readonly #open: () => Reader<Event>;
  readonly #most: number;
  readonly #self: Self;
  readonly #owned: OwnedExternal;
  #reader: Reader<Event> | null = null;
  #waits = false;
  #closed = false;
  /** Read, and not handed to the stage yet. */
  #arrived: Event[] = [];
  #told = false;
  #endTaken = false;
  #failure: { readonly error: unknown } | null = null;

  /**
   * Belongs to the stage whose callback runs.
   *
   * @param open - Called when the first event is wanted.
   * @param most - Events to read at most.
   */
  constructor(open: () => Reader<Event>, most: number) {
    this.#open = open;
    this.#most = most;
    this.#self = self();
    this.#owned = ownExternal({ close: (reason) => this.#close(reason) });
  }

  /** So many more events are wanted; hands over what is there at once. Throws what the source failed with. */
  want(count: number): readonly Event[] {
    if (this.ended) return [];
    this.wanted = Math.min(this.wanted + count, this.#most - this.taken);
    if (this.#waits) return [];
    // Nothing need be told of what is handed over here.
    this.#told = true;
    this.#attempt(() => this.#read());
    return this.take();
  }

  /** Hands over what has come. Throws what the source failed with, once everything before that is handed over. */
  take(): readonly Event[] {
    this.#told = false;
    const events = this.#arrived;
    this.#arrived = [];
    if (!this.#failure) return events;
    if (events.length === 0) throw this.#failure.error;
    this.#tell();
    return events;
  }

  /** Whether everything has been handed over and nothing will come; true once. */
  takeEnd(): boolean {
    if (!this.ended || this.#failure || this.#arrived.length > 0 || this.#endTaken) return false;
    this.#endTaken = true;
    return true;
  }

  /** Reads until nothing is wanted, or there is nothing at once. */
  #read(): void {
    const reader = (this.#reader ??= this.#open());
    while (this.wanted > 0 && !this.ended) {
      const answer = reader.read(this.wanted);
      if (isPromise(answer)) {
        this.#await(answer);
        return;
      }
      this.#put(answer);
    }
    if (this.taken === this.#most) this.#finish(reader);
  }

  #await(answer: PromiseLike<Read<Event>>): void {
    this.#waits = true;
    this.#owned.mayAct(true);
    let settled: () => void = () => undefined;
    // What the source does when it is read again is code of this stage.
    const goOn = owned(() => this.#goOn(settled));
    answer.then(
      (read) => {
        settled = () => this.#put(read);
        goOn();
      },
      (error: unknown) => {
        settled = () => this.#fail(error);
        goOn();
      },
    );
  }

  #goOn(settled: () => void): void {
    this.#waits = false;
    if (this.#closed) return;
    settled();
    if (!this.ended) this.#attempt(() => this.#self.within(() => this.#read()));
    if (!this.#waits) this.#owned.mayAct(false);
  }

  #attempt(read: () => void): void {
    try {
      read();
    } catch (error) {
      this.#fail(error);
    }
  }

  #fail(error: unknown): void {
    this.ended = true;
    this.#failure = { error };
    this.#tell();
  }

  #put({ events, done }: Read<Event>): void {
    for (const event of events) this.#arrived.push(event);
    this.taken += events.length;
    this.wanted -= events.length;
    this.ended = done;
    if (events.length > 0 || done) this.#tell();
  }

  #tell(): void {
    if (this.#told) return;
    this.#told = true;
    this.#self.info(ARRIVED);
  }

  #finish(reader: Reader<Event>): void {
    if (this.ended) return;
    this.ended = true;
    reader.close('normal');
    this.#tell();
  }

  #close(reason: Reason): void {
    this.#closed = true;
    this.#arrived = [];
    const reader = this.ended ? null : this.#reader;
    this.ended = true;
    reader?.close(reason);
  }
}

function isPromise<Value>(value: Value | PromiseLike<Value>): value is PromiseLike<Value> {
  return typeof value === 'object' && value !== null && 'then' in value && typeof value.then === 'function';
}
