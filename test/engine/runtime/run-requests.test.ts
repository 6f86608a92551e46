import { describe, expect, it } from 'vitest';
import {
  Replay,
  ask,
  consumer,
  pipeline,
  producer,
  producerConsumer,
  reply,
  startRun,
  type Caller,
  type RunHandle,
  type RunOptions,
} from 'sluice';
import { VirtualScheduler } from '../../../engine/time/virtual-scheduler.ts';
import { inMemoryPlatform, passTime } from './in-memory-platform.ts';

/** Emits what it is told to; answers what it was told. */
const source = () =>
  producer<number, readonly Caller[]>({
    init: () => [],
    handleDemand: () => undefined,
    handleCast: (events) => ({ events: events as number[] }),
    handleInfo: (message, callers) => {
      if (message !== 'answer') throw new Error(`told ${String(message)}`);
      for (const caller of callers) reply(caller, 'later');
      return { state: [] };
    },
    handleCall: (request, callers, from) =>
      request === 'later' ? { state: [...callers, from] } : { reply: [request, callers.length] },
  });

const sink = (mode: 'automatic' | 'manual') =>
  consumer<number, readonly unknown[]>({
    init: () => [],
    handleSubscribe: (_peer, _options, _state, from) => {
      if (mode === 'manual') ask(from, 1);
      return { mode };
    },
    handleEvents: (events, got) => ({ state: [...got, ...events] }),
    handleInfo: (message, got) => ({ state: [...got, message] }),
    handleCancel: ({ reason }, got, from) => ({ state: [...got, [from.id, reason]] }),
    terminate: (reason) => {
      if (reason === 'fail') throw new Error('in terminate');
    },
  });

const plan = pipeline(({ start, subscribe }) => {
  const a = start('a', source());
  start('b', source());
  const through = start(
    'through',
    producerConsumer<number, number>({ handleEvents: (events) => ({ events }) }),
  );
  const c = start('c', sink('automatic'));
  const m = start('m', sink('manual'));
  subscribe(c, { to: a, maxDemand: 4, cancel: 'temporary' });
  subscribe(m, { to: a, cancel: 'temporary' });
  subscribe(through, { to: a, maxDemand: 1, cancel: 'temporary' });
});

function begin(options: Partial<RunOptions> = {}) {
  const scheduler = new VirtualScheduler();
  const run = startRun(inMemoryPlatform({ scheduler, plan: () => plan }), {
    workers: 3,
    seed: 1,
    speed: { kind: 'full' },
    trace: 'full',
    entryBudget: 100_000,
    keepAlive: true,
    scheduler,
    ...options,
  });
  const got = <T>(promise: Promise<T>) => passTime(scheduler, promise);
  const state = async (stage: string) => (await got(run.snapshot(stage)))?.state;
  const settled = () => got(run.settled());
  return { run, scheduler, got, state, settled };
}

async function over({ run, got }: { run: RunHandle; got: <T>(promise: Promise<T>) => Promise<T> }) {
  run.stop();
  await got(run.done);
}

describe('requests to the stages of a run', () => {
  it('made before the stages run wait until they do', async () => {
    const { run, got, state, settled } = begin();
    run.cast('b', [1, 2]);
    const answer = run.call('a', 'hello');
    expect(await got(answer)).toEqual(['hello', 0]);
    expect(await got(run.estimateBuffered('b'))).toBe(2);
    expect(await state('c')).toEqual([]);
    await settled();
  });

  it('subscribe() answers with the new subscription, under which events then flow', async () => {
    const all = begin();
    const { run, got, state, settled } = all;
    run.cast('b', [7, 8]);
    const subscribed = await got(run.subscribe('c', { to: 'b', maxDemand: 1, cancel: 'temporary' }));
    expect(subscribed).toEqual({ ok: true, subscription: 'c←b+1' });
    await settled();
    expect(await state('c')).toEqual([7, 8]);
    expect(run.now.subscriptions).toContainEqual({
      subscription: 'c←b+1',
      consumer: 'c',
      producer: 'b',
      asked: 3,
      dispatched: 2,
      pending: 1,
      lost: 0,
    });
    expect(await got(run.subscribe('c', { to: { id: 'b' }, cancel: 'temporary' }))).toMatchObject({
      subscription: 'c←b+2',
    });
    run.cancel('c←b+1', 'enough');
    await settled();
    expect(await state('c')).toEqual([7, 8, ['c←b+1', 'enough']]);
    await over(all);
    // A replay shows it among those of the plan.
    const { plan: view, entries } = run.now;
    if (!view) throw new Error('no plan');
    const replay = new Replay(view, entries);
    expect(replay.at(entries.length).subscriptions['c←b+1']).toMatchObject({
      consumer: 'c',
      producer: 'b',
      dispatched: 2,
      handled: 2,
      active: false,
      endedAtConsumer: true,
      endedAtProducer: true,
    });
    expect(replay.at(0).subscriptions['c←b+1']).toBeUndefined();
  });

  it('GS-023 GS-027 subscribe() answers with a refusal, and the consumer lives on', async () => {
    const { run, got, settled } = begin();
    expect(await got(run.subscribe('c', { to: 'b', maxDemand: 0 }))).toEqual({
      ok: false,
      refused: 'bad_opts',
      message: expect.stringContaining('Cannot use maxDemand'),
    });
    expect(await got(run.subscribe('a', { to: 'b' }))).toMatchObject({
      ok: false,
      refused: 'not_a_consumer',
    });
    await settled();
    expect(run.now.stages.map(({ status }) => status)).not.toContain('exited');
    await expect(got(run.subscribe('c', { maxDemand: 1 } as never))).rejects.toMatchObject({
      code: 'subscribe_target',
    });
  });

  it('GS-033 subscribe() to a name that is no stage answers, then ends the consumer', async () => {
    const { run, got, settled } = begin();
    expect(await got(run.subscribe('c', { to: 'nobody', cancel: 'temporary' }))).toMatchObject({ ok: true });
    expect(await got(run.subscribe('c', { to: 'nobody' }))).toMatchObject({ ok: true });
    await settled();
    expect(run.now.entries.filter(({ type }) => type === 'exit')).toMatchObject([
      { stage: 'c', reason: 'noproc' },
    ]);
  });

  it('GS-037 resubscribe() ends the old subscription and makes a new one', async () => {
    const { run, got, state, settled } = begin();
    const moved = await got(
      run.resubscribe('c', 'c←a', { to: 'a', reason: 'moving', maxDemand: 1, cancel: 'temporary' }),
    );
    expect(moved).toEqual({ ok: true, subscription: 'c←a+1' });
    run.cast('a', [1, 1, 1, 1]);
    await settled();
    expect(await state('c')).toEqual([['c←a', 'moving'], 1]);
    expect(
      await got(run.resubscribe('c', { id: 'c←a+1', peer: 'a' }, { to: 'a', reason: 'x', minDemand: -1 })),
    ).toMatchObject({ ok: false, refused: 'bad_opts' });
    expect((await got(run.snapshot('c')))?.producers).toEqual({ 'c←a+1': 1 });
  });

  it('GS-057 GS-072 ask() asks on a manual subscription, as far as the count is one', async () => {
    const { run, state, settled } = begin();
    await settled();
    run.ask('m←a', 2);
    run.ask({ id: 'm←a', peer: 'a' }, 0);
    run.ask('never was', 2);
    run.cast('a', [1, 2, 3, 4, 5, 6, 7, 8, 9]);
    await settled();
    expect(await state('m')).toHaveLength(3);
    for (const count of [-1, 1.5, Number.NaN]) {
      expect(() => run.ask('m←a', count)).toThrow(expect.objectContaining({ code: 'ask_not_positive' }));
    }
    expect(run.now.entries.some(({ type }) => type === 'crash')).toBe(false);
  });

  it('GS-144 GS-146 demandMode() tells and sets the mode', async () => {
    const { run, got } = begin();
    expect(await got(run.demandMode('a'))).toBe('forward');
    run.demandMode('a', 'accumulate');
    expect(await got(run.demandMode('a'))).toBe('accumulate');
    expect(() => run.demandMode('a', 'backward' as never)).toThrow(
      expect.objectContaining({ code: 'demand_mode' }),
    );
  });

  it('GS-150 queueInfo() is answered once the message is queued, and comes behind the buffer', async () => {
    const { run, got, state, settled } = begin();
    await got(run.queueInfo('c', 'at once'));
    await settled();
    expect(await state('c')).toEqual(['at once']);
    run.info('c', 'plain');
    await settled();
    expect(await state('c')).toEqual(['at once', 'plain']);
  });

  it('call() waits as long as it is told to; whoever calls a stage that ends hears of it', async () => {
    const { run, got, scheduler } = begin();
    const late = run.call('a', 'later');
    await expect(got(late)).rejects.toMatchObject({ code: 'call_timeout' });
    expect(scheduler.nowMs()).toBeGreaterThanOrEqual(5_000);
    expect(scheduler.nowMs()).toBeLessThan(5_500);
    const answered = run.call('a', 'later', Infinity);
    run.info('a', 'answer');
    expect(await got(answered)).toBe('later');
    const left = run.call('a', 'later', Infinity);
    run.kill('a');
    await expect(got(left)).rejects.toMatchObject({ code: 'call_unanswered' });
    await expect(got(run.call('a', 'x'))).rejects.toMatchObject({ code: 'call_unanswered' });
    await expect(got(run.call('b', 'x', -1))).rejects.toMatchObject({ code: 'option_out_of_range' });
  });

  it('keep a run from its end while somebody waits for the answer', async () => {
    const { run, got, scheduler } = begin({ keepAlive: false });
    const answer = run.call('a', 'later', 3_000);
    await expect(got(answer)).rejects.toMatchObject({ code: 'call_timeout' });
    expect(await got(run.done)).toEqual({ type: 'idle' });
    expect(scheduler.nowMs()).toBeGreaterThanOrEqual(3_000);
    await expect(run.call('a', 'x')).rejects.toMatchObject({ code: 'run_ended' });
    run.cast('a', [1]);
  });

  it('GS-189 GS-185 stopStage() runs terminate and resolves once the stage is gone; exit() and kill() do not', async () => {
    const { run, got, settled } = begin();
    await got(run.stopStage('c', 'shutdown'));
    await settled();
    expect(run.now.entries.filter(({ type }) => type === 'exit')).toMatchObject([
      { stage: 'c', reason: 'shutdown' },
    ]);
    const terminated = () =>
      run.now.entries.filter((entry) => entry.type === 'begin' && entry.callback === 'terminate');
    expect(terminated()).toHaveLength(1);
    await expect(got(run.stopStage('c'))).rejects.toMatchObject({ code: 'call_unanswered' });
    run.exit('m', 'normal');
    await settled();
    expect(run.now.entries.filter(({ type }) => type === 'exit')).toHaveLength(1);
    run.exit('m', 'enough');
    run.kill('b', 'normal');
    run.kill('a');
    await settled();
    expect(
      run.now.entries.flatMap((entry) => (entry.type === 'exit' ? [[entry.stage, entry.reason]] : [])),
    ).toEqual(
      expect.arrayContaining([
        ['m', 'enough'],
        ['b', 'normal'],
        ['a', 'killed'],
      ]),
    );
    expect(terminated()).toHaveLength(1);
  });

  it('refuse a name that is no stage', async () => {
    const { run, got, settled } = begin();
    run.cast('too early to know', 1);
    const early = run.call('thruogh', 1);
    await expect(got(early)).rejects.toMatchObject({
      code: 'stage_unknown',
      message: expect.stringContaining('did you mean "through"?'),
    });
    await settled();
    // Nobody waits for a cast: what was wrong with an early one is told as an error outside all callbacks.
    expect(run.now.uncaught).toMatchObject([{ code: 'stage_unknown' }]);
    expect(() => run.cast('nobody', 1)).toThrow(expect.objectContaining({ code: 'stage_unknown' }));
    expect(() => run.kill('nobody')).toThrow('Cannot kill as "nobody"');
  });
});
