import {
  Replay,
  consumer,
  decodeTrace,
  encodeTrace,
  pipeline,
  producer,
  replay,
  startRun,
  type EntryOf,
  type Plan,
  type RunEnd,
  type RunHandle,
  type RunOptions,
  type RunUpdate,
  type SupervisorOptions,
  type TraceType,
} from 'sluice';
import { describe, expect, it } from 'vitest';
import { VirtualScheduler } from '../../../engine/time/virtual-scheduler.ts';
import { inMemoryPlatform, passTime } from './in-memory-platform.ts';

const LAST = 2_000;

/** Counts from its argument to {@link LAST}, then ends. */
const numbers = producer({
  init: (first: number) => first,
  handleDemand: (demand, next) => {
    const events = Array.from({ length: Math.min(demand, LAST - next + 1) }, (_, i) => next + i);
    return events.length === 0 ? { stop: 'normal' } : { events, state: next + events.length };
  },
});

const endless = producer({
  handleDemand: (demand) => ({ events: Array.from({ length: demand }, (_, i) => i) }),
});

const sink = consumer({
  init: () => 0,
  handleEvents: (events: readonly number[], sum) => ({ state: events.reduce((a, b) => a + b, sum) }),
  handleCall: (_request, sum) => ({ reply: sum }),
});

/** Takes part in nothing. */
const bystander = producer({ handleDemand: () => undefined });

/**
 * A source on worker 0 and a sink on worker 1, whose supervisor is beside the source, or (`together`) beside the sink. An outer
 * supervisor of that one is on the other worker.
 */
function supervised(options: Partial<SupervisorOptions> = {}, together = false): Plan {
  return pipeline(({ start, subscribe, supervise }) => {
    const from = start('numbers', numbers, 1, { worker: 1 });
    const to = start('sink', sink, undefined, { worker: 2 });
    if (together) start('bystander', bystander, undefined, { worker: 1 });
    subscribe(to, { to: from, maxDemand: 10, minDemand: 5, cancel: 'transient' });
    const keeper = supervise('keeper', [{ child: to, restart: 'transient' }], {
      strategy: 'oneForOne',
      ...options,
    });
    if (together) supervise('outer', [keeper], { strategy: 'oneForOne' });
  });
}

function start(plan: Plan, options: Partial<RunOptions> = {}) {
  const scheduler = new VirtualScheduler();
  const platform = inMemoryPlatform({ scheduler, plan: () => plan, delayMs: () => 1 });
  const run = startRun(platform, {
    workers: 2,
    seed: 1,
    speed: { kind: 'full' },
    trace: 'full',
    entryBudget: 1_000_000,
    scheduler,
    ...options,
  });
  return { run, scheduler, platform };
}

/** Waits in virtual time until the run has come so far. */
async function reach(run: RunHandle, scheduler: VirtualScheduler, is: (update: RunUpdate) => boolean) {
  await passTime(
    scheduler,
    new Promise<void>((resolve) => {
      const stop = run.onUpdate((update) => {
        if (!is(update) && !update.end) return;
        stop();
        resolve();
      });
    }),
  );
}

const handledBy = (stage: string, count: number) => (update: RunUpdate) =>
  (update.stages.find((each) => each.stage === stage)?.handled ?? 0) >= count;

function entriesOf<T extends TraceType>({ entries }: RunUpdate, type: T): EntryOf<T>[] {
  return entries.filter((entry): entry is EntryOf<T> => entry.type === type);
}

/** Sent = handled + lost, at the end, for the link of the plan over all lives. */
function expectAccounted({ subscriptions, stages }: RunUpdate): void {
  const sent = subscriptions.reduce((sum, { dispatched }) => sum + dispatched, 0);
  const lost = subscriptions.reduce((sum, each) => sum + each.lost, 0);
  expect(sent).toBe((stages.find(({ stage }) => stage === 'sink')?.handled ?? 0) + lost);
}

async function killed(
  plan: Plan,
  worker: number,
  options: Partial<RunOptions> = {},
): Promise<{ readonly end: RunEnd; readonly now: RunUpdate; readonly terminated: readonly number[] }> {
  const { run, scheduler, platform } = start(plan, options);
  await reach(run, scheduler, handledBy('sink', 300));
  run.killWorker(worker);
  const end = await passTime(scheduler, run.done);
  return { end, now: run.now, terminated: platform.terminated };
}

describe('killWorker()', () => {
  it('ends what ran there for everybody: its supervisor elsewhere starts it again on the worker in its place', async () => {
    const { end, now } = await killed(supervised(), 1);
    expect(now.placement).toMatchObject({ numbers: 0, sink: 1, keeper: 0 });
    expect(end).toEqual({ type: 'idle' });
    const [fault] = entriesOf(now, 'fault');
    expect(fault).toMatchObject({ fault: 'killWorker', on: 1, worker: 1, stage: 'sink', cause: null });
    const exit = entriesOf(now, 'exit').find(({ reason }) => reason === 'killed');
    expect(exit).toMatchObject({ stage: 'sink', worker: 1, cause: fault?.seq });
    const [restart] = entriesOf(now, 'restart');
    expect(restart).toMatchObject({ stage: 'keeper', child: 'sink', life: 2, reason: 'killed' });
    const again = entriesOf(now, 'start').find(({ life }) => life === 2);
    expect(again).toMatchObject({ stage: 'sink', worker: 1 });
    const down = entriesOf(now, 'cancel').find(({ kind }) => kind === 'down');
    expect(down).toMatchObject({ stage: 'numbers', reason: 'killed', cause: exit?.seq });
    // What follows from the fault comes after it, on whatever worker.
    for (const entry of [exit, restart, again, down]) expect(entry?.seq).toBeGreaterThan(fault?.seq ?? 0);
    expect(now.stages.find(({ stage }) => stage === 'numbers')).toMatchObject({ emitted: LAST });
    expectAccounted(now);
  });

  it('accounts for what was on that worker, or on its way there', async () => {
    const { now } = await killed(supervised(), 1);
    const lost = entriesOf(now, 'lost').filter(({ where }) => where === 'worker');
    expect(lost.length).toBeGreaterThan(0);
    for (const entry of lost) {
      expect(entry).toMatchObject({ stage: 'sink', subscription: 'sink←numbers', reason: 'killed' });
    }
  });

  it('takes the children of a supervisor along, which its own supervisor starts again with them', async () => {
    const { end, now } = await killed(supervised({}, true), 1);
    expect(now.placement).toMatchObject({ keeper: 1, outer: 0 });
    expect(end.type).toBe('idle');
    expect(entriesOf(now, 'restart')).toMatchObject([{ stage: 'outer', child: 'keeper', life: 2 }]);
    expect(entriesOf(now, 'start').filter(({ life }) => life === 2)).toMatchObject([
      { stage: 'keeper', worker: 1 },
      { stage: 'sink', worker: 1 },
    ]);
    expectAccounted(now);
  });

  it('ends for good what runs there under no supervisor', async () => {
    const { end, now } = await killed(supervised(), 0);
    expect(end).toMatchObject({ type: 'crashed', error: { code: 'stages_lost' } });
    expect(entriesOf(now, 'exit')).toContainEqual(
      expect.objectContaining({ stage: 'keeper', reason: 'killed', worker: 0 }),
    );
    // The supervisor takes its children along, as links do.
    expect(entriesOf(now, 'exit')).toContainEqual(
      expect.objectContaining({ stage: 'sink', reason: 'killed', worker: 1 }),
    );
  });

  it('ends a run whose only worker it was', async () => {
    const { end, now } = await killed(
      pipeline(({ start: add, subscribe }) => {
        subscribe(add('sink', sink), { to: add('numbers', endless), maxDemand: 10 });
      }),
      0,
      { workers: 1 },
    );
    expect(end).toMatchObject({
      type: 'crashed',
      error: { message: expect.stringContaining('"sink", "numbers"') as string },
    });
    expect(now.entries.map(({ seq }) => seq)).toEqual(
      [...now.entries.map(({ seq }) => seq)].sort((a, b) => a - b),
    );
  });

  it('lets a supervisor give up that has to start again too often', async () => {
    const { run, scheduler, platform } = start(supervised({ maxRestarts: 2, maxSeconds: 60 }));
    for (let kill = 1; kill <= 3; kill += 1) {
      await reach(run, scheduler, ({ entries }) => {
        const lives = entries.filter(({ stage, type }) => stage === 'sink' && type === 'start');
        return lives.length === kill;
      });
      run.killWorker(1);
    }
    expect((await passTime(scheduler, run.done)).type).toBe('crashed');
    expect(entriesOf(run.now, 'restart')).toHaveLength(2);
    expect(entriesOf(run.now, 'exit')).toContainEqual(
      expect.objectContaining({ stage: 'keeper', reason: 'shutdown' }),
    );
    expect(platform.started).toEqual([0, 1, 1, 1, 1]);
  });

  it('fails calls that wait for an answer from there, and lets the next ones through', async () => {
    const { run, scheduler } = start(supervised(), { keepAlive: true });
    await reach(run, scheduler, handledBy('sink', 300));
    run.freeze('sink');
    const waiting = run.call('sink', 'sum');
    waiting.catch(() => undefined);
    run.killWorker(1);
    await expect(waiting).rejects.toMatchObject({ code: 'call_unanswered' });
    await reach(run, scheduler, ({ entries }) =>
      entries.some(({ type, stage, worker }) => type === 'deliver' && stage === 'sink' && worker === 1),
    );
    await passTime(scheduler, run.settled());
    expect(await passTime(scheduler, run.call('sink', 'sum'))).toBeGreaterThan(0);
    run.stop();
    await passTime(scheduler, run.done);
  });

  it('goes on step by step', async () => {
    const { run, scheduler } = start(supervised(), { speed: { kind: 'slow', deliveriesPerSecond: 1_000 } });
    await reach(run, scheduler, handledBy('sink', 20));
    run.killWorker(1);
    await reach(
      run,
      scheduler,
      ({ entries }) => entries.filter(({ type, seq }) => type === 'deliver' && seq > 1_000_000).length > 3,
    );
    expect(run.now.end).toBeNull();
    run.stop();
    expect(await passTime(scheduler, run.done)).toEqual({ type: 'stopped' });
  });
});

describe('a worker that dies by itself', () => {
  it('is replaced where a supervisor elsewhere starts its stages again, and the trace says what it died of', async () => {
    const { run, scheduler, platform } = start(supervised());
    await reach(run, scheduler, handledBy('sink', 300));
    platform.die(1, 'out of memory');
    expect(await passTime(scheduler, run.done)).toEqual({ type: 'idle' });
    expect(entriesOf(run.now, 'fault')).toMatchObject([
      { fault: 'killWorker', on: 1, error: { message: 'out of memory' } },
    ]);
    expect(entriesOf(run.now, 'restart')).toMatchObject([{ child: 'sink', life: 2 }]);
    expectAccounted(run.now);
  });

  it('ends the run where nobody would start its stages again', async () => {
    const { run, scheduler, platform } = start(supervised());
    await reach(run, scheduler, handledBy('sink', 300));
    platform.die(0, 'out of memory');
    expect(await passTime(scheduler, run.done)).toMatchObject({
      type: 'failed',
      phase: 'platform',
      worker: 0,
      error: { message: 'out of memory' },
    });
  });

  it('ends the run when it was in place of another and has not begun', async () => {
    const { run, scheduler, platform } = start(supervised());
    await reach(run, scheduler, handledBy('sink', 300));
    run.killWorker(1);
    platform.die(1, 'no room');
    expect(await passTime(scheduler, run.done)).toMatchObject({
      type: 'failed',
      error: { message: 'no room' },
    });
  });
});

describe('slowLink() and freeze() on workers', () => {
  it('hold for the worker in place of another, and for no new life', async () => {
    const { run, scheduler } = start(supervised(), { keepAlive: true });
    await reach(run, scheduler, handledBy('sink', 300));
    run.slowLink('sink←numbers', 50);
    run.freeze('sink');
    await reach(run, scheduler, ({ stages }) =>
      stages.some(({ stage, status }) => stage === 'sink' && status === 'frozen'),
    );
    run.killWorker(1);
    await passTime(scheduler, run.settled());
    const { now } = run;
    expect(
      entriesOf(now, 'fault')
        .map(({ fault }) => fault)
        .sort(),
    ).toEqual(['freeze', 'killWorker', 'slowLink']);
    expect(now.stages.find(({ stage }) => stage === 'sink')?.status).toBe('waiting');
    const sent = new Map(now.entries.map((entry) => [entry.seq, entry]));
    const later = entriesOf(now, 'deliver').filter(({ subscription }) => subscription === 'sink←numbers@2');
    expect(later.length).toBeGreaterThan(0);
    for (const { atMs, cause } of later)
      expect(atMs - (sent.get(cause ?? 0)?.atMs ?? NaN)).toBeGreaterThan(40);
    expectAccounted(now);
    run.stop();
    await passTime(scheduler, run.done);
  });
});

describe('Replay of a run whose worker was killed', () => {
  it('shows the same state at every position, asked in any order, and no life on after its end', async () => {
    const { now } = await killed(supervised(), 1);
    const plan = now.plan ?? { stages: [], subscriptions: [] };
    const kept = new Replay(plan, now.entries);
    const fault = now.entries.findIndex(({ type }) => type === 'fault');
    for (const n of [now.entries.length, fault + 2, fault, fault + 20, 1]) {
      expect(kept.at(n)).toEqual(replay(plan, now.entries, n));
    }
    expect(kept.at(fault + 2).stages['sink']?.status).toBe('exited');
    expect(kept.at(now.entries.length).stages['sink']).toMatchObject({ status: 'idle', life: 2, worker: 1 });
    // A recording of it comes back as it was.
    expect(decodeTrace(encodeTrace(now.entries))).toEqual(now.entries);
  });
});
