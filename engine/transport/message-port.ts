import type { RemoteEnvelope } from '../stage/message.ts';
import { isBatch, postCloned } from './cloned.ts';
import { BatchDecoder } from './encoding/batch-decoder.ts';
import { BatchEncoder } from './encoding/batch-encoder.ts';
import type { Transport } from './transport.ts';

/** A batch of fewer events is cloned as quickly as its bytes are handed over. */
const MIN_EVENTS = 16;

/** What is needed of a message port. Each platform makes one of its own kind of port. */
export interface Port {
  /**
   * Posts a structured clone; throws if there is none.
   *
   * @param transfer - Memory in the message that is handed over instead of copied.
   */
  post(message: unknown, transfer?: readonly ArrayBuffer[]): void;
  /** Sets who gets the messages, and starts the port. What came before is kept by the port. */
  listen(listener: (message: unknown) => void): void;
  /** Takes a message that has come, if one has, so that the listener does not get it. Where the platform can. */
  take?(): { readonly message: unknown } | undefined;
  close(): void;
}

/**
 * A line over a message port: one message per batch. Numbers and records go in compact form where that is quicker, all else
 * is copied by structured clone.
 */
export function messagePortTransport(port: Port): Transport {
  const encoder = new BatchEncoder();
  const decoder = new BatchDecoder();
  let closed = false;
  let take: ((message: unknown) => void) | null = null;
  return {
    send(envelopes) {
      if (closed || envelopes.length === 0) return [];
      const encoded = isQuickerAsBytes(envelopes) ? encoder.encode(envelopes) : null;
      if (!encoded) return postCloned(envelopes, (batch) => port.post(batch));
      const bytes = encoded.bytes.slice(0, encoded.length);
      port.post(bytes, [bytes.buffer]);
      return [];
    },
    receive(listener) {
      take = (message) => {
        if (closed) return;
        if (message instanceof Uint8Array) listener(decoder.decodeBytes(message));
        else if (isBatch(message)) listener(message);
      };
      port.listen(take);
    },
    ...(port.take && {
      poll() {
        let came = false;
        // Until somebody listens, the port keeps what comes.
        while (take && !closed) {
          const next = port.take?.();
          if (!next) break;
          came = true;
          take(next.message);
        }
        return came;
      },
    }),
    close() {
      closed = true;
      port.close();
    },
  };
}

/** Texts are cloned faster than they are written and read unit by unit; what is small, faster than memory changes hands. */
function isQuickerAsBytes(envelopes: readonly RemoteEnvelope[]): boolean {
  let events = 0;
  for (const { message } of envelopes) {
    if (message.type !== 'events') continue;
    const [first] = message.events;
    if (typeof first === 'number' || (typeof first === 'object' && first !== null))
      events += message.events.length;
  }
  return events >= MIN_EVENTS;
}
