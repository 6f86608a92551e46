import { describe, expect, it } from 'vitest';
import {
  consumer,
  ignore,
  pipeline,
  producer,
  producerConsumer,
  runVirtual,
  self,
  sleep,
  stop,
  type EntryOf,
  type Plan,
  type TraceEntry,
  type TraceType,
} from 'sluice';
import { withCluster } from '../../support/cluster.ts';

function of<T extends TraceType>(entries: readonly TraceEntry[], type: T): EntryOf<T>[] {
  return entries.filter((entry): entry is EntryOf<T> => entry.type === type);
}

/** What became of stages and supervisors, in words: `b crash`, `all restart b`, `b start 2`. */
function story(entries: readonly TraceEntry[]): string[] {
  return entries.flatMap((entry) => {
    switch (entry.type) {
      case 'start':
        return entry.life === undefined ? [] : [`${entry.stage} start ${entry.life}`];
      case 'exit':
        return [`${entry.stage} exit ${JSON.stringify(entry.reason)}`];
      case 'crash':
        return [`${entry.stage} crash`];
      case 'restart':
        return [`${entry.stage} restart ${entry.child}`];
      default:
        return [];
    }
  });
}

/** As many as asked for, up to `limit` in this life; an info ends it: `throw`, `stop` …, or whatever the reason. */
const numbers = (limit = Infinity) =>
  producer({
    init: (first: number) => ({ first, next: first }),
    handleDemand: (demand, { first, next }) => {
      const events = Array.from({ length: Math.min(demand, first + limit - next) }, (_, i) => next + i);
      return { events, state: { first, next: next + events.length } };
    },
    handleInfo: (request) => {
      if (request === 'throw') throw new Error('told to');
      return { stop: request };
    },
  });

const sink = consumer<number>({
  handleEvents: () => undefined,
  handleInfo: (request) => ({ stop: request }),
});

const doubler = producerConsumer({
  handleEvents: (events: number[]) => ({ events: events.map((n) => 2 * n) }),
  handleInfo: (request) => ({ stop: request }),
});

type Strategy = 'oneForOne' | 'restForOne' | 'oneForAll';

/** a → b → c, all supervised. */
const chain = (
  strategy: Strategy,
  options: { readonly maxRestarts?: number; readonly cancel?: 'temporary' } = {},
) =>
  pipeline(({ start, subscribe, supervise }) => {
    const { cancel = 'permanent', ...limits } = options;
    const a = start('a', numbers(4), 10);
    const b = start('b', doubler);
    const c = start('c', sink);
    subscribe(b, { to: a, maxDemand: 4, cancel });
    subscribe(c, { to: b, maxDemand: 4, cancel });
    supervise('all', [a, b, c], { strategy, ...limits });
  });

/** Lets everything happen, does something, lets everything happen again; tells the story of what followed. */
async function after(
  plan: Plan,
  seed: number,
  act: (tell: (stage: string, request: unknown) => void) => void,
) {
  return withCluster(plan, { seed }, async (cluster) => {
    await cluster.settle();
    cluster.takeEntries();
    act((stage, request) => cluster.hostOf(stage).tell(stage, { type: 'info', request }));
    await cluster.settle();
    return cluster.takeEntries();
  });
}

describe('a supervised stage that ends', () => {
  it('starts again: init runs with its argument, and it makes its own subscriptions under new names', async () => {
    const entries = await after(chain('restForOne'), 1, (tell) => tell('b', 'enough'));
    expect(story(entries).filter((line) => !line.startsWith('c exit'))).toEqual([
      'b exit "enough"',
      'all restart b',
      'b start 2',
      'c start 2',
    ]);
    expect(of(entries, 'subscribe').map(({ subscription }) => subscription)).toEqual(['b←a@2', 'c←b@2']);
    // The source goes on where it was: it did not end.
    expect(of(entries, 'end').filter(({ callback }) => callback === 'init')).toEqual([]);
    const bySeq = new Map(entries.map((entry) => [entry.seq, entry]));
    const leadTo = (entry: TraceEntry | undefined): string[] =>
      entry ? [...leadTo(bySeq.get(entry.cause ?? -1)), `${entry.stage} ${entry.type}`] : [];
    expect(leadTo(of(entries, 'start').at(-1)).slice(-3)).toEqual(['c exit', 'b start', 'c start']);
  });

  it('GS-164 GS-174 takes its permanent consumers along, and each of them costs a restart of its own', async () => {
    const entries = await after(chain('oneForOne'), 1, (tell) => tell('a', 'throw'));
    expect(of(entries, 'restart').map(({ child, restarts }) => [child, restarts])).toEqual([
      ['a', 1],
      ['b', 2],
      ['c', 3],
    ]);
    const states = of(entries, 'start').map(({ stage, state, life }) => [stage, state, life]);
    expect(states).toContainEqual(['a', { first: 10, next: 10 }, 2]);
    expect(of(entries, 'begin').filter(({ callback }) => callback === 'handleEvents').length).toBeGreaterThan(
      0,
    );
  });

  it('GS-163 leaves a temporary consumer alone, which gets nothing more', async () => {
    const entries = await after(chain('oneForOne', { cancel: 'temporary' }), 1, (tell) => tell('a', 'throw'));
    expect(story(entries)).toEqual(['a crash', 'all restart a', 'a start 2']);
    expect(of(entries, 'subscribe')).toEqual([]);
    expect(of(entries, 'dispatch')).toEqual([]);
  });

  it.each<[Strategy, string[]]>([
    ['oneForOne', ['b start 2']],
    ['restForOne', ['b start 2', 'c start 2']],
    ['oneForAll', ['a start 2', 'b start 2', 'c start 2']],
  ])('under %s starts %j again, in order, under any schedule', async (strategy, starts) => {
    for (let seed = 1; seed <= 20; seed++) {
      const plan = chain(strategy, { cancel: 'temporary' });
      const entries = await after(plan, seed, (tell) => tell('b', 'enough'));
      expect(story(entries).filter((line) => line.includes('start ') && !line.includes('restart'))).toEqual(
        starts,
      );
    }
  });

  it('GS-185 is ended by its supervisor without terminate, and with the reason "shutdown"', async () => {
    const last: unknown[] = [];
    const plan = pipeline(({ start, supervise }) => {
      const a = start('a', numbers(), 0);
      const b = start(
        'b',
        producer({ handleDemand: () => undefined, terminate: (reason) => void last.push(reason) }),
      );
      supervise('all', [a, b], { strategy: 'oneForAll' });
    });
    const entries = await after(plan, 1, (tell) => tell('a', 'enough'));
    expect(story(entries)).toContain('b exit "shutdown"');
    expect(last).toEqual([]);
  });

  it('GS-033 with its producer gone for good hears "noproc", and its cancel mode decides', async () => {
    const plan = (cancel: 'permanent' | 'temporary') =>
      pipeline(({ start, subscribe, supervise }) => {
        const a = start('a', numbers(4), 0);
        const c = start('c', sink);
        subscribe(c, { to: a, cancel });
        supervise('all', [{ child: a, restart: 'temporary' }, c], { strategy: 'oneForOne', maxRestarts: 2 });
      });
    const stays = await after(plan('temporary'), 1, (tell) => {
      tell('a', 'normal');
      tell('c', 'enough');
    });
    expect(of(stays, 'cancel').at(-1)).toMatchObject({ stage: 'c', kind: 'down', reason: 'noproc' });
    expect(story(stays).at(-1)).toBe('c start 2');
    const gives = await after(plan('permanent'), 1, (tell) => tell('a', 'normal'));
    expect(story(gives)).toEqual([
      'a exit "normal"',
      'c exit "normal"',
      'all restart c',
      'c start 2',
      'c exit "noproc"',
      'all restart c',
      'c start 3',
      'c exit "noproc"',
      'all exit "shutdown"',
    ]);
  });

  it('is not started again where nobody supervises it', async () => {
    const plan = pipeline(({ start, subscribe }) => {
      subscribe(start('c', sink), { to: start('a', numbers(4), 0), cancel: 'temporary' });
    });
    expect(story(await after(plan, 1, (tell) => tell('a', 'normal')))).toEqual(['a exit "normal"']);
  });
});

describe('a start that fails', () => {
  it('as a restart is tried again at the cost of another one, until it works or they are too many', async () => {
    const failing = (times: number) => {
      let starts = 0;
      return producer({
        init: () => {
          starts++;
          if (starts > 1 && starts <= 1 + times) throw new Error('not yet');
        },
        handleDemand: () => undefined,
        handleInfo: (reason) => ({ stop: reason }),
      });
    };
    const plan = (times: number) =>
      pipeline(({ start, supervise }) => {
        supervise('all', [start('a', failing(times))], { strategy: 'oneForOne' });
      });
    expect(story(await after(plan(2), 1, (tell) => tell('a', 'enough')))).toEqual([
      'a exit "enough"',
      'all restart a',
      'a crash',
      'all restart a',
      'a crash',
      'all restart a',
      'a start 4',
    ]);
    expect(story(await after(plan(3), 1, (tell) => tell('a', 'enough'))).at(-1)).toBe('all exit "shutdown"');
  });

  it('at the beginning ends the others, and says which it was', async () => {
    const plan = (init: () => ReturnType<typeof stop>) =>
      pipeline(({ start, supervise }) => {
        const a = start('a', numbers(), 0);
        const b = start('b', producer({ init, handleDemand: () => undefined }));
        const inner = supervise('inner', [a, b], { strategy: 'oneForOne' });
        supervise('outer', [inner], { strategy: 'oneForOne' });
      });
    const run = await runVirtual(
      plan(() => stop('no')),
      { seed: 0 },
    );
    const because = ['shutdown', ['failed_to_start_child', 'b', 'no']];
    expect(story(run.entries)).toEqual([
      'b exit "no"',
      'a exit "shutdown"',
      `inner exit ${JSON.stringify(because)}`,
      // Deep values are cut in a trace.
      `outer exit ${JSON.stringify(['shutdown', ['failed_to_start_child', 'inner', ['shutdown', '…']]])}`,
    ]);
    const ignoring = await runVirtual(
      plan(() => ignore()),
      { seed: 0 },
    );
    expect(story(ignoring.entries)).toEqual(['b exit "ignore"']);
  });

  it('that waits holds the supervisor up, and whoever kills it meanwhile lets it go on', async () => {
    let starts = 0;
    const slow = producer({
      init: async () => {
        starts++;
        if (starts === 2) await new Promise(() => undefined);
        await sleep(10);
      },
      handleDemand: () => undefined,
      handleInfo: (reason) => ({ stop: reason }),
    });
    const plan = pipeline(({ start, supervise }) => {
      supervise('all', [start('a', slow)], { strategy: 'oneForOne' });
    });
    await withCluster(plan, { seed: 1 }, async (cluster) => {
      const [host] = cluster.hosts;
      host?.tell('a', { type: 'info', request: 'enough' });
      await cluster.settle();
      expect(host?.children('all')).toMatchObject([{ status: 'starting', life: 1 }]);
      host?.kill('a');
      await cluster.settle();
      expect(host?.children('all')).toMatchObject([{ status: 'running', life: 3 }]);
      expect(story(cluster.takeEntries())).toContain('a start 3');
    });
  });
});

describe('supervisors of supervisors', () => {
  const nested = (maxRestarts: number) =>
    pipeline(({ start, supervise }) => {
      const a = start('a', numbers(), 0);
      const b = start('b', numbers(), 0);
      const inner = supervise('inner', [a, b], { strategy: 'oneForOne', maxRestarts: 0 });
      supervise('outer', [inner, start('c', numbers(), 0)], { strategy: 'restForOne', maxRestarts });
    });

  it('GS-226 hand on what they cannot mend: the inner one ends, the outer one starts it again with its children', async () => {
    expect(story(await after(nested(1), 1, (tell) => tell('b', 'throw')))).toEqual([
      'b crash',
      'a exit "shutdown"',
      'inner exit "shutdown"',
      'outer restart inner',
      'c exit "shutdown"',
      'inner start 2',
      'a start 2',
      'b start 2',
      'c start 2',
    ]);
    const entries = await after(nested(0), 1, (tell) => tell('b', 'throw'));
    expect(story(entries).slice(-2)).toEqual(['c exit "shutdown"', 'outer exit "shutdown"']);
  });

  it('that are killed take all below along, and are started again like any child', async () => {
    for (let seed = 1; seed <= 20; seed++) {
      await withCluster(nested(3), { seed, placement: { a: 1, inner: 2 } }, async (cluster) => {
        await cluster.settle();
        cluster.takeEntries();
        cluster.hostOf('inner').kill('inner');
        await cluster.settle();
        const told = story(cluster.takeEntries());
        for (const line of [
          'a exit "killed"',
          'b exit "killed"',
          'inner start 2',
          'a start 2',
          'b start 2',
        ]) {
          expect(told).toContain(line);
        }
        const running = { status: 'running', life: 2 };
        expect(cluster.hostOf('inner').children('inner')).toMatchObject([running, running]);
      });
    }
  });

  it('answer a call with their children', async () => {
    await withCluster(nested(1), { seed: 1 }, async (cluster) => {
      const answer = cluster.hostOf('outer').call('outer', 'whichChildren');
      await cluster.settle();
      expect(await answer).toEqual([
        { id: 'inner', restart: 'permanent', status: 'running', life: 1 },
        { id: 'c', restart: 'permanent', status: 'running', life: 1 },
      ]);
    });
  });
});

describe('a run with supervisors', () => {
  it('ends idle when what crashed runs again, crashed when its supervisor has given up', async () => {
    const crashing = (times: number) => {
      let left = times;
      return consumer({
        handleEvents: (events: number[]) => {
          if (events.length > 0 && left-- > 0) throw new Error('not yet');
        },
      });
    };
    const plan = (times: number) =>
      pipeline(({ start, subscribe, supervise }) => {
        const c = start('c', crashing(times));
        subscribe(c, { to: start('a', numbers(20), 0), maxDemand: 2 });
        supervise('all', [c], { strategy: 'oneForOne' });
      });
    const mended = await runVirtual(plan(3), { seed: 0 });
    expect(mended.ended).toBe('idle');
    expect(of(mended.entries, 'start').at(-1)).toMatchObject({ stage: 'c', life: 4 });
    expect((await runVirtual(plan(4), { seed: 0 })).ended).toBe('crashed');
  });

  it('is the same for the same plan and seed', async () => {
    for (const seed of [0, 1, 2]) {
      const plan = () => chain('oneForAll', { maxRestarts: 2 });
      const one = await after(plan(), seed, (tell) => tell('b', 'enough'));
      expect(await after(plan(), seed, (tell) => tell('b', 'enough'))).toEqual(one);
    }
  });

  it('counts on over the lives of a stage', async () => {
    await withCluster(chain('oneForAll'), { seed: 1, trace: 'counters' }, async (cluster) => {
      await cluster.settle();
      cluster.hostOf('a').tell('a', { type: 'info', request: 'throw' });
      await cluster.settle();
      const { stages, subscriptions } = cluster.hostOf('a').counters();
      const totals = Object.fromEntries(
        stages.map(({ stage, handled, emitted }) => [stage, [handled, emitted]]),
      );
      expect(totals).toEqual({ a: [0, 8], b: [8, 8], c: [8, 0] });
      const dispatched = (id: string) =>
        subscriptions.filter(({ subscription }) => subscription === id).map((one) => one.dispatched);
      expect(Math.max(...dispatched('b←a'))).toBe(4);
      expect(Math.max(...dispatched('b←a@2'))).toBe(4);
    });
  });

  it('lets a killed stage do nothing any more, whatever its callback still waits for', async () => {
    const seen: unknown[] = [];
    const plan = pipeline(({ start, supervise }) => {
      const a = start(
        'a',
        producer({
          init: () => {
            self().info('wait');
          },
          handleDemand: () => undefined,
          handleInfo: async (request) => {
            if (request !== 'wait') {
              seen.push(request);
              return;
            }
            const me = self();
            await sleep(100);
            me.info('from an earlier life');
          },
        }),
      );
      supervise('all', [a], { strategy: 'oneForOne' });
    });
    await withCluster(plan, { seed: 1 }, async (cluster) => {
      await cluster.step();
      cluster.hostOf('a').kill('a');
      await cluster.settle();
      // The second life waits and sends as well; the first one's message comes to nobody.
      expect(seen).toEqual(['from an earlier life']);
    });
  });
});
