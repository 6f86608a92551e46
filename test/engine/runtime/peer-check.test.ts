import { describe, expect, it } from 'vitest';
import { PeerCheck } from '#engine/runtime/peer-check.ts';
import type { HostMessage, RemoteEnvelope, StageMessage } from '#engine/stage/message.ts';

/** Of worker 0, which receives. */
const PLACEMENT = { sink: 0, source: 1, other: 2 };

function checked(envelope: unknown, peer = 1) {
  const said: string[] = [];
  const check = new PeerCheck(0, PLACEMENT, ({ message }) => said.push(message));
  // What arrives is whatever the other worker has sent.
  return { taken: check.accepts(envelope as RemoteEnvelope, peer), said };
}

const events = { type: 'events', subscription: 's', first: 0, events: [1, 2] } as const;
const envelope = (message: StageMessage | HostMessage, from: string | null = 'source', to = 'sink') => ({
  to,
  from,
  cause: 3,
  message,
});

describe('PeerCheck', () => {
  it('accepts() what a stage of the peer says to a stage that is here', () => {
    expect(checked(envelope(events)).taken).toBe(true);
    expect(checked(envelope({ type: 'ask', subscription: 's', count: 3 })).taken).toBe(true);
    expect(
      checked(envelope({ type: 'cast', request: { any: 'thing' } }, 'source', 'sink/stream 1')).taken,
    ).toBe(true);
  });

  it('accepts() what is about a task of a stage, whichever worker it runs on', () => {
    const taskEnded = { type: 'taskEnded', task: 't', outcome: { ok: true, value: 1 }, origin: 0 } as const;
    expect(checked(envelope(taskEnded, 'sink', 'sink'), 2).taken).toBe(true);
    expect(checked(envelope({ ...taskEnded, origin: 1 }, 'sink', 'sink'), 2).taken).toBe(false);
    const code = { type: 'declared', index: 0 } as const;
    const spawn = { type: 'spawn', task: 't', code, args: [], origin: 1 } as const;
    expect(checked(envelope(spawn, 'source', 'source'), 1).taken).toBe(true);
    expect(checked(envelope(spawn, 'source', 'source'), 2).taken).toBe(false);
  });

  it.each([
    ['speaks for a stage of a third worker', envelope(events, 'other')],
    ['speaks for a stage of the receiver', envelope(events, 'sink')],
    ['speaks for a stage that is not', envelope(events, 'nobody')],
    ['speaks for what an object inherits', envelope(events, 'constructor')],
    ['speaks for the outside world', envelope({ type: 'stop', reason: 'normal' }, null)],
    ['is for a stage that is elsewhere', envelope(events, 'source', 'other')],
    ['is for nobody', envelope(events, 'source', '__proto__')],
  ])('refuses what %s', (_, forged) => {
    const { taken, said } = checked(forged);
    expect(taken).toBe(false);
    expect(said).toEqual([expect.stringContaining('Cannot take a message of worker 2')]);
  });

  it.each([
    ['no envelope', null],
    ['no message', { to: 'sink', from: 'source', cause: null }],
    ['no known type', { ...envelope(events), message: { type: 'toString' } }],
    ['a cause that is no entry', { ...envelope(events), cause: { valueOf: 1 } }],
    ['events that are no list', { ...envelope(events), message: { ...events, events: { length: 9 } } }],
    ['a count that is none', { ...envelope(events), message: { type: 'ask', subscription: 's', count: -1 } }],
    ['no subscription', { ...envelope(events), message: { ...events, subscription: {} } }],
  ])('refuses what has %s', (_, forged) => {
    expect(checked(forged).taken).toBe(false);
  });

  it('tells of the first, the tenth and the hundredth, with how many there were', () => {
    const said: string[] = [];
    const check = new PeerCheck(0, PLACEMENT, ({ message }) => said.push(message));
    for (let i = 0; i < 150; i += 1) check.accepts(envelope(events, 'other'), 1);
    expect(said).toHaveLength(3);
    expect(said[2]).toContain('(100 so far)');
  });
});
