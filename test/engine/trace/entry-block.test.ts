import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BlockEntries } from '../../../engine/trace/block-entries.ts';
import { isBlock, parseBlock } from '../../../engine/trace/entry-block.ts';
import { columnsOf, encodeEntries } from '../../../engine/trace/entry-columns.ts';
import type { TraceEntry } from '../../../engine/trace/trace-entry.ts';
import { entriesOf, traces } from './entries.ts';

const LINK = { subscription: 'b←a' } as const;

/** The kinds that long traces consist of, each with its fields and no others, and some that are rare. */
const ALL = entriesOf(
  { type: 'start', stage: 'a', kind: 'producer', state: 0 },
  { type: 'ask', stage: 'b', ...LINK, count: 10, pending: 10 },
  { type: 'asked', stage: 'a', ...LINK, count: 10, open: 10, cause: 2 },
  { type: 'begin', stage: 'a', callback: 'handleDemand', demand: 10 },
  { type: 'end', stage: 'a', callback: 'handleDemand', count: 2, emitted: [1, 'two'], state: { next: 2 } },
  { type: 'dispatch', stage: 'a', ...LINK, first: 0, count: 2, events: [1, 'two'], open: 8 },
  { type: 'deliver', stage: 'b', ...LINK, first: 0, count: 2 },
  { type: 'begin', stage: 'b', callback: 'handleEvents', ...LINK, count: 2, events: [1, 'two'] },
  { type: 'end', stage: 'b', callback: 'handleEvents', count: 0, emitted: [], state: null, pending: 8 },
  { type: 'buffer', stage: 'a', added: 3, size: 3, limit: null },
  { type: 'buffer', stage: 'a', added: 3, size: 6, limit: 100 },
  { type: 'unbuffer', stage: 'a', removed: 2, size: 4 },
  { type: 'drop', stage: 'a', count: 2, ...LINK },
  { type: 'drop', stage: 'a', count: 2 },
  { type: 'lost', stage: 'a', where: 'buffer', count: 4, reason: ['a', 'list'] },
);

function read(line: string): TraceEntry[] {
  return new BlockEntries().of(parseBlock(JSON.parse(line)));
}

describe('encodeEntries()', () => {
  it('says once what entries are called, and gives all of them back in their order', () => {
    const text = encodeEntries(ALL);
    expect(text.match(/b←a/g)).toHaveLength(1);
    expect(text.match(/\n/g)).toHaveLength(1);
    expect(read(text)).toEqual(ALL);
    const turned = ALL.toReversed();
    expect(read(encodeEntries(turned))).toEqual(turned);
  });

  it('keeps times to the nanosecond', () => {
    const [entry] = ALL;
    if (!entry) throw new Error('there is none');
    const text = encodeEntries([{ ...entry, atMs: 42.98155400000016 }]);
    expect(read(text)).toEqual([{ ...entry, atMs: 42.981554 }]);
  });

  it('begins a new line before one grows long, but for one entry', () => {
    const events = ['x'.repeat(1_500_000)];
    const long = entriesOf(
      ...[1, 2].map(() => ({
        type: 'dispatch' as const,
        stage: 'a',
        ...LINK,
        first: 0,
        count: 1,
        events,
        open: 0,
      })),
    );
    const lines = encodeEntries(long).trimEnd().split('\n');
    expect(lines).toHaveLength(2);
    expect(lines.flatMap(read)).toEqual(long);
    expect(encodeEntries([])).toBe('');
  });
});

describe('parseBlock()', () => {
  it('reads what columnsOf() makes of any entries', () => {
    fc.assert(
      fc.property(traces({ maxLength: 30 }), (entries) => {
        const columns = columnsOf(entries);
        expect(isBlock(columns)).toBe(true);
        expect(new BlockEntries().of(parseBlock(JSON.parse(JSON.stringify(columns))))).toEqual(entries);
      }),
    );
  });

  it('reads fields in any order, and lists where one value would do', () => {
    const [, ask, asked] = ALL;
    const text = JSON.stringify({
      names: ['b', 'a', 'b←a'],
      kinds: [
        { pending: [10], count: [10], subscription: [2], type: 'ask' },
        { open: 10, subscription: 2, count: 10, type: 'asked' },
      ],
      kind: [0, 1],
      cause: [null, 2],
      stage: [0, 1],
      worker: [0, 0],
      atMs: [1, 2],
      seq: [2, 3],
    });
    expect(read(text)).toEqual([ask, asked]);
  });

  const ASKS = entriesOf(
    { type: 'ask', stage: 'b', ...LINK, count: 10, pending: 10 },
    { type: 'ask', stage: 'b', ...LINK, count: 5, pending: 15 },
    { type: 'discard', stage: 'a', count: 1 },
    { type: 'drop', stage: 'a', count: 2, ...LINK },
    { type: 'discard', stage: 'a', count: 3 },
  );
  const TEXT = encodeEntries(ASKS);

  it.each([
    [
      'a number that is none',
      '"count":[10,5]',
      '"count":[10,"5"]',
      'kinds[0].count[1] must be a number: received "5"',
    ],
    [
      'a field that is missing',
      '"pending":[10,15]',
      '"waiting":[10,15]',
      'pending must be a number: received undefined',
    ],
    [
      'a column that is too short',
      '"count":[10,5]',
      '"count":[10]',
      'kinds[0].count must be a list of 2 values: received a list of 1',
    ],
    [
      'a column that is too long',
      '"count":[1,3]',
      '"count":[1,3,4]',
      'kinds[1].count must be a list of 2 values',
    ],
    ['a time too few', '"atMs":[0,1,2,3,4]', '"atMs":[0,1,2,3]', 'atMs must be a list of 5 values'],
    [
      'a time that is none',
      '"atMs":[0,1,2,3,4]',
      '"atMs":[0,1,2,3,1e999]',
      'atMs must be a number of milliseconds',
    ],
    ['a place that is none', '"seq":[1,2,3,4,5]', '"seq":[1,2,3,4,5.5]', 'seq must be a whole number'],
    ['a place beyond all', '"seq":[1,2,3,4,5]', '"seq":[1,2,3,4,1e20]', 'seq must be a whole number'],
    ['positions that are none', '"seq":[1,2,3,4,5]', '"seq":7', 'seq must be an array'],
    [
      'a worker that cannot be',
      '"worker":0',
      '"worker":-1',
      'worker must be the index of a worker: received -1',
    ],
    [
      'a cause that is none',
      '"cause":null',
      '"cause":[1,2,3,null,"4"]',
      'cause[4] must be a number or null: received "4"',
    ],
    [
      'a name that is not there',
      '"stage":[1,1,2,2,2]',
      '"stage":[1,1,3,2,2]',
      'stage[2] must be the place of one of the names: received 3',
    ],
    [
      'half a name',
      '"subscription":0,"count":[10,5]',
      '"subscription":0.5,"count":[10,5]',
      'kinds[0].subscription must be the place of one of the names: received 0.5',
    ],
    [
      'a subscription that is not there',
      '"subscription":0}',
      '"subscription":9}',
      'kinds[2].subscription must be the place of one of the names: received 9',
    ],
    [
      'a kind that is not there',
      '"kind":[0,0,1,2,1]',
      '"kind":[0,0,1,3,1]',
      'kind[3] must be the place of one of the kinds: received 3',
    ],
    ['an unknown type', '"type":"ask"', '"type":"beg"', 'type must be one of start, '],
    ['a type of one entry', '"type":"ask"', '"type":["ask","ask"]', null],
    ['names that are none', '"names":["b←a"', '"names":[7', 'names[0] must be a string'],
    [
      'a name that every object has',
      '"names":["b←a"',
      '"names":["__proto__"',
      'cannot be called "__proto__"',
    ],
    [
      'a record in the place of a column',
      '"count":2',
      '"count":{"of":2}',
      'kinds[2].count must be a list or one plain value: received object',
    ],
    ['no kinds', '"kinds":[', '"kinds":[7,', 'kinds[0] must be a record'],
  ])('says what is wrong with %s', (_, whole, broken, message) => {
    expect(TEXT).toContain(whole);
    const changed = TEXT.replace(whole, broken);
    if (message === null) expect(read(changed)).toEqual(ASKS);
    else expect(() => read(changed)).toThrow(message);
  });

  it('refuses what little text would make too much of', () => {
    const seq = Array.from({ length: 65_536 }, (_, i) => i);
    const one = { type: 'discard', count: 1 };
    const block = { seq, atMs: 0, worker: 0, stage: 0, cause: null, kind: 0, kinds: [one], names: ['a'] };
    expect(read(JSON.stringify(block))).toHaveLength(seq.length);
    const long = 'x'.repeat(1_000);
    expect(() => read(JSON.stringify({ ...block, seq: [...seq, seq.length] }))).toThrow(
      'it has more than 65536 entries',
    );
    expect(() => read(JSON.stringify({ ...block, names: [long] }))).toThrow('a name is too long to hold for');
    expect(() => read(JSON.stringify({ ...block, kinds: [{ ...one, why: long }] }))).toThrow(
      'kinds[0].why is too long to hold for 65536 entries',
    );
    expect(() => read(JSON.stringify({ ...block, kinds: [...seq, 0].map(() => one) }))).toThrow(
      'it has more kinds than entries',
    );
  });

  it('takes no field of a kind for one that all entries have', () => {
    const changed = TEXT.replace('"type":"discard"', '"type":"discard","seq":[0.5,0.5],"stage":"__proto__"');
    expect(read(changed)).toEqual(ASKS);
  });
});
