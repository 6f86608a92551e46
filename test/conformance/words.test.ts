import { describe, expect, it } from 'vitest';
import { functionOf } from './functions.ts';
import { parseScenario, type Json, type Scenario } from './recording.ts';
import { replay, type Observed } from './replayer.ts';
import { replayOne } from './run.ts';
import { plain } from './values.ts';

/** A scenario of these parts, with nothing expected. */
function scenarioOf(stages: readonly object[], steps: readonly object[], expected: object = {}): Scenario {
  const parsed = parseScenario({
    id: 'words/1',
    title: 'words',
    rules: ['GS-001'],
    stages,
    steps,
    expect: expected,
  });
  if (typeof parsed === 'string') throw new Error(parsed);
  return parsed;
}

/** Replays steps after a start of every stage; closes with `settle`. */
function play(stages: readonly { readonly name: string }[], steps: readonly object[]): Promise<Observed> {
  const starts = stages.map(({ name }) => ({ op: 'start', stage: name }));
  return replay(scenarioOf(stages, [...starts, ...steps, { op: 'settle' }]));
}

const stage = (name: string, kind: string, behaviour: object = {}, rest: object = {}) => ({
  name,
  kind,
  behaviour,
  options: {},
  ...rest,
});
const subscribe = (consumer: string, to: string, sub: string, opts: object = {}) => ({
  op: 'subscribe',
  consumer,
  to,
  sub,
  opts,
});
const counter = (limit: number) => stage('p', 'producer', { type: 'counter', limit });
const through = (behaviour: object) => stage('pc', 'producer_consumer', behaviour);
const record = (behaviour: object = {}) => stage('c', 'consumer', { type: 'record', ...behaviour });

/** What came to a consumer, batch by batch. */
const batches = (observed: Observed, name = 'c'): Json[] =>
  (observed.logs[name] ?? []).flatMap((call) =>
    call['cb'] === 'handle_events' ? [call['events'] ?? null] : [],
  );
const called = (observed: Observed, name: string, callback: string) =>
  (observed.logs[name] ?? []).filter((call) => call['cb'] === callback);

describe('behaviours of recorded producerConsumers', () => {
  const line = (behaviour: object, limit = 5) =>
    play(
      [counter(limit), through(behaviour), record()],
      [
        subscribe('pc', 'p', 's1', { max_demand: 4, min_demand: 2 }),
        subscribe('c', 'pc', 's2', { max_demand: 10 }),
      ],
    );

  it('GS-051 `chunk` emits lists of n and keeps the rest', async () => {
    const observed = await line({ type: 'chunk', n: 3 });
    // Batches [0,1], [2,3], [4]: the first whole chunk is there after the second.
    expect(called(observed, 'pc', 'handle_events').map(({ emit }) => emit)).toEqual([[], [[0, 1, 2]], []]);
    expect(batches(observed)).toEqual([[[0, 1, 2]]]);
  });

  it('GS-092 `defer` emits from handle_info what came in a batch', async () => {
    const observed = await line({ type: 'defer' }, 3);
    expect(called(observed, 'pc', 'handle_events').map(({ emit }) => emit)).toEqual([[], []]);
    expect(called(observed, 'pc', 'handle_info')).toEqual([
      { cb: 'handle_info', msg: ['deferred', [0, 1]], emit: [0, 1] },
      { cb: 'handle_info', msg: ['deferred', [2]], emit: [2] },
    ]);
    expect(batches(observed)).toEqual([[0, 1], [2]]);
  });

  it('`each` emits many for one, `hold` nothing until it is told to `flush`', async () => {
    expect(batches(await line({ type: 'each', f: { fn: 'upto' } }, 4))).toEqual([[1], [1, 2, 1, 2, 3]]);
    const held = await play(
      [counter(3), through({ type: 'hold' }), record()],
      [
        subscribe('pc', 'p', 's1', { max_demand: 4 }),
        subscribe('c', 'pc', 's2', { max_demand: 10 }),
        { op: 'settle' },
        { op: 'cast', stage: 'pc', msg: ['flush'] },
      ],
    );
    expect(batches(held)).toEqual([[0, 1, 2]]);
    expect(called(held, 'pc', 'handle_cast')).toEqual([
      { cb: 'handle_cast', msg: ['flush'], emit: [0, 1, 2] },
    ]);
  });
});

describe('keys of recorded behaviours', () => {
  const pair = (
    behaviour: object,
    steps: readonly object[] = [],
    opts: object = { max_demand: 2, min_demand: 0 },
  ) => play([counter(6), record(behaviour)], [subscribe('c', 'p', 's1', opts), ...steps]);

  it('GS-187 `hibernate` changes nothing', async () => {
    const plain = await pair({});
    const hibernating = await pair({ hibernate: true });
    expect(hibernating.turns).toEqual(plain.turns);
    expect(hibernating.logs).toEqual(plain.logs);
    expect(hibernating.exits).toEqual({ p: 'alive', c: 'alive' });
  });

  it.each([
    ['exit_on', [3, 'kaput'], 'kaput'],
    ['stop_on', [3, ['shutdown', 'full']], ['shutdown', 'full']],
  ])('GS-060 GS-061 `%s` ends the stage at the batch with that event', async (key, value, reason) => {
    const observed = await pair({ [key]: value });
    expect(batches(observed)).toEqual([
      [0, 1],
      [2, 3],
    ]);
    expect(called(observed, 'c', 'terminate')).toEqual([{ cb: 'terminate', reason }]);
    expect(observed.exits).toEqual({ p: 'alive', c: ['exit', reason] });
    expect(called(observed, 'p', 'handle_cancel')).toMatchObject([{ kind: 'down', reason, sub: 's1' }]);
  });

  it.each(['raise_on', 'bad_on'])('GS-184 GS-186 `%s` crashes it', async (key) => {
    const observed = await pair({ [key]: 1 });
    expect(batches(observed)).toEqual([[0, 1]]);
    expect(observed.exits['c']).toMatchObject([
      'exit',
      key === 'bad_on' ? ['bad_return_value', 'bad_return'] : {},
    ]);
  });

  it('GS-070 GS-072 `on_subscribe`, `ask_on_subscribe` and `ask_back` make demand manual', async () => {
    const observed = await pair({ on_subscribe: 'manual', ask_on_subscribe: 2, ask_back: 'same' });
    expect(batches(observed)).toEqual([
      [0, 1],
      [2, 3],
      [4, 5],
    ]);
    const most = await pair({ on_subscribe: 'manual', ask_on_subscribe: 'max', ask_back: 1 });
    expect(called(most, 'p', 'handle_demand').map(({ demand }) => demand)).toEqual([2, 1, 1, 1, 1, 1]);
  });

  it('GS-030 GS-031 what is no answer to a subscription crashes either end', async () => {
    expect((await pair({ on_subscribe: ['bad', 'other'] })).exits['c']).toEqual([
      'exit',
      ['bad_return_value', 'other'],
    ]);
    const refusing = stage('p', 'producer', { type: 'counter', on_consumer: 'manual' });
    const observed = await play([refusing, record()], [subscribe('c', 'p', 's1')]);
    expect(observed.exits['p']).toEqual(['exit', ['bad_return_value', 'manual']]);
    expect((await pair({ on_subscribe: ['stop', 'enough'] })).exits['c']).toEqual(['exit', 'enough']);
  });

  it('GS-168 `on_cancel` emits, stops, or stops once nobody is left', async () => {
    const cancel = { op: 'cancel', sub: 's1', reason: 'normal' };
    const emitting = stage('p', 'producer', { type: 'push', on_cancel: ['emit', [7]] });
    const emitted = await play(
      [emitting, record()],
      [subscribe('c', 'p', 's1', { cancel: 'temporary' }), { op: 'settle' }, cancel],
    );
    expect(called(emitted, 'p', 'handle_cancel')).toMatchObject([{ kind: 'cancel', emit: [7] }]);
    const lonely = stage('p', 'producer', { type: 'push', on_cancel: ['stop_when_no_subs', 'lonely'] });
    const one = await play(
      [lonely, record()],
      [
        subscribe('c', 'p', 's1', { cancel: 'temporary' }),
        subscribe('c', 'p', 's2', { cancel: 'temporary' }),
        { op: 'settle' },
        cancel,
      ],
    );
    expect(one.exits['p']).toBe('alive');
    const none = await play(
      [lonely, record()],
      [subscribe('c', 'p', 's1', { cancel: 'temporary' }), { op: 'settle' }, cancel],
    );
    expect(none.exits).toEqual({ p: ['exit', 'lonely'], c: 'alive' });
  });
});

describe('steps of recordings', () => {
  it('GS-073 `pin` keeps a subscription, so that it can be asked on after its end', async () => {
    const observed = await play(
      [counter(3), record({ on_subscribe: 'manual' })],
      [
        subscribe('c', 'p', 's1', { cancel: 'temporary' }),
        { op: 'settle' },
        { op: 'cast', stage: 'c', msg: ['pin', 's1'] },
        { op: 'cancel', sub: 's1', reason: 'normal' },
        { op: 'settle' },
        { op: 'ask', consumer: 'c', sub: 's1', n: 2 },
      ],
    );
    // The producer answers that it does not know it; the consumer does not know it either, and ignores that.
    expect(observed.turns.slice(-3)).toEqual([
      ['c', 'cast', ['ask', 's1', 2]],
      ['p', 'ask', 's1', 2],
      ['c', 'cancelled', 's1', 'unknown_subscription'],
    ]);
    expect(called(observed, 'c', 'handle_cancel')).toHaveLength(1);
    expect(called(observed, 'p', 'handle_demand')).toEqual([]);
  });

  it('GS-189 `stop` ends an idle stage at once, after its terminate', async () => {
    const observed = await play(
      [counter(3), record()],
      [
        subscribe('c', 'p', 's1', { max_demand: 3, cancel: 'transient' }),
        { op: 'settle' },
        { op: 'stop', stage: 'p', reason: 'normal' },
      ],
    );
    expect(observed.results[4]).toBe('ok');
    expect(called(observed, 'p', 'terminate')).toEqual([{ cb: 'terminate', reason: 'normal' }]);
    expect(observed.exits).toEqual({ p: ['exit', 'normal'], c: 'alive' });
    expect(observed.turns.at(-1)).toEqual(['c', 'down', 'p', 'normal']);
    expect(called(observed, 'c', 'handle_cancel')).toMatchObject([
      { kind: 'down', reason: 'normal', peer: 'p' },
    ]);
    expect(observed.turns.filter((turn) => Array.isArray(turn) && turn[1] === 'stop')).toEqual([]);
  });

  it('GS-189 `stop` may be told as a reply', async () => {
    const stop = { op: 'stop', stage: 'p', reason: 'normal' };
    const expected = {
      logs: { p: [{ cb: 'terminate', reason: 'normal' }] },
      exits: { p: ['exit', 'normal'] },
    };
    const told = (results: readonly Json[]) =>
      replayOne(scenarioOf([counter(1)], [{ op: 'start', stage: 'p' }, stop], { ...expected, results }));
    expect(await told(['ok', ['reply', 'ok']])).toMatchObject({ kind: 'passed' });
    expect(await told(['ok', 'ok'])).toMatchObject({ kind: 'passed' });
    expect(await told(['ok', ['no_reply', 'p']])).toMatchObject({ kind: 'failed' });
  });

  it('GS-189 GS-190 `stop` of a stage that is dead has no answer', async () => {
    const { results } = await play(
      [counter(1)],
      [
        { op: 'kill', stage: 'p' },
        { op: 'stop', stage: 'p', reason: 'normal' },
      ],
    );
    expect(results[2]).toEqual(['no_reply', 'p']);
  });

  it('`pause` keeps a stage from answering, for good when nobody lets it go on', async () => {
    const { results } = await play(
      [counter(1)],
      [
        { op: 'pause', stage: 'p' },
        { op: 'call', stage: 'p', msg: ['count'] },
      ],
    );
    expect(results).toEqual(['ok', null, null, null]);
  });

  it('GS-228 GS-232 `terminate_child` finds a child that waits to be started again', async () => {
    const supervisor = stage('p', 'consumer_supervisor', {
      restart: 'transient',
      child: { error_on_restart: [7] },
    });
    const { results } = await play(
      [supervisor],
      [
        { op: 'start_child', stage: 'p', args: [7] },
        { op: 'settle' },
        { op: 'child_exit', stage: 'p', event: 7, reason: 'oops' },
        { op: 'terminate_child', stage: 'p', event: 7 },
        { op: 'settle' },
        { op: 'which_children', stage: 'p' },
      ],
    );
    expect(results.slice(4, 5)).toEqual([['reply', 'ok']]);
    expect(results[6]).toEqual(['reply', []]);
  });

  it('GS-185 `exit` with normal does nothing, with kill it kills, with anything else it ends without terminate', async () => {
    for (const [reason, exit] of [
      ['normal', 'alive'],
      ['kill', ['exit', 'killed']],
      ['boom', ['exit', 'boom']],
    ]) {
      const observed = await play([counter(3)], [{ op: 'exit', stage: 'p', reason }]);
      expect(observed.exits).toEqual({ p: exit });
      expect(called(observed, 'p', 'terminate')).toEqual([]);
    }
  });

  it('GS-170 `probe_consumer_cancel` ends a subscription the consumer knows, and no other', async () => {
    const observed = await play(
      [counter(0), record()],
      [
        subscribe('c', 'p', 's1', { cancel: 'temporary' }),
        { op: 'settle' },
        { op: 'probe_consumer_cancel', consumer: 'c', reason: 'normal' },
        { op: 'settle' },
        { op: 'probe_consumer_cancel', consumer: 'c', sub: 's1', reason: 'over' },
      ],
    );
    expect(called(observed, 'c', 'handle_cancel')).toMatchObject([
      { kind: 'cancel', reason: 'over', sub: 's1' },
    ]);
    expect(observed.exits['c']).toBe('alive');
  });

  it('GS-037 GS-039 `probe_subscribe` may reuse a reference, or replace another', async () => {
    const probe = (sub: string, rest: object = {}) => ({ op: 'probe_subscribe', to: 'p', sub, ...rest });
    const duplicate = await play([counter(3)], [probe('s1'), probe('s2', { reuse: 's1' }), { op: 'settle' }]);
    expect(duplicate.diags['p']).toEqual([['duplicated_subscription']]);
    expect(called(duplicate, 'p', 'handle_subscribe')).toMatchObject([
      { as: 'consumer', sub: 's1', peer: 'probe' },
    ]);
    expect(duplicate.logs['probe']).toMatchObject([
      { what: 'cancel', ref: 's1', reason: 'duplicated_subscription' },
    ]);
    for (const cancels of [['s1', 'moving'], 's1']) {
      const replaced = await play([counter(3)], [probe('s1'), probe('s2', { cancels, reason: 'moving' })]);
      expect(
        (replaced.logs['p'] ?? []).map((call) => [call['cb'], call['sub'], call['reason'] ?? null]),
      ).toEqual([
        ['handle_subscribe', 's1', null],
        ['handle_cancel', 's1', 'moving'],
        ['handle_subscribe', 's2', null],
      ]);
      expect(replaced.turns[1]).toEqual(['p', 'subscribe', 's2', 'cancelling', ['s1', 'moving']]);
    }
  });

  it('GS-034 GS-036 subscriptions of `subscribe_to` go by their recorded names, also several to one producer', async () => {
    const c = {
      ...record(),
      options: {
        subscribe_to: [
          { to: 'p', sub: 'wrong', max_demand: 0 },
          { to: 'p', sub: 's1', max_demand: 1, cancel: 'temporary' },
          { to: 'p', sub: 's2', max_demand: 2, cancel: 'temporary' },
        ],
      },
    };
    const observed = await play(
      [counter(0), c],
      [{ op: 'settle' }, { op: 'cancel', sub: 's2', reason: 'normal' }],
    );
    expect(called(observed, 'c', 'handle_subscribe').map(({ sub }) => sub)).toEqual(['s1', 's2']);
    expect(called(observed, 'c', 'handle_cancel')).toMatchObject([{ sub: 's2', reason: 'normal' }]);
    expect(observed.turns.slice(0, 4)).toEqual([
      ['p', 'subscribe', 's1'],
      ['p', 'ask', 's1', 1],
      ['p', 'subscribe', 's2'],
      ['p', 'ask', 's2', 2],
    ]);
    expect(observed.final['c']).toEqual({ pending: { s1: 1 } });
  });

  it('GS-180 … GS-190 calls are answered, or not, as the messages say', async () => {
    const asked = (msg: Json) =>
      play([stage('p', 'producer', { type: 'push' })], [{ op: 'call', stage: 'p', msg }]);
    expect((await asked(['push', [1]])).results[1]).toEqual(['reply', 'ok']);
    expect((await asked(['push_reply_first', [1]])).results[1]).toEqual(['reply', 'early']);
    expect((await asked(['count'])).results[1]).toEqual(['reply', 0]);
    expect((await asked(['count_hibernate'])).results[1]).toEqual(['reply', 0]);
    const stopping = await asked(['stop', 'enough']);
    expect(stopping.results[1]).toEqual(['reply', 'stopping']);
    expect(stopping.exits).toEqual({ p: ['exit', 'enough'] });
    for (const msg of [['stop_noreply', 'enough'], ['bad']]) {
      expect((await asked(msg)).results[1]).toEqual(['no_reply', 'p']);
    }
  });

  it('GS-152 GS-174 `push_then_stop` ends the stage once what it has pushed is gone', async () => {
    const observed = await play(
      [stage('p', 'producer', { type: 'push' }), record()],
      [
        { op: 'cast', stage: 'p', msg: ['push_then_stop', [1, 2, 3], 'done'] },
        { op: 'settle' },
        subscribe('c', 'p', 's1', { max_demand: 2, min_demand: 1, cancel: 'temporary' }),
      ],
    );
    expect(batches(observed).flat()).toEqual([1, 2, 3]);
    expect(observed.exits).toEqual({ p: ['exit', 'done'], c: 'alive' });
  });

  it('GS-167 `raise`, `stop`, `bad` and `cancel` reach a stage as messages', async () => {
    const told = async (msg: Json) =>
      (await play([counter(1)], [{ op: 'cast', stage: 'p', msg }])).exits['p'];
    expect(await told(['stop', 'enough'])).toEqual(['exit', 'enough']);
    expect(await told(['raise', 'no'])).toMatchObject(['exit', { message: 'no' }]);
    expect(await told(['bad'])).toEqual(['exit', ['bad_return_value', 'bad_return']]);
    expect(await told(['hibernate'])).toBe('alive');
    const leaving = await play(
      [counter(0), record()],
      [subscribe('c', 'p', 's1'), { op: 'settle' }, { op: 'cast', stage: 'c', msg: ['cancel', 's1', 'bye'] }],
    );
    expect(leaving.exits).toEqual({ p: 'alive', c: ['exit', 'bye'] });
    expect(leaving.diags['c']).toEqual([['stopping_on_cancel', 'bye']]);
  });
});

describe('differences by design', () => {
  const broadcast = stage('p', 'producer', { type: 'push' }, { options: { dispatcher: 'broadcast' } });
  const expecting = (stages: readonly object[], steps: readonly object[], results: readonly Json[]) =>
    replayOne(scenarioOf(stages, steps, { results }));
  const start = (name: string) => ({ op: 'start', stage: name });

  it('GS-117 are found also where a stage subscribes as it starts, or the outside process does', async () => {
    const own = { ...record(), options: { subscribe_to: [{ to: 'p', sub: 's' }] } };
    const again = [subscribe('c', 'p', 't'), subscribe('c', 'p', 'u')];
    const starts = [start('p'), start('c')];
    const outcome = await expecting([broadcast, own], [...starts, ...again], ['another']);
    expect(outcome).toMatchObject({ kind: 'byDesign' });
    const probes = ['s', 't', 'u'].map((sub) => ({ op: 'probe_subscribe', to: 'p', sub }));
    expect(await expecting([broadcast], [start('p'), ...probes], ['another'])).toMatchObject({
      kind: 'byDesign',
    });
  });

  it('GS-168 count only where a replay meets them', async () => {
    const steps = [start('p'), start('c')];
    const stages = [broadcast, record({ on_cancel: ['hibernate'] })];
    expect(await expecting(stages, steps, ['ok', 'ok'])).toMatchObject({ kind: 'byDesign' });
    const passing = scenarioOf(stages, steps, {
      results: ['ok', 'ok'],
      exits: { p: 'alive', c: 'alive' },
    });
    expect(await replayOne(passing)).toMatchObject({ kind: 'passed' });
  });
});

describe('starts of recordings', () => {
  const started = async (kind: string, behaviour: object, options: object = {}) => {
    const { results } = await play([stage('a', kind, behaviour, { options })], []);
    return plain(results[0] ?? null);
  };
  const crash = ['error', '<crash>'];

  it('GS-001 GS-002 an init that names no kind is refused', async () => {
    expect(await started('producer', { init: ['bad', 'rubbish'] })).toEqual([
      'error',
      ['bad_return_value', 'rubbish'],
    ]);
    expect(await started('consumer', { init: ['bad', ['producer', 0, 'hibernate']] })).toEqual([
      'error',
      ['bad_return_value', 'producer'],
    ]);
  });

  it('GS-013 GS-016 any name may be a dispatcher until the start finds none of it', async () => {
    const push = (raw: unknown) => started('producer', { type: 'push' }, { dispatcher: { raw } });
    expect(await push('NoSuchDispatcher')).toEqual(crash);
    expect(await push(['NoSuchDispatcher', []])).toEqual(crash);
    expect(await push('Elixir.GenStage.BroadcastDispatcher')).toBe('ok');
    expect(await push(['Elixir.GenStage.PartitionDispatcher', [['partitions', 2]]])).toBe('ok');
    expect(await push('Elixir.GenStage.PartitionDispatcher')).toEqual(crash);
    expect(await push(['Elixir.GenStage.DemandDispatcher', 1])).toEqual([
      'error',
      ['bad_opts', 'dispatcher'],
    ]);
  });

  it('GS-220 a supervisor may name its strategy; a restart nobody knows is no specification', async () => {
    const supervisor = (behaviour: object) => started('consumer_supervisor', behaviour);
    expect(await supervisor({ restart: 'transient', strategy: 'one_for_one' })).toBe('ok');
    expect(await supervisor({ restart: 'sometimes' })).toEqual(['error', ['bad_specs']]);
    expect(await supervisor({ restart: 'permanent' })).toEqual(['error', ['bad_opts', 'restart']]);
    expect(await supervisor({})).toEqual(['error', ['bad_opts', 'restart']]);
  });
});

describe('streams of recordings', () => {
  const list = stage(
    'p',
    'producer',
    { type: 'list', events: [1, 2] },
    { options: { demand: 'accumulate' } },
  );
  const stream = (subs: unknown) => ({ op: 'stream', as: 'r', subs });
  const read = async (steps: readonly object[]) => {
    const { results } = await play([list], [...steps, { op: 'await', as: 'r' }]);
    return results.at(-2);
  };

  it('GS-215 a dead stage ends a reading, an unknown one keeps it from beginning', async () => {
    const kill = { op: 'kill', stage: 'p' };
    expect(await read([kill, stream([{ to: 'p' }])])).toEqual(['exit', 'noproc', 'close_stream']);
    expect(await read([stream([{ to: 'nobody' }])])).toEqual(['exit', 'noproc', 'init_stream']);
    expect(await read([kill, stream([{ to: 'p', cancel: 'temporary' }])])).toEqual(['ok', [], 0]);
  });

  it('GS-210 a refused reading counts as refused, whether it is told when it is built or when it is read', async () => {
    const results = ['ok', null, ['raise', 'ArgumentError']];
    const recorded = (subs: unknown, more: object = {}) => ({
      ...scenarioOf([list], [{ op: 'start', stage: 'p' }, stream(subs), { op: 'await', as: 'r' }]),
      mode: 'invariants_only' as const,
      expect: { ...scenarioOf([], []).expect, scenario: { results }, ...more },
    });
    expect(await replayOne(recorded([{ to: 'p', max_demand: 0 }]))).toMatchObject({ kind: 'passed' });
    expect(await replayOne(recorded('p'))).toMatchObject({ kind: 'passed' });
    expect(await replayOne(recorded([{ to: 'p', max_demand: 1 }]))).toMatchObject({ kind: 'failed' });
  });
});

describe('functions of recordings', () => {
  const cases: readonly (readonly [Json, Json, Json])[] = [
    [{ fn: 'identity' }, 3, 3],
    [{ fn: 'mul', k: 2 }, 3, 6],
    [{ fn: 'add', k: 2 }, 3, 5],
    [{ fn: 'mod', k: 2 }, 3, 1],
    [{ fn: 'div', k: 2 }, 3, 1],
    [{ fn: 'square' }, 3, 9],
    [{ fn: 'const', v: 'x' }, 3, 'x'],
    [{ fn: 'elem', i: 1 }, ['a', 'b'], 'b'],
    [{ fn: 'field', key: 'm' }, { m: 4 }, 4],
    [{ fn: 'pair_mod', k: 2 }, 3, [1, 3]],
    [{ fn: 'pair_div', k: 2 }, 3, [1, 3]],
    [{ fn: 'pair_with', v: 1 }, 'a', ['a', 1]],
    [{ fn: 'swap' }, [1, 2], [2, 1]],
    [{ fn: 'record_mod', k: 3, key: 'm' }, 4, { m: 1, v: 4 }],
    [{ fn: 'length' }, 'abc', 3],
    [{ fn: 'upcase' }, 'abc', 'ABC'],
    [{ fn: 'first_char' }, 'abc', 'a'],
    [{ fn: 'tag', v: 't' }, 1, ['t', 1]],
    [
      {
        fn: 'compose',
        of: [
          { fn: 'add', k: 1 },
          { fn: 'mul', k: 2 },
        ],
      },
      3,
      8,
    ],
    [{ fn: 'even' }, 4, true],
    [{ fn: 'odd' }, -3, true],
    [{ fn: 'gt', k: 2 }, 2, false],
    [{ fn: 'lt', k: 2 }, 1, true],
    [{ fn: 'eq', k: 2 }, 2, true],
    [{ fn: 'neq', k: 2 }, 2, false],
    [{ fn: 'mod_eq', k: 4, r: 0 }, 8, true],
    [{ fn: 'in', list: [1, 2] }, 2, true],
    [{ fn: 'true' }, 1, true],
    [{ fn: 'false' }, 1, false],
    [{ fn: 'nil' }, 1, null],
    [{ fn: 'num' }, 3, null],
    [{ fn: 'num' }, 4, 4],
    [{ fn: 'dup', n: 2 }, 3, [3, 3]],
    [{ fn: 'with_double' }, 3, [3, 6]],
    [{ fn: 'upto' }, 3, [1, 2, 3]],
    [{ fn: 'upto' }, -1, []],
    [{ fn: 'keep_if', pred: { fn: 'even' } }, 3, []],
    [{ fn: 'one', of: { fn: 'add', k: 1 } }, 3, [4]],
    [{ fn: 'drop' }, 3, []],
    [{ fn: 'split' }, 'a b', ['a', 'b']],
    [{ fn: 'graphemes' }, 'ab', ['a', 'b']],
    [{ fn: 'scale', k: 300, off: 5 }, 2, 605],
    [{ fn: 'ranges', ranges: [[50, 0, 1], [100, 1000, 1]] }, 50, 50], // prettier-ignore
    [{ fn: 'ranges', ranges: [[50, 0, 1], [100, 1000, 1]] }, 51, 1051], // prettier-ignore
    [{ fn: 'table', table: [[1, 10], [2, 20]], default: 0 }, 2, 20], // prettier-ignore
    [{ fn: 'table', table: [[1, 10], [2, 20]], default: 0 }, 3, 0], // prettier-ignore
  ];

  it.each(cases)('%j of %j', (spec, value, expected) => {
    expect(functionOf(spec)(value)).toEqual(expected);
  });

  it('`raise_if` throws', () => {
    const refuse = functionOf({ fn: 'raise_if', pred: { fn: 'eq', k: 3 } });
    expect(refuse(2)).toBe(2);
    expect(() => refuse(3)).toThrow('refused 3');
  });
});

describe('words that are not in the format', () => {
  it.each([
    ['a step', scenarioOf([counter(1)], [{ op: 'jump' }]), 'the step "jump" (0) is unknown'],
    [
      'a behaviour',
      scenarioOf([stage('p', 'producer', { type: 'odd' })], []),
      'the behaviour "odd" of p is unknown',
    ],
    [
      'a key',
      scenarioOf([record({ on_monday: 1 })], []),
      'the key "on_monday" in the behaviour of c is unknown',
    ],
    [
      'a function',
      scenarioOf([through({ type: 'map', f: { fn: 'cube' } })], []),
      'the function "cube" of pc is unknown',
    ],
    [
      'a message',
      scenarioOf(
        [counter(1)],
        [
          { op: 'start', stage: 'p' },
          { op: 'cast', stage: 'p', msg: ['dance'] },
        ],
      ),
      'the message "dance" of step 1 is unknown',
    ],
  ])('%s is a failure with its name', async (_, scenario, problem) => {
    expect(await replayOne(scenario)).toMatchObject({ kind: 'failed', line: `words/1 GS-001: ${problem}` });
  });
});
