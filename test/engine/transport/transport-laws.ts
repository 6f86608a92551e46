import { expect, it } from 'vitest';
import type { RemoteEnvelope } from '../../../engine/stage/message.ts';
import type { Transport } from '../../../engine/transport/transport.ts';

export function eventsEnvelope(from: string, events: readonly unknown[]): RemoteEnvelope {
  return { to: 'printer', from, cause: 1, message: { type: 'events', subscription: 's', first: 0, events } };
}

/** What a new pair gives, and how to wait until all that was sent has arrived. */
export interface Line {
  readonly a: Transport;
  readonly b: Transport;
  readonly settle: () => Promise<void>;
}

/** What every transport keeps, whatever carries it. */
export function transportLaws(connect: () => Line): void {
  it('delivers batches whole and in the order they were sent, both ways', async () => {
    const { a, b, settle } = connect();
    const atA: number[][] = [];
    const atB: number[][] = [];
    a.receive((batch) => atA.push(numbersOf(batch)));
    b.receive((batch) => atB.push(numbersOf(batch)));
    a.send([eventsEnvelope('numbers', [1]), eventsEnvelope('numbers', [2])]);
    b.send([eventsEnvelope('numbers', [9])]);
    a.send([eventsEnvelope('numbers', [3])]);
    await settle();
    expect(atB).toEqual([[1, 2], [3]]);
    expect(atA).toEqual([[9]]);
    a.close();
    b.close();
  });

  it('delivers nothing before send() has returned', async () => {
    const { a, b, settle } = connect();
    let arrived = 0;
    b.receive(() => (arrived += 1));
    a.send([eventsEnvelope('numbers', [1])]);
    expect(arrived).toBe(0);
    await settle();
    expect(arrived).toBe(1);
    a.close();
    b.close();
  });

  it('keeps what came before somebody listened', async () => {
    const { a, b, settle } = connect();
    a.send([eventsEnvelope('numbers', [1])]);
    await settle();
    const got: number[][] = [];
    b.receive((batch) => got.push(numbersOf(batch)));
    await settle();
    expect(got).toEqual([[1]]);
    a.close();
    b.close();
  });

  it('delivers nothing to an end that is closed, and takes nothing from one', async () => {
    const { a, b, settle } = connect();
    let arrived = 0;
    a.receive(() => (arrived += 1));
    b.receive(() => (arrived += 1));
    a.send([eventsEnvelope('numbers', [1])]);
    b.close();
    await settle();
    expect(b.send([eventsEnvelope('numbers', [1])])).toEqual([]);
    await settle();
    expect(arrived).toBe(0);
    a.close();
  });

  it('sends nothing for an empty batch', async () => {
    const { a, b, settle } = connect();
    let arrived = 0;
    b.receive(() => (arrived += 1));
    expect(a.send([])).toEqual([]);
    await settle();
    expect(arrived).toBe(0);
    a.close();
    b.close();
  });
}

function numbersOf(batch: readonly RemoteEnvelope[]): number[] {
  return batch.flatMap(({ message }) => (message.type === 'events' ? message.events.map(Number) : []));
}
