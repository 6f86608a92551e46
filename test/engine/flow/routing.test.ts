import { describe, expect, it } from 'vitest';
import { EngineError, Flow, Window, broadcastDispatcher, demandDispatcher, none } from '#engine';
import type { Draft } from '#engine/flow/draft.ts';
import { BY_DEMAND, feedOf, isSameFeed, joinFeed, routingFeed, type Feed } from '#engine/flow/routing.ts';

/** What each stage got, without those that got nothing. */
async function shares<Event>(flow: Flow<Event>): Promise<readonly (readonly Event[])[]> {
  const lists = flow.reduce(
    () => [] as readonly Event[],
    (all, event) => [...all, event],
  );
  return (await lists.emit('state').toArray()).filter(({ length }) => length > 0);
}

async function problem(flow: Flow<unknown>): Promise<string> {
  try {
    await flow.toArray();
  } catch (error) {
    return error instanceof EngineError ? error.message : String(error);
  }
  return 'none';
}

const pairs = Flow.from(
  [
    ['a', 1],
    ['b', 2],
    ['a', 3],
    ['b', 4],
    ['c', 5],
  ] as const,
  { stages: 1 },
).map((pair) => pair);

describe('isSameFeed()', () => {
  const custom = { ...demandDispatcher(), name: 'custom' };

  it.each<readonly [what: string, a: () => Feed, b: () => Feed, isSame: boolean]>([
    ['whoever asks, said or not', () => feedOf(demandDispatcher()), () => BY_DEMAND, true],
    ['all, said twice', () => feedOf(broadcastDispatcher()), () => feedOf(broadcastDispatcher()), true],
    ['all, and whoever asks', () => feedOf(broadcastDispatcher()), () => BY_DEMAND, false],
    ['a dispatcher of the program, and itself', () => feedOf(custom), () => feedOf(custom), true],
    ['two dispatchers of the program', () => feedOf(custom), () => feedOf({ ...custom }), false],
    ['rows joined by the same key', () => joinFeed(String, 2), () => joinFeed(String, 2), true],
    ['rows joined by other keys', () => joinFeed(String, 2), () => joinFeed(Number, 2), false],
    ['rows joined by more stages', () => joinFeed(String, 2), () => joinFeed(String, 3), false],
    ['rows that are joined, and whoever asks', () => joinFeed(String, 2), () => BY_DEMAND, false],
  ])('compares %s', (_what, a, b, isSame) => {
    expect(isSameFeed(a(), b())).toBe(isSame);
    expect(isSameFeed(b(), a())).toBe(isSame);
  });
});

describe('routingFeed()', () => {
  it('FL-066 takes the dispatcher of the options before any other', () => {
    const dispatcher = broadcastDispatcher();
    const draft: Draft = { origin: { type: 'none' }, options: { dispatcher }, operations: [] };
    const written = { written: 'partition', key: undefined, hash: undefined } as const;
    expect(routingFeed(written, draft, 2).dispatcher).toBe(dispatcher);
    expect(routingFeed({ written: 'shuffle' }, draft, 2).dispatcher).toBe(dispatcher);
  });
});

describe('partition() brings equal keys to one stage', () => {
  it.each([
    ['FL-061 by a function', pairs.partition({ stages: 3, key: ([name]) => name })],
    ['FL-061 by the index of an item', pairs.partition({ stages: 3, key: 0 })],
    ['keys that are equal by value', pairs.partition({ stages: 3, key: ([name]) => ({ of: [name] }) })],
  ])('%s', async (_what, flow) => {
    for (const share of await shares(flow)) {
      const names = new Set(share.map(([name]) => name));
      // Nobody else has any of these.
      for (const name of names) {
        const all = share.filter(([own]) => own === name);
        expect(all).toHaveLength(name === 'c' ? 1 : 2);
      }
    }
  });

  it('FL-061 by a field', async () => {
    const records = pairs.map(([name, value]) => ({ name, value })).partition({ stages: 4, key: 'name' });
    const counts = records.groupBy(
      ({ name }) => name,
      ({ value }) => value,
    );
    expect((await counts.toArray()).sort()).toEqual([
      ['a', [3, 1]],
      ['b', [4, 2]],
      ['c', [5]],
    ]);
  });

  it('FL-060 by the event itself', async () => {
    const events = Flow.from([[1, 2], [3], [1, 2], [3], [1, 2]], { stages: 2, maxDemand: 1 }).map(
      (list) => list,
    );
    expect(
      (await events.partition({ stages: 4 }).group().toArray()).map(([, all]) => all.length).sort(),
    ).toEqual([2, 3]);
  });

  it('FL-062 by a hash, which may change an event or drop it', async () => {
    const flow = Flow.from([1, 2, 3, 4, 5, 6], { stages: 1 }).map((n) => n);
    const parted = flow.partition({ stages: 2, hash: (n) => (n > 4 ? none : [`n${n}`, n % 2]) });
    expect((await shares(parted)).toSorted()).toEqual([
      ['n1', 'n3'],
      ['n2', 'n4'],
    ]);
  });

  it('FL-061 and fails where an event has no such key', async () => {
    const flow = Flow.from<{ readonly name?: string }>([{ name: 'a' }, {}], { stages: 1 }).map(
      (event) => event,
    );
    expect(await problem(flow.partition({ stages: 2, key: 'name' }))).toContain(
      'Cannot partition the flow as every event must have the key "name": received {}',
    );
    const numbers: Flow<unknown> = Reflect.apply(Flow.prototype.partition, Flow.from([3]), [
      { stages: 2, key: 0 },
    ]);
    expect(await problem(numbers)).toContain('must have the key 0: received 3');
  });

  it('FL-062 and fails where a hash names no partition', async () => {
    const flow = Flow.from([7], { stages: 1 }).partition({ stages: 2, hash: (n) => [n, n] });
    expect(await problem(flow.map((n) => n))).toContain(
      'hash must name one of its partitions (0, 1): received 7',
    );
  });

  it('FL-063 and asks neither key nor hash where there is one stage', async () => {
    const flow = pairs.partition({
      stages: 1,
      key: () => {
        throw new Error('asked');
      },
    });
    expect(await shares(flow)).toHaveLength(1);
  });

  it('whose sessions are those of its keys', async () => {
    const visits = Flow.from(
      [
        { who: 'a', time: 0 },
        { who: 'b', time: 1 },
        { who: 'a', time: 2 },
        { who: 'b', time: 30 },
      ],
      { stages: 1 },
    );
    for (const stages of [1, 2]) {
      const window = Window.session(10, 'millisecond', ({ time }: { readonly time: number }) => time);
      const lengths = visits
        .partition({ key: 'who', stages, window })
        .reduce(
          () => 0,
          (count) => count + 1,
        )
        .onTrigger((count, _stage, { id }) => ({
          events: [[typeof id === 'object' ? id.key : id, count] as const],
        }));
      expect((await lengths.toArray()).toSorted()).toEqual([
        ['a', 2],
        ['b', 1],
        ['b', 1],
      ]);
    }
  });
});
