import { describe, expect, it } from 'vitest';
import {
  Flow,
  consumer,
  pipeline,
  runVirtual,
  seededRandom,
  type EntryOf,
  type Plan,
  type Strategy,
  type TraceEntry,
  type TraceType,
} from 'sluice';
import { namesIn } from '../../../engine/runtime/plan.ts';
import { withCluster } from '../../support/cluster.ts';

const SEEDS = Array.from({ length: 20 }, (_, i) => i + 1);
const upTo = (limit: number) => Array.from({ length: limit }, (_, i) => i);
const ascending = (a: number, b: number) => a - b;

function of<T extends TraceType>(entries: readonly TraceEntry[], type: T): EntryOf<T>[] {
  return entries.filter((entry): entry is EntryOf<T> => entry.type === type);
}

/** Fails in its first life, once so many events have come by; the lives of a run share the count. */
function failingOnce(at: number) {
  let seen = 0;
  return (n: number) => {
    seen += 1;
    if (seen === at) throw new Error('for once');
    return n;
  };
}

interface Supervised {
  readonly plan: Plan;
  readonly seen: number[];
}

function supervised(strategy: Strategy, check: (n: number) => number, maxRestarts = 3): Supervised {
  const seen: number[] = [];
  const plan = pipeline(({ start, subscribe, supervise }) => {
    const flow = start(
      'flow',
      Flow.from(() => upTo(200), { stages: 2, maxDemand: 10 })
        .map(check)
        .partition({ stages: 2, maxDemand: 10 })
        .reduce(
          () => 0,
          (count) => count + 1,
        )
        .emit('state'),
    );
    const sink = consumer({
      handleEvents: (events: number[]) => {
        seen.push(...events);
      },
    });
    const printer = start('sink', sink);
    subscribe(printer, { to: flow, cancel: 'transient' });
    supervise('all', [{ child: flow, restart: 'transient' }, printer], { strategy, maxRestarts });
  });
  return { plan, seen };
}

async function entriesOf(plan: Plan, seed: number): Promise<readonly TraceEntry[]> {
  const random = seededRandom(seed);
  const placement = Object.fromEntries(namesIn(plan).map((id) => [id, Math.floor(random() * 3)]));
  return withCluster(plan, { seed, placement }, async (cluster) => {
    await cluster.settle(100_000);
    return cluster.takeEntries();
  });
}

describe('a flow under a supervisor', () => {
  it.each(SEEDS)(
    'starts again as a whole, from scratch, and lets its sources go again, seed %i',
    async (seed) => {
      const { plan, seen } = supervised('oneForAll', failingOnce(50));
      const entries = await entriesOf(plan, seed);
      // What the first life had counted is gone with it, or had been handed on before its unclean end.
      expect(seen.slice(-2).reduce((sum, n) => sum + n, 0)).toBe(200);
      const starts = of(entries, 'start').filter(({ life }) => life === 2);
      const own = plan.flows[0]?.stages ?? [];
      expect(starts.map(({ stage }) => stage).sort()).toEqual([...own, 'flow', 'sink'].sort());
      // Its coordinator begins first, then each stage after those it reads from.
      const order = starts.map(({ stage }) => stage).filter((stage) => stage !== 'sink');
      expect(order).toEqual(['flow', ...own]);
      // Who was seen to end first counts: the flow, or the consumer it took along.
      expect(of(entries, 'restart')).toHaveLength(1);
      const last = of(entries, 'exit')
        .filter(({ stage }) => stage === 'flow')
        .at(-1);
      expect(last?.reason).toBe('normal');
      const lives = new Set(
        of(entries, 'subscribe').map(({ subscription }) => /@\d+$/.exec(subscription)?.[0]),
      );
      expect([...lives]).toEqual([undefined, '@2']);
    },
  );

  it.each(SEEDS.slice(0, 5))(
    'starts again alone, and consumers that had to end with it come back, seed %i',
    async (seed) => {
      const { plan, seen } = supervised('restForOne', failingOnce(50), 30);
      const entries = await entriesOf(plan, seed);
      expect(
        of(entries, 'restart')
          .map(({ child }) => child)
          .sort(undefined),
      ).toContain('flow');
      // It went on with whoever was there by then.
      expect(
        of(entries, 'exit')
          .filter(({ stage }) => stage === 'flow')
          .at(-1)?.reason,
      ).toBe('normal');
      expect(seen.toSorted(ascending).at(-1)).toBeGreaterThan(0);
    },
  );

  it('gives up when it fails again and again', async () => {
    const { plan } = supervised(
      'oneForAll',
      () => {
        throw new Error('always');
      },
      2,
    );
    const { entries, ended } = await runVirtual(plan, { seed: 0 });
    expect(of(entries, 'restart')).toHaveLength(2);
    expect(
      of(entries, 'start')
        .filter(({ stage }) => stage === 'flow')
        .map(({ life }) => life),
    ).toEqual([undefined, 2, 3]);
    expect(
      of(entries, 'exit')
        .filter(({ stage }) => stage === 'all')
        .map(({ reason }) => reason),
    ).toEqual(['shutdown']);
    expect(ended).toBe('crashed');
  });

  it('is not started again after a good end where its restart is transient', async () => {
    const { plan, seen } = supervised('oneForAll', (n) => n);
    const { entries } = await runVirtual(plan, { seed: 0 });
    expect(of(entries, 'restart')).toEqual([]);
    expect(seen.reduce((sum, n) => sum + n, 0)).toBe(200);
  });

  it('fails to start when one of its stages does, and ends the supervisor that starts for the first time', async () => {
    const plan = pipeline(({ start, supervise }) => {
      const failing = consumer({
        init: () => {
          throw new Error('not today');
        },
        handleEvents: () => undefined,
      });
      const flow = start('flow', Flow.from([1], { stages: 1 }).intoSpecs([failing]));
      supervise('all', [flow], { strategy: 'oneForOne' });
    });
    const { entries } = await runVirtual(plan, { seed: 0 });
    const reason = (stage: string) => of(entries, 'exit').find((entry) => entry.stage === stage)?.reason;
    expect(reason('flow')).toEqual(['shutdown', ['failed_to_start_child', 'flow/into', expect.anything()]]);
    expect(reason('all')).toEqual(['shutdown', ['failed_to_start_child', 'flow', expect.anything()]]);
  });
});
