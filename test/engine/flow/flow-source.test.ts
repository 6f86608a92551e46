import { describe, expect, it } from 'vitest';
import { EngineError, Flow, fromIterable, pipeline, runVirtual } from '#engine';

const range = (count: number): number[] => Array.from({ length: count }, (_, i) => i);

const sorted = async (flow: Flow<number>): Promise<number[]> => (await flow.toArray()).sort((a, b) => a - b);

async function* slowly(count: number): AsyncGenerator<number> {
  for (const n of range(count)) {
    await Promise.resolve();
    yield n;
  }
}

function streamOf(count: number): ReadableStream<number> {
  return new ReadableStream({
    start(controller) {
      for (const n of range(count)) controller.enqueue(n);
      controller.close();
    },
  });
}

describe('Flow.from()', () => {
  it.each<readonly [string, () => Flow<number>]>([
    ['an array', () => Flow.from(range(5))],
    ['a set', () => Flow.from(new Set(range(5)))],
    ['a generator', () => Flow.from(range(5).values())],
    [
      'a generator function',
      () =>
        Flow.from(function* () {
          yield* range(5);
        }),
    ],
    ['a function that makes an array', () => Flow.from(() => range(5))],
    ['an async generator', () => Flow.from(slowly(5))],
    [
      'an async generator function',
      () =>
        Flow.from(async function* () {
          yield* slowly(5);
        }),
    ],
    ['a function that makes an async iterable', () => Flow.from(() => slowly(5))],
    ['a stream', () => Flow.from(streamOf(5))],
    ['a function that makes a stream', () => Flow.from(() => streamOf(5))],
    ['a producer', () => Flow.from(fromIterable(range(5)))],
    ['several of them', () => Flow.fromIterables([[0, 1], slowly(0), () => [2], new Set([3, 4])])],
  ])('reads %s', async (_what, make) => {
    expect(await sorted(make())).toEqual(range(5));
    expect(await sorted(make().map((n) => n + 1))).toEqual([1, 2, 3, 4, 5]);
  });

  it('reads the letters of a text', async () => {
    expect(await Flow.from('abc').toArray()).toEqual(['a', 'b', 'c']);
  });

  it('FL-010 calls a function anew for each run, and not before', async () => {
    let calls = 0;
    const flow = Flow.from(() => {
      calls += 1;
      return range(3);
    });
    expect(calls).toBe(0);
    expect(await sorted(flow)).toEqual(range(3));
    expect(await sorted(flow)).toEqual(range(3));
    expect(calls).toBe(2);
  });

  it('FL-173 reads no more than is wanted, and closes what it has opened', async () => {
    const seen: string[] = [];
    const naturals = (function* () {
      try {
        for (let n = 0; ; n += 1) yield n;
      } finally {
        seen.push('closed');
      }
    })();
    const taken: number[] = [];
    for await (const n of Flow.from(() => naturals, { stages: 1, maxDemand: 4 }).map((all) => all)) {
      taken.push(n);
      if (n === 5) break;
    }
    expect(taken).toEqual([0, 1, 2, 3, 4, 5]);
    expect(seen).toEqual(['closed']);
    expect(naturals.next().done).toBe(true);
  });

  it.each([
    ['what cannot be read', () => 3, 'Flow.from needs an iterable'],
    ['a flow', () => Flow.from([1]), 'must get data, such as an array: received a flow'],
  ])('crashes the source when a function makes %s', async (_what, make, message) => {
    const flow: Flow<unknown> = Reflect.apply(Flow.from, Flow, [make]);
    const { entries } = await runVirtual(
      pipeline(({ start }) => {
        start('all', flow.map(String));
      }),
      { seed: 0 },
    );
    const crash = entries.find((entry) => entry.type === 'crash' && entry.stage === 'all/source');
    expect(JSON.stringify(crash)).toContain(message);
  });

  it('refuses what cannot be read where it is declared', () => {
    expect(() => Reflect.apply(Flow.from, Flow, [3])).toThrow(EngineError);
    expect(() => Reflect.apply(Flow.from, Flow, [{ length: 3 }])).toThrow(/Flow.from needs an iterable/);
  });
});
