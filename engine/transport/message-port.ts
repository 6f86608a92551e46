import { isBatch, postCloned } from './cloned.ts';
import type { Transport } from './transport.ts';

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

/** A line over a message port: one message per batch, events copied by structured clone. */
export function messagePortTransport(port: Port): Transport {
  let closed = false;
  let take: ((message: unknown) => void) | null = null;
  return {
    send(envelopes) {
      if (closed || envelopes.length === 0) return [];
      return postCloned(envelopes, (batch) => port.post(batch));
    },
    receive(listener) {
      take = (message) => {
        if (!closed && isBatch(message)) listener(message);
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
