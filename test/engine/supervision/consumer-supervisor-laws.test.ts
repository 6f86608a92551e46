import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  consumerSupervisor,
  pipeline,
  producer,
  runVirtual,
  sleep,
  type EntryOf,
  type VirtualRun,
} from 'sluice';

/** 0, 1, 2 … as many as there are. */
function numbers(count: number) {
  return producer({
    init: () => 0,
    handleDemand: (demand, next: number) => {
      const size = Math.min(demand, count - next);
      return { events: Array.from({ length: size }, (_, i) => next + i), state: next + size };
    },
  });
}

function tasksOf({ entries }: VirtualRun): EntryOf<'task'>[] {
  return entries.filter((entry): entry is EntryOf<'task'> => entry.type === 'task');
}

const demand = fc
  .integer({ min: 1, max: 6 })
  .chain((maxDemand) =>
    fc.record({ maxDemand: fc.constant(maxDemand), minDemand: fc.integer({ min: 0, max: maxDemand - 1 }) }),
  );

describe('a consumerSupervisor', () => {
  it('GS-222 GS-223 starts a child for each event once, and never has more than maxDemand', async () => {
    await fc.assert(
      fc.asyncProperty(
        demand,
        fc.array(fc.nat(20), { minLength: 1, maxLength: 30 }),
        fc.nat(1_000),
        async (subscription, waits, seed) => {
          const run = await runVirtual(
            pipeline(({ start, subscribe }) => {
              const pool = consumerSupervisor({
                strategy: 'oneForOne',
                child: { restart: 'temporary', run: (event: number) => sleep(waits[event] ?? 0) },
              });
              subscribe(start('pool', pool), { to: start('source', numbers(waits.length)), ...subscription });
            }),
            { seed },
          );
          let running = 0;
          let most = 0;
          for (const { phase } of tasksOf(run)) {
            running += phase === 'start' ? 1 : -1;
            most = Math.max(most, running);
          }
          const started = tasksOf(run).flatMap(({ phase, value }) => (phase === 'start' ? [value] : []));
          expect(started).toEqual([...waits.keys()]);
          expect(running).toBe(0);
          expect(most).toBeLessThanOrEqual(subscription.maxDemand);
        },
      ),
      { numRuns: 60 },
    );
  });

  it('GS-225 GS-223 runs transient children until they succeed, and loses no event meanwhile', async () => {
    await fc.assert(
      fc.asyncProperty(
        demand,
        fc.array(fc.nat(2), { minLength: 1, maxLength: 15 }),
        fc.nat(1_000),
        async (subscription, failures, seed) => {
          const tries = failures.map(() => 0);
          const run = await runVirtual(
            pipeline(({ start, subscribe }) => {
              const pool = consumerSupervisor({
                strategy: 'oneForOne',
                maxRestarts: 1_000,
                child: {
                  restart: 'transient',
                  run: async (event: number) => {
                    await sleep(event % 3);
                    tries[event] = (tries[event] ?? 0) + 1;
                    if ((tries[event] ?? 0) <= (failures[event] ?? 0)) throw new Error('again');
                  },
                },
              });
              subscribe(start('pool', pool), {
                to: start('source', numbers(failures.length)),
                ...subscription,
              });
            }),
            { seed },
          );
          expect(tries).toEqual(failures.map((count) => count + 1));
          expect(tasksOf(run).filter(({ outcome }) => outcome === 'ok')).toHaveLength(failures.length);
        },
      ),
      { numRuns: 40 },
    );
  });

  it('is started again by its supervisor, without the children it had', async () => {
    const done: number[] = [];
    const run = await runVirtual(
      pipeline(({ start, subscribe, supervise }) => {
        const pool = start(
          'pool',
          consumerSupervisor({
            strategy: 'oneForOne',
            maxRestarts: 0,
            child: {
              restart: 'transient',
              run: async (event: number) => {
                await sleep(10 * (event + 1));
                if (event === 0) throw new Error('takes the pool down');
                done.push(event);
              },
            },
          }),
        );
        subscribe(pool, { to: start('source', numbers(6)), maxDemand: 3, minDemand: 0, cancel: 'transient' });
        supervise('top', [pool], { strategy: 'oneForOne' });
      }),
      { seed: 0 },
    );
    const ends = tasksOf(run).flatMap(({ phase, task, outcome }) =>
      phase === 'end' ? [[task, outcome]] : [],
    );
    expect(ends.slice(0, 3)).toEqual([
      ['pool#1', 'failed'],
      ['pool#2', 'shutdown'],
      ['pool#3', 'shutdown'],
    ]);
    // Its second life takes up where the producer stands, and goes on counting its children.
    expect(tasksOf(run).map(({ task }) => task)).toContain('pool#4');
    // The child that was one too many was counted as done, so its place was asked for; what came for it is told as lost.
    expect(done).toEqual([4, 5]);
    const lost = run.entries.flatMap((entry) => (entry.type === 'lost' ? [entry.count] : []));
    expect(lost).toEqual([1]);
  });
});
