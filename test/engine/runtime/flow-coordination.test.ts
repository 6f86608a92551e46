import { describe, expect, it } from 'vitest';
import {
  Flow,
  broadcastDispatcher,
  consumer,
  fromIterable,
  ignore,
  pipeline,
  producer,
  producerConsumer,
  seededRandom,
  subscribe as subscribeNow,
  type EntryOf,
  type Plan,
  type TraceEntry,
  type TraceType,
} from 'sluice';
import { namesIn } from '../../../engine/runtime/plan.ts';
import { withCluster, type Cluster } from '../../support/cluster.ts';

const HOSTS = 3;
const SEEDS = Array.from({ length: 40 }, (_, i) => i + 1);
const upTo = (limit: number) => Array.from({ length: limit }, (_, i) => i);
const ascending = (a: number, b: number) => a - b;

/** Keeps what is pushed until it is wanted; ends when it is told to. */
const queue = producer<number, { readonly waiting: readonly number[]; readonly wanted: number }>({
  init: () => ({ waiting: [], wanted: 0 }),
  handleDemand: (demand, { waiting, wanted }) => {
    const all = wanted + demand;
    return {
      events: waiting.slice(0, all),
      state: { waiting: waiting.slice(all), wanted: Math.max(0, all - waiting.length) },
    };
  },
  handleCast: (events, { waiting, wanted }) => {
    const all = [...waiting, ...(Array.isArray(events) ? events.map(Number) : [])];
    return {
      events: all.slice(0, wanted),
      state: { waiting: all.slice(wanted), wanted: Math.max(0, wanted - all.length) },
    };
  },
  handleInfo: (reason) => {
    if (reason === 'throw') throw new Error('told to');
    return { stop: reason };
  },
});

/** Collects into an array that the test holds. */
const collecting = (into: number[]) =>
  consumer<number>({
    handleEvents: (events) => {
      into.push(...events);
    },
    handleInfo: (reason) => ({ stop: reason }),
    handleCast: (to) => {
      subscribeNow({ to: String(to), maxDemand: 10, cancel: 'transient' });
    },
  });

function of<T extends TraceType>(entries: readonly TraceEntry[], type: T): EntryOf<T>[] {
  return entries.filter((entry): entry is EntryOf<T> => entry.type === type);
}

/** How everything has ended that has: by name, and why. */
function ends(entries: readonly TraceEntry[]): Record<string, unknown> {
  return Object.fromEntries(
    entries.flatMap((entry): [string, unknown][] => {
      if (entry.type === 'exit') return [[entry.stage, entry.reason]];
      return entry.type === 'crash' ? [[entry.stage, 'crash']] : [];
    }),
  );
}

/** Everything on hosts that chance chooses, in an order that chance chooses. */
async function scattered<Result>(
  plan: Plan,
  seed: number,
  use: (cluster: Cluster) => Promise<Result>,
): Promise<Result> {
  const random = seededRandom(seed);
  const placement = Object.fromEntries(namesIn(plan).map((id) => [id, Math.floor(random() * HOSTS)]));
  return withCluster(plan, { seed, placement }, use);
}

/** Settles, does these things one after the other and settles after each; answers with all that was recorded. */
async function story(plan: Plan, seed: number, ...acts: readonly ((cluster: Cluster) => unknown)[]) {
  return scattered(plan, seed, async (cluster) => {
    await cluster.settle();
    for (const act of acts) {
      act(cluster);
      await cluster.settle();
    }
    return cluster.takeEntries();
  });
}

const push =
  (stage: string, ...events: number[]) =>
  (cluster: Cluster) =>
    cluster.hostOf(stage).tell(stage, { type: 'cast', request: events });
const finish =
  (stage: string, reason: unknown = 'normal') =>
  (cluster: Cluster) =>
    cluster.hostOf(stage).tell(stage, { type: 'info', request: reason });
const setMode = (stage: string, mode: 'forward' | 'accumulate') => (cluster: Cluster) =>
  cluster.hostOf(stage).tell(stage, { type: 'demandMode', mode });

/** Two sources, two layers, and whoever subscribes to it. */
const doubled = (source: Iterable<number> | (() => Iterable<number>) = upTo(60)) =>
  Flow.fromIterables([source, upTo(60)], { stages: 2, maxDemand: 8 })
    .map((n) => 2 * n)
    .partition({ stages: 2, maxDemand: 8 })
    .map((n) => n + 1);

const ALL = [...upTo(60), ...upTo(60)].map((n) => 2 * n + 1).sort(ascending);

describe('the coordinator of a flow', () => {
  it.each(SEEDS)('FL-009 lets sources go once everybody is subscribed, seed %i', async (seed) => {
    const seen: [number[], number[]] = [[], []];
    const plan = pipeline(({ start, subscribe }) => {
      const flow = start('flow', doubled(), { dispatcher: broadcastDispatcher() });
      for (const [index, into] of seen.entries()) {
        subscribe(start(`sink ${index}`, collecting(into)), { to: flow, maxDemand: 7, cancel: 'transient' });
      }
    });
    const entries = await story(plan, seed);
    // With a broadcast, who comes late would miss something.
    for (const got of seen) expect(got.toSorted(ascending)).toEqual(ALL);
    const firstEvents = of(entries, 'dispatch')[0]?.seq ?? 0;
    const wired = of(entries, 'subscribed').map(({ seq }) => seq);
    expect(wired).toHaveLength(plan.subscriptions.length);
    for (const seq of wired) expect(firstEvents).toBeGreaterThan(seq);
    expect(ends(entries)['flow']).toBe('normal');
    expect(of(entries, 'lost')).toEqual([]);
  });

  it.each(SEEDS)(
    'FL-185 holds sources that end at once, so that nobody comes too late, seed %i',
    async (seed) => {
      const seen: number[] = [];
      const plan = pipeline(({ start, subscribe }) => {
        const given = start('given', fromIterable([7]));
        const flow = start(
          'flow',
          Flow.partition(
            [
              Flow.from([] as number[], { stages: 2 }).map((n) => n),
              Flow.fromStages<number>([given], { stages: 3 }).map((n) => n),
            ],
            { stages: 2 },
          ).map((n) => n),
        );
        subscribe(start('sink', collecting(seen)), { to: flow, cancel: 'transient' });
      });
      const entries = await story(plan, seed);
      expect(seen).toEqual([7]);
      expect(of(entries, 'warning')).toEqual([]);
      expect(ends(entries)).toMatchObject({ given: 'normal', flow: 'normal' });
    },
  );

  it.each(SEEDS.slice(0, 10))(
    'FL-175 holds what flows in until the flow is told to forward, seed %i',
    async (seed) => {
      const seen: number[] = [];
      const plan = pipeline(({ start, subscribe }) => {
        const given = start('given', queue);
        const flow = start(
          'flow',
          Flow.fromStages<number>([given], { stages: 2 }).map((n) => 2 * n),
          { demand: 'accumulate' },
        );
        subscribe(start('sink', collecting(seen)), { to: flow, cancel: 'transient' });
      });
      await scattered(plan, seed, async (cluster) => {
        await cluster.settle();
        push('given', 1, 2)(cluster);
        await cluster.settle();
        expect(seen).toEqual([]);
        setMode('flow', 'forward')(cluster);
        await cluster.settle();
        expect(seen.toSorted(ascending)).toEqual([2, 4]);
        setMode('flow', 'accumulate')(cluster);
        await cluster.settle();
        push('given', 3)(cluster);
        await cluster.settle();
        expect(seen).toHaveLength(2);
        finish('given')(cluster);
        await cluster.settle();
        expect(ends(cluster.takeEntries())).toMatchObject({ given: 'normal', flow: 'normal' });
      });
    },
  );

  it.each(SEEDS.slice(0, 10))('FL-175 holds sources of its own likewise, seed %i', async (seed) => {
    const seen: number[] = [];
    const plan = pipeline(({ start, subscribe }) => {
      const flow = start('flow', doubled(), { demand: 'accumulate' });
      subscribe(start('sink', collecting(seen)), { to: flow, cancel: 'transient' });
    });
    await scattered(plan, seed, async (cluster) => {
      await cluster.settle();
      expect(seen).toEqual([]);
      setMode('flow', 'forward')(cluster);
      await cluster.settle();
      expect(seen.toSorted(ascending)).toEqual(ALL);
    });
  });

  it.each(SEEDS.slice(0, 10))(
    'FL-173 FL-176 winds the flow down when its last consumer leaves, others go on, seed %i',
    async (seed) => {
      const seen: number[] = [];
      const plan = pipeline(({ start }) => {
        const given = start('given', queue);
        const sinks = [start('one', collecting(seen)), start('two', collecting(seen))];
        start(
          'flow',
          Flow.fromStages<number>([given], { stages: 2 })
            .map((n) => n)
            .intoStages(sinks),
        );
      });
      const entries = await story(
        plan,
        seed,
        push('given', 1, 2),
        finish('one'),
        push('given', 3),
        finish('two'),
        push('given', 4),
      );
      expect(seen.toSorted(ascending)).toEqual([1, 2, 3]);
      expect(ends(entries)).toEqual({
        one: 'normal',
        two: 'normal',
        'flow/map 1': 'normal',
        'flow/map 2': expect.stringMatching(/normal|shutdown/) as string,
        flow: 'normal',
      });
    },
  );

  it.each(SEEDS.slice(0, 10))(
    'FL-182 ends with the consumers that belong to it, sources too, seed %i',
    async (seed) => {
      const seen: number[] = [];
      const plan = pipeline(({ start }) => {
        start('flow', doubled(() => upTo(1e6)).intoSpecs([collecting(seen)]));
      });
      const sink = plan.flows[0]?.ends[0] ?? '';
      expect(sink).toBe('flow/into');
      const entries = await scattered(plan, seed, async (cluster) => {
        while (seen.length < 50) await cluster.step();
        finish(sink)(cluster);
        await cluster.settle();
        return cluster.takeEntries();
      });
      expect(ends(entries)).toMatchObject({ [sink]: 'normal', flow: 'normal' });
      expect(Object.keys(ends(entries)).sort()).toEqual([...namesIn(plan)].sort());
    },
  );

  it.each(SEEDS.slice(0, 20))(
    'FL-172 FL-176 ends with "shutdown" after a crash, ends the rest, and nothing is lost untold, seed %i',
    async (seed) => {
      const seen: number[] = [];
      const plan = pipeline(({ start, subscribe }) => {
        const flow = start(
          'flow',
          doubled().map((n) => {
            if (n === 101) throw new Error('not this one');
            return n;
          }),
        );
        subscribe(start('sink', collecting(seen)), { to: flow, cancel: 'transient' });
      });
      const entries = await story(plan, seed);
      const ended = ends(entries);
      expect(ended['flow']).toBe('shutdown');
      expect(Object.keys(ended).sort()).toEqual([...namesIn(plan)].sort());
      expect(of(entries, 'crash').map(({ error }) => error.message)).toEqual(['not this one']);
      const lost = of(entries, 'lost').reduce((sum, { count }) => sum + count, 0);
      expect(lost).toBeGreaterThan(0);
    },
  );

  it('FL-176 hands on what a layer has reduced before an unclean end', async () => {
    const seen: number[] = [];
    const plan = pipeline(({ start, subscribe }) => {
      const given = start('given', queue);
      const flow = start(
        'flow',
        Flow.fromStages<number>([given], { stages: 1 })
          .reduce(
            () => 0,
            (sum, n) => sum + n,
          )
          .emit('state'),
      );
      subscribe(start('sink', collecting(seen)), { to: flow, cancel: 'transient' });
    });
    const entries = await story(plan, 3, push('given', 1, 2), finish('given', 'oops'));
    expect(seen).toEqual([3]);
    expect(ends(entries)).toEqual({ given: 'oops', 'flow/reduce': 'oops', flow: 'shutdown', sink: 'oops' });
  });

  it.each(SEEDS.slice(0, 10))(
    'FL-177 leads who subscribes to its name later to all outlets, seed %i',
    async (seed) => {
      const seen: number[] = [];
      const late: number[] = [];
      const plan = pipeline(({ start }) => {
        const given = start('given', queue);
        start('late', collecting(late));
        start(
          'flow',
          Flow.fromStages<number>([given], { stages: 3 })
            .map((n) => n)
            .intoStages([start('sink', collecting(seen))], { dispatcher: broadcastDispatcher() }),
        );
      });
      const entries = await story(
        plan,
        seed,
        (cluster) => cluster.hostOf('late').tell('late', { type: 'cast', request: 'flow' }),
        push('given', 1, 2, 3),
        finish('given'),
      );
      expect([seen, late].map((got) => got.toSorted(ascending))).toEqual([
        [1, 2, 3],
        [1, 2, 3],
      ]);
      const made = of(entries, 'subscribe').filter(({ stage }) => stage === 'late');
      expect(made.map(({ producer, subscription }) => [producer, subscription])).toEqual([
        ['flow/map 1', 'late←flow+1/1'],
        ['flow/map 2', 'late←flow+1/2'],
        ['flow/map 3', 'late←flow+1/3'],
      ]);
      expect(ends(entries)).not.toHaveProperty('late');
    },
  );

  it('FL-177 ends such a subscription as a whole', async () => {
    const late: number[] = [];
    const plan = pipeline(({ start }) => {
      const given = start('given', queue);
      start('late', collecting(late));
      start(
        'flow',
        Flow.fromStages<number>([given], { stages: 2 })
          .map((n) => n)
          .intoStages([start('sink', collecting([]))]),
      );
    });
    const entries = await story(
      plan,
      5,
      (cluster) => cluster.hostOf('late').tell('late', { type: 'cast', request: 'flow' }),
      (cluster) => cluster.hostOf('flow').cancel('flow', 'late←flow+1', 'normal'),
    );
    const over = of(entries, 'cancel').filter(({ stage }) => stage === 'late');
    expect(over.map(({ subscription }) => subscription).sort()).toEqual(['late←flow+1/1', 'late←flow+1/2']);
  });

  it('FL-171 FL-177 refuses who subscribes to a flow that emits nothing', async () => {
    const plan = pipeline(({ start }) => {
      start('late', collecting([]));
      start(
        'flow',
        Flow.fromStages<number>([start('given', queue)], { stages: 2 }).each(() => undefined),
      );
    });
    const entries = await scattered(plan, 1, async (cluster) => {
      await cluster.settle();
      const host = cluster.hostOf('late');
      const answer = host.subscribeTo('late', { id: 'late←flow+1', producer: 'flow', options: {} });
      await cluster.settle();
      expect(await answer).toEqual(['error', ['bad_opts', expect.stringContaining('"flow"') as string]]);
      return cluster.takeEntries();
    });
    expect(of(entries, 'warning').map(({ code }) => code)).toEqual(['not_a_producer']);
  });

  it.each(['normal', 'oops'])(
    'FL-008 ends with the producers it hands on as they are: %s',
    async (reason) => {
      const seen: number[] = [];
      const plan = pipeline(({ start, subscribe }) => {
        const given = start('given', queue);
        const flow = start('flow', Flow.fromStages<number>([given]));
        subscribe(start('sink', collecting(seen)), { to: flow, cancel: 'transient' });
      });
      const entries = await story(plan, 4, push('given', 1, 2), finish('given', reason));
      expect(seen).toEqual([1, 2]);
      expect(ends(entries)).toMatchObject({
        given: reason,
        flow: reason === 'normal' ? 'normal' : 'shutdown',
      });
    },
  );

  it.each(SEEDS.slice(0, 20))(
    'FL-004 reads other flows, and lets all sources go in time, seed %i',
    async (seed) => {
      const seen: number[] = [];
      const plan = pipeline(({ start, subscribe }) => {
        const given = start('given', fromIterable(upTo(30), { dispatcher: broadcastDispatcher() }));
        const odd = start(
          'odd',
          Flow.fromStages<number>([given], { stages: 1 }).filter((n) => n % 2 === 1),
        );
        const even = start(
          'even',
          Flow.fromStages<number>([given], { stages: 1 }).reject((n) => n % 2 === 1),
        );
        const both = start(
          'both',
          Flow.fromStages<number>([odd, even], { stages: 2 }).map((n) => n),
        );
        subscribe(start('sink', collecting(seen)), { to: both, maxDemand: 5, cancel: 'transient' });
      });
      const entries = await story(plan, seed);
      expect(seen.toSorted(ascending)).toEqual(upTo(30));
      expect(ends(entries)).toMatchObject({ odd: 'normal', even: 'normal', both: 'normal' });
      expect(of(entries, 'lost')).toEqual([]);
    },
  );

  it.each(SEEDS.slice(0, 10))('FL-181 goes through stages of others, which go on, seed %i', async (seed) => {
    const seen: number[] = [];
    const plan = pipeline(({ start, subscribe }) => {
      const negate = start(
        'negate',
        producerConsumer({
          handleEvents: (events: number[]) => ({ events: events.map((n) => -n) }),
          handleInfo: (reason) => ({ stop: reason }),
        }),
      );
      const flow = start(
        'flow',
        doubled()
          .throughStages<number>([negate], { stages: 2 })
          .map((n) => n),
      );
      subscribe(start('sink', collecting(seen)), { to: flow, cancel: 'transient' });
    });
    await scattered(plan, seed, async (cluster) => {
      await cluster.settle();
      expect(seen.toSorted((a, b) => b - a)).toEqual(ALL.map((n) => -n));
      expect(ends(cluster.takeEntries())).not.toHaveProperty('flow');
      finish('negate')(cluster);
      await cluster.settle();
      expect(ends(cluster.takeEntries())).toMatchObject({ negate: 'normal', flow: 'normal' });
    });
  });

  it('waits for no consumer that is not there', async () => {
    const seen: number[] = [];
    const plan = pipeline(({ start, subscribe }) => {
      const flow = start('flow', doubled(), { dispatcher: broadcastDispatcher() });
      const absent = consumer<number, number>({ init: () => ignore(), handleEvents: () => undefined });
      subscribe(start('absent', absent), { to: flow });
      subscribe(start('sink', collecting(seen)), { to: flow, cancel: 'transient' });
    });
    const entries = await story(plan, 1);
    expect(seen.toSorted(ascending)).toEqual(ALL);
    expect(ends(entries)['flow']).toBe('normal');
  });

  it.each(['stop', 'kill', 'exit'] as const)('takes its stages along when it is ended: %s', async (how) => {
    const plan = pipeline(({ start, subscribe }) => {
      const given = start('given', queue);
      const flow = start(
        'flow',
        Flow.fromStages<number>([given], { stages: 2 }).map((n) => n),
      );
      subscribe(start('sink', collecting([])), { to: flow, cancel: 'transient' });
    });
    const entries = await scattered(plan, 2, async (cluster) => {
      await cluster.settle();
      const host = cluster.hostOf('flow');
      const stopped =
        how === 'stop' ? host.stop('flow', 'normal') : host.exit('flow', how === 'kill' ? 'kill' : 'enough');
      await cluster.settle();
      if (how === 'stop') expect(await stopped).toBe('ok');
      return cluster.takeEntries();
    });
    expect(ends(entries)).toEqual({
      flow: { stop: 'normal', kill: 'killed', exit: 'enough' }[how],
      'flow/map 1': 'shutdown',
      'flow/map 2': 'shutdown',
    });
  });

  it('answers what it is asked: its mode, its stages, and that it subscribes to nothing', async () => {
    const plan = pipeline(({ start }) => {
      start('given', queue);
      start(
        'flow',
        Flow.fromStages<number>(['given'], { stages: 1 }).each(() => undefined),
        { demand: 'accumulate' },
      );
    });
    await scattered(plan, 2, async (cluster) => {
      await cluster.settle();
      const host = cluster.hostOf('flow');
      const answers = [
        host.ask('flow', (call) => ({ type: 'getDemandMode', call })),
        host.call('flow', 'anything'),
        host.ask('flow', (call) => ({ type: 'estimateBuffered', call })),
        host.ask('flow', (call) => ({
          type: 'subscribeTo',
          subscription: 'x',
          producer: 'given',
          options: {},
          call,
        })),
        host.ask('flow', (call) => ({ type: 'queueInfo', request: 1, call })),
      ];
      await cluster.settle();
      expect(await Promise.all(answers)).toEqual([
        'accumulate',
        [{ id: 'flow/each', restart: 'temporary', status: 'running', life: 1 }],
        0,
        ['error', 'not_a_consumer'],
        'ok',
      ]);
      expect(host.children('flow')).toHaveLength(1);
    });
  });
});
