import { Flow, consumer, parsePlan, pipeline, viewOfPlan } from 'sluice';
import { describe, expect, it } from 'vitest';
import { parseFlow, type FlowScenario } from './flow-recording.ts';
import { hasOpenWord, unknownFlowWord } from './flow-vocabulary.ts';
import { flowProblem, replayOneFlow } from './run.ts';

type Value = unknown;
type Parts = Readonly<Record<string, Value>>;

const fn = (name: string, args: Parts = {}) => ({ fn: name, ...args });
const op = (name: string, args: Parts = {}) => ({ op: name, ...args });
const range = (first: number, last: number) => ({ range: [first, last] });
const from = (of: Value, opts: Parts = {}) => ({ type: 'enumerable', of, opts: { stages: 1, ...opts } });
const stages = (opts: Parts = {}, ...producers: Value[]) => ({
  type: 'stages',
  producers: producers.length === 0 ? ['P1'] : producers,
  opts: { stages: 1, ...opts },
});
const listed = (events: readonly Value[], rest: Parts = {}) => ({
  kind: 'producer',
  behaviour: { type: 'list', events, ...rest },
});
const alone = (opts: Parts) => op('partition', { opts: { stages: 1, ...opts } });
const halves = (opts: Parts = {}) =>
  op('partition', { opts: { stages: 2, hash: fn('mod', { k: 2 }), ...opts } });
const same = op('map', { f: fn('add', { k: 0 }) });
const sum = op('reduce', { acc: 0, r: 'sum' });
const append = op('reduce', { acc: [], r: 'append' });
const state = op('emit', { what: 'state' });
const onTrigger = (name: string, args: Parts = {}) => op('on_trigger', { f: fn(name, args) });
const departition = (acc: Value, merge: string, done: string) =>
  op('departition', { acc, merge: fn(merge), done: fn(done) });
const global = (window: Parts) => alone({ window: { type: 'global', ...window } });
const seconds = (window: Parts = {}) => ({
  type: 'fixed',
  count: 1,
  unit: 'second',
  by: fn('scale', { k: 1000, off: 0 }),
  ...window,
});
const done = (value: Value, type: string, id: Value, name: Value = 'done') => [
  value,
  [0, 1],
  [type, id, name],
];

function scenarioOf(source: Value, ops: readonly Value[], rest: Parts): FlowScenario {
  const parsed = parseFlow({
    id: 'words/1',
    title: 'words',
    rules: ['FL-001'],
    pipeline: { source, ops },
    order: 'exact',
    ...rest,
  });
  if (typeof parsed === 'string') throw new Error(parsed);
  return parsed;
}

/** Declares a test that a flow gives this, in this order unless `rest` says otherwise. */
function gives(title: string, source: Value, ops: readonly Value[], result: Value, rest: Parts = {}): void {
  it(title, async () => {
    const { expect: more = {}, ...others } = rest;
    const scenario = scenarioOf(source, ops, { expect: { result, ...Object(more) }, ...others });
    expect(unknownFlowWord(scenario)).toBeNull();
    expect(await flowProblem(scenario)).toBeNull();
  });
}

/** Declares a test that a flow fails when it runs. */
function fails(title: string, source: Value, ops: readonly Value[], rest: Parts = {}): void {
  gives(title, source, ops, undefined, { order: 'exit', expect: { caller_exits: {} }, ...rest });
}

/** Declares a test that a flow is refused as it is declared. */
function refused(title: string, source: Value, ops: readonly Value[] = []): void {
  gives(title, source, ops, undefined, { expect: { raised: {} } });
}

const anyOrder = { order: 'multiset' };
const nth = (index: number, total: number) => [index, total];

describe('sources and mappers of recorded flows', () => {
  refused('FL-002 `raw_enumerables` that are no list', { type: 'raw_enumerables', value: 42 });
  refused('FL-003 `flow_of_flow`', { type: 'flow_of_flow' });
  gives(
    'FL-009 each of several iterables is a source',
    { type: 'enumerables', of: [range(1, 2), [], range(10, 11)], opts: { stages: 2 } },
    [same],
    [1, 2, 10, 11],
    {
      ...anyOrder,
      expect: {
        topology: [
          { kind: 'source', dispatcher: 'DemandDispatcher', processes: 3, upstream_each: 0 },
          { kind: 'map_reducer', dispatcher: 'DemandDispatcher', processes: 2, upstream_each: 3 },
        ],
      },
    },
  );
  gives(
    'FL-006 options that no process has are passed over',
    from(range(1, 3), { buffer_size: 'infinity', shutdown: 5_000 }),
    [same],
    [1, 2, 3],
  );
  gives('FL-001 `halt_after` ends by itself', from({ halt_after: 3 }), [], [0, 1, 2]);
  gives('FL-021 `filter` takes 0 for true', from([0, 1]), [op('filter', { f: fn('identity') })], [0, 1]);
  gives('FL-023 one level is flattened', from([[1, [2]]]), [op('flat_map', { f: fn('identity') })], [1, [2]]);
  gives(
    'FL-029 `as_list`',
    from(range(1, 5), { max_demand: 4, min_demand: 0 }),
    [op('map_batch', { f: fn('as_list') })],
    [[1, 2, 3, 4], [5]],
  );
  gives('FL-170 the sinks `stream_list` and `sum`', from(range(1, 3)), [same], 6, { sink: 'sum' });
  fails(
    'FL-172 a mapper that raises, `unlinked_list`',
    from(range(1, 3)),
    [op('map', { f: fn('raise_if', { pred: fn('eq', { k: 2 }) }) })],
    { sink: 'unlinked_list' },
  );
  for (const type of ['stages', 'specs']) {
    const boom = { type, producers: [listed([1], { reason: 'boom' })], opts: { stages: 1 } };
    fails(`FL-004 FL-172 a producer of \`${type}\` that fails`, boom, [same]);
    fails(`FL-172 the same without operators, \`${type}\``, boom, []);
  }
});

describe('reducers of recorded flows', () => {
  const words = from([
    ['a', 1],
    ['a', 2],
    ['b', 3],
  ]);
  gives('FL-040 `product`', from(range(1, 5)), [op('reduce', { acc: 1, r: 'product' }), state], [120]);
  gives(
    'FL-042 `put_last`',
    words,
    [op('reduce', { acc: 'map', r: 'put_last' })],
    [
      ['a', 2],
      ['b', 3],
    ],
  );
  gives('FL-043 `sum_second`', words, [op('reduce', { acc: 0, r: 'sum_second' }), state], [6]);
  gives(
    'FL-044 keys that are lists are told apart by value',
    from(range(1, 3)),
    [op('group_by', { key: fn('pair_mod', { k: 1 }) }), state],
    [
      {
        $map: [
          [[0, 1], [1]],
          [[0, 2], [2]],
          [[0, 3], [3]],
        ],
      },
    ],
  );
  gives(
    'FL-042 FL-048 `emit_each`',
    from(range(1, 3)),
    [op('emit_and_reduce', { acc: [], r: fn('emit_each') })],
    [1, 2, 3, 3, 2, 1],
  );
  fails('FL-042 a number has no elements', from(range(1, 3)), [
    op('emit_and_reduce', { acc: 0, r: fn('emit_each') }),
  ]);
  gives(
    'FL-047 `uniq` alone, at each trigger',
    from(range(1, 4), { window: { type: 'global', every: 2 } }),
    [op('uniq')],
    [2, 1, 4, 3, 2, 1, 4, 3, 2, 1],
  );
  gives(
    'FL-050 mappers after `uniq`',
    from([1, 1, 2, 3]),
    [op('uniq'), op('filter', { f: fn('odd') }), op('uniq_by', { f: fn('const', { v: 1 }) }), append, state],
    [[1]],
  );
  gives(
    'FL-160 a session goes on up to its gap',
    from([
      ['a', 0],
      ['a', 10],
      ['a', 21],
    ]),
    [op('emit_and_reduce', { acc: 'map', r: fn('session', { gap: 10 }) }), onTrigger('emit_events')],
    [
      ['a', [2, 10]],
      ['a', [1, 21]],
    ],
  );
  gives('FL-049 `nothing`', from(range(1, 3)), [sum, onTrigger('nothing')], []);
  fails('FL-049 `bad_return`', from(range(1, 3)), [sum, onTrigger('bad_return')]);
  fails('FL-049 `bad_list`', from(range(1, 3)), [sum, onTrigger('bad_list')]);
  gives('FL-049 `emit_sorted_reset`', from([3, 1, 2]), [append, onTrigger('emit_sorted_reset')], [[1, 2, 3]]);
  refused('FL-041 `emit_and_reduce` after `reduce`', from([1]), [
    sum,
    op('emit_and_reduce', { acc: 0, r: fn('running_sum') }),
  ]);
  refused('FL-027 `filter` after `reduce`', from([1]), [sum, op('filter', { f: fn('even') })]);
  refused('FL-043 `emit` without `reduce`', from([1]), [state]);
  refused('FL-043 `emit` of another kind', from([1]), [sum, op('emit', { what: 'bogus' })]);
  refused('FL-049 `on_trigger` twice', from([1]), [sum, onTrigger('nothing'), onTrigger('nothing')]);
});

describe('layers of recorded flows', () => {
  gives(
    'FL-062 `mod_none` drops',
    from(range(1, 6)),
    [
      same,
      op('partition', { opts: { stages: 2, hash: fn('mod_none', { k: 3, none: 2 }) } }),
      append,
      onTrigger('indexed'),
    ],
    [
      [[3, 6], nth(0, 2)],
      [[1, 4], nth(1, 2)],
    ],
    anyOrder,
  );
  fails('FL-062 FL-172 a partition that is not there', from([1]), [
    same,
    op('partition', { opts: { stages: 2, hash: fn('const', { v: 5 }) } }),
    sum,
    state,
  ]);
  fails('FL-061 `map_key` of what has no such key', from([1]), [
    same,
    op('partition', { opts: { stages: 2, key: fn('map_key', { key: 'm' }) } }),
    sum,
    state,
  ]);
  fails('FL-061 `elem_key` beyond the end', from([[1]]), [
    op('map', { f: fn('identity') }),
    op('partition', { opts: { stages: 2, key: fn('elem_key', { i: 3 }) } }),
    append,
    state,
  ]);
  gives(
    'FL-063 one stage evaluates neither key nor hash',
    from(range(1, 3)),
    [
      same,
      alone({ key: fn('raise_if', { pred: fn('true') }) }),
      same,
      alone({ hash: fn('const', { v: 9 }) }),
      append,
      state,
    ],
    [[1, 2, 3]],
  );
  gives(
    'FL-066 a merge by demand',
    {
      type: 'merge',
      with: 'demand',
      flows: [
        { source: from(range(1, 2)), ops: [same] },
        { source: from(range(4, 5)), ops: [] },
      ],
      opts: { stages: 2 },
    },
    [same],
    [1, 2, 4, 5],
    anyOrder,
  );
  gives(
    'FL-067 another dispatcher makes a layer that passes events on',
    from(range(1, 4)),
    [same, halves(), op('shuffle', { opts: { stages: 2 } }), same],
    [1, 2, 3, 4],
    {
      ...anyOrder,
      expect: {
        topology: [
          { kind: 'source', dispatcher: 'DemandDispatcher', processes: 1, upstream_each: 0 },
          { kind: 'map_reducer', dispatcher: 'PartitionDispatcher', processes: 1, upstream_each: 1 },
          { kind: 'map_reducer', dispatcher: 'DemandDispatcher', processes: 2, upstream_each: 1 },
          { kind: 'map_reducer', dispatcher: 'DemandDispatcher', processes: 2, upstream_each: 2 },
        ],
      },
    },
  );
  gives(
    'FL-070 FL-062 a hash at the source',
    from(range(1, 6)),
    [halves(), sum, onTrigger('indexed')],
    [
      [9, nth(1, 2)],
      [12, nth(0, 2)],
    ],
    anyOrder,
  );
  const counted = [
    op('flat_map', { f: fn('split') }),
    op('partition', { opts: { stages: 2, hash: fn('first_mod', { k: 2 }) } }),
    op('reduce', { acc: 'map', r: 'count_map' }),
  ];
  gives(
    'FL-081 `map_merge`',
    from(['a b a', 'b c']),
    [...counted, departition('map', 'map_merge', 'identity')],
    [
      {
        $map: [
          ['a', 2],
          ['b', 2],
          ['c', 1],
        ],
      },
    ],
  );
  gives(
    'FL-081 `map_merge_sum`, `size`',
    from(['a b a', 'b c']),
    [...counted, departition('map', 'map_merge_sum', 'size')],
    [3],
  );
  gives('FL-081 `cons`', from(range(1, 6)), [same, halves(), append, departition([], 'cons', 'size')], [2]);
  gives(
    'FL-081 each emitted event is merged',
    from(range(1, 3)),
    [append, op('emit', { what: 'events' }), departition(0, 'sum', 'identity')],
    [1, 2, 3],
    anyOrder,
  );
  gives(
    'FL-081 a trigger that emits nothing merges nothing',
    from(range(1, 3)),
    [sum, onTrigger('nothing'), departition(0, 'sum', 'identity')],
    [],
  );
  gives(
    'FL-083 `with_window`',
    from(range(1, 6)),
    [same, halves(), sum, state, departition(0, 'sum', 'with_window')],
    [['global', 21]],
  );
  gives(
    'FL-085 windows that one partition alone has',
    from([1, 3, 5, 7, 2, 9, 11]),
    [same, halves({ window: { type: 'count', n: 2 } }), sum, state, departition(0, 'sum', 'with_window')],
    [
      [0, 6],
      [1, 12],
      [2, 20],
      [3, 0],
    ],
    anyOrder,
  );
  gives(
    'FL-088 `second_desc_key_asc`',
    from([
      ['a', 3],
      ['b', 1],
      ['c', 3],
      ['d', 2],
    ]),
    [
      op('map', { f: fn('identity') }),
      op('partition', { opts: { stages: 2, hash: fn('first_mod', { k: 2 }) } }),
      op('reduce', { acc: 'map', r: 'put_last' }),
      op('take_sort', { n: 3, sort: fn('second_desc_key_asc') }),
    ],
    [
      [
        ['a', 3],
        ['c', 3],
        ['d', 2],
      ],
    ],
  );
  gives(
    'FL-086 FL-088 an operator after `take_sort`',
    from(['b a b', 'c b a']),
    [...counted, op('take_sort', { n: 2, sort: fn('second_desc') }), op('flat_map', { f: fn('identity') })],
    [
      ['b', 3],
      ['a', 2],
    ],
  );
});

describe('joins of recorded flows', () => {
  const join = (mode: string, left: Value, right: Value, rest: Parts = {}) => ({
    type: 'join',
    mode,
    left: { source: from(left), ops: [] },
    right: { source: from(right), ops: [] },
    left_key: fn('identity'),
    right_key: fn('identity'),
    join: fn('pair'),
    opts: { stages: 2 },
    ...rest,
  });
  gives(
    'FL-102 `right_outer`',
    join('right_outer', [1, 2], [2, 3]),
    [],
    [
      [2, 2],
      [null, 3],
    ],
    anyOrder,
  );
  gives(
    'FL-106 what had no match goes on, too',
    join('left_outer', range(1, 4), range(2, 3), { join: fn('sum') }),
    [halves(), sum, onTrigger('indexed')],
    [
      [14, nth(0, 2)],
      [1, nth(1, 2)],
    ],
    anyOrder,
  );
  gives(
    'FL-108 in a global window',
    join('full_outer', range(1, 2), range(2, 3), { window: { type: 'global' } }),
    [],
    [
      [1, null],
      [2, 2],
      [null, 3],
    ],
    anyOrder,
  );
  gives(
    'FL-108 in fixed windows',
    join('inner', range(1, 4), range(1, 4), { join: fn('sum'), window: seconds({ count: 2 }) }),
    [sum, state],
    20,
    { sink: 'sum' },
  );
});

describe('windows of recorded flows', () => {
  const reset = onTrigger('tagged_reset', { v: [] });
  gives(
    'FL-125 `at_marker` drops its marker',
    from([1, 2, 0, 3]),
    [global({ custom: fn('at_marker', { v: 0 }) }), append, onTrigger('emit_reset', { v: [] })],
    [[1, 2], [3]],
  );
  gives(
    'FL-125 `never`',
    from(range(1, 3)),
    [global({ custom: fn('never') }), sum, onTrigger('tagged')],
    [done(6, 'global', 'global')],
  );
  gives(
    'FL-125 `keep_gt`',
    from(range(1, 4)),
    [global({ custom: fn('keep_gt', { v: 2 }) }), append, state],
    [[3, 4]],
  );
  gives(
    'FL-125 a trigger sees events before the mappers',
    from(range(1, 3)),
    [global({ custom: fn('after_value', { v: 2 }) }), op('map', { f: fn('mul', { k: 10 }) }), append, reset],
    [done([10, 20], 'global', 'global', 'after'), done([30], 'global', 'global')],
  );
  gives(
    'FL-125 FL-161 `moving`, batch by batch',
    from(['a', 'b', 'c', 'd']),
    [alone({ max_demand: 1, window: { type: 'global', custom: fn('moving', { k: 3 }) } }), append, reset],
    [
      done(['a', 'b', 'c'], 'global', 'global', 'moving'),
      done(['b', 'c', 'd'], 'global', 'global', 'moving'),
      done([], 'global', 'global'),
    ],
  );
  refused('FL-124 two triggers that look at events', from([1]), [
    global({ every: 2, custom: fn('never') }),
    sum,
    state,
  ]);
  gives(
    'FL-131 what `on_trigger` says of a window that is done is forgotten',
    from(range(1, 3)),
    [alone({ window: { type: 'count', n: 2 } }), append, onTrigger('tagged_reset', { v: [99] })],
    [done([1, 2], 'count', 0), done([3], 'count', 1)],
  );
  gives(
    'FL-130 `windowed`',
    from(range(1, 3)),
    [alone({ window: { type: 'count', n: 2 } }), append, onTrigger('windowed')],
    [
      [0, [1, 2]],
      [1, [3]],
    ],
  );
  gives(
    'FL-130 events are counted as they enter',
    from(range(1, 6)),
    [
      alone({ window: { type: 'count', n: 4 } }),
      op('filter', { f: fn('even') }),
      append,
      onTrigger('tagged'),
    ],
    [done([2, 4], 'count', 0), done([6], 'count', 1)],
  );
});

describe('live flows as recorded', () => {
  const settle = op('settle');
  const collect = [settle, op('collect')];
  const push = (...events: Value[]) => op('push', { producer: 'P1', events });
  const finish = (reason?: string) => op('finish', { producer: 'P1', ...(reason && { reason }) });
  const live = (steps: readonly Value[], rest: Parts = {}) => ({
    steps,
    producers: [{ name: 'P1', kind: 'producer', behaviour: { type: 'queue' } }],
    ...rest,
  });
  const exits = (ends: Parts) => ({ expect: { exits: { P1: 'normal', flow: 'normal', ...ends } } });
  const tens = { name: 'T1', behaviour: { type: 'map', f: fn('mul', { k: 10 }) } };
  const periodically = (count: number) => ({
    window: { type: 'global', periodically: [[count, 'millisecond']] },
  });

  gives(
    'FL-127 `trigger_periodically` fires until it is over',
    stages(periodically(600)),
    [append, onTrigger('emit_reset', { v: [] })],
    [[[1]], [[]], [[2]]],
    live(
      [
        push(1),
        settle,
        op('await', { n: 1 }),
        op('collect'),
        op('await', { n: 1 }),
        op('collect'),
        push(2),
        finish(),
        ...collect,
      ],
      { timing: true },
    ),
  );
  gives(
    'FL-143 an upstream that has ended counts no more',
    { ...stages({ window: seconds() }), producers: ['P1', 'P2'] },
    [append, onTrigger('windowed')],
    [
      [],
      [
        [0, [0, 0]],
        [1000, []],
      ],
      [[2000, [2]]],
    ],
    live(
      [
        push(0),
        op('push', { producer: 'P2', events: [0] }),
        settle,
        op('finish', { producer: 'P2' }),
        ...collect,
        push(2),
        ...collect,
        finish(),
        ...collect,
      ],
      { producers: ['P1', 'P2'].map((name) => ({ name, kind: 'producer', behaviour: { type: 'queue' } })) },
    ),
  );
  gives(
    'FL-068 the demand of a live producer',
    stages({ max_demand: 10, min_demand: 8 }),
    [same],
    [[1, 2, 3, 4]],
    live([push(1, 2, 3, 4), ...collect], { expect: { demands: { P1: [10, 2, 2] } } }),
  );
  gives(
    'FL-178 a consumer stays when the flow ends, whatever `cancel` says',
    stages(),
    [same],
    [[1], []],
    live([push(1), ...collect, finish(), ...collect], {
      sinks: [{ name: 'sink', opts: { cancel: 'permanent', max_demand: 4 } }],
      ...exits({ sink: 'alive' }),
    }),
  );
  gives(
    'FL-066 FL-177 a late sink of a flow that broadcasts',
    stages(),
    [same],
    [
      [['sink', [1]]],
      [
        ['sink', [2]],
        ['late', [2]],
      ],
    ],
    live(
      [
        push(1),
        ...collect,
        op('subscribe_sink', { sink: 'late', opts: { cancel: 'transient' } }),
        settle,
        push(2),
        ...collect,
      ],
      { sinks: [{ name: 'sink' }, { name: 'late', late: true }], start_opts: { dispatcher: 'broadcast' } },
    ),
  );
  gives(
    'FL-176 `stop_flow`',
    stages(),
    [sum, state],
    [[]],
    live([push(1), settle, op('stop_flow'), ...collect], {
      expect: { exits: { P1: 'alive', flow: 'normal' } },
    }),
  );
  gives(
    'FL-181 `through_stages`',
    stages(),
    [
      op('map', { f: fn('add', { k: 1 }) }),
      op('through_stages', { stages: ['T1'] }),
      op('map', { f: fn('add', { k: 3 }) }),
    ],
    [[23, 33]],
    live([push(1, 2), ...collect], { through: [tens] }),
  );
  gives(
    'FL-181 `through_specs`',
    stages(),
    [op('through_specs', { specs: [tens] })],
    [[10, 20]],
    live([push(1, 2), ...collect]),
  );
  gives(
    'FL-182 `into_specs`: a consumer that fails',
    stages(),
    [same],
    [[1, 99]],
    live([push(1, 99), ...collect], {
      start: 'into_specs',
      sinks: [],
      specs: [{ name: 'spec1', behaviour: { stop_on: [99, 'oops'] } }],
      expect: { exits: { P1: 'alive', flow: 'shutdown' } },
    }),
  );
  gives(
    'FL-181 a stage between two layers that ends',
    stages(),
    [same, op('through_stages', { through: ['T1'] }), same],
    [[10], []],
    live([push(1), ...collect, op('finish', { producer: 'T1' }), ...collect], {
      through: [tens],
      expect: { exits: { P1: 'alive', T1: 'normal', flow: 'normal', sink: 'alive' } },
    }),
  );
  gives(
    'FL-172 a crash, as whoever is subscribed sees it',
    stages(),
    [op('map', { f: fn('raise_if', { pred: fn('eq', { k: 3 }) }) })],
    [[1], []],
    live([push(1), ...collect, push(3), ...collect], {
      expect: { exits: { P1: 'alive', flow: 'shutdown', sink: { error: 'RuntimeError' } } },
    }),
  );
});

describe('FL-182 `restart` of consumers that belong to a flow', () => {
  it.each([
    ['temporary', 'normal', 'normal'],
    ['temporary', 'oops', 'normal'],
    ['transient', 'normal', 'normal'],
    ['transient', 'oops', 'shutdown'],
    ['permanent', 'normal', 'shutdown'],
    ['permanent', 'oops', 'shutdown'],
  ])('%s, and it ends with %s: the flow ends with %s', async (restart, reason, flow) => {
    const scenario = scenarioOf(stages(), [same], {
      start: 'into_specs',
      sinks: [],
      producers: [{ name: 'P1', kind: 'producer', behaviour: { type: 'queue' } }],
      specs: [{ name: 'spec1', behaviour: { stop_on: [99, reason] }, restart }],
      steps: [op('push', { producer: 'P1', events: [1, 99] }), op('settle'), op('collect')],
      expect: { result: [[1, 99]], exits: { P1: 'alive', flow } },
    });
    for (let seed = 0; seed < 20; seed++) expect(await flowProblem(scenario, seed)).toBeNull();
  });

  it('is part of the plan, and nothing else than these', () => {
    const restarts = (...given: readonly Parts[]) => {
      const plan = pipeline(({ start }) => {
        start('numbers', Flow.from([1]).intoSpecs(given.map((one) => ({ definition: printer, ...one }))));
      });
      return parsePlan(viewOfPlan(plan)).flows?.[0]?.restart;
    };
    const printer = consumer({ handleEvents: () => undefined });
    expect(restarts({}, { restart: 'transient' })).toBeUndefined();
    expect(restarts({ restart: 'permanent' }, {}, { restart: 'temporary' })).toEqual({
      'numbers/into 1': 'permanent',
      'numbers/into 3': 'temporary',
    });
    expect(() => restarts({ restart: 'always' })).toThrow('restart');
  });
});

describe('the words of recorded flows', () => {
  const unknown = (source: Value, ops: readonly Value[] = [], rest: Parts = {}) =>
    unknownFlowWord(scenarioOf(source, ops, { expect: {}, ...rest }));

  it('are all known, or named', () => {
    expect(unknown(from([1]), [op('zip')])).toContain('"zip"');
    expect(unknown({ type: 'tap' })).toContain('"tap"');
    expect(unknown(from([1], { colour: 1 }))).toContain('"colour"');
    expect(unknown(from([1], { window: { type: 'lunar' } }))).toContain('"lunar"');
    expect(unknown(from([1], { key: fn('modulo') }))).toContain('modulo');
    expect(unknown(from([1]), [op('map', { f: fn('cube') })])).toContain('"cube"');
    expect(unknown(from([1]), [op('reduce', { acc: 0, r: 'median' })])).toContain('"median"');
    expect(unknown(from([1]), [], { sink: 'drain' })).toContain('"drain"');
    expect(unknown(from([1]), [], { steps: [op('wait')] })).toContain('"wait"');
    expect(unknown(from([1]), [], { start: 'into_space' })).toContain('"into_space"');
  });

  it('are looked for in the flows that come together, too', () => {
    const flows = [{ source: from([1]), ops: [op('zip')] }];
    expect(unknown({ type: 'merge', with: 'shuffle', flows, opts: {} })).toContain('"zip"');
  });

  it('whose meaning the format leaves open are tried in each', async () => {
    const other = scenarioOf(from([2, 1]), [append, onTrigger('emit_sorted_reset')], {
      expect: { result: [1, 2] },
    });
    expect(hasOpenWord(other)).toBe(true);
    expect(await flowProblem(other)).toBeNull();
    expect(await flowProblem({ ...other, expect: { result: [2, 1] } })).toContain('[[1,2]]');
  });
});

describe('what is compared of recorded flows', () => {
  const told = async (result: Value, rest: Parts = {}) =>
    (await replayOneFlow(scenarioOf(from(range(1, 3)), [same], { expect: { result }, ...rest }))).kind;

  it('is order where the recording says so', async () => {
    expect(await told([1, 2, 3])).toBe('passed');
    expect(await told([3, 2, 1])).toBe('failed');
    expect(await told([3, 2, 1], anyOrder)).toBe('passed');
    expect(await told([1, 2], anyOrder)).toBe('failed');
  });

  it('is whether it fails, or never ends', async () => {
    expect(await told(null, { order: 'exit' })).toBe('failed');
    expect(await told(null, { expect: { raised: {} } })).toBe('failed');
    expect(await told(null, { expect: { hangs: 'no result' } })).toBe('byDesign');
  });

  it('is what its stages were told, and are', async () => {
    const layers = [{ kind: 'map_reducer', processes: 2 }];
    expect(await told(null, { expect: { result: [1, 2, 3], topology: layers } })).toBe('failed');
    expect(await told(null, { expect: { result: [1, 2, 3], on_init: [[0, 1]] } })).toBe('failed');
    expect(await told(null, { expect: { result: [1, 2, 3], source_demands: [1] } })).toBe('failed');
    expect(await told(null, { expect: { result: [1, 2, 3], exits: { flow: 'oops' } } })).toBe('failed');
  });
});
