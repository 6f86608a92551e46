import { MessageChannel as NodeMessageChannel } from 'node:worker_threads';
import { describe, expect, it } from 'vitest';
import { portOf as browserPort } from '../../../engine/platform/browser-port.ts';
import { portOf as nodePort } from '../../../engine/platform/node-port.ts';
import type { RemoteEnvelope } from '../../../engine/stage/message.ts';
import { messagePortTransport } from '../../../engine/transport/message-port.ts';
import { eventsEnvelope, transportLaws } from './transport-laws.ts';

/** A message takes a turn of the event loop or two; ten are plenty and no time at all. */
async function settle(): Promise<void> {
  for (let i = 0; i < 10; i += 1) await new Promise((resolve) => setImmediate(resolve));
}

const kinds = {
  'a port of worker_threads': () => {
    const { port1, port2 } = new NodeMessageChannel();
    return [nodePort(port1), nodePort(port2)] as const;
  },
  'a port of the web': () => {
    const { port1, port2 } = new MessageChannel();
    return [browserPort(port1), browserPort(port2)] as const;
  },
};

describe.each(Object.entries(kinds))('messagePortTransport() over %s', (_, ports) => {
  const connect = () => {
    const [one, two] = ports();
    return { a: messagePortTransport(one), b: messagePortTransport(two) };
  };

  transportLaws(() => ({ ...connect(), settle }));

  it('refuses what cannot be cloned, naming stage, field and kind, and sends the rest', async () => {
    const { a, b } = connect();
    const got: RemoteEnvelope[] = [];
    b.receive((batch) => got.push(...batch));
    const refused = a.send([
      eventsEnvelope('numbers', [1]),
      eventsEnvelope('clicks', [{ id: 1 }, { id: 2, target: { onClick: () => 1 } }]),
      eventsEnvelope('numbers', [2]),
    ]);
    await settle();
    expect(refused.map(({ envelope }) => envelope.from)).toEqual(['clicks']);
    expect(refused[0]?.error).toMatchObject({
      code: 'not_cloneable',
      details: { stage: 'clicks', path: 'events[1].target.onClick', received: 'function' },
    });
    expect(got.map(({ message }) => message)).toMatchObject([{ events: [1] }, { events: [2] }]);
    a.close();
    b.close();
  });

  it.each([
    ['symbol', Symbol('s'), 'events[0]'],
    ['Promise', Promise.resolve(1), 'events[0]'],
    ['function', new Map([['f', () => 1]]), 'events[0].get("f")'],
    ['WeakMap', { 'a key': new WeakMap() }, 'events[0]["a key"]'],
  ])('names a %s', (kind, event, path) => {
    const { a, b } = connect();
    expect(a.send([eventsEnvelope('numbers', [event])])[0]?.error.details).toMatchObject({
      path,
      received: kind,
    });
    a.close();
    b.close();
  });

  it('tells of an end whatever its reason, as a preview where it cannot be cloned', async () => {
    const { a, b } = connect();
    const got: RemoteEnvelope[] = [];
    b.receive((batch) => got.push(...batch));
    const down = (reason: unknown): RemoteEnvelope => ({
      to: 'printer',
      from: 'numbers',
      cause: 1,
      message: { type: 'down', subscription: 's', reason },
    });
    expect(a.send([down({ why: () => 1 })])).toEqual([]);
    expect(a.send([down(new Date(0))])).toEqual([]);
    await settle();
    expect(got.map(({ message }) => 'reason' in message && message.reason)).toEqual([
      { why: 'function why' },
      new Date(0),
    ]);
    a.close();
    b.close();
  });

  it('sends events as packed arrays, however they were made', async () => {
    const { a, b } = connect();
    const got: RemoteEnvelope[] = [];
    b.receive((batch) => got.push(...batch));
    const holey = new Array<number | undefined>(3);
    holey[2] = 7;
    a.send([eventsEnvelope('numbers', holey)]);
    await settle();
    const message = got[0]?.message;
    const events = message?.type === 'events' ? message.events : [];
    expect(Object.keys(events)).toEqual(['0', '1', '2']);
    expect(events).toEqual([undefined, undefined, 7]);
    a.close();
    b.close();
  });
});
