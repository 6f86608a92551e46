import { expect, it } from 'vitest';
import { seededRandom } from '../../../engine/time/random.ts';
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

  it('delivers every batch once and in order, whatever is in it and however much', async () => {
    const { a, b, settle } = connect();
    const random = seededRandom(7);
    const [atA, atB]: [unknown[], unknown[]] = [[], []];
    a.receive((batch) => atA.push(eventsOf(batch)));
    b.receive((batch) => atB.push(eventsOf(batch)));
    const [toA, toB]: [unknown[], unknown[]] = [[], []];
    for (let i = 0; i < 400; i += 1) {
      const [end, sent] = random() < 0.5 ? [a, toB] : [b, toA];
      const events = someEvents(random, i);
      end.send([eventsEnvelope('numbers', events)]);
      sent.push(events);
      if (i % 50 === 0) await settle();
    }
    await settle();
    expect(atB).toEqual(toB);
    expect(atA).toEqual(toA);
    a.close();
    b.close();
  });

  it('delivers large batches whole', async () => {
    const { a, b, settle } = connect();
    const got: unknown[] = [];
    b.receive((batch) => got.push(eventsOf(batch)));
    const batches = [
      Array.from({ length: 100_000 }, (_, i) => i),
      ['x'.repeat(3_000_000)],
      Array.from({ length: 20_000 }, (_, i) => ({ id: i, name: `name ${i}`, at: { x: i / 2, y: -i } })),
      [1],
    ];
    for (const events of batches) a.send([eventsEnvelope('numbers', events)]);
    await settle();
    expect(got).toEqual(batches);
    a.close();
    b.close();
  });

  it('takes what a listener sends', async () => {
    const { a, b, settle } = connect();
    const got: number[][] = [];
    b.receive((batch) =>
      b.send(batch.map((envelope) => eventsEnvelope('numbers', [...numbersOf([envelope]), 0]))),
    );
    a.receive((batch) => got.push(numbersOf(batch)));
    for (let i = 1; i <= 5; i += 1) a.send([eventsEnvelope('numbers', [i])]);
    await settle();
    expect(got).toEqual([1, 2, 3, 4, 5].map((i) => [i, 0]));
    a.close();
    b.close();
  });

  it('says when it is polled whether anything had come', async () => {
    const { a, b, settle } = connect();
    let arrived = 0;
    b.receive(() => (arrived += 1));
    await settle();
    const before = arrived;
    if (b.poll) expect(b.poll()).toBe(false);
    a.send([eventsEnvelope('numbers', [1])]);
    while (b.poll && arrived === before && !b.poll()) await new Promise((resolve) => setImmediate(resolve));
    await settle();
    expect(arrived).toBe(before + 1);
    a.close();
    b.close();
  });
}

/** Numbers, texts, records, what has no compact form, and all of it mixed. */
function someEvents(random: () => number, seed: number): unknown[] {
  const kinds: readonly ((i: number) => unknown)[] = [
    (i) => i * seed,
    (i) => i / (seed + 1),
    (i) => `text ${i % 5} of ${seed}`,
    (i) => ({ seed, i, name: `name ${i % 3}` }),
    (i) => [i, `pair ${i}`],
    (i) => new Error(`error ${i}`),
    (i) => ({ when: new Date(i), what: new Map([[i, new Set([seed])]]), none: undefined }),
  ];
  const kind = kinds[Math.floor(random() * (kinds.length + 1))];
  const one = kind ?? ((i: number) => kinds[i % kinds.length]?.(i));
  return Array.from({ length: 1 + Math.floor(random() * 60) }, (_, i) => one(i));
}

function eventsOf(batch: readonly RemoteEnvelope[]): unknown[] {
  return batch.flatMap(({ message }) => (message.type === 'events' ? message.events : []));
}

function numbersOf(batch: readonly RemoteEnvelope[]): number[] {
  return eventsOf(batch).map(Number);
}
