import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  broadcastDispatcher,
  consumer,
  Flow,
  partitionDispatcher,
  pipeline,
  producer,
  producerConsumer,
  runVirtual,
  sleep,
  viewOfPlan,
  type DispatcherSpec,
  type Plan,
  type PlannedFault,
  type StageId,
} from 'sluice';
import { holdUp, mostHeldUp, type HoldUp } from '$lib/inspect/holdup/hold-up.ts';
import { StageSharesLog } from '$lib/view/stage-shares.ts';

const EVENTS = 120;

function numbers(ms: number, dispatcher?: DispatcherSpec) {
  return producer({
    init: () => 0,
    handleDemand: async (demand, next: number) => {
      const count = Math.max(0, Math.min(demand, EVENTS - next));
      await sleep(ms * count);
      return { events: Array.from({ length: count }, (_, i) => next + i), state: next + count };
    },
    ...(dispatcher && { dispatcher }),
  });
}

const pass = (ms: number) =>
  producerConsumer({
    handleEvents: async (events: number[]) => {
      await sleep(ms * events.length);
      return { events };
    },
  });

const work = (ms: number) =>
  consumer({
    handleEvents: async (events: number[]) => {
      await sleep(ms * events.length);
    },
  });

/** Stages in a row, that take so long for each event. */
function chain(times: readonly number[], maxDemand = 8): Plan {
  return pipeline(({ start, subscribe }) => {
    const [first = 1, ...rest] = times;
    const options = { maxDemand, cancel: 'transient' } as const;
    let above = start('s0', numbers(first));
    rest.slice(0, -1).forEach((ms, i) => {
      const next = start(`s${i + 1}`, pass(ms));
      subscribe(next, { to: above, ...options });
      above = next;
    });
    subscribe(start(`s${times.length - 1}`, work(rest.at(-1) ?? 1)), { to: above, ...options });
  });
}

interface Told extends HoldUp {
  readonly named: string | null;
  readonly endMs: number;
}

async function told(
  plan: Plan,
  {
    from,
    copies,
    faults,
  }: { from?: StageId; copies?: Record<StageId, number>; faults?: readonly PlannedFault[] } = {},
): Promise<Told> {
  const run = await runVirtual(plan, {
    seed: 0,
    entryBudget: 100_000,
    ...(copies && { copies }),
    ...(faults && { faults }),
  });
  const log = new StageSharesLog(run.plan);
  log.update(run.entries);
  const endMs = run.entries.at(-1)?.atMs ?? 0;
  const span = { fromMs: 0, toMs: endMs };
  const subject = from ?? mostHeldUp(run.plan, (id) => log.shares(id, span)) ?? run.plan.stages[0]?.id ?? '';
  const found = holdUp(log, span, subject);
  return { ...found, endMs, named: found.bottleneck.type === 'none' ? null : found.bottleneck.id };
}

const words = ({ path }: HoldUp) =>
  path.map(({ stage, waits }) => (waits ? `${stage} waits for ${waits.for} of ${waits.from}` : stage));

describe('holdUp()', () => {
  it('names the slowest of a chain, and the way there from either side', async () => {
    const plan = chain([1, 2, 10, 1]);
    const above = await told(plan, { from: 's0' });
    expect(above.named).toBe('s2');
    expect(words(above)).toEqual(['s0 waits for ask of s1', 's1 waits for ask of s2', 's2']);
    expect(above.path.slice(0, -1).every(({ waits }) => (waits?.share ?? 0) > 0.7)).toBe(true);
    const below = await told(plan, { from: 's3' });
    expect(words(below)).toEqual(['s3 waits for events of s2', 's2']);
    expect(words(await told(plan, { from: 's2' }))).toEqual(['s2']);
  });

  it('names a slow producer', async () => {
    const found = await told(chain([10, 1, 1]), { from: 's2' });
    expect(words(found)).toEqual(['s2 waits for events of s1', 's1 waits for events of s0', 's0']);
  });

  it('does not name who is busy all the time and keeps nobody waiting', async () => {
    const plan = pipeline(({ start, subscribe }) => {
      const source = start('source', numbers(10));
      subscribe(start('slow', work(60)), { to: source, maxDemand: 2, cancel: 'transient' });
      subscribe(start('quick', work(1)), { to: source, maxDemand: 8, cancel: 'transient' });
    });
    expect((await told(plan, { from: 'quick' })).named).toBe('source');
  });

  it('names the slow consumer of a broadcast, also as seen from the quick one', async () => {
    const plan = pipeline(({ start, subscribe }) => {
      const source = start('source', numbers(1, broadcastDispatcher()));
      subscribe(start('slow', work(10)), { to: source, maxDemand: 4, cancel: 'transient' });
      subscribe(start('quick', work(1)), { to: source, maxDemand: 4, cancel: 'transient' });
    });
    const found = await told(plan, { from: 'quick' });
    expect(words(found)).toEqual([
      'quick waits for events of source',
      'source waits for ask of slow',
      'slow',
    ]);
  });

  it('names the hot lane of a partition, and says how busy the others are', async () => {
    const dispatcher = partitionDispatcher({
      partitions: 3,
      hash: (n: number) => [n, n % 10 === 0 ? 1 : n % 10 === 1 ? 2 : 0],
    });
    const plan = pipeline(({ start, subscribe }) => {
      const source = start('source', numbers(1, dispatcher));
      for (const partition of [0, 1, 2]) {
        subscribe(start(`lane ${partition}`, work(10)), {
          to: source,
          partition,
          maxDemand: 4,
          cancel: 'transient',
        });
      }
    });
    const found = await told(plan);
    expect(found.named).toBe('lane 0');
    expect(found.siblings).toMatchObject({ kind: 'partitions', others: ['lane 1', 'lane 2'] });
    expect(found.siblings?.share).toBeLessThan(0.3);
  });

  it('names a subscription that was slowed', async () => {
    const plan = chain([1, 1, 1], 2);
    const faults = [{ fault: 'slowLink', subscription: 's1←s0', delayMs: 40, atMs: 0 }] as const;
    const found = await told(plan, { from: 's2', faults });
    expect(found.bottleneck).toMatchObject({ type: 'link', id: 's1←s0' });
    expect(found.path.map(({ stage }) => stage)).toEqual(['s2', 's1', 's0']);
  });

  it('names the slow layer of a flow', async () => {
    const plan = pipeline(({ start, subscribe }) => {
      const source = start('source', numbers(1));
      const flow = Flow.fromStages<number>([source], { stages: 2, maxDemand: 4 }).map((n) => n + 1);
      const out = start('flow', flow);
      subscribe(start('save', work(8)), { to: out, maxDemand: 4, cancel: 'transient' });
    });
    const found = await told(plan, { from: 'source' });
    expect(found.named).toBe('save');
    expect(found.path.map(({ stage }) => stage)).toHaveLength(3);
  });

  it('goes on past a stage that is started again', async () => {
    let failed = false;
    const plan = pipeline(({ start, subscribe, supervise }) => {
      const save = start(
        'save',
        consumer({
          handleEvents: async (events: number[]) => {
            await sleep(10 * events.length);
            if (!failed && events.includes(40)) {
              failed = true;
              throw new Error('disk full');
            }
          },
        }),
      );
      subscribe(save, { to: start('source', numbers(1)), maxDemand: 4 });
      supervise('all', [save], { strategy: 'oneForOne' });
    });
    expect((await told(plan, { from: 'source' })).named).toBe('save');
  });

  it('keeps to what is connected with the stage that was asked about', async () => {
    const plan = pipeline(({ start, subscribe }) => {
      subscribe(start('a', work(20)), { to: start('one', numbers(1)), maxDemand: 4, cancel: 'transient' });
      subscribe(start('b', work(5)), { to: start('two', numbers(1)), maxDemand: 4, cancel: 'transient' });
    });
    expect((await told(plan, { from: 'two' })).named).toBe('b');
    expect((await told(plan, { from: 'one' })).named).toBe('a');
  });

  it('names nobody where nobody works', async () => {
    expect((await told(chain([0, 0, 0]))).bottleneck).toEqual({ type: 'none' });
  });

  it('shows how the bottleneck moves when it is doubled', async () => {
    const plan = chain([1, 6, 10]);
    expect((await told(plan)).named).toBe('s2');
    const after = await told(plan, { copies: { s2: 2 } });
    expect(after.named).toBe('s1');
  });

  it('names the stage whose second worker helps most, wherever one is clearly slower than the others', async () => {
    const times = fc
      .tuple(
        fc.array(fc.integer({ min: 1, max: 6 }), { minLength: 2, maxLength: 4 }),
        fc.nat(4),
        fc.integer({ min: 10, max: 15 }),
      )
      .map(([others, at, slow]) => [...others.slice(0, at), slow, ...others.slice(at)]);
    await fc.assert(
      fc.asyncProperty(times, fc.integer({ min: 3, max: 12 }), async (each, maxDemand) => {
        const plan = chain(each, maxDemand);
        const before = await told(plan);
        const gains = new Map<string, number>();
        for (const [i, { id }] of viewOfPlan(plan).stages.entries()) {
          // A producer cannot be doubled: instead it takes half the time.
          const faster = each.map((ms, own) => (own === i ? ms / 2 : ms));
          const after =
            i === 0 ? await told(chain(faster, maxDemand)) : await told(plan, { copies: { [id]: 2 } });
          gains.set(id, before.endMs / after.endMs);
        }
        const most = Math.max(...gains.values());
        const gain = gains.get(before.named ?? '') ?? 1;
        expect(gain, JSON.stringify([each, maxDemand, before.named, [...gains]])).toBe(most);
      }),
      { numRuns: 25 },
    );
  });
});
