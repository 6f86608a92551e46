import { describe, expect, it } from 'vitest';
import { grouping } from '../../../engine/flow/grouping.ts';
import { asCalled } from '../../../engine/flow/fuse.ts';
import type { Emission } from '../../../engine/flow/operation.ts';
import { traceValue } from '../../../engine/trace/trace-value.ts';
import { crashOf, every, layer, runLayer } from './layer-run.ts';

const upTo = (count: number) => Array.from({ length: count }, (_, i) => i + 1);
const byRest = (rest: number) =>
  grouping('groupBy', { key: (n: number) => n % rest, value: (n: number) => `${n}` });
const STATE: Emission = { type: 'state' };

describe('grouping()', () => {
  it('FL-044 groups values by key, the latest first', async () => {
    const spec = layer({ reduction: byRest(3), emission: STATE });
    const groups = new Map([
      [1, ['7', '4', '1']],
      [2, ['5', '2']],
      [0, ['6', '3']],
    ]);
    expect((await runLayer(spec, [upTo(7)])).events).toEqual([groups]);
  });

  it('FL-042 FL-044 emits pairs of a key and its values', async () => {
    const { events } = await runLayer(layer({ reduction: byRest(2) }), [upTo(3)]);
    expect(events).toEqual([
      [1, ['3', '1']],
      [0, ['2']],
    ]);
  });

  it('FL-044 takes the names of what every object has for keys like any other', async () => {
    const spec = layer({ reduction: grouping('group', { key: (n: string) => n, value: () => 1 }) });
    expect((await runLayer(spec, [['__proto__', 'constructor', '__proto__']])).events).toEqual([
      ['__proto__', [1, 1]],
      ['constructor', [1]],
    ]);
    expect(Object.getPrototypeOf({})).toBe(Object.prototype);
  });

  it('FL-045 groupByKey takes pairs, and refuses what is none', async () => {
    const spec = layer({ reduction: grouping('groupByKey', null) });
    const pairs = [
      ['a', 1],
      ['b', 2],
      ['a', 3],
    ];
    expect((await runLayer(spec, [pairs])).events).toEqual([
      ['a', [3, 1]],
      ['b', [2]],
    ]);
    const { entries } = await runLayer(spec, [[['a']]]);
    expect(crashOf(entries)?.message).toBe(
      'Cannot go on with groupByKey in "layer" as each event must be a pair [key, value]: received ["a"]',
    );
  });

  it('FL-044 keys are equal by value; the first of equal ones is kept', async () => {
    const reduction = grouping('group', { key: (event) => event, value: (event) => event });
    const first = [1, { a: 1 }];
    const { events } = await runLayer(layer({ reduction, emission: STATE }), [
      [first, [1, { a: 1 }], '1', 1],
    ]);
    expect(events).toEqual([
      new Map<unknown, unknown[]>([
        [first, [first, first]],
        ['1', ['1']],
        [1, [1]],
      ]),
    ]);
  });

  it('FL-044 takes null for a key like any other', async () => {
    const reduction = grouping('group', { key: (event) => event, value: (event) => event });
    const { events } = await runLayer(layer({ reduction }), [[null, undefined, null]]);
    expect(events).toEqual([
      [null, [null, null]],
      [undefined, [undefined]],
    ]);
  });

  it('a picture shows the first groups and their latest values', () => {
    const { init, fn } = grouping('group', { key: (n: number) => n % 30, value: (n: number) => n });
    const groups = upTo(90).reduce((state, n) => asCalled(fn)(state, n), init());
    const shown = traceValue(groups);
    expect(shown).toHaveLength(21);
    expect(shown).toMatchObject({ 0: [1, [61, 31, 1]], 19: [20, [80, 50, 20]], 20: '…' });
  });

  it('FL-121 FL-122 goes on over triggers; what it has emitted stays as it is', async () => {
    const spec = layer({ reduction: byRest(2), emission: STATE, window: every(2) });
    const first = new Map([[1, ['1']], [0, ['2']]]); // prettier-ignore
    const second = new Map([[1, ['3', '1']], [0, ['2']]]); // prettier-ignore
    expect((await runLayer(spec, [upTo(3)])).events).toEqual([first, second]);
  });

  it('FL-122 goes on with the Map that onTrigger answers with', async () => {
    const emission: Emission = {
      type: 'onTrigger',
      fn: (groups: Map<number, string[]>, _stage, { trigger }) => {
        const events = [[...groups].map(([key, values]) => `${key}:${values.join('')}`).join(' ')];
        if (trigger === 'done') return { events };
        groups.delete(0);
        return { events, state: groups };
      },
    };
    const spec = layer({ reduction: byRest(2), emission, window: every(4) });
    expect((await runLayer(spec, [upTo(6)])).events).toEqual(['1:31 0:42', '1:531 0:6']);
  });

  it('FL-122 goes on with lists longer than a call may have arguments', async () => {
    const all = Array.from({ length: 300_000 }, (_, i) => `${i}`);
    const emission: Emission = {
      type: 'onTrigger',
      fn: (groups: Map<number, string[]>, _stage, { trigger }) =>
        trigger === 'done'
          ? { events: [groups.get(0)?.length, groups.get(0)?.[0], groups.get(0)?.[1]] }
          : { state: new Map([[0, all]]) },
    };
    const spec = layer({ reduction: byRest(1), emission, window: every(2) });
    expect((await runLayer(spec, [upTo(3)])).events).toEqual([300_001, '3', '0']);
  });

  it('FL-122 keeps what it has where onTrigger changes what it was shown and answers with no state', async () => {
    const emission: Emission = {
      type: 'onTrigger',
      fn: (groups: Map<number, string[]>) => {
        const events = [groups.get(1)?.join('')];
        groups.clear();
        return { events };
      },
    };
    const spec = layer({ reduction: byRest(2), emission, window: every(2) });
    expect((await runLayer(spec, [upTo(3)])).events).toEqual(['1', '31']);
  });

  it('crashes when onTrigger answers with a state that has no groups', async () => {
    const emission: Emission = { type: 'onTrigger', fn: () => ({ state: 0 }) };
    const spec = layer({ reduction: byRest(2), emission, window: every(2) });
    const { entries } = await runLayer(spec, [upTo(3)]);
    expect(crashOf(entries)?.message).toBe(
      'Cannot go on with onTrigger in "layer" as its function must answer with a Map of keys and values as its state, which is what groupBy adds to: received 0',
    );
    const odd: Emission = { type: 'onTrigger', fn: () => ({ state: new Map([[1, 2]]) }) };
    const run = await runLayer(layer({ reduction: byRest(2), emission: odd, window: every(2) }), [upTo(3)]);
    expect(crashOf(run.entries)?.message).toContain('Cannot go on with onTrigger in "layer"');
  });
});
