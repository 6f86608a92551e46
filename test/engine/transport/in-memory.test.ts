import { describe, expect, it } from 'vitest';
import { inMemoryPair } from '../../../engine/transport/in-memory.ts';
import { eventsEnvelope, transportLaws } from './transport-laws.ts';

describe('inMemoryPair()', () => {
  transportLaws(() => {
    const [a, b] = inMemoryPair(queueMicrotask);
    return { a, b, settle: () => new Promise((resolve) => setImmediate(resolve)) };
  });

  it('hands events over without a copy, whatever they are', async () => {
    const [a, b] = inMemoryPair(queueMicrotask);
    const events = [() => 1];
    const got: unknown[] = [];
    b.receive((batch) => got.push(...batch));
    const envelope = eventsEnvelope('numbers', events);
    expect(a.send([envelope])).toEqual([]);
    await Promise.resolve();
    expect(got[0]).toBe(envelope);
  });
});
