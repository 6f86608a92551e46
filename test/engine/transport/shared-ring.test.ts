import { once } from 'node:events';
import { MessageChannel, Worker } from 'node:worker_threads';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { portOf } from '../../../engine/platform/node-port.ts';
import type { RemoteEnvelope } from '../../../engine/stage/message.ts';
import { bellMemory, lineMemory } from '../../../engine/transport/line-memory.ts';
import { sharedBell } from '../../../engine/transport/shared-bell.ts';
import { sharedRingTransport } from '../../../engine/transport/shared-ring.ts';
import { bundled } from '../../support/node-runner.ts';
import type { Relay } from './relay-worker.ts';
import { eventsEnvelope, transportLaws } from './transport-laws.ts';

function connect(bytes?: number) {
  const { port1, port2 } = new MessageChannel();
  const bells = [bellMemory(), bellMemory()] as const;
  const [one, two] = lineMemory(...bells, bytes);
  const a = sharedRingTransport(one, portOf(port1));
  const b = sharedRingTransport(two, portOf(port2));
  const settle = async () => {
    for (let i = 0; i < 10; i += 1) {
      a.poll?.();
      b.poll?.();
      await new Promise((resolve) => setImmediate(resolve));
    }
  };
  return { a, b, settle, bells };
}

describe.each([
  ['as large as it is', undefined],
  ['of 64 bytes', 64],
  ['of 256 bytes', 256],
])('sharedRingTransport(), its rings %s', (_, bytes) => {
  transportLaws(() => connect(bytes));
});

describe('sharedRingTransport() to another thread and back', () => {
  let file = '';
  const threads: Worker[] = [];
  beforeAll(async () => (file = await bundled('test/engine/transport/relay-worker.ts')));
  afterAll(() => Promise.all(threads.map((thread) => thread.terminate())));

  transportLaws(() => {
    const bell = bellMemory();
    const ends = [0, 1].map(() => {
      const [memory, theirs] = lineMemory(bellMemory(), bell);
      const { port1, port2 } = new MessageChannel();
      return { own: sharedRingTransport(memory, portOf(port1)), line: { memory: theirs, port: port2 } };
    });
    const [one, other] = ends;
    if (!one || !other) throw new Error('there are two');
    const relay: Relay = { bell, lines: [one.line, other.line] };
    const thread = new Worker(file, { workerData: relay, transferList: [one.line.port, other.line.port] });
    threads.push(thread);
    const settle = async () => {
      // A message there and back by another port: what was sent before it has been passed on.
      for (let i = 0; i < 20; i += 1) {
        const answered = once(thread, 'message');
        thread.postMessage(i);
        await answered;
        one.own.poll?.();
        other.own.poll?.();
      }
    };
    return { a: one.own, b: other.own, settle };
  });
});

describe('sharedRingTransport()', () => {
  it('keeps the order of what goes by the ring and what goes by the port', async () => {
    const { a, b, settle } = connect(256);
    const got: unknown[] = [];
    b.receive((batch) => got.push(...eventsOf(batch)));
    const sent = Array.from({ length: 200 }, (_, i) => (i % 3 === 0 ? new Error(`error ${i}`) : i));
    for (const event of sent) a.send([eventsEnvelope('numbers', [event])]);
    await settle();
    expect(got).toEqual(sent);
    a.close();
    b.close();
  });

  it('rings the bell of the receiver once per batch', () => {
    const { a, b, bells } = connect();
    const bell = sharedBell(bells[1]);
    const before = bell.rung;
    a.send([eventsEnvelope('numbers', [1]), eventsEnvelope('numbers', [2])]);
    a.send([eventsEnvelope('numbers', [new Error('no compact form')])]);
    expect(bell.rung - before).toBe(2);
    expect(sharedBell(bells[0]).rung).toBe(0);
    a.close();
    b.close();
  });
});

function eventsOf(batch: readonly RemoteEnvelope[]): unknown[] {
  return batch.flatMap(({ message }) => (message.type === 'events' ? message.events : []));
}
