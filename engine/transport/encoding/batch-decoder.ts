import type { RemoteEnvelope } from '../../stage/message.ts';
import { ByteReader, damaged } from './byte-reader.ts';
import { BATCH, MESSAGE } from './format.ts';
import { ValueReader } from './value-reader.ts';

/** Makes batches of what the `BatchEncoder` at the other end has made of them. */
export class BatchDecoder {
  readonly #in = new ByteReader();
  readonly #values = new ValueReader(this.#in);

  /** Memory for the bytes of the next batch. */
  room(length: number): Uint8Array {
    return this.#in.room(length);
  }

  /**
   * Reads the first `length` bytes of that memory.
   *
   * @throws {EngineError} `line_damaged`.
   */
  decode(length: number): readonly RemoteEnvelope[] {
    const source = this.#in;
    source.begin(length);
    const begins = source.byte();
    if (begins === BATCH.forget) this.#values.forget();
    else if (begins !== BATCH.goesOn) throw damaged('a batch begins with something else');
    const envelopes: RemoteEnvelope[] = [];
    for (let rest = source.countOf('envelopes'); rest > 0; rest -= 1) envelopes.push(this.#envelope());
    if (!source.isAtEnd) throw damaged('something follows the batch');
    return envelopes;
  }

  /**
   * Reads a batch that came otherwise.
   *
   * @throws {EngineError} `line_damaged`.
   */
  decodeBytes(bytes: Uint8Array): readonly RemoteEnvelope[] {
    this.room(bytes.length).set(bytes);
    return this.decode(bytes.length);
  }

  #envelope(): RemoteEnvelope {
    const [source, values] = [this.#in, this.#values];
    values.begin();
    const to = values.text();
    const from = values.value();
    const cause = values.value();
    if (from !== null && typeof from !== 'string') throw damaged('a sender has no name');
    if (cause !== null && typeof cause !== 'number') throw damaged('a cause is no number');
    return { to, from, cause, message: this.#message(source.byte()) };
  }

  #message(kind: number): RemoteEnvelope['message'] {
    const values = this.#values;
    if (kind === MESSAGE.events) {
      const subscription = values.text();
      const first = values.number();
      const life = values.value();
      const events = values.column(this.#in.countOf('events'));
      if (life === undefined) return { type: 'events', subscription, first, events };
      if (typeof life !== 'number') throw damaged('a life is no number');
      return { type: 'events', subscription, first, events, life };
    }
    if (kind === MESSAGE.ask) {
      return { type: 'ask', subscription: values.text(), count: values.number() };
    }
    const message = values.value();
    if (kind !== MESSAGE.other || !isMessage(message)) throw damaged('a message is of no kind');
    return message;
  }
}

/** The other end is this engine, and learner code has no hold of the line: the shape alone is checked. */
function isMessage(message: unknown): message is RemoteEnvelope['message'] {
  return (
    typeof message === 'object' && message !== null && 'type' in message && typeof message.type === 'string'
  );
}
