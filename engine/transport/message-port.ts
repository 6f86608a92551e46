import { EngineError } from '../errors.ts';
import type { RemoteEnvelope } from '../stage/message.ts';
import { traceValue } from '../trace/trace-value.ts';
import type { Refused, Transport } from './transport.ts';
import { uncloneablePart } from './uncloneable.ts';

/** What is needed of a message port. Each platform makes one of its own kind of port. */
export interface Port {
  /** Posts a structured clone; throws if there is none. */
  post(message: unknown): void;
  /** Sets who gets the messages, and starts the port. What came before is kept by the port. */
  listen(listener: (message: unknown) => void): void;
  close(): void;
}

/** A line over a message port: one message per batch, events copied by structured clone. */
export function messagePortTransport(port: Port): Transport {
  let closed = false;
  return {
    send(envelopes) {
      if (closed || envelopes.length === 0) return [];
      const packed = envelopes.map(withPackedEvents);
      try {
        port.post(packed);
        return [];
      } catch {
        return sendEach(port, packed);
      }
    },
    receive(listener) {
      port.listen((message) => {
        if (!closed && isBatch(message)) listener(message);
      });
    },
    close() {
      closed = true;
      port.close();
    },
  };
}

/** Finds the envelopes that cannot be cloned by sending each alone. */
function sendEach(port: Port, envelopes: readonly RemoteEnvelope[]): readonly Refused[] {
  const refused: Refused[] = [];
  for (const envelope of envelopes.map(withPlainReason)) {
    try {
      port.post([envelope]);
    } catch (reason) {
      refused.push({ envelope, error: notCloneable(envelope, reason) });
    }
  }
  return refused;
}

function notCloneable(envelope: RemoteEnvelope, reason: unknown): EngineError<'not_cloneable'> {
  const part = uncloneablePart(envelope.message);
  return new EngineError('not_cloneable', {
    stage: envelope.from ?? 'outside',
    path: part?.path ?? envelope.message.type,
    received: part?.kind ?? (reason instanceof Error ? reason.message : String(reason)),
  });
}

/** Why something ended may be any value; that it ended must be told in any case, so the reason goes as a preview. */
function withPlainReason(envelope: RemoteEnvelope): RemoteEnvelope {
  const { message } = envelope;
  if (!('reason' in message)) return envelope;
  return { ...envelope, message: { ...message, reason: traceValue(message.reason) } };
}

/**
 * `Array.from({ length })` and `new Array(n)` give arrays that V8 takes for holey for ever. Those are cloned key by
 * key, several times slower, and arrive holey again.
 */
function withPackedEvents(envelope: RemoteEnvelope): RemoteEnvelope {
  const { message } = envelope;
  if (message.type !== 'events') return envelope;
  const events: unknown[] = [];
  for (const event of message.events) events.push(event);
  return { ...envelope, message: { ...message, events } };
}

/** The port joins two ends of this engine, and learner code never sees it: the shape alone is checked. */
function isBatch(message: unknown): message is readonly RemoteEnvelope[] {
  return (
    Array.isArray(message) &&
    message.every((item) => typeof item === 'object' && item !== null && 'to' in item)
  );
}
