import { consumer } from '../stage/define.ts';
import type { CancelMode, Consumer, Reason } from '../stage/definition.ts';
import { endsConsumer, isOrderly } from '../stage/demand.ts';
import { ownExternal, self } from '../stage/self.ts';

/** Something that is written to outside of the run. */
export interface Writer<Event> {
  /** Writes a batch; the promise settles once more may be written, and rejects with what went wrong. */
  write(events: readonly Event[]): Promise<void>;
  /** Ends it in good order, once all that was written has gone out. */
  end(): Promise<void>;
  /** Ends it at once, because of a failure. It must not wait. */
  abort(reason: Reason): void;
}

/**
 * Defines a consumer that writes what it gets. It asks for more once what it writes to can take more, so that its demand
 * follows the pace of the outside. It ends when its last producer has ended, and then ends what it writes to; a failure of
 * the pipeline aborts that, and a failure of the writer crashes it.
 *
 * @param open - Makes the writer when the stage starts; `fail` tells of a failure between two writes.
 */
export function writerSink<Event>(
  open: (fail: (error: unknown) => void) => Writer<Event>,
): Consumer<void, Event> {
  return consumer<Event, Writing<Event>>({
    init: () => new Writing(open),
    handleSubscribe: (_peer, { cancel = 'permanent' }, writing, { id }) => {
      writing.producers.set(id, cancel);
    },
    handleEvents: async (events, writing) => {
      await writing.write(events);
    },
    handleCancel: ({ reason }, writing, { id }) => {
      const mode = writing.producers.get(id) ?? 'permanent';
      writing.producers.delete(id);
      // Where the engine ends the stage anyway, it does so with the producer's own reason.
      if (writing.producers.size > 0 || endsConsumer(mode, reason)) return {};
      return { stop: 'normal' };
    },
    handleInfo: (_message, writing) => writing.check(),
    terminate: (reason, writing) => writing.end(reason),
  });
}

/** What a sink writes to, and who writes. A picture shows the public fields. */
class Writing<Event> {
  written = 0;
  readonly producers = new Map<string, CancelMode>();
  readonly #writer: Writer<Event>;
  #over = false;
  #failure: { readonly error: unknown } | null = null;

  /** Belongs to the stage whose callback runs. */
  constructor(open: (fail: (error: unknown) => void) => Writer<Event>) {
    const me = self();
    // A stage that is killed, or ended with its run, has no last word: what it wrote to is told all the same.
    ownExternal({ close: (reason) => this.#leave(reason) });
    this.#writer = open((error) => {
      this.#failure ??= { error };
      me.info('failed');
    });
  }

  async write(events: readonly Event[]): Promise<void> {
    this.check();
    await this.#writer.write(events);
    this.written += events.length;
  }

  /** Throws what the writer failed with. */
  check(): void {
    if (!this.#failure) return;
    this.#over = true;
    throw this.#failure.error;
  }

  async end(reason: Reason): Promise<void> {
    if (!isOrderly(reason)) return this.#abort(reason);
    if (this.#over) return;
    this.#over = true;
    await this.#writer.end();
  }

  #leave(reason: Reason): void {
    if (!isOrderly(reason)) return this.#abort(reason);
    // The stage is gone: nobody is left to hear of what goes wrong from here on.
    void this.end(reason).catch(() => undefined);
  }

  #abort(reason: Reason): void {
    if (this.#over) return;
    this.#over = true;
    this.#writer.abort(reason);
  }
}
