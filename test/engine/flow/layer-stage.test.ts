import fc from 'fast-check';
import { consumer, pipeline, producer, runVirtual, self, send, sleep } from 'sluice';
import type { ProducerConsumer } from 'sluice';
import { describe, expect, it } from 'vitest';
import { grouping } from '../../../engine/flow/grouping.ts';
import { layerStage } from '../../../engine/flow/layer-stage.ts';
import type { Emission, LayerSpec, LayerStage } from '../../../engine/flow/operation.ts';
import type { WindowId, WindowSpec } from '../../../engine/window/window.ts';
import { endOf } from '../source/collected.ts';
import { GLOBAL, all, crashOf, ending, every, layer, map, reduce, runLayer, sum, uniq } from './layer-run.ts';

const upTo = (count: number) => Array.from({ length: count }, (_, i) => i + 1);

/** Windows of ten milliseconds, by what the events are. */
const TENS: WindowSpec = { ...GLOBAL, type: 'fixed', length: 10, by: (n: number) => n };

/** Gives its events one by one, and sends a message to the layer after each. */
function telling(events: readonly unknown[], messages: readonly unknown[]) {
  return producer<unknown, number>({
    init: () => {
      self().sendAfter('next', 10);
      return 0;
    },
    handleDemand: () => undefined,
    handleInfo: (step, given) => {
      if (step === 'tell') {
        if (messages[given - 1] !== undefined) send('layer', messages[given - 1]);
        self().sendAfter('next', 10);
        return {};
      }
      if (given === events.length) return { stop: 'normal' };
      self().sendAfter('tell', 10);
      return { events: [events[given]], state: given + 1 };
    },
  });
}

describe('layerStage() with mappers', () => {
  it('FL-020 FL-021 FL-022 maps, filters and rejects, by what is truthy', async () => {
    const { events } = await runLayer(
      layer({
        mappers: [
          map((n: number) => n * 2),
          { type: 'filter', fn: (n: number) => n % 3 },
          { type: 'reject', fn: (n: number) => (n === 8 ? 'yes' : '') },
        ],
      }),
      [upTo(5)],
    );
    expect(events).toEqual([2, 4, 10]);
  });

  it('FL-023 flattens one level of any iterable', async () => {
    const spec = layer({ mappers: [{ type: 'flatMap', fn: (n: number) => new Set([n, [n]]) }] });
    const { events } = await runLayer(spec, [[1, 2]]);
    expect(events).toEqual([1, [1], 2, [2]]);
  });

  it('FL-023 crashes where there is nothing to flatten, a text included', async () => {
    const spec = layer({ mappers: [{ type: 'flatMap', fn: (text: never) => text }] });
    const { entries } = await runLayer(spec, [['to be']]);
    expect(crashOf(entries)).toMatchObject({
      code: 'flow_answer',
      message:
        'Cannot go on with flatMap in "layer" as its function must answer with an iterable, such as an array: received "to be"',
    });
  });

  it('FL-024 maps the values of pairs', async () => {
    const spec = layer({ mappers: [{ type: 'mapValues', fn: (n: number) => n + 1 }] });
    const pairs = [
      ['a', 1],
      ['b', 2],
    ];
    expect((await runLayer(spec, [pairs])).events).toEqual([
      ['a', 2],
      ['b', 3],
    ]);
    expect(crashOf((await runLayer(spec, [[1]])).entries)).toMatchObject({
      code: 'flow_not_pair',
      message: 'Cannot go on with mapValues in "layer" as each event must be a pair [key, value]: received 1',
    });
  });

  it('FL-025 takes one event through all mappers before the next begins', async () => {
    const steps: string[] = [];
    const say = (what: string) => map((n: number) => (steps.push(`${what}${n}`), n));
    await runLayer(layer({ mappers: [say('a'), say('b')] }), [[1, 2]]);
    expect(steps).toEqual(['a1', 'b1', 'a2', 'b2']);
  });

  it('FL-026 gives mapBatch the batch, before everything else; several compose in order', async () => {
    const spec = layer({
      batchMappers: [
        { type: 'mapBatch', fn: (batch: number[]) => batch.sort((a, b) => b - a) },
        { type: 'mapBatch', fn: (batch: number[]) => [batch.join()] },
      ],
      mappers: [map((text: string) => `<${text}>`)],
    });
    const { events } = await runLayer(spec, [upTo(6)], { maxDemand: 4, minDemand: 2 });
    expect(events).toEqual(['<2,1>', '<4,3>', '<6,5>']);
  });

  it('FL-026 crashes when a batch is mapped to something that is no batch', async () => {
    const spec = layer({
      batchMappers: [{ type: 'mapBatch', fn: (batch: never[]) => batch.length as never }],
    });
    const { entries } = await runLayer(spec, [[1]]);
    expect(crashOf(entries)?.message).toContain('Cannot go on with mapBatch in "layer"');
  });

  it('FL-029 batches are those of the subscription, 500 events by default', async () => {
    const spec = layer({ batchMappers: [{ type: 'mapBatch', fn: (batch: never[]) => [batch.length] }] });
    expect((await runLayer(spec, [upTo(1_200)])).events).toEqual([500, 500, 200]);
  });

  it('FL-026 what a batch is mapped with is a copy: others may have got the same one', async () => {
    const batch = [3, 1, 2];
    const once = producer<number>({
      init: () => undefined,
      handleDemand: () => ({ events: batch }),
    });
    const spec = layer({
      batchMappers: [{ type: 'mapBatch', fn: (events: number[]) => events.sort((a, b) => a - b) }],
    });
    const { events } = await runLayer(spec, [once], { maxDemand: 3, minDemand: 0, enough: 3 });
    expect(events.slice(0, 3)).toEqual([1, 2, 3]);
    expect(batch).toEqual([3, 1, 2]);
  });

  it('FL-028 each passes the event on', async () => {
    const seen: unknown[] = [];
    const spec = layer({ mappers: [{ type: 'each', fn: (n: number) => 5 * seen.push(n) }] });
    expect((await runLayer(spec, [[1, 2]])).events).toEqual([1, 2]);
    expect(seen).toEqual([1, 2]);
  });

  it('FL-006 calls onInit once per stage, with its index and their number', async () => {
    const inits: unknown[] = [];
    const spec = layer({ onInit: (stage) => inits.push(stage) });
    await runLayer(spec, [[1, 2]], { stage: { index: 2, total: 3 } });
    expect(inits).toEqual([{ index: 2, total: 3 }]);
  });

  it('FL-172 a mapper that throws crashes the stage with that very error', async () => {
    const spec = layer({
      mappers: [
        map((n: number) => {
          if (n === 3) throw new RangeError('no threes');
          return n;
        }),
      ],
    });
    const { entries } = await runLayer(spec, [upTo(5)]);
    expect(crashOf(entries)).toMatchObject({ name: 'RangeError', message: 'no threes' });
  });
});

describe('layerStage() with a reduction', () => {
  const state = { emission: { type: 'state' } } as const;

  it('FL-040 has one accumulator per stage, made by its function', async () => {
    let made = 0;
    const counting = reduce(
      () => (made++, 0),
      (total: number, n: number) => total + n,
    );
    const spec = layer({ reduction: counting, ...state });
    expect((await runLayer(spec, [upTo(10)])).events).toEqual([55]);
    expect((await runLayer(spec, [[]])).events).toEqual([0]);
    expect(made).toBe(2);
  });

  it('FL-042 emits the elements of the state: entries of a Map and of a record, items of an iterable', async () => {
    const emitted = async (value: unknown) =>
      (await runLayer(layer({ reduction: reduce(() => value, (kept) => kept) }), [[0]])).events; // prettier-ignore
    expect(await emitted(new Map([['a', 1]]))).toEqual([['a', 1]]);
    expect(await emitted({ b: 2 })).toEqual([['b', 2]]);
    expect(await emitted([3, [4]])).toEqual([3, [4]]);
    expect(await emitted(new Set([5]))).toEqual([5]);
    expect(await emitted(new Uint8Array([6]))).toEqual([6]);
    expect(await emitted({})).toEqual([]);
  });

  it('FL-042 crashes where the state has no elements, and says what to do instead', async () => {
    for (const value of [7, 'text', null, undefined, new Date(0)]) {
      const spec = layer({ reduction: reduce(() => value as unknown, (kept) => kept) }); // prettier-ignore
      const { entries } = await runLayer(spec, [[0]]);
      expect(crashOf(entries)?.code).toBe('flow_state_elements');
      expect(crashOf(entries)?.message).toContain('Cannot emit the elements of the state of "layer"');
    }
  });

  it('FL-042 FL-122 keeps the accumulator over triggers', async () => {
    const spec = layer({ reduction: all, window: every(3) });
    expect((await runLayer(spec, [upTo(6)])).events).toEqual([1, 2, 3, ...upTo(6), ...upTo(6)]);
  });

  it('FL-043 emits the state as one event, or nothing', async () => {
    expect((await runLayer(layer({ reduction: all, ...state }), [upTo(3)])).events).toEqual([[1, 2, 3]]);
    const silent = layer({ reduction: all, emission: { type: 'nothing' } });
    expect((await runLayer(silent, [upTo(3)])).events).toEqual([]);
  });

  it('FL-043 what it has emitted does not change when the state does', async () => {
    const push = reduce(
      () => [] as number[],
      (list, n: number) => (list.push(n), list),
    );
    const spec = layer({ reduction: push, window: every(2), ...state });
    expect((await runLayer(spec, [upTo(3)])).events).toEqual([[1, 2], upTo(3)]);
    const count = reduce(
      () => new Map<number, number>(),
      (counts, n: number) => counts.set(n, (counts.get(n) ?? 0) + 1),
    );
    const counted = layer({
      reduction: count,
      window: every(1),
      emission: { type: 'onTrigger', fn: (counts: never) => ({ events: [counts] }) },
    });
    const maps = [new Map([[1, 1]]), new Map([[1, 2]]), new Map([[1, 2]])];
    expect((await runLayer(counted, [[1, 1]])).events).toEqual(maps);
  });

  it('FL-043 copies nothing that does not change any more, or is not the state', async () => {
    const states: unknown[] = [];
    const own = [0];
    const keep = reduce(
      () => [] as number[],
      (list, n: number) => (list.push(n), list),
    );
    const emitsState = layer({ reduction: keep, ...state });
    expect((await runLayer(emitsState, [[1]])).events).toEqual([[1]]);
    const emission: Emission = {
      type: 'onTrigger',
      fn: (list: unknown) => (states.push(list), { events: [own, list] }),
    };
    const { events } = await runLayer(layer({ reduction: keep, emission, window: every(1) }), [[1]]);
    expect(events[0]).toBe(own);
    expect(events[1]).not.toBe(states[0]);
    // The last time it is the state itself.
    expect(events[3]).toBe(states[1]);
  });

  it('FL-048 emitAndReduce emits at once, and the state at triggers', async () => {
    const running = (spec: object) =>
      layer({
        reduction: {
          type: 'emitAndReduce',
          init: () => 0,
          fn: (total: number, n: number) => ({ events: [total + n], state: total + n }),
        },
        mappers: [map((n: number) => n * 10)],
        ...state,
        ...spec,
      });
    const { batches } = await runLayer(running({}), [upTo(4)], { maxDemand: 2, minDemand: 0 });
    expect(batches).toEqual([[10, 30], [60, 100], [100]]);
    const silent = running({ emission: { type: 'nothing' } });
    expect((await runLayer(silent, [upTo(3)])).events).toEqual([10, 30, 60]);
  });

  it('FL-048 keeps the state, and emits nothing, where emitAndReduce says neither', async () => {
    const spec = layer({
      reduction: { type: 'emitAndReduce', init: () => 'first', fn: () => ({}) },
      emission: { type: 'state' },
    });
    expect((await runLayer(spec, [upTo(4)])).events).toEqual(['first']);
  });

  it('FL-126 what a trigger emits goes out before what was emitted while its events were reduced', async () => {
    const spec = layer({
      reduction: {
        type: 'emitAndReduce',
        init: () => 0,
        fn: (total: number, n: number) => ({ events: [n], state: total + n }),
      },
      emission: { type: 'onTrigger', fn: (total: number) => ({ events: [`sum ${total}`] }) },
      window: every(3),
    });
    expect((await runLayer(spec, [upTo(6)])).events).toEqual([
      'sum 6', 1, 2, 3, 'sum 21', 4, 5, 6, 'sum 21',
    ]); // prettier-ignore
    const small = await runLayer(spec, [upTo(3)], { maxDemand: 1 });
    expect(small.events).toEqual([1, 2, 'sum 6', 3, 'sum 6']);
  });

  it('FL-049 onTrigger gets the state, which stage it is, and what fired', async () => {
    const spec = layer({
      reduction: sum,
      emission: { type: 'onTrigger', fn: (...args) => ({ events: [args], state: 0 }) },
      window: every(2),
    });
    const { events } = await runLayer(spec, [upTo(3)], { stage: { index: 1, total: 4 } });
    const stage = { index: 1, total: 4 };
    expect(events).toEqual([
      [3, stage, { type: 'global', id: 'global', trigger: ['every', 2] }],
      [3, stage, { type: 'global', id: 'global', trigger: 'done' }],
    ]);
  });

  it('FL-049 FL-122 the state is what onTrigger answers with; without one it stays', async () => {
    const after = (step: (total: number) => object) =>
      layer({ reduction: sum, emission: { type: 'onTrigger', fn: step }, window: every(2) });
    const reset = after((total) => ({ events: [total], state: 100 }));
    expect((await runLayer(reset, [upTo(5)])).events).toEqual([3, 107, 105]);
    const kept = after((total) => ({ events: [total] }));
    expect((await runLayer(kept, [upTo(5)])).events).toEqual([3, 10, 15]);
    expect(
      (
        await runLayer(
          after(() => ({})),
          [upTo(5)],
        )
      ).events,
    ).toEqual([]);
  });

  it('FL-122 the trace says of each firing whether the state was kept', async () => {
    const after = async (step: (total: number) => object) => {
      const emission = { type: 'onTrigger', fn: step } as const;
      const { entries } = await runLayer(layer({ reduction: sum, emission, window: every(2) }), [upTo(5)]);
      return entries.flatMap((entry) =>
        entry.type === 'window' && entry.phase === 'fire' ? [entry.state] : [],
      );
    };
    expect(await after((total) => ({ events: [total], state: 0 }))).toEqual([
      'replaced',
      'replaced',
      undefined,
    ]);
    expect(await after((total) => ({ events: [total] }))).toEqual(['kept', 'kept', undefined]);
    const events = layer({ reduction: sum, window: every(2), emission: { type: 'state' } });
    expect((await runLayer(events, [upTo(2)])).entries).toContainEqual(
      expect.objectContaining({ type: 'window', phase: 'fire', firing: 1, state: 'kept' }),
    );
  });

  it('tells which events of the subscription a batch has put into windows, where it can', async () => {
    const assigned = async (spec: LayerSpec) =>
      (await runLayer(spec, [upTo(1_000)])).entries.flatMap((entry) =>
        entry.type === 'assign' ? [[entry.first, entry.count]] : [],
      );
    expect(await assigned(layer({ reduction: all, window: every(2) }))).toEqual([
      [0, 500],
      [500, 500],
    ]);
    const batchMappers = [{ type: 'mapBatch', fn: (batch: number[]) => [batch.length] }] as const;
    expect(await assigned(layer({ reduction: all, window: every(2), batchMappers }))).toEqual([
      [undefined, 1],
      [undefined, 1],
    ]);
  });

  it.each([
    ['nothing', undefined, 'an object { events, state }: received undefined'],
    ['a list', [1], 'an object { events, state }: received [1]'],
    ['a misspelt key', { event: [1] }, 'an object { events, state }: received {"event":[1]}'],
    ['events that are no array', { events: 7, state: 0 }, 'an array of events: received 7'],
  ])('FL-048 FL-049 crashes when a step is %s', async (_, answer, wrong) => {
    const fn = () => answer as object;
    const message = (operator: string) =>
      `Cannot go on with ${operator} in "layer" as its function must answer with ${wrong}`;
    const onTrigger = layer({ reduction: sum, emission: { type: 'onTrigger', fn } });
    expect(crashOf((await runLayer(onTrigger, [[1]])).entries)).toMatchObject({
      code: 'flow_answer',
      message: message('onTrigger'),
    });
    const emitAndReduce = layer({ reduction: { type: 'emitAndReduce', init: () => 0, fn } });
    expect(crashOf((await runLayer(emitAndReduce, [[1]])).entries)?.message).toBe(message('emitAndReduce'));
  });

  it('FL-171 as a consumer it does everything for its effects, and emits nothing', async () => {
    const fired: unknown[] = [];
    const spec = layer({
      mappers: [map((n: number) => n * 2)],
      reduction: sum,
      emission: { type: 'onTrigger', fn: (total) => (fired.push(total), { events: [total] }) },
    });
    const { entries } = await runLayer(spec, [upTo(3)], { kind: 'consumer' });
    expect(fired).toEqual([12]);
    expect(endOf(entries, 'layer')).toBe('normal');
    expect(entries.filter(({ type }) => type === 'warning')).toEqual([]);
  });

  it('FL-080 FL-081 says which partition fired which window to a layer that departitions', async () => {
    const spec = layer({ reduction: sum, ...state, departs: true, window: every(2) });
    const { events } = await runLayer(spec, [[1, 2]], { stage: { index: 1, total: 2 } });
    const fired = (trigger: unknown) => ({ type: 'global', id: 'global', trigger });
    expect(events).toEqual([
      { partition: 1, firing: fired(['every', 2]), state: 3 },
      { partition: 1, firing: fired('done'), state: 3 },
    ]);
  });

  it('FL-081 what emitAndReduce emits waits for the trigger that says of which window it is', async () => {
    const spec = layer({
      reduction: {
        type: 'emitAndReduce',
        init: () => 0,
        fn: (total: number, n: number) => ({ events: [n], state: total + n }),
      },
      departs: true,
      ...state,
    });
    const { events } = await runLayer(spec, [[1, 2]]);
    expect(events).toMatchObject([
      { state: 1, firing: { id: 'global', trigger: 'emitAndReduce' } },
      { state: 2, firing: { id: 'global', trigger: 'emitAndReduce' } },
      { state: 3, firing: { id: 'global', trigger: 'done' } },
    ]);
  });
});

describe('layerStage() with a window and without a reduction', () => {
  it('FL-142 drops what comes too late for its window', async () => {
    const late: unknown[] = [];
    const window = { ...TENS, onLate: (event: number, id: WindowId) => late.push([event, id]) };
    const spec = layer({ mappers: [map((n: number) => `${n}`)], window });
    const { events } = await runLayer(spec, [[1, 11, 21, 2, 22]], { maxDemand: 1 });
    expect(events).toEqual(['1', '11', '21', '22']);
    expect(late).toEqual([[2, 0]]);
  });

  it("FL-125 a program's own trigger says what goes on", async () => {
    const punctuation = {
      type: 'custom',
      init: () => null,
      fn: (events: number[]) => ({ state: null, events: events.filter((n) => n > 1) }),
    } as const;
    const spec = layer({ mappers: [map((n: number) => -n)], window: { ...GLOBAL, punctuation } });
    expect((await runLayer(spec, [upTo(3)])).events).toEqual([-2, -3]);
  });

  it('FL-142 drops what comes too late for its session', async () => {
    const window: WindowSpec = { ...TENS, type: 'session', length: 5, outOfOrdernessMs: 0 };
    const spec = layer({ mappers: [map((n: number) => -n)], window });
    expect((await runLayer(spec, [[1, 30, 2, 31]], { maxDemand: 1 })).events).toEqual([-1, -30, -31]);
  });

  it('gives an event once where windows overlap, whatever their trigger', async () => {
    const spec = layer({ mappers: [map((n: number) => -n)], window: { ...TENS, type: 'sliding', step: 5 } });
    expect((await runLayer(spec, [upTo(3)])).events).toEqual([-1, -2, -3]);
    const punctuation = { type: 'custom', init: () => null, fn: () => ({ state: null }) } as const;
    const own = layer({ ...spec, window: { ...spec.window, punctuation } });
    expect((await runLayer(own, [upTo(3)])).events).toEqual([-1, -2, -3]);
  });
});

describe('layerStage() with uniq', () => {
  it('FL-046 keeps the first of each key, by value, per stage', async () => {
    const spec = layer({ mappers: [uniq], reduction: all, emission: { type: 'state' } });
    const points = [[1, 2], [2, 1], [1, 2], { x: 1 }, { x: 1 }, null, null, '1', 1];
    expect((await runLayer(spec, [points])).events).toEqual([[[1, 2], [2, 1], { x: 1 }, null, '1', 1]]);
  });

  it('FL-046 remembers over triggers what it has seen', async () => {
    const spec = layer({
      mappers: [{ type: 'uniq', by: (n: number) => n % 3 }],
      reduction: all,
      emission: { type: 'onTrigger', fn: (list) => ({ events: [list], state: [] }) },
      window: every(2),
    });
    expect((await runLayer(spec, [upTo(6)])).events).toEqual([[1, 2], [3], [], []]);
  });

  it('FL-047 without a reduction events come out only at the end, latest first', async () => {
    const { events, batches } = await runLayer(layer({ mappers: [uniq] }), [[3, 1, 3, 2, 1, 5]], {
      maxDemand: 2,
    });
    expect(events).toEqual([5, 2, 1, 3]);
    expect(batches).toHaveLength(1);
  });

  it('FL-047 without a reduction they come out again at each further trigger', async () => {
    const spec = layer({ mappers: [uniq], window: every(2) });
    expect((await runLayer(spec, [[1, 2, 1, 3]])).events).toEqual([2, 1, 3, 2, 1, 3, 2, 1]);
  });

  it('FL-047 as many have to be new as there are uniqs, mappers between them or not', async () => {
    const spec = layer({ mappers: [map((n: number) => n), uniq], emission: { type: 'state' } });
    const { events } = await runLayer(spec, [[1, 1, 2]]);
    expect(events).toEqual([[2, 1]]);
  });

  it('FL-050 mappers may stand before and behind it, and another uniq too', async () => {
    const spec = layer({
      mappers: [map((n: number) => n % 4), uniq, map((n: number) => n % 2), uniq, map((n: number) => `${n}`)],
      reduction: all,
    });
    expect((await runLayer(spec, [upTo(8)])).events).toEqual(['1', '0']);
  });
});

describe('layerStage() with windows that overlap', () => {
  const window: WindowSpec = { ...GLOBAL, type: 'sliding', length: 4, step: 2, by: (n: number) => n };
  const listed: Partial<LayerSpec> = { reduction: all, emission: { type: 'state' }, window };

  it('FL-161 an event goes through the mappers once, and what comes of it into each of its windows', async () => {
    const seen: number[] = [];
    const spec = layer({
      ...listed,
      mappers: [
        { type: 'each', fn: (n: number) => seen.push(n) },
        { type: 'filter', fn: (n: number) => n !== 3 },
        { type: 'flatMap', fn: (n: number) => [n, -n] },
      ],
    });
    const { events } = await runLayer(spec, [[0, 1, 2, 3, 4, 5]]);
    expect(seen).toEqual([0, 1, 2, 3, 4, 5]);
    expect(events).toEqual([
      [0, -0, 1, -1],
      [0, -0, 1, -1, 2, -2],
      [2, -2, 4, -4, 5, -5],
      [4, -4, 5, -5],
    ]);
  });

  it('FL-046 uniq asks what each window has seen', async () => {
    const rest = map((n: number) => n % 3);
    const { events } = await runLayer(layer({ ...listed, mappers: [rest, uniq] }), [[0, 1, 2, 3, 4]]);
    expect(events).toEqual([
      [0, 1],
      [0, 1, 2],
      [2, 0, 1],
      [1],
    ]); // prettier-ignore
  });

  it('FL-046 uniq alone, too', async () => {
    const { events } = await runLayer(layer({ ...listed, mappers: [uniq] }), [[0, 2, 2, 3]]);
    expect(events).toEqual([[0], [0, 2, 3], [2, 3]]);
  });

  it("FL-125 a program's own trigger is asked in each of its windows, and mappers have what it lets pass", async () => {
    const punctuation = {
      type: 'custom',
      init: () => null,
      fn: (events: number[]) => ({ state: null, events: events.filter((n) => n % 2 === 0) }),
    } as const;
    const spec = layer({
      ...listed,
      window: { ...window, punctuation },
      mappers: [map((n: number) => n * 10)],
    });
    const { events } = await runLayer(spec, [[0, 1, 2, 3, 4]]);
    expect(events).toEqual([[0], [0, 20], [20, 40], [40]]);
  });

  it('maps an array that comes again as another batch', async () => {
    const same = [0, 1];
    let given = 0;
    const again = producer<number>({
      handleDemand: () => (given++ < 2 ? { events: same } : { stop: 'normal' }),
    });
    let mapped = 0;
    const count = map((n: number) => (mapped++, n));
    await runLayer(layer({ ...listed, mappers: [count] }), [again], { maxDemand: 2, minDemand: 0 });
    expect(mapped).toBe(4);
  });
});

describe('layerStage() at its end', () => {
  it('FL-123 fires done when the last upstream has ended, also without events, and ends', async () => {
    const spec = layer({ reduction: sum, emission: { type: 'state' } });
    const run = await runLayer(spec, [upTo(3), [], [10]]);
    expect(run.events).toEqual([16]);
    expect(endOf(run.entries, 'layer')).toBe('normal');
    expect(endOf(run.entries, 'sink')).toBe('alive');
    expect((await runLayer(spec, [[], []])).events).toEqual([0]);
  });

  it('FL-123 ends behind what nobody has asked for yet', async () => {
    const spec = layer({ reduction: all });
    const batches = await runLayer(spec, [upTo(2_500)]);
    expect(batches.events).toEqual(upTo(2_500));
    expect(endOf(batches.entries, 'layer')).toBe('normal');
  });

  it('FL-004 FL-176 shutdown of a producer is a clean end', async () => {
    const spec = layer({ reduction: sum, emission: { type: 'state' } });
    const run = await runLayer(spec, [ending([1, 2], 'shutdown')], { maxDemand: 2 });
    expect(run.events).toEqual([3]);
    expect(endOf(run.entries, 'layer')).toBe('normal');
  });

  it('FL-176 after an unclean end of its producer done still fires, then the stage ends with that reason', async () => {
    const spec = layer({ reduction: sum, emission: { type: 'state' } });
    const run = await runLayer(spec, [ending([1, 2], 'oops')], { maxDemand: 2 });
    expect(run.events).toEqual([3]);
    expect(endOf(run.entries, 'layer')).toBe('oops');
    expect(endOf(run.entries, 'sink')).toBe('oops');
  });

  it('FL-173 ends as soon as its last consumer has left', async () => {
    const endless = producer<number>({
      handleDemand: (demand) => ({ events: Array.from({ length: demand }, () => 1) }),
    });
    const spec = layer({ mappers: [map((n: number) => n + 1)] });
    const { events, entries } = await runLayer(spec, [endless], { maxDemand: 4, enough: 10 });
    expect(events.length).toBeLessThan(1_100);
    expect(endOf(entries, 'layer')).toBe('normal');
  });

  it('FL-173 goes on while one consumer is left', async () => {
    const got: unknown[] = [];
    const plan = pipeline(({ start, subscribe }) => {
      const definition = layerStage(layer({}), 'producerConsumer') as ProducerConsumer<
        LayerStage,
        unknown,
        unknown
      >;
      const made = start('layer', definition, { index: 0, total: 1, upstreams: 1 });
      const leaving = consumer<unknown>({
        init: () => void self().sendAfter('leave', 25),
        handleEvents: () => undefined,
        handleInfo: () => ({ stop: 'normal' }),
      });
      const staying = consumer<unknown>({ handleEvents: (events) => void got.push(...events) });
      subscribe(start('staying', staying), { to: made, cancel: 'transient' });
      subscribe(start('leaving', leaving), { to: made, maxDemand: 1 });
      subscribe(made, { to: start('source', telling(upTo(5), [])), cancel: 'transient' });
    });
    const { entries } = await runVirtual(plan, { seed: 0 });
    expect(endOf(entries, 'leaving')).toBe('normal');
    expect(got).toEqual(upTo(5));
    expect(endOf(entries, 'layer')).toBe('normal');
  });

  it('FL-179 keeps the order of one source, under any demand and schedule', async () => {
    const spec = layer({ mappers: [map((n: number) => n * 2)] });
    await fc.assert(
      fc.asyncProperty(
        fc.nat({ max: 60 }),
        fc.integer({ min: 1, max: 9 }),
        fc.nat(),
        async (n, maxDemand, seed) => {
          const run = await runLayer(spec, [upTo(n)], { maxDemand, seed });
          expect(run.events).toEqual(upTo(n).map((i) => i * 2));
          expect(endOf(run.entries, 'layer')).toBe('normal');
        },
      ),
      { numRuns: 40 },
    );
  });
});

describe('layerStage() and messages', () => {
  it('FL-128 a message { trigger } fires as a trigger of that name', async () => {
    const spec = layer({
      reduction: sum,
      emission: { type: 'onTrigger', fn: (total, _stage, { trigger }) => ({ events: [[total, trigger]] }) },
    });
    const { events } = await runLayer(spec, [telling([1, 2], [{ trigger: 'now' }, { trigger: ['at', 2] }])]);
    expect(events).toEqual([
      [1, 'now'],
      [3, ['at', 2]],
      [3, 'done'],
    ]);
  });

  it('FL-128 a layer that keeps nothing has nothing to fire', async () => {
    const { events, entries } = await runLayer(layer({}), [telling([1], [{ trigger: 'now' }])]);
    expect(events).toEqual([1]);
    expect(entries.filter(({ type }) => type === 'warning')).toEqual([]);
  });

  it('FL-127 timers of its window fire it as time passes', async () => {
    const spec = layer({
      reduction: sum,
      emission: { type: 'onTrigger', fn: (total, _stage, { trigger }) => ({ events: [[total, trigger]] }) },
      window: { ...GLOBAL, periodically: [{ count: 25, unit: 'millisecond', ms: 25 }] },
    });
    const { events } = await runLayer(spec, [telling([1, 2, 3], [])]);
    const trigger = ['periodically', 25, 'millisecond'];
    expect(events).toEqual([
      [1, trigger],
      [3, trigger],
      [6, 'done'],
    ]);
  });

  it('FL-128 what it calls done is not the end: groups go on, and the window is still to be done', async () => {
    const spec = layer({
      reduction: grouping('group', { key: () => 'all', value: (n: number) => n }),
      emission: { type: 'state' },
    });
    const { events } = await runLayer(spec, [telling([1, 2, 3], [undefined, { trigger: 'done' }])]);
    expect(events).toEqual([new Map([['all', [2, 1]]]), new Map([['all', [3, 2, 1]]])]);
  });

  it('FL-128 as a consumer it fires, too', async () => {
    const fired: unknown[] = [];
    const emission: Emission = { type: 'onTrigger', fn: (total) => (fired.push(total), {}) };
    const run = await runLayer(layer({ reduction: sum, emission }), [telling([1, 2], [{ trigger: 'now' }])], {
      kind: 'consumer',
    });
    expect(fired).toEqual([1, 3]);
    expect(endOf(run.entries, 'layer')).toBe('normal');
  });

  it('FL-123 fires no more once its windows are done, while what it has emitted waits for demand', async () => {
    const spec = layer({
      reduction: all,
      window: { ...GLOBAL, periodically: [{ count: 30, unit: 'millisecond', ms: 30 }] },
    });
    const digest = () => {
      send('layer', { trigger: 'late' });
      return sleep(40);
    };
    const { events, entries } = await runLayer(spec, [[1, 2, 3]], { digest });
    expect(events).toEqual([1, 2, 3]);
    expect(entries.filter((entry) => entry.type === 'window' && entry.phase === 'fire')).toHaveLength(1);
    expect(entries.filter(({ type, stage }) => type === 'warning' && stage === 'layer')).toEqual([]);
  });

  it('warns of a message that is none of its own', async () => {
    const { events, entries } = await runLayer(layer({ reduction: all }), [telling([1], ['hello'])]);
    expect(events).toEqual([1]);
    expect(entries.filter(({ type, stage }) => type === 'warning' && stage === 'layer')).toHaveLength(1);
  });
});

describe('layerStage() in a trace', () => {
  /** The states of the layer after each batch. */
  async function pictures(parts: Partial<LayerSpec>, events: readonly unknown[]) {
    const { entries } = await runLayer(layer(parts), [events], { maxDemand: 1 });
    return entries.flatMap((entry) =>
      entry.type === 'end' && entry.stage === 'layer' && entry.callback === 'handleEvents'
        ? [entry.state]
        : [],
    );
  }

  it('shows the state of a global window', async () => {
    expect(await pictures({ reduction: sum, emission: { type: 'state' } }, [1, 2])).toEqual([1, 3]);
  });

  it('shows nothing where nothing is kept', async () => {
    expect(await pictures({}, [1])).toEqual([null]);
  });

  it('shows the states of other windows by their ids', async () => {
    const window: WindowSpec = { ...GLOBAL, type: 'count', length: 2 };
    const states = await pictures({ reduction: all, window }, [1, 2, 3]);
    expect(states).toEqual([{ 0: [1] }, { 1: [] }, { 1: [3] }]);
  });

  it('shows groups and unique events as they will be emitted, and no more than there is room for', async () => {
    const grouped = await pictures(
      { reduction: grouping('group', { key: (n) => n, value: (n) => n }) },
      [1, 1],
    );
    expect(grouped.at(-1)).toEqual([[1, [1, 1]]]);
    const kept = await pictures({ mappers: [uniq] }, upTo(30));
    expect(kept.at(-1)).toEqual([...upTo(30).reverse().slice(0, 20), '…']);
  });

  it('records how event time goes on, and what comes too late', async () => {
    const { entries } = await runLayer(layer({ reduction: all, window: TENS }), [[1, 11, 2]], {
      maxDemand: 1,
    });
    const recorded = entries.flatMap((entry) => {
      if (entry.type === 'watermark') return [entry.eventMs];
      if (entry.type === 'late') return [[entry.id, entry.count, entry.events]];
      return entry.type === 'window' && entry.phase === 'fire' ? [entry.trigger] : [];
    });
    expect(recorded).toEqual(expect.arrayContaining([11, 'done', [0, 1, [2]]]));
    const opened = entries.filter((entry) => entry.type === 'window' && entry.phase === 'open');
    expect(opened.some((entry) => 'trigger' in entry)).toBe(false);
  });

  it('FL-143 an upstream that has ended holds back no window', async () => {
    const spec = layer({ reduction: all, window: TENS, emission: { type: 'state' } });
    const { events, entries } = await runLayer(spec, [[1], telling([5, 15, 25], [])]);
    expect(events).toEqual([[1, 5], [15], [25]]);
    const times = entries.flatMap((entry) =>
      entry.type === 'window' && entry.phase === 'fire' ? [entry.atMs] : [],
    );
    // The first two are done as later events come, not all of them at the end.
    expect(new Set(times).size).toBe(3);
  });

  it('FL-143 an upstream that has sent nothing yet holds them back', async () => {
    const spec = layer({ reduction: all, window: TENS, emission: { type: 'state' } });
    const silent = producer<number>({
      init: () => void self().sendAfter('end', 1_000),
      handleDemand: () => undefined,
      handleInfo: () => ({ stop: 'normal' }),
    });
    const { entries } = await runLayer(spec, [[1, 11, 21], silent]);
    const times = entries.flatMap((entry) =>
      entry.type === 'window' && entry.phase === 'fire' ? [entry.atMs] : [],
    );
    expect(times).toHaveLength(3);
    expect(Math.min(...times)).toBeGreaterThanOrEqual(1_000);
  });

  it('shows sessions by whose they are, and from when to when', async () => {
    const window: WindowSpec = {
      ...GLOBAL,
      type: 'session',
      length: 5,
      by: (n: number) => n,
      key: (n: number) => (n % 2 === 0 ? 'even' : 'odd'),
    };
    const states = await pictures({ reduction: all, window }, [1, 2]);
    expect(states.at(-1)).toEqual({ '"odd" 1…6': [1], '"even" 2…7': [2] });
  });

  it('records its windows', async () => {
    const { entries } = await runLayer(layer({ reduction: all, window: every(2) }), [upTo(3)]);
    const windows = entries.flatMap((entry) => (entry.type === 'window' ? [[entry.phase, entry.count]] : []));
    expect(windows).toEqual([
      ['open', 0],
      ['fire', 2],
      ['fire', 3],
      ['close', 3],
    ]);
  });
});
