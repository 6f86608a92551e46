import { describe, expect, it } from 'vitest';
import type { EntryOf, RunUpdate, TraceEntry, TraceType } from 'sluice';
import { nodePlatform, startOnThreads, until } from '../../support/node-runner.ts';

/** Starting threads takes as long as the machine's other work lets it. */
const LONG = { timeout: 120_000 };

/** Numbers through two stages; `info` to any of them ends it: `"throw"`, or the reason. All are supervised. */
const program = (supervise: string) => `
import { consumer, pipeline, producer, producerConsumer } from 'sluice';

const LIMIT = 40;
const obey = (request: unknown) => {
  if (request === 'throw') throw new Error('told to');
  return { stop: request };
};
const numbers = producer({
  init: (first: number) => first,
  handleDemand: (demand, next) => {
    const count = Math.max(0, Math.min(demand, LIMIT - next));
    return { events: Array.from({ length: count }, (_, i) => next + i), state: next + count };
  },
  handleInfo: obey,
});
const doubled = producerConsumer({
  handleEvents: (events: number[]) => ({ events: events.map((n) => n * 2) }),
  handleInfo: obey,
});
const sum = consumer({
  init: (): number => 0,
  handleEvents: (events: number[], total) => ({ state: total + events.reduce((a, b) => a + b, 0) }),
  handleInfo: obey,
});

export default pipeline(({ start, subscribe, supervise }) => {
  const a = start('a', numbers, 0);
  const b = start('b', doubled);
  const c = start('c', sum);
  subscribe(b, { to: a, maxDemand: 8, minDemand: 4 });
  subscribe(c, { to: b, maxDemand: 6, minDemand: 3 });
  ${supervise}
});
`;

function of<T extends TraceType>(entries: readonly TraceEntry[], type: T): EntryOf<T>[] {
  return entries.filter((entry): entry is EntryOf<T> => entry.type === type);
}

const all = async (supervise: string) =>
  startOnThreads(await nodePlatform(program(supervise)), { workers: 3, keepAlive: true });

/** The last stage has taken everything in so many lives of the source. */
const handled = (count: number) => (update: RunUpdate) =>
  update.stages.find(({ stage }) => stage === 'c')?.handled === count;

describe('supervisors on real threads', () => {
  it('start stages on other workers again, whose work then goes on from the beginning', LONG, async () => {
    const run = await all(`supervise('all', [a, b, c], { strategy: 'oneForAll' });`);
    const first = await until(run, handled(40));
    expect(new Set(Object.values(first.placement)).size).toBeGreaterThan(1);
    run.info('b', 'throw');
    // The worker of the supervisor may tell later than that of the last stage.
    const isTold = ({ entries }: RunUpdate) => of(entries, 'restart').length > 0;
    const second = await until(run, (update) => handled(80)(update) && isTold(update));
    expect(second.status).toBe('running');
    // The end of c, which b's has caused, may come to the supervisor before b's own: it is one restart either way.
    expect(of(second.entries, 'restart')).toMatchObject([{ stage: 'all', life: 2, restarts: 1 }]);
    run.stop();
    await run.done;
    const { entries, stages, subscriptions } = run.now;
    const lives = of(entries, 'start').filter(({ life }) => life === 2);
    expect(lives.map(({ stage }) => stage).sort()).toEqual(['a', 'b', 'c']);
    // In the order of their causes, wherever they happened.
    expect(lives.map(({ stage }) => stage)).toEqual(['a', 'b', 'c']);
    expect(stages.map(({ lost }) => lost)).toEqual([0, 0, 0]);
    expect(subscriptions.find(({ subscription }) => subscription === 'c←b@2')).toMatchObject({
      dispatched: 40,
    });
  });

  it('count restarts over all workers, give up, and the run ends by itself', LONG, async () => {
    const run = startOnThreads(
      await nodePlatform(program(`supervise('all', [a, b, c], { strategy: 'restForOne', maxRestarts: 1 });`)),
      { workers: 3, keepAlive: true },
    );
    await until(run, handled(40));
    run.kill('b', 'first');
    await until(run, ({ entries }) =>
      of(entries, 'start').some(({ stage, life }) => stage === 'c' && life === 2),
    );
    run.kill('b', 'second');
    const gone = await until(run, ({ entries }) => of(entries, 'exit').some(({ stage }) => stage === 'all'));
    expect(of(gone.entries, 'exit').find(({ stage }) => stage === 'all')).toMatchObject({
      reason: 'shutdown',
    });
    run.stop();
    await run.done;
    expect(run.now.stages.map(({ status }) => status)).toEqual(['exited', 'exited', 'exited']);
  });

  it(
    'do not keep a run busy: it ends when nothing is left to do, and when all have ended',
    LONG,
    async () => {
      const supervised = `supervise('all', [a, b, { child: c, restart: 'transient' }], { strategy: 'oneForOne' });`;
      const idle = startOnThreads(await nodePlatform(program(supervised)), { workers: 3 });
      expect(await idle.done).toEqual({ type: 'idle' });
      expect(idle.now.stages.find(({ stage }) => stage === 'c')?.handled).toBe(40);
      const ending = `supervise('all', [a, b, c].map((child) => ({ child, restart: 'temporary' as const })), { strategy: 'oneForOne' });`;
      const run = await all(ending);
      await until(run, handled(40));
      run.info('a', 'normal');
      await until(run, ({ stages }) => stages.every(({ status }) => status === 'exited'));
      run.stop();
      await run.done;
    },
  );

  it('account for what was in flight when a stage on another worker is killed', LONG, async () => {
    const run = await all(
      `supervise('all', [a, b, { child: c, restart: 'temporary' }], { strategy: 'oneForOne' });`,
    );
    for (const stage of ['b', 'a', 'b']) {
      run.kill(stage, 'out of the blue');
      await new Promise((resolve) => {
        setTimeout(resolve, 20);
      });
    }
    run.stop();
    await run.done;
    const { entries, stages } = run.now;
    for (const { stage, lost } of stages) {
      const told = of(entries, 'lost').filter((entry) => entry.stage === stage);
      expect(lost, stage).toBe(told.reduce((sum, { count }) => sum + count, 0));
    }
  });

  it('can be killed, and are started again by theirs', LONG, async () => {
    const run = await all(`
      const inner = supervise('inner', [b, c], { strategy: 'oneForAll' });
      supervise('outer', [a, inner], { strategy: 'restForOne' });
    `);
    await until(run, handled(40));
    run.kill('inner', 'killed');
    // Each worker tells of its own stages, one perhaps later than the other.
    const again = await until(
      run,
      ({ entries }) =>
        of(entries, 'start').some(({ stage, life }) => stage === 'c' && life === 2) &&
        of(entries, 'restart').length > 0,
    );
    expect(of(again.entries, 'restart')).toMatchObject([
      { stage: 'outer', child: 'inner', reason: 'killed' },
    ]);
    run.stop();
    await run.done;
  });
});
