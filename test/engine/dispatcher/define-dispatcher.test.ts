import { describe, expect, it } from 'vitest';
import {
  consumer,
  defineDispatcher,
  demandDispatcher,
  pipeline,
  producer,
  runVirtual,
  viewOfPlan,
  type Delivery,
  type Dispatcher,
  type EntryOf,
  type TraceEntry,
  type TraceType,
} from 'sluice';
import { playOf, unicastLaws } from '../../laws/dispatcher-laws.ts';
import { roundRobin } from '../../support/round-robin.ts';

/** Numbers 0 to 19 through this dispatcher to the consumers `a` and `b`. */
function planWith(dispatcher = roundRobin()) {
  const numbers = producer({
    init: () => 0,
    handleDemand: (demand, next) => {
      const count = Math.min(demand, 20 - next);
      return { events: Array.from({ length: count }, (_, i) => next + i), state: next + count };
    },
    dispatcher,
  });
  const sink = consumer<number>({ handleEvents: () => undefined });
  return pipeline(({ start, subscribe }) => {
    const source = start('source', numbers);
    subscribe(start('a', sink), { to: source, maxDemand: 6, minDemand: 5 });
    subscribe(start('b', sink), { to: source, maxDemand: 6, minDemand: 5 });
  });
}

function of<T extends TraceType>(entries: readonly TraceEntry[], type: T): EntryOf<T>[] {
  return entries.filter((entry): entry is EntryOf<T> => entry.type === type);
}

/** The example of `defineDispatcher`. */
const firstCome = defineDispatcher({
  name: 'first come',
  create: () => {
    const open = new Map<string, number>();
    return {
      subscribe: (id) => (open.set(id, 0), 0),
      ask: (id, count) => (open.set(id, (open.get(id) ?? 0) + count), count),
      cancel: (id) => (open.delete(id), 0),
      dispatch: (events) => {
        const deliveries: Delivery<unknown>[] = [];
        let leftover = events;
        for (const [to, count] of open) {
          const batch = leftover.slice(0, count);
          if (batch.length > 0) deliveries.push({ to, events: batch });
          open.set(to, count - batch.length);
          leftover = leftover.slice(batch.length);
        }
        return { deliveries, leftover };
      },
    };
  },
});

/** A dispatcher that takes every ask and leaves everything over, but for the given methods. */
function withMethods(methods: Partial<Dispatcher<unknown>>) {
  return defineDispatcher({
    name: 'mine',
    create: () => ({
      subscribe: () => 0,
      ask: (_id, count) => count,
      cancel: () => 0,
      dispatch: (events) => ({ deliveries: [], leftover: events }),
      ...methods,
    }),
  });
}

const run = (dispatcher = roundRobin()) => runVirtual(planWith(dispatcher), { seed: 0, entryBudget: 2_000 });

describe('a dispatcher of a program', () => {
  unicastLaws('round robin', () => playOf(roundRobin()));
  unicastLaws('first come', () => playOf(firstCome));

  it('GS-013 serves a pipeline: each event goes to the next consumer', async () => {
    const patient = producer({
      init: () => 0,
      handleDemand: (demand, asked) => ({
        events: asked + demand === 12 ? Array.from({ length: 12 }, (_, i) => i) : [],
        state: asked + demand,
      }),
      dispatcher: roundRobin(),
    });
    const got: Record<string, number[]> = { a: [], b: [] };
    const sink = consumer({
      init: (name: string) => name,
      handleEvents: (events: number[], name) => void got[name]?.push(...events),
    });
    const plan = pipeline(({ start, subscribe }) => {
      const source = start('source', patient);
      subscribe(start('a', sink, 'a'), { to: source, maxDemand: 6, minDemand: 0 });
      subscribe(start('b', sink, 'b'), { to: source, maxDemand: 6, minDemand: 0 });
    });
    expect((await runVirtual(plan, { seed: 0 })).ended).toBe('idle');
    expect(got).toEqual({ a: [0, 2, 4, 6, 8, 10], b: [1, 3, 5, 7, 9, 11] });
  });

  it('is named in the plan', () => {
    expect(viewOfPlan(planWith()).stages[0]).toMatchObject({ id: 'source', dispatcher: 'round robin' });
    const named = defineDispatcher({ ...roundRobin(), partitions: ['x', 1] });
    expect(viewOfPlan(planWith(named)).stages[0]).toMatchObject({ partitions: ['x', 1] });
  });

  it('may refuse a subscription: both ends hear of it', async () => {
    const { entries } = await run(withMethods({ subscribe: () => ({ refused: 'full' }) }));
    const ends = of(entries, 'cancel').map(({ stage, reason }) => [stage, reason]);
    expect(ends).toEqual([
      ['source', 'full'],
      ['a', 'full'],
      ['source', 'full'],
      ['b', 'full'],
    ]);
  });

  it('does not hear of the end of a subscription that it has refused', async () => {
    const cancelled: string[] = [];
    await run(
      withMethods({
        subscribe: () => ({ refused: 'full' }),
        cancel: (id) => {
          cancelled.push(id);
          return 0;
        },
      }),
    );
    expect(cancelled).toEqual([]);
  });

  it('may release demand from any answer', async () => {
    const { entries } = await run(withMethods({ subscribe: () => ({ demand: 3 }), ask: () => 0 }));
    const demands = of(entries, 'begin').filter(({ callback }) => callback === 'handleDemand');
    expect(demands.map(({ demand }) => demand)).toEqual([3]);
    // The second three come from the buffer, where the first have gone.
    expect(of(entries, 'unbuffer')[0]).toMatchObject({ removed: 3 });
  });

  it('may deliver several batches to one consumer from an ask', async () => {
    const { entries } = await run(
      withMethods({
        ask: (id) => ({
          demand: 0,
          deliveries: [
            { to: id, events: ['x'] },
            { to: id, events: ['y', 'z'] },
          ],
        }),
      }),
    );
    const [first, second] = of(entries, 'dispatch');
    expect(first).toMatchObject({ subscription: 'a←source', first: 0, events: ['x'], open: 5 });
    expect(second).toMatchObject({ subscription: 'a←source', first: 1, events: ['y', 'z'], open: 3 });
  });

  it('is told what a subscription was given, and whose it is', async () => {
    const told: unknown[] = [];
    await run(
      withMethods({
        subscribe: (...given) => {
          told.push(given);
          return 0;
        },
      }),
    );
    expect(told).toEqual([
      ['a←source', { maxDemand: 6, minDemand: 5 }, 'a'],
      ['b←source', { maxDemand: 6, minDemand: 5 }, 'b'],
    ]);
  });

  it('has random numbers and warnings of its stage', async () => {
    const random: number[] = [];
    const chatty = defineDispatcher({
      name: 'chatty',
      create: ({ stage, random: next, warn }) => ({
        ...withMethods({}).create({ stage, random: next, warn }),
        subscribe: (id) => {
          random.push(next());
          warn({
            code: 'mine',
            message: `${stage} hears of ${id}`,
            subscription: id,
            count: 2,
            values: [1, 2],
          });
          return 0;
        },
      }),
    });
    const { entries } = await run(chatty);
    expect(of(entries, 'warning')[0]).toMatchObject({
      stage: 'source',
      code: 'mine',
      message: 'source hears of a←source',
      values: [1, 2],
    });
    const once = [...random];
    random.length = 0;
    await run(chatty);
    expect(random).toEqual(once);
    expect(once.every((n) => n >= 0 && n < 1)).toBe(true);
  });

  const NO_DEMAND = 'as it must answer with new demand, an integer >= 0, or { demand, … }: received';
  it.each<[string, Partial<Dispatcher<unknown>>, string]>([
    [
      'negative demand',
      { ask: () => -1 },
      `Cannot go on after ask of the mine dispatcher of "source" ${NO_DEMAND} -1`,
    ],
    ['half an event', { ask: () => 0.5 }, `after ask of the mine dispatcher of "source" ${NO_DEMAND} 0.5`],
    [
      'no demand',
      { subscribe: () => undefined as never },
      `after subscribe of the mine dispatcher of "source" ${NO_DEMAND} undefined`,
    ],
    ['wrong demand', { ask: () => ({ demand: NaN }) }, `${NO_DEMAND} {"demand":"NaN"}`],
    [
      'nothing',
      { dispatch: () => undefined as never },
      'Cannot go on after dispatch of the mine dispatcher of "source" as it must answer with { deliveries: […], leftover: […] }: received undefined',
    ],
    [
      'no leftover',
      { dispatch: () => ({ deliveries: [] }) as never },
      'leftover: […] }: received {"deliveries":[]}',
    ],
    [
      'no deliveries',
      { dispatch: () => ({ leftover: [] }) as never },
      'leftover: […] }: received {"leftover":[]}',
    ],
    [
      'a delivery to nobody',
      { dispatch: (events) => ({ deliveries: [{ to: 'c', events }], leftover: [] }) },
      'as it must answer with deliveries to subscriptions that have begun and not ended: received "c"',
    ],
  ])('crashes its producer when it answers with %s', async (_, methods, says) => {
    const { entries } = await run(withMethods(methods));
    const [crash] = of(entries, 'crash');
    expect(crash).toMatchObject({ stage: 'source', callback: null, error: { code: 'dispatcher_answer' } });
    expect(crash?.error.message).toContain(says);
  });

  it('crashes its producer when it throws', async () => {
    const { entries } = await run(
      withMethods({
        ask: () => {
          throw new Error('out of order');
        },
      }),
    );
    expect(of(entries, 'crash')[0]?.error).toMatchObject({ message: 'out of order' });
  });

  it.each([
    ['nothing', () => null],
    ['no methods', () => ({})],
    ['a method that is none', () => ({ subscribe: 1, ask: 1, cancel: 1, dispatch: 1 })],
  ])('GS-016 its stage cannot start when create returns %s', async (_, create) => {
    const { entries } = await run(defineDispatcher({ name: 'mine', create: create as never }));
    expect(of(entries, 'crash')[0]).toMatchObject({
      stage: 'source',
      callback: 'init',
      error: { code: 'bad_dispatcher' },
    });
  });

  it.each(['subscribe', 'ask', 'cancel', 'dispatch'])('GS-016 must have the method %s', async (method) => {
    const { entries } = await run(withMethods({ [method]: undefined }));
    expect(of(entries, 'crash')[0]?.error.message).toBe(
      `Cannot use "mine" as a dispatcher must be one with ${method}, a function: received undefined`,
    );
  });

  it('GS-016 may leave info out, but not make it something else', async () => {
    const { entries } = await run(withMethods({ info: 7 as never }));
    expect(of(entries, 'crash')[0]?.error.message).toContain(
      'one whose info, if there is any, is a function: received 7',
    );
    expect((await run(withMethods({}))).ended).toBe('idle');
  });
});

describe('defineDispatcher()', () => {
  const refuse = (spec: unknown, says: string) =>
    expect(() => defineDispatcher(spec as never)).toThrow(`Cannot use ${says}`);

  it('hands a right one back as it is', () => {
    const spec = { name: 'mine', create: demandDispatcher().create, partitions: ['a', 1], checksPlan: true };
    expect(defineDispatcher(spec)).toBe(spec);
  });

  it('refuses what is no dispatcher, and says what it must be', () => {
    const { create } = demandDispatcher();
    refuse(null, 'this dispatcher as a dispatcher must be an object with name and create: received null');
    refuse({ create }, 'this dispatcher as a dispatcher must be one with a name');
    refuse({ name: '', create }, 'this dispatcher as a dispatcher must be one with a name');
    refuse(
      { name: 'mine' },
      '"mine" as a dispatcher must be one with create, a function: received undefined',
    );
    refuse(
      { name: 'mine', create, partitions: 3 },
      '"mine" as a dispatcher must be one whose partitions are a list',
    );
    refuse(
      { name: 'mine', create, partitions: ['a', {}, 1] },
      '"mine" as a dispatcher must be one whose partitions are a list',
    );
    refuse(
      { name: 'mine', create, checksPlan: 1 },
      '"mine" as a dispatcher must be one whose checksPlan is true or false',
    );
    refuse(
      { name: 'mine', create, partition: [] },
      '"mine" as a dispatcher must be one with nothing but name, create, partitions, checksPlan; did you mean "partitions"?: received "partition"',
    );
  });

  it('GS-013 a stage refuses a dispatcher that has none of it', () => {
    expect(() => producer({ handleDemand: () => undefined, dispatcher: 'broadcast' as never })).toThrow(
      'Cannot use dispatcher of this producer as it must be a dispatcher such as demandDispatcher(): received "broadcast"',
    );
  });
});
