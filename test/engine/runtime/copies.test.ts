import { describe, expect, it } from 'vitest';
import {
  EngineError,
  Flow,
  broadcastDispatcher,
  consumer,
  copyRefused,
  fromIterable,
  partitionDispatcher,
  parsePlan,
  pipeline,
  placementOf,
  producer,
  producerConsumer,
  runLocal,
  runVirtual,
  sleep,
  startRun,
  viewOfPlan,
  type Plan,
  type TraceEntry,
} from 'sluice';
import { copiedPlan, copiedView } from '../../../engine/runtime/copies.ts';
import { VirtualScheduler } from '../../../engine/time/virtual-scheduler.ts';
import { inMemoryPlatform, passTime } from './in-memory-platform.ts';

const LAST = 40;
const upTo = (last: number) => Array.from({ length: last }, (_, i) => i + 1);

/** Takes numbers, and does nothing with them. */
const ignore = consumer({ handleEvents: (events: number[]) => void events.length });

/** Numbers through `parse` into `save`, which takes its time with each. */
function slowSave(saveMs = 10, pin?: number): Plan {
  const parse = producerConsumer({ handleEvents: (events: number[]) => ({ events }) });
  const save = consumer({
    handleEvents: async (events: number[]) => {
      await sleep(saveMs * events.length);
    },
  });
  return pipeline(({ start, subscribe }) => {
    const source = start('source', fromIterable(upTo(LAST)));
    const parsed = start('parse', parse);
    const saved = start('save', save, undefined, pin === undefined ? {} : { worker: pin });
    // What a stage has buffered when it ends is lost: here it goes on (GS-161).
    subscribe(parsed, { to: source, maxDemand: 4, cancel: 'transient' });
    subscribe(saved, { to: parsed, maxDemand: 2 });
  });
}

function* endless(): Generator<number> {
  for (let n = 0; ; n += 1) yield n;
}

function handledBy(entries: readonly TraceEntry[], ...stages: string[]): number[] {
  return entries.flatMap((entry) =>
    entry.type === 'begin' && entry.callback === 'handleEvents' && stages.includes(entry.stage)
      ? (entry.events ?? []).filter((event) => typeof event === 'number')
      : [],
  );
}

const ascending = (numbers: readonly number[]) => [...numbers].sort((a, b) => a - b);
const all = upTo(LAST);
const endMs = (entries: readonly TraceEntry[]) => entries.at(-1)?.atMs ?? 0;

function codeOf(action: () => unknown): string | null {
  try {
    action();
    return null;
  } catch (error) {
    return error instanceof EngineError ? error.code : String(error);
  }
}

describe('copiedPlan()', () => {
  it('starts a stage several times, each subscribed to what the first is, with a demand of its own', () => {
    const { stages, subscriptions } = copiedView(viewOfPlan(slowSave()), { parse: 2, save: 2 });
    expect(stages.map(({ id, copyOf }) => [id, copyOf])).toEqual([
      ['source', undefined],
      ['parse', undefined],
      ['parse 2', 'parse'],
      ['save', undefined],
      ['save 2', 'save'],
    ]);
    expect(subscriptions.map(({ id, maxDemand }) => `${id} ${maxDemand}`)).toEqual([
      'parse←source 4',
      'parse 2←source 4',
      'save←parse 2',
      'save←parse 2 2',
      'save 2←parse 2',
      'save 2←parse 2 2',
    ]);
  });

  it('gives the view that the plan gives, and one that can be read back', () => {
    const plan = slowSave();
    const copies = { parse: 3, save: 2 };
    const view = copiedView(viewOfPlan(plan), copies);
    expect(viewOfPlan(copiedPlan(plan, copies))).toEqual(view);
    expect(parsePlan(JSON.parse(JSON.stringify(view)))).toEqual(view);
  });

  it('leaves a plan as it is where nothing is copied', () => {
    const plan = slowSave();
    expect(copiedPlan(plan, {})).toBe(plan);
    expect(copiedPlan(plan, { save: 1 })).toBe(plan);
  });

  it('passes by a name that is taken', () => {
    const plan = pipeline(({ start, subscribe }) => {
      const source = start('source', fromIterable(upTo(2)));
      subscribe(start('save', ignore), { to: source });
      subscribe(start('save 2', ignore), { to: source });
    });
    const view = copiedView(viewOfPlan(plan), { save: 3 });
    expect(view.stages.map(({ id }) => id)).toEqual(['source', 'save', 'save 3', 'save 4', 'save 2']);
  });

  it('keeps subscriptions apart of which two stages have several', () => {
    const plan = pipeline(({ start, subscribe }) => {
      const source = start('source', fromIterable(upTo(2)));
      const sink = start('sink', ignore);
      subscribe(sink, { to: source });
      subscribe(sink, { to: source });
    });
    const { subscriptions } = copiedView(viewOfPlan(plan), { sink: 2 });
    expect(subscriptions.map(({ id }) => id)).toEqual([
      'sink←source',
      'sink 2←source',
      'sink←source#2',
      'sink 2←source#2',
    ]);
  });

  it('has copies supervised beside their original', () => {
    const plan = pipeline(({ start, subscribe, supervise }) => {
      const source = start('source', fromIterable(upTo(2)));
      const sink = start('sink', ignore);
      subscribe(sink, { to: source });
      supervise('all', [{ child: sink, restart: 'transient' }, source], { strategy: 'oneForOne' });
    });
    expect(copiedView(viewOfPlan(plan), { sink: 2 }).supervisors?.[0]?.children).toEqual([
      { id: 'sink', restart: 'transient' },
      { id: 'sink 2', restart: 'transient' },
      { id: 'source', restart: 'permanent' },
    ]);
  });

  it.each([
    ['copy_producer', { source: 2 }],
    ['copy_unknown', { sav: 2 }],
    ['copies_out_of_range', { save: 0 }],
    ['copies_out_of_range', { save: 1.5 }],
    ['copies_out_of_range', { save: 65 }],
  ])('refuses with %s', (code, copies) => {
    expect(codeOf(() => copiedPlan(slowSave(), copies))).toBe(code);
  });

  it('refuses a consumer of a broadcast, of a partition, and a stage of a flow', () => {
    const plan = pipeline(({ start, subscribe }) => {
      const wide = start('wide', fromIterable(upTo(2), { dispatcher: broadcastDispatcher() }));
      const parted = start(
        'parted',
        fromIterable(upTo(2), { dispatcher: partitionDispatcher({ partitions: 2 }) }),
      );
      subscribe(start('a', ignore), { to: wide });
      subscribe(start('b', ignore), { to: parted, partition: 0 });
      subscribe(start('c', ignore), { to: parted, partition: 1 });
      const flow = start(
        'flow',
        Flow.from([1, 2, 3]).map((n) => n),
      );
      subscribe(start('d', ignore), { to: flow });
    });
    const inFlow = plan.flows[0]?.stages[0] ?? '';
    const codes = (stage: string) => codeOf(() => copiedPlan(plan, { [stage]: 2 }));
    expect(codes('a')).toBe('copy_shared_events');
    expect(codes('b')).toBe('copy_partition');
    expect(codes(inFlow)).toBe('copy_flow_stage');
    expect(codes('d')).toBeNull();
    expect(copyRefused(viewOfPlan(plan), 'b')?.message).toContain('partition 0 of "parted"');
    expect(copyRefused(viewOfPlan(plan), 'd')).toBeNull();
  });

  it('refuses more subscriptions than a plan may have', () => {
    const many = pipeline(({ start, subscribe }) => {
      const sink = start('sink', ignore);
      for (let i = 0; i < 2_000; i += 1) subscribe(sink, { to: start(`s${i}`, fromIterable(upTo(2))) });
    });
    expect(codeOf(() => copiedPlan(many, { sink: 64 }))).toBe('plan_too_large');
  });
});

describe('placementOf() of copies', () => {
  const view = copiedView(viewOfPlan(slowSave()), { save: 2 });

  it.each(['spread', 'pack'] as const)('has them apart from their original (%s)', (policy) => {
    const placement = placementOf(view, 4, policy);
    expect(placement['save 2']).not.toBe(placement.save);
  });

  it.each(['spread', 'pack'] as const)('leaves the others where they were (%s)', (policy) => {
    const before = placementOf(viewOfPlan(slowSave()), 4, policy);
    expect(placementOf(view, 4, policy)).toMatchObject(before);
  });

  it('does not hold them where the original is pinned', () => {
    const pinned = copiedView(viewOfPlan(slowSave(10, 1)), { save: 2 });
    const placement = placementOf(pinned, 2);
    expect([placement.save, placement['save 2']]).toEqual([0, 1]);
  });
});

describe('a run with copies', () => {
  it('handles each event once, in half the time', async () => {
    const before = await runVirtual(slowSave(), { seed: 0 });
    const after = await runVirtual(slowSave(), { seed: 0, copies: { save: 2 } });
    expect(ascending(handledBy(after.entries, 'save', 'save 2'))).toEqual(all);
    expect(handledBy(after.entries, 'save 2').length).toBe(LAST / 2);
    expect(endMs(before.entries)).toBe(LAST * 10);
    expect(endMs(after.entries)).toBe((LAST / 2) * 10);
    expect(after.plan.stages.map(({ id }) => id)).toContain('save 2');
  });

  it('rejects in virtual time and throws in this thread where copies are refused', async () => {
    await expect(runVirtual(slowSave(), { seed: 0, copies: { source: 2 } })).rejects.toThrow(/once/);
    expect(codeOf(() => runLocal(slowSave(), { copies: { source: 2 } }))).toBe('copy_producer');
  });

  it('goes to its end in this thread', async () => {
    const run = runLocal(slowSave(0), { copies: { save: 3 }, trace: 'full' });
    expect(await run.done).toBe('idle');
    expect(ascending(handledBy(run.takeEntries(), 'save', 'save 2', 'save 3'))).toEqual(all);
  });

  it('gives every copy a worker of its own', async () => {
    const scheduler = new VirtualScheduler();
    const platform = inMemoryPlatform({ scheduler, plan: () => slowSave(0) });
    const options = { workers: 4, seed: 1, trace: 'full', entryBudget: 100_000, scheduler } as const;
    const run = startRun(platform, { ...options, speed: { kind: 'full' }, copies: { save: 2 } });
    expect(await passTime(scheduler, run.done)).toEqual({ type: 'idle' });
    const { entries, placement, plan } = run.now;
    expect(ascending(handledBy(entries, 'save', 'save 2'))).toEqual(all);
    expect(new Set(Object.values(placement)).size).toBe(4);
    expect(plan?.stages.map(({ id }) => id)).toContain('save 2');
  });

  it('ends before it begins, and says why, where copies are refused', async () => {
    const scheduler = new VirtualScheduler();
    const platform = inMemoryPlatform({ scheduler, plan: () => slowSave(0) });
    const options = { workers: 4, seed: 1, trace: 'full', entryBudget: 100_000, scheduler } as const;
    const run = startRun(platform, { ...options, speed: { kind: 'full' }, copies: { source: 2 } });
    expect(await passTime(scheduler, run.done)).toMatchObject({
      type: 'failed',
      phase: 'plan',
      error: { code: 'copy_producer' },
      stage: 'source',
    });
  });

  it('ends the run where a worker in place of another has a plan without the stage that is copied', async () => {
    const scheduler = new VirtualScheduler();
    let loads = 0;
    const supervised = (name: string) =>
      pipeline(({ start, subscribe, supervise }) => {
        const sink = start(name, ignore);
        subscribe(sink, { to: start('source', fromIterable(endless())), maxDemand: 1 });
        supervise('keeper', [sink], { strategy: 'oneForOne' });
      });
    const plan = () => supervised((loads += 1) <= 3 ? 'save' : 'other');
    const platform = inMemoryPlatform({ scheduler, plan, delayMs: () => 1 });
    const options = { workers: 3, seed: 1, trace: 'full', entryBudget: 100_000, scheduler } as const;
    const run = startRun(platform, { ...options, speed: { kind: 'full' }, copies: { save: 2 } });
    const isUnderWay = new Promise<void>((resolve) =>
      run.onUpdate(({ entries }) => entries.length > 50 && resolve()),
    );
    await passTime(scheduler, isUnderWay);
    run.killWorker(run.now.placement['save'] ?? 0);
    expect(await passTime(scheduler, run.done)).toMatchObject({
      type: 'failed',
      phase: 'plan',
      error: { code: 'copy_unknown' },
    });
  });

  it('ends a consumer of several copies with the last of them', async () => {
    const parse = producerConsumer({
      handleEvents: async (events: number[]) => {
        await sleep(events.includes(LAST - 1) ? 50 : 1);
        return { events };
      },
    });
    const plan = pipeline(({ start, subscribe }) => {
      const parsed = start('parse', parse);
      subscribe(parsed, { to: start('source', fromIterable(upTo(LAST))), maxDemand: 1 });
      subscribe(start('save', ignore), { to: parsed });
    });
    const { entries, ended } = await runVirtual(plan, { seed: 0, copies: { parse: 3 } });
    expect(ascending(handledBy(entries, 'save'))).toEqual(all);
    const ends = entries.flatMap(({ type, stage }) => (type === 'exit' ? [stage] : []));
    expect(ends.at(-1)).toBe('save');
    expect(ended).toBe('exited');
  });

  it('ends a consumer of several copies with the first that crashes', async () => {
    const parse = producerConsumer({
      handleEvents: (events: number[]) => {
        if (events.includes(20)) throw new Error('not a number');
        return { events };
      },
    });
    const plan = pipeline(({ start, subscribe }) => {
      const parsed = start('parse', parse);
      subscribe(parsed, { to: start('source', fromIterable(upTo(LAST))), maxDemand: 1 });
      subscribe(start('save', ignore), {
        to: parsed,
        maxDemand: 1,
      });
    });
    const { entries } = await runVirtual(plan, { seed: 0, copies: { parse: 2 } });
    expect(entries.some(({ type, stage }) => type === 'exit' && stage === 'save')).toBe(true);
    expect(handledBy(entries, 'save').length).toBeLessThan(LAST);
  });

  it('starts a copy again as its supervisor does the original', async () => {
    let failed = false;
    const numbers = producer({
      init: () => 0,
      handleDemand: (demand, next) => ({
        events: Array.from({ length: Math.min(demand, LAST - next) }, (_, i) => next + i + 1),
        state: Math.min(LAST, next + demand),
      }),
    });
    const save = consumer({
      handleEvents: async (events: number[]) => {
        await sleep(1);
        if (events.includes(20) && !failed) {
          failed = true;
          throw new Error('disk full');
        }
      },
    });
    const plan = pipeline(({ start, subscribe, supervise }) => {
      const sink = start('save', save);
      subscribe(sink, { to: start('source', numbers), maxDemand: 1 });
      supervise('all', [sink], { strategy: 'oneForOne' });
    });
    const { entries } = await runVirtual(plan, { seed: 0, copies: { save: 2 } });
    const restarts = entries.flatMap((entry) => (entry.type === 'restart' ? [entry.child] : []));
    expect(restarts).toHaveLength(1);
    expect(ascending(handledBy(entries, 'save', 'save 2'))).toEqual(all);
  });

  it('feeds a flow from all copies, and ends it after the last', async () => {
    const double = producerConsumer({
      handleEvents: (events: number[]) => ({ events: events.map((n) => 2 * n) }),
    });
    const sums: number[] = [];
    const plan = pipeline(({ start, subscribe }) => {
      const doubled = start('double', double);
      subscribe(doubled, { to: start('source', fromIterable(upTo(LAST))) });
      start(
        'sum',
        Flow.fromStages<number>([doubled])
          .partition({ stages: 2 })
          .reduce(
            () => 0,
            (sum, n) => sum + n,
          )
          .onTrigger((sum) => {
            sums.push(sum);
            return { events: [], state: sum };
          }),
      );
    });
    const { ended } = await runVirtual(plan, { seed: 0, copies: { double: 2 } });
    expect(ended).toBe('exited');
    expect(sums.reduce((a, b) => a + b, 0)).toBe(LAST * (LAST + 1));
  });
});
