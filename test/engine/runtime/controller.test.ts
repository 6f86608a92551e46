import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  consumer,
  pipeline,
  producer,
  producerConsumer,
  runVirtual,
  seededRandom,
  sleep,
  startRun,
  type RunOptions,
  type RunUpdate,
  type TraceEntry,
} from 'sluice';
import { VirtualScheduler } from '../../../engine/time/virtual-scheduler.ts';
import { inMemoryPlatform, passTime, type InMemoryOptions } from './in-memory-platform.ts';

/** Numbers 0 to `last` through a filter into a consumer that remembers what it got. */
function chain(last: number) {
  const numbers = producer({
    init: () => 0,
    handleDemand: (demand, next) => {
      const count = Math.max(0, Math.min(demand, last + 1 - next));
      return { events: Array.from({ length: count }, (_, i) => next + i), state: next + count };
    },
  });
  const evens = producerConsumer({
    handleEvents: (events: number[]) => ({ events: events.filter((n) => n % 2 === 0) }),
  });
  const kept = consumer({
    init: (): readonly number[] => [],
    handleEvents: (events: number[], before) => ({ state: [...before, ...events] }),
  });
  return pipeline(({ start, subscribe }) => {
    const source = start('numbers', numbers);
    const filter = start('evens', evens);
    const sink = start('kept', kept);
    subscribe(filter, { to: source, maxDemand: 6, minDemand: 3 });
    subscribe(sink, { to: filter, maxDemand: 4, minDemand: 2 });
  });
}

function begin(platform: Partial<InMemoryOptions> = {}, options: Partial<RunOptions> = {}) {
  const scheduler = new VirtualScheduler();
  const made = inMemoryPlatform({ scheduler, plan: () => chain(20), ...platform });
  const run = startRun(made, {
    workers: 3,
    seed: 1,
    speed: { kind: 'full' },
    trace: 'full',
    entryBudget: 100_000,
    scheduler,
    ...options,
  });
  const until = (holds: (update: RunUpdate) => boolean) =>
    passTime(scheduler, new Promise<void>((resolve) => run.onUpdate((update) => holds(update) && resolve())));
  return { run, scheduler, until, platform: made };
}

const deliveries = (entries: readonly TraceEntry[]) =>
  entries.filter(
    ({ type }) => type === 'subscribed' || type === 'asked' || type === 'deliver' || type === 'subscribe',
  );

function handledBy(entries: readonly TraceEntry[], stage: string): unknown[] {
  return entries.flatMap((entry) =>
    entry.type === 'begin' && entry.callback === 'handleEvents' && entry.stage === stage
      ? (entry.events ?? [])
      : [],
  );
}

describe('startRun()', () => {
  it('ends idle only when everything was handled, however long messages take', async () => {
    const workers = fc.integer({ min: 1, max: 4 });
    await fc.assert(
      fc.asyncProperty(
        fc.integer(),
        workers,
        fc.integer({ min: 0, max: 60 }),
        async (seed, count, slowest) => {
          const random = seededRandom(seed);
          const { run, scheduler } = begin(
            { delayMs: () => Math.floor(random() * slowest) },
            { workers: count },
          );
          expect(await passTime(scheduler, run.done)).toEqual({ type: 'idle' });
          expect(handledBy(run.now.entries, 'kept')).toEqual([0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20]);
          expect(run.now.workers).toBe(Math.min(count, 3));
        },
      ),
      { numRuns: 60 },
    );
  });

  it('tells of a crash, however late it hears of it', async () => {
    const numbers = producer({ handleDemand: () => ({ events: [1] }) });
    const fails = consumer({
      handleEvents: () => {
        throw new Error('no');
      },
    });
    const plan = pipeline(({ start, subscribe }) => {
      const source = start('numbers', numbers);
      subscribe(start('fails', fails), { to: source });
    });
    await fc.assert(
      fc.asyncProperty(fc.integer(), fc.integer({ min: 0, max: 60 }), async (seed, slowest) => {
        const random = seededRandom(seed);
        // Answers to such quick pings come before the next counters.
        const { run, scheduler } = begin(
          { plan: () => plan, delayMs: () => Math.floor(random() * slowest) },
          { workers: 2, heartbeatMs: 2 },
        );
        expect(await passTime(scheduler, run.done)).toEqual({ type: 'crashed' });
      }),
      { numRuns: 60 },
    );
  });

  it('records what the virtual run records, stage by stage', async () => {
    const { run, scheduler } = begin();
    await passTime(scheduler, run.done);
    const { entries } = await runVirtual(chain(20), { seed: 0 });
    for (const stage of ['evens', 'kept'])
      expect(handledBy(run.now.entries, stage)).toEqual(handledBy(entries, stage));
  });

  it('merges the counters of both ends of a subscription', async () => {
    const { run, scheduler } = begin();
    await passTime(scheduler, run.done);
    const { subscriptions, stages } = run.now;
    expect(subscriptions.map(({ dispatched }) => dispatched)).toEqual([21, 11]);
    for (const { asked, dispatched, pending } of subscriptions) expect(asked - pending).toBe(dispatched);
    expect(stages.map(({ stage, handled }) => [stage, handled])).toEqual([
      ['numbers', 0],
      ['evens', 21],
      ['kept', 11],
    ]);
  });

  it('lets one message through per step, in turn among the stages that wait', async () => {
    const { run, scheduler, until } = begin({}, { speed: { kind: 'step' } });
    await until(({ stages }) => stages.filter(({ status }) => status === 'held').length === 2);
    for (let steps = 1; steps <= 12; steps += 1) {
      run.step();
      await until(({ entries }) => deliveries(entries).length === steps);
      for (let turn = 0; turn < 50; turn += 1) scheduler.advance();
      expect(deliveries(run.now.entries)).toHaveLength(steps);
    }
    run.setSpeed({ kind: 'full' });
    expect(await passTime(scheduler, run.done)).toEqual({ type: 'idle' });
  });

  it('makes about as many deliveries per second as slow motion asks for', async () => {
    const { run, scheduler } = begin({}, { speed: { kind: 'slow', deliveriesPerSecond: 4 } });
    await passTime(scheduler, run.done);
    const count = deliveries(run.now.entries).length;
    expect(run.now.elapsedMs).toBeGreaterThan((count / 4) * 1_000 - 1_000);
    expect(run.now.elapsedMs).toBeLessThan((count / 4) * 1_000 + 3_000);
  });

  it('holds when the entries are spent and goes on with more', async () => {
    const { run, until, scheduler } = begin({ plan: () => chain(1e9) }, { entryBudget: 300 });
    await until(({ status }) => status === 'spent');
    const before = run.now.entries.length;
    expect(before).toBeLessThan(400);
    run.addBudget(300);
    await until(({ status, entries }) => status === 'spent' && entries.length > before);
    run.stop();
    expect(await passTime(scheduler, run.done)).toEqual({ type: 'stopped' });
    expect(run.now.entries.length).toBeLessThan(800);
  });

  it('ends an endless program at once when stopped', async () => {
    const { run, until, scheduler } = begin(
      { plan: () => chain(1e9) },
      { entryBudget: 1e9, maxEntries: 100 },
    );
    await until(({ dropped }) => dropped > 0);
    const stoppedMs = scheduler.nowMs();
    run.stop();
    expect(await passTime(scheduler, run.done)).toEqual({ type: 'stopped' });
    expect(scheduler.nowMs() - stoppedMs).toBeLessThanOrEqual(150);
  });

  it('keeps the first entries when there are too many, and says how many were not kept', async () => {
    const all = begin();
    await passTime(all.scheduler, all.run.done);
    const { run, scheduler } = begin({}, { maxEntries: 10 });
    await passTime(scheduler, run.done);
    expect(run.now.entries).toHaveLength(10);
    expect(run.now.dropped).toBe(all.run.now.entries.length - 10);
  });

  it('gives every entry to onEntries, also those that are not kept', async () => {
    const all = begin();
    await passTime(all.scheduler, all.run.done);
    const given: TraceEntry[] = [];
    const { run, scheduler } = begin(
      {},
      { maxEntries: 0, onEntries: (entries) => void given.push(...entries) },
    );
    await passTime(scheduler, run.done);
    expect(run.now.entries).toEqual([]);
    expect(run.now.dropped).toBe(given.length);
    expect(given.toSorted((a, b) => a.seq - b.seq)).toEqual(all.run.now.entries);
  });

  it('lets a worker record no faster than onEntries takes entries', async () => {
    let taken = 0;
    const { run, scheduler } = begin(
      { plan: () => chain(1e9) },
      {
        entryBudget: Infinity,
        maxEntries: 0,
        onEntries: (entries) => {
          taken += entries.length;
          return new Promise<void>(() => undefined);
        },
      },
    );
    await passTime(scheduler, new Promise<void>((resolve) => scheduler.after(2_000, resolve)));
    // Two reports of each of three workers are under way, and nobody takes more.
    expect(taken).toBeLessThanOrEqual(6_000);
    const handled = run.now.stages.map((stage) => stage.handled);
    await passTime(scheduler, new Promise<void>((resolve) => scheduler.after(1_000, resolve)));
    expect(run.now.stages.map((stage) => stage.handled)).toEqual(handled);
    run.stop();
    expect(await passTime(scheduler, run.done)).toEqual({ type: 'stopped' });
  });

  it('is spent only when all that was recorded has been told, in reports as small as asked for', async () => {
    const sizes: number[] = [];
    let [taking, most] = [0, 0];
    const { run, scheduler, until } = begin(
      { plan: () => chain(1e9) },
      {
        entryBudget: 300,
        reportEntries: 10,
        onEntries: (entries) => {
          sizes.push(entries.length);
          most = Math.max(most, (taking += 1));
          // Who takes them takes his time.
          return new Promise<void>((resolve) =>
            scheduler.after(50, () => {
              taking -= 1;
              resolve();
            }),
          );
        },
      },
    );
    await until(({ status }) => status === 'spent');
    const told = run.now.entries.length;
    expect(told).toBeGreaterThanOrEqual(300 / 3);
    // Each worker is at its own end: those that are not have nothing to go on with.
    await passTime(scheduler, new Promise<void>((resolve) => scheduler.after(2_000, resolve)));
    expect(run.now.status).toBe('spent');
    expect(Math.max(...sizes)).toBe(10);
    expect(most).toBeLessThanOrEqual(2 * 3);
    run.stop();
    expect(await passTime(scheduler, run.done)).toEqual({ type: 'stopped' });
  });

  it('hears all that workers have recorded when it ends, though it takes longer than they may be silent', async () => {
    const recorded = async (stopGraceMs: number): Promise<number> => {
      let [delayMs, isSlow, given] = [1, false, 0];
      const { run, scheduler, until } = begin(
        { plan: () => chain(1e9), delayMs: () => (isSlow ? (delayMs += 5) : delayMs) },
        {
          entryBudget: 600,
          reportEntries: 10,
          stopGraceMs,
          onEntries: ({ length }) => {
            given += length;
            return new Promise<void>(() => undefined);
          },
        },
      );
      await until(({ entries }) => entries.length > 0);
      await passTime(scheduler, new Promise<void>((resolve) => scheduler.after(1_000, resolve)));
      const before = given;
      // From here on every message takes a little longer than the one before it.
      isSlow = true;
      run.stop();
      const stoppedMs = scheduler.nowMs();
      await passTime(scheduler, run.done);
      expect(scheduler.nowMs() - stoppedMs).toBeGreaterThan(100);
      expect(given).toBeGreaterThan(before + 100);
      return given;
    };
    expect(await recorded(60)).toBe(await recorded(60_000));
  });

  it('records counters alone when asked to', async () => {
    const { run, scheduler } = begin({}, { trace: 'counters' });
    expect(await passTime(scheduler, run.done)).toEqual({ type: 'idle' });
    expect(run.now.entries.filter(({ type }) => type === 'begin' || type === 'ask')).toEqual([]);
    expect(run.now.stages.at(-1)?.handled).toBe(11);
  });

  it('waits for callbacks that sleep', async () => {
    const lazy = consumer({ handleEvents: async () => void (await sleep(700)) });
    const once = producer({
      init: () => 1,
      handleDemand: (_, left) => (left ? { events: [1], state: 0 } : {}),
    });
    const plan = () =>
      pipeline(({ start, subscribe }) => {
        const source = start('once', once);
        const sink = start('lazy', lazy);
        subscribe(sink, { to: source });
      });
    const { run, scheduler } = begin({ plan });
    expect(await passTime(scheduler, run.done)).toEqual({ type: 'idle' });
    expect(run.now.stages.at(-1)?.handled).toBe(1);
    expect(run.now.elapsedMs).toBeGreaterThanOrEqual(700);
  });

  it('stays for questions from outside when it is to be kept alive', async () => {
    const { run, scheduler, until } = begin({}, { keepAlive: true });
    await until(({ stages }) => stages.at(-1)?.handled === 11);
    for (let turn = 0; turn < 100; turn += 1) scheduler.advance();
    expect(run.now.end).toBeNull();
    expect(await passTime(scheduler, run.snapshot('kept'))).toMatchObject({
      state: [0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20],
    });
    run.stop();
    expect(await passTime(scheduler, run.done)).toEqual({ type: 'stopped' });
  });

  it('`settled()` waits until what was asked of it, and all that follows, is done', async () => {
    const { run, scheduler } = begin({}, { keepAlive: true, workers: 3 });
    await passTime(scheduler, run.settled());
    expect(run.now.end).toBeNull();
    expect(await passTime(scheduler, run.snapshot('kept'))).toMatchObject({ state: { length: 11 } });
    run.cancel('kept←evens', 'enough');
    await passTime(scheduler, run.settled());
    expect(await passTime(scheduler, run.snapshot('evens'))).toMatchObject({ consumers: [] });
    run.stop();
    await passTime(scheduler, run.done);
    await run.settled();
  });

  it('refuses a worker of another version, and one with another plan', async () => {
    const old = begin({ version: 0 });
    expect(await passTime(old.scheduler, old.run.done)).toMatchObject({
      type: 'failed',
      phase: 'platform',
      error: { code: 'protocol_version' },
    });
    const odd = begin({
      plan: (worker) =>
        worker === 1
          ? pipeline(({ start }) => void start('other', producer({ handleDemand: () => ({}) })))
          : chain(1),
    });
    expect(await passTime(odd.scheduler, odd.run.done)).toMatchObject({
      type: 'failed',
      phase: 'plan',
      worker: 1,
      error: { code: 'plan_differs', message: expect.stringContaining('stage "numbers" against "other"') },
    });
    expect(odd.platform.terminated).toEqual([0, 1, 2]);
    expect(odd.platform.partings).toEqual(['end']);
  });

  it('notices a worker that never answers', async () => {
    const { run, scheduler } = begin({ mute: 1 });
    expect(await passTime(scheduler, run.done)).toMatchObject({ phase: 'watchdog', worker: 1 });
  });

  it('notices a platform that makes no workers', async () => {
    const platform = { name: 'none', spawn: () => Promise.reject(new Error('no room')) };
    const scheduler = new VirtualScheduler();
    const run = startRun(platform, {
      workers: 1,
      seed: 1,
      speed: { kind: 'full' },
      trace: 'full',
      entryBudget: 1,
      scheduler,
    });
    expect(await run.done).toMatchObject({
      type: 'failed',
      phase: 'platform',
      error: { message: 'no room' },
    });
  });

  it('ends idle at once when stopped before it has begun', async () => {
    const { run, scheduler, platform } = begin();
    run.stop();
    expect(await passTime(scheduler, run.done)).toEqual({ type: 'stopped' });
    await passTime(scheduler, Promise.resolve());
    expect(platform.started).toEqual([]);
    expect(platform.partings).toEqual(['end']);
  });
});

describe('workers of a run', () => {
  it('are as many as pins need, and the stages run where they are pinned', async () => {
    const plan = pipeline(({ start, subscribe }) => {
      const numbers = producer({ handleDemand: () => ({ events: [1] }) });
      const kept = consumer({ handleEvents: () => ({ stop: 'normal' }) });
      const source = start('numbers', numbers, undefined, { worker: 3 });
      subscribe(start('kept', kept), { to: source, maxDemand: 1 });
    });
    const { run, scheduler } = begin({ plan: () => plan }, { workers: 4 });
    await passTime(scheduler, run.done);
    expect([run.now.workers, run.now.placement]).toEqual([3, { numbers: 2, kept: 0 }]);
    for (const { stage, worker } of run.now.entries) expect(worker).toBe(run.now.placement[stage]);
  });

  it('end the run when one is pinned beyond them', async () => {
    const numbers = producer({ handleDemand: () => ({}) });
    const plan = pipeline(({ start }) => void start('numbers', numbers, undefined, { worker: 5 }));
    const { run, scheduler, platform } = begin({ plan: () => plan }, { workers: 4 });
    expect(await passTime(scheduler, run.done)).toMatchObject({
      type: 'failed',
      phase: 'plan',
      stage: 'numbers',
      error: { code: 'pin_out_of_range', message: expect.stringContaining('"numbers" on worker 5') },
    });
    expect(platform.partings).toEqual(['end']);
  });

  it('are few where stages are packed', async () => {
    const { run, scheduler } = begin({}, { workers: 4, placement: 'pack' });
    expect(await passTime(scheduler, run.done)).toEqual({ type: 'idle' });
    expect([run.now.workers, new Set(Object.values(run.now.placement))]).toEqual([1, new Set([0])]);
  });

  it('load the program one after the first, once its plan has told how many there is something to do for', async () => {
    const { run, scheduler, platform } = begin({ delayMs: () => 10 }, { workers: 8 });
    scheduler.advance();
    await Promise.resolve();
    expect(platform.started).toEqual([0]);
    await passTime(scheduler, run.done);
    expect(platform.started).toEqual([0, 1, 2]);
  });

  it.each([
    { how: 'release', end: 'idle', stop: false },
    { how: 'end', end: 'stopped', stop: true },
  ])('are let go of by `$how` after a run that is $end', async ({ how, end, stop }) => {
    const { run, scheduler, platform, until } = begin();
    if (stop) await until(({ status }) => status === 'running');
    if (stop) run.stop();
    expect(await passTime(scheduler, run.done)).toEqual({ type: end });
    expect(platform.partings).toEqual([how]);
  });

  it.each([
    { hasTasks: false, used: 3 },
    { hasTasks: true, used: 4 },
  ])('are no more than the stages, unless there are tasks: $hasTasks', async ({ hasTasks, used }) => {
    const { run, scheduler, platform } = begin({ hasTasks }, { workers: 4 });
    await passTime(scheduler, run.done);
    expect(run.now.workers).toBe(used);
    expect(platform.started).toHaveLength(used);
    expect(platform.terminated).toHaveLength(used);
  });
});
