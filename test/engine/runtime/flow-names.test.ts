import { describe, expect, it } from 'vitest';
import { Flow, consumer, demandMode, pipeline, runVirtual, self, subscribe } from 'sluice';

/** Keeps what it gets. */
function keeping() {
  const got: number[] = [];
  const definition = consumer<number>({
    handleEvents: (events) => {
      got.push(...events);
    },
  });
  return { definition, got };
}

describe('the name of a flow', () => {
  it('FL-174 FL-177 is where others subscribe to it from within', async () => {
    const got: unknown[] = [];
    const late = consumer<unknown>({
      init: () => {
        self().info('now');
      },
      handleInfo: () => {
        subscribe({ to: 'numbers', cancel: 'transient' });
      },
      handleEvents: (events) => {
        got.push(...events);
      },
    });
    const plan = pipeline(({ start }) => {
      start(
        'numbers',
        Flow.from([1, 2, 3], { stages: 1 })
          .map((n) => n * 2)
          .intoStages([]),
      );
      start('late', late);
    });
    expect((await runVirtual(plan, { seed: 1 })).ended).toBe('idle');
    expect(got).toEqual([2, 4, 6]);
  });

  it.each([
    ['stays held while nobody tells it to forward', () => undefined, []],
    ['is told to forward', () => void demandMode('numbers', 'forward'), [1, 2, 3]],
  ])('FL-174 FL-175 is where it %s', async (_what, tell, expected) => {
    const { definition, got } = keeping();
    const teller = consumer({
      init: () => {
        self().info('now');
      },
      handleInfo: () => {
        tell();
      },
      handleEvents: () => undefined,
    });
    const plan = pipeline(({ start, subscribe }) => {
      const numbers = start('numbers', Flow.from([1, 2, 3], { stages: 1 }), { demand: 'accumulate' });
      subscribe(start('sink', definition), { to: numbers, cancel: 'transient' });
      start('teller', teller);
    });
    await runVirtual(plan, { seed: 1 });
    expect(got).toEqual(expected);
  });
});

describe('a supervised flow', () => {
  /** What a flow whose second event fails once hands on, and how often it starts again. */
  async function recovered(restart: 'permanent' | 'transient') {
    let failures = 0;
    const { definition, got } = keeping();
    const plan = pipeline(({ start, subscribe, supervise }) => {
      const numbers = start(
        'numbers',
        Flow.from([1, 2, 3], { stages: 1, maxDemand: 1 }).map((n) => {
          if (n === 2 && failures++ === 0) throw new Error('refused');
          return n * 10;
        }),
      );
      const sink = start('sink', definition);
      subscribe(sink, { to: numbers, cancel: 'temporary' });
      supervise('all', [{ child: numbers, restart }, sink], { strategy: 'restForOne' });
    });
    const { entries } = await runVirtual(plan, { seed: 1 });
    return { got, restarts: entries.filter(({ type }) => type === 'restart') };
  }

  it('FL-184 FL-172 starts again as a whole when one of its stages fails', async () => {
    const { got, restarts } = await recovered('permanent');
    const reason = { error: 'Error', message: 'refused' };
    expect(restarts[0]).toMatchObject({ stage: 'all', child: 'numbers', life: 2, reason });
    // What came before the failure comes again: a flow begins anew, as its sources do.
    expect(got.slice(0, 4)).toEqual([10, 10, 20, 30]);
  });

  it('FL-176 FL-184 starts again as a transient child, whose supervisor hears of the failure, and only then', async () => {
    const { got, restarts } = await recovered('transient');
    expect(got).toEqual([10, 10, 20, 30]);
    expect(restarts).toHaveLength(1);
  });
});
