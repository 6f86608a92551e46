import type { RemoteEnvelope } from '../../stage/message.ts';
import { ByteWriter } from './byte-writer.ts';
import { BATCH, MESSAGE } from './format.ts';
import { LostEfforts } from './lost-efforts.ts';
import { ValueWriter } from './value-writer.ts';

/** A batch as bytes. They are the encoder's own: valid until it encodes the next one. */
export interface Encoded {
  /** Begin with the batch and are longer than it. */
  readonly bytes: Uint8Array;
  readonly length: number;
}

/**
 * Makes bytes of batches, for one direction of a line. It remembers what the other end has been told, so every batch
 * that it encodes must be decoded there, in the same order.
 */
export class BatchEncoder {
  readonly #out = new ByteWriter();
  readonly #values = new ValueWriter(this.#out);
  readonly #lost = new LostEfforts();
  #isEncoding = false;
  /** What the writer remembers is not what the other end does. */
  #mustForget = false;

  /** `null`: something in it has no compact form, or it is too large, or the last ones of its stages were. */
  encode(envelopes: readonly RemoteEnvelope[]): Encoded | null {
    // A getter of an event that comes back here must not write into the midst of its own batch.
    if (this.#isEncoding || !this.#lost.isWorthIt(envelopes)) return null;
    this.#isEncoding = true;
    const out = this.#out;
    try {
      out.rewind(0);
      out.byte(this.#mustForget ? BATCH.forget : BATCH.goesOn);
      if (this.#mustForget) this.#values.forget();
      out.count(envelopes.length);
      for (const envelope of envelopes) this.#envelope(envelope);
      this.#mustForget = false;
      this.#lost.tried(envelopes, true);
      return { bytes: out.bytes, length: out.length };
    } catch {
      // Whatever a getter has thrown: cloning the batch tells, if it is one that cannot be read at all.
      this.#mustForget = true;
      this.#lost.tried(envelopes, false);
      return null;
    } finally {
      this.#values.endMessage();
      this.#isEncoding = false;
    }
  }

  #envelope({ to, from, cause, message }: RemoteEnvelope): void {
    const [out, values] = [this.#out, this.#values];
    values.text(to);
    values.value(from);
    values.value(cause);
    if (message.type === 'events') {
      const { subscription, first, events, life } = message;
      out.byte(MESSAGE.events);
      values.text(subscription);
      values.number(first);
      values.value(life);
      out.count(events.length);
      values.column(events, events.length);
    } else if (message.type === 'ask') {
      out.byte(MESSAGE.ask);
      values.text(message.subscription);
      values.number(message.count);
    } else {
      out.byte(MESSAGE.other);
      values.value(message);
    }
    values.endMessage();
  }
}
