import { describe, expect, it } from 'vitest';
import {
  consumer,
  Flow,
  fromInterval,
  fromIterable,
  pipeline,
  producer,
  runLocal,
  runVirtual,
  sleep,
  startRun,
  StopWatch,
  Window,
  type RunOptions,
  type RunUpdate,
  type StopCondition,
  type StopHit,
  type VirtualRun,
} from 'sluice';
import { VirtualScheduler } from '../../../engine/time/virtual-scheduler.ts';
import { inMemoryPlatform, passTime } from './in-memory-platform.ts';

/** A tick every 10 ms, 30 of them, for one who takes 50 ms for each. */
const flooded = () =>
  pipeline(({ start, subscribe }) => {
    const ticks = start('ticks', fromInterval(10, { take: 30, bufferSize: 100 }));
    const save = start('save', consumer({ handleEvents: () => sleep(50) }));
    subscribe(save, { to: ticks, maxDemand: 8, minDemand: 4, cancel: 'transient' });
  });

/** Words, two at a time. */
const words = () =>
  pipeline(({ start, subscribe }) => {
    const all = [{ word: 'a' }, { word: 'b' }, { word: 'a' }, { word: 'c' }];
    const source = producer<{ word: string }, number>({
      init: () => 0,
      handleDemand: (demand, from) => ({ events: all.slice(from, from + demand), state: from + demand }),
    });
    const read = start('read', source);
    subscribe(start('count', consumer({ handleEvents: () => undefined })), {
      to: read,
      maxDemand: 2,
      minDemand: 1,
    });
  });

/** All that a recording says of conditions, from its beginning. */
function found({ plan, entries }: VirtualRun, conditions: readonly StopCondition[]): StopHit[] {
  const watch = new StopWatch(plan, conditions);
  return entries.flatMap((entry) => watch.take(entry) ?? []);
}

const DEPTH: StopCondition = { kind: 'depth', stage: 'save', atLeast: 3 };

describe('StopWatch', () => {
  it('finds where at least so many events wait at a stage, once for each time', async () => {
    const run = await runVirtual(flooded(), { seed: 0 });
    const hits = found(run, [DEPTH]);
    const [first] = hits;
    expect(first?.seen).toBe(3);
    expect(run.entries.find(({ seq }) => seq === first?.seq)?.type).toBe('dispatch');
    // More come than are handled: it does not fall below before the end.
    expect(hits).toHaveLength(1);
    const read = await runVirtual(words(), { seed: 0 });
    // Two at a time, of which nothing is left before the next two come.
    expect(found(read, [{ kind: 'depth', stage: 'count', atLeast: 1 }])).toHaveLength(
      read.entries.filter(({ type }) => type === 'dispatch').length,
    );
  });

  it('counts the buffer of a stage to what waits there', async () => {
    const run = await runVirtual(flooded(), { seed: 0 });
    const [hit] = found(run, [{ kind: 'depth', stage: 'ticks', atLeast: 5 }]);
    const entry = run.entries.find(({ seq }) => seq === hit?.seq);
    expect(entry).toMatchObject({ type: 'buffer', stage: 'ticks', size: 5 });
  });

  it('finds where what is pending comes to a number, and stays there for so long', async () => {
    const run = await runVirtual(flooded(), { seed: 0 });
    const pending = { kind: 'pending', subscription: 'save←ticks', is: 7 } as const;
    const [at] = found(run, [pending]);
    const entry = run.entries.find(({ seq }) => seq === at?.seq);
    expect(entry).toMatchObject({ type: 'end', stage: 'save', pending: 7 });
    const [after] = found(run, [{ ...pending, forMs: 30 }]);
    expect((after?.atMs ?? 0) - (at?.atMs ?? 0)).toBe(30);
    expect(found(run, [{ ...pending, forMs: 1_000 }])).toEqual([]);
  });

  it('finds events by a part of them, on a subscription and at a stage', async () => {
    const run = await runVirtual(words(), { seed: 0 });
    const value = (of: Extract<StopCondition, { kind: 'value' }>['of'], equals: string): StopCondition => ({
      kind: 'value',
      of,
      path: 'word',
      equals,
    });
    const sent = found(run, [value({ subscription: 'count←read' }, 'a')]);
    expect(sent.map(({ seen }) => seen)).toEqual([{ word: 'a' }, { word: 'a' }]);
    expect(found(run, [value({ stage: 'count' }, 'c')])).toHaveLength(1);
    expect(found(run, [value({ stage: 'count' }, 'z')])).toEqual([]);
  });

  it('finds every window that fires, of one stage or of any, by its own entry', async () => {
    const seconds = Window.fixed(10, 'second', (event: { readonly at: number }) => event.at);
    const events = [1, 2, 11, 12, 25].map((at) => ({ at: at * 1_000 }));
    const counts = Flow.from(events, { stages: 1 })
      .partition({ stages: 2, window: seconds })
      .reduce(
        () => 0,
        (count) => count + 1,
      )
      .emit('state');
    const plan = pipeline(({ start }) => void start('counts', counts));
    const run = await runVirtual(plan, { seed: 0 });
    const fired = run.entries.filter((entry) => entry.type === 'window' && entry.phase === 'fire');
    const stages = [...new Set(fired.map(({ stage }) => stage))];
    expect(fired.length).toBeGreaterThan(2);
    expect(found(run, [{ kind: 'window' }]).map(({ seq }) => seq)).toEqual(fired.map(({ seq }) => seq));
    for (const stage of stages) {
      const own = fired.filter((entry) => entry.stage === stage);
      const hits = found(run, [{ kind: 'window', stage }]);
      expect(hits.map(({ seq, atMs, seen }) => ({ seq, atMs, seen }))).toEqual(
        own.map((entry) => ({
          seq: entry.seq,
          atMs: entry.atMs,
          seen: entry.type === 'window' ? entry.id : null,
        })),
      );
    }
    // Windows are opened and closed, too: that is no firing.
    expect(run.entries.some((entry) => entry.type === 'window' && entry.phase !== 'fire')).toBe(true);
    expect(found(run, [{ kind: 'window', stage: 'nobody' }])).toEqual([]);
  });

  it('finds an event that is null', async () => {
    const plan = pipeline(({ start, subscribe }) => {
      const source = start('source', fromIterable([1, null, 2]));
      subscribe(start('count', consumer({ handleEvents: () => undefined })), { to: source });
    });
    const run = await runVirtual(plan, { seed: 0 });
    const of = { subscription: 'count←source' };
    const [hit] = found(run, [{ kind: 'value', of, path: '', equals: 'null' }]);
    expect(hit).toMatchObject({ seen: null });
  });
});

describe('runVirtual() with stopWhen', () => {
  it('ends after the message in which the condition begins to hold, at the entry that a recording says', async () => {
    const whole = await runVirtual(flooded(), { seed: 0 });
    const run = await runVirtual(flooded(), { seed: 0, stopWhen: [DEPTH] });
    expect(run.stoppedBy).toEqual(found(whole, [DEPTH])[0]);
    expect(run.entries).toEqual(whole.entries.slice(0, run.entries.length));
    expect(run.entries.at(-1)?.atMs).toBe(run.stoppedBy?.atMs);
  });

  it.each([
    [[{ kind: 'depth', stage: 'sav', atLeast: 3 }], 'did you mean "save"?'],
    [
      [{ kind: 'depth', stage: 'save', atLeast: 0 }],
      'stopWhen[0].atLeast must be an integer >= 1: received 0',
    ],
    [[{ kind: 'pending', subscription: 'x', is: 0 }], 'must be a subscription of the program (save←ticks)'],
  ] as const)('refuses %j with words', async (stopWhen, said) => {
    await expect(runVirtual(flooded(), { seed: 0, stopWhen })).rejects.toThrow(said);
  });
});

describe('LocalRun', () => {
  it('waits at a condition until it is told to go on, and may be given others', async () => {
    const scheduler = new VirtualScheduler();
    const hits: StopHit[] = [];
    const run = runLocal(flooded(), {
      scheduler,
      later: (turn) => void scheduler.after(0, turn),
      trace: 'full',
      stopWhen: [DEPTH],
      onStop: (hit) => hits.push(hit),
    });
    const stopped = () =>
      passTime(
        scheduler,
        new Promise<void>((resolve) => {
          const look = () => (run.stoppedBy ? resolve() : void scheduler.after(1, look));
          look();
        }),
      );
    await stopped();
    expect(hits).toHaveLength(1);
    run.stopWhen([{ kind: 'depth', stage: 'ticks', atLeast: 5 }]);
    run.goOn();
    await stopped();
    expect(hits.map(({ condition }) => condition.kind)).toEqual(['depth', 'depth']);
    run.stopWhen([]);
    run.goOn();
    await expect(passTime(scheduler, run.done)).resolves.toBe('idle');
  });

  it('refuses conditions without a trace, and in a run that was started without any', () => {
    expect(() => runLocal(flooded(), { stopWhen: [DEPTH] })).toThrow('used with trace: "full"');
    const run = runLocal(flooded(), { trace: 'full' });
    expect(() => run.stopWhen([DEPTH])).toThrow('given when the run is started');
    run.stop();
  });
});

describe('startRun() with stopWhen', () => {
  function begin(options: Partial<RunOptions>) {
    const scheduler = new VirtualScheduler();
    const run = startRun(inMemoryPlatform({ scheduler, plan: flooded, delayMs: () => 1 }), {
      workers: 2,
      seed: 1,
      speed: { kind: 'full' },
      trace: 'full',
      entryBudget: 100_000,
      scheduler,
      ...options,
    });
    const until = (holds: (update: RunUpdate) => boolean) =>
      passTime(
        scheduler,
        new Promise<void>((resolve) => run.onUpdate((update) => holds(update) && resolve())),
      );
    return { run, scheduler, until };
  }

  it('holds all workers where a condition begins to hold on one, and goes on when it is told to', async () => {
    const { run, scheduler, until } = begin({ stopWhen: [DEPTH] });
    await until(({ stoppedBy }) => stoppedBy !== null);
    expect(run.now).toMatchObject({ status: 'paused', stoppedBy: { condition: DEPTH, seen: 3 } });
    // Whatever was under way has come to its end: from here on nothing is handled.
    for (let turn = 0; turn < 2_000; turn++) {
      await null;
      scheduler.advance();
    }
    const begun = () => run.now.entries.filter(({ type }) => type === 'begin').length;
    const before = begun();
    for (let turn = 0; turn < 2_000; turn++) {
      await null;
      scheduler.advance();
    }
    expect(begun()).toBe(before);
    expect(run.now.entries.some(({ seq }) => seq === run.now.stoppedBy?.seq)).toBe(true);
    run.stopWhen([]);
    run.setSpeed({ kind: 'full' });
    expect(run.now.stoppedBy).toBeNull();
    await expect(passTime(scheduler, run.done)).resolves.toEqual({ type: 'idle' });
  });

  it('prefers conditions that were given before the plan was known to those it would ask for', async () => {
    const { run, scheduler } = begin({ stopWhen: () => [DEPTH] });
    run.stopWhen([]);
    await expect(passTime(scheduler, run.done)).resolves.toEqual({ type: 'idle' });
  });

  it('waits with a clock of its own for what must hold for a while', async () => {
    const waits = { kind: 'pending', subscription: 'save←ticks', is: 7, forMs: 20 } as const;
    const { run, until } = begin({ stopWhen: [waits] });
    await until(({ stoppedBy }) => stoppedBy !== null);
    expect(run.now.stoppedBy?.condition).toEqual(waits);
    run.stop();
  });

  it('ends with what is wrong where a condition or a strip does not fit the program', async () => {
    const one = begin({ stopWhen: [{ kind: 'window', stage: 'sav' }] });
    await expect(passTime(one.scheduler, one.run.done)).resolves.toMatchObject({
      type: 'failed',
      phase: 'plan',
      error: { code: 'stop_condition' },
    });
    const other = begin({ weather: [{ kind: 'crash', stage: 'sav', atMs: 3 }] });
    await expect(passTime(other.scheduler, other.run.done)).resolves.toMatchObject({
      type: 'failed',
      error: { code: 'weather_stage' },
    });
  });
});
