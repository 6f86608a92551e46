import { EngineError } from '../errors.ts';
import type { RemoteEnvelope } from '../stage/message.ts';
import { traceValue } from '../trace/trace-value.ts';
import type { Refused } from './transport.ts';
import { uncloneablePart } from './uncloneable.ts';

/**
 * Posts a batch by structured clone: as one message, or, when a part of it cannot be cloned, each envelope that can be
 * alone.
 *
 * @param post - Throws when there is no clone.
 * @returns What cannot be cloned.
 */
export function postCloned(
  envelopes: readonly RemoteEnvelope[],
  post: (envelopes: readonly RemoteEnvelope[]) => void,
): readonly Refused[] {
  const packed = envelopes.map(withPackedEvents);
  try {
    post(packed);
    return [];
  } catch {
    return postEach(packed, post);
  }
}

function postEach(
  envelopes: readonly RemoteEnvelope[],
  post: (envelopes: readonly RemoteEnvelope[]) => void,
): readonly Refused[] {
  const refused: Refused[] = [];
  for (const envelope of envelopes.map(withPlainReason)) {
    try {
      post([envelope]);
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

/** A port joins two ends of this engine, and learner code never sees it: the shape alone is checked. */
export function isBatch(message: unknown): message is readonly RemoteEnvelope[] {
  return (
    Array.isArray(message) &&
    message.every((item) => typeof item === 'object' && item !== null && 'to' in item)
  );
}
