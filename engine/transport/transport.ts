import type { EngineError } from '../errors.ts';
import type { RemoteEnvelope } from '../stage/message.ts';

/** An envelope that cannot cross, and why. */
export interface Refused {
  readonly envelope: RemoteEnvelope;
  readonly error: EngineError<'not_cloneable'>;
}

/**
 * One end of a line to another worker. Envelopes arrive in the order they were sent, each exactly once, in the
 * batches they were sent in; never before `send` has returned.
 *
 * Events belong to the receiver once sent: a transport may copy them or hand them over.
 */
export interface Transport {
  /**
   * Sends what one turn produced as one message. What cannot cross is left out and handed back; the rest goes.
   * After `close` nothing is sent.
   */
  send(envelopes: readonly RemoteEnvelope[]): readonly Refused[];
  /**
   * Takes what has come by now, without waiting for a turn of the event loop: the listener is called before it returns.
   * Left out where everything comes by the event loop.
   *
   * @returns Whether anything had come.
   */
  readonly poll?: () => boolean;
  /** Sets who gets the batches. What came before somebody listened is kept for them. */
  receive(listener: (envelopes: readonly RemoteEnvelope[]) => void): void;
  /** Ends this side. Nothing arrives any more, not even what is on its way. */
  close(): void;
}
