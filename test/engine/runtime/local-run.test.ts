import { describe, expect, it } from 'vitest';
import { consumer, pipeline, producer, producerConsumer, runLocal, self, sleep, stop } from 'sluice';

const numbersUpTo = (limit: number) =>
  producer({
    init: () => 0,
    handleDemand: (demand, next) => {
      const events = Array.from({ length: Math.min(demand, limit - next) }, (_, i) => next + i);
      return { events, state: next + events.length };
    },
  });

const collecting = consumer({
  init: (seen: number[]) => seen,
  handleEvents: (events: number[], seen) => {
    seen.push(...events);
  },
});

const doubling = producerConsumer({
  handleEvents: (events: number[]) => ({ events: events.map((n) => 2 * n) }),
});

describe('runLocal()', () => {
  it('runs a pipeline in this thread until nothing is left to do', async () => {
    const seen: number[] = [];
    const run = runLocal(
      pipeline(({ start, subscribe }) => {
        const source = start('numbers', numbersUpTo(2_500));
        const double = start('double', doubling);
        subscribe(double, { to: source });
        subscribe(start('seen', collecting, seen), { to: double, maxDemand: 10 });
      }),
    );
    expect(await run.done).toBe('idle');
    expect(seen).toEqual(Array.from({ length: 2_500 }, (_, i) => 2 * i));
    expect(run.counters().stages.map(({ stage, handled, emitted }) => [stage, handled, emitted])).toEqual([
      ['numbers', 0, 2_500],
      ['double', 2_500, 2_500],
      ['seen', 2_500, 0],
    ]);
  });

  it('ends as exited when every stage has, and as crashed when one has crashed', async () => {
    const ending = consumer({ handleEvents: () => ({ stop: 'normal' }) });
    const failing = consumer({
      handleEvents: () => {
        throw new Error('no');
      },
    });
    const end = (last: typeof ending) =>
      runLocal(
        pipeline(({ start, subscribe }) => {
          const source = start(
            'numbers',
            producer({
              init: () => 0,
              handleDemand: (demand) => ({ events: Array.from({ length: demand }, () => 1) }),
              handleCancel: () => ({ stop: 'normal' }),
            }),
          );
          subscribe(start('last', last), { to: source });
        }),
      ).done;
    expect(await end(ending)).toBe('exited');
    expect(await end(failing)).toBe('crashed');
  });

  it('waits for callbacks that wait, for init and for timers', async () => {
    const seen: number[] = [];
    const slow = consumer({
      init: async (into: number[]) => {
        await sleep(1);
        return into;
      },
      handleEvents: async (events: number[], into) => {
        await sleep(2);
        into.push(...events);
      },
    });
    const run = runLocal(
      pipeline(({ start, subscribe }) => {
        subscribe(start('slow', slow, seen), { to: start('numbers', numbersUpTo(20)), maxDemand: 4 });
      }),
    );
    expect(await run.done).toBe('idle');
    expect(seen).toEqual(Array.from({ length: 20 }, (_, i) => i));
  });

  it('lets other work of the thread have its turn', async () => {
    const endless = numbersUpTo(Infinity);
    const run = runLocal(
      pipeline(({ start, subscribe }) => {
        subscribe(start('nothing', consumer({ handleEvents: () => undefined })), {
          to: start('endless', endless),
        });
      }),
    );
    const emitted = () => run.counters().stages.find(({ stage }) => stage === 'endless')?.emitted;
    await pause(20);
    expect(emitted()).toBeGreaterThan(1_000);
    run.stop();
    expect(await run.done).toBe('stopped');
    const untilThen = emitted();
    await pause(5);
    expect(emitted()).toBe(untilThen);
  });

  it('takes calls, casts and infos while it is kept alive', async () => {
    const counter = producer({
      init: () => 0,
      handleDemand: () => undefined,
      handleCast: (more: unknown, count) => ({ state: count + Number(more) }),
      handleInfo: (_message, count) => ({ state: count * 2 }),
      handleCall: (_request, count) => {
        self().info('double');
        return { reply: count };
      },
    });
    const run = runLocal(
      pipeline(({ start }) => {
        start('counter', counter);
      }),
      { keepAlive: true },
    );
    run.cast('counter', 3);
    run.cast('counter', 4);
    expect(await run.call('counter', 'count')).toBe(7);
    expect(await run.call('counter', 'count')).toBe(14);
    run.kill('counter', 'enough');
    await expect(run.call('counter', 'count')).rejects.toThrow('noproc');
    run.stop();
    expect(await run.done).toBe('stopped');
  });

  it('keeps a trace when asked to, as long as its entries are taken', async () => {
    const started = (trace: 'full' | 'counters') => {
      const seen: number[] = [];
      return runLocal(
        pipeline(({ start, subscribe }) => {
          subscribe(start('seen', collecting, seen), {
            to: start('numbers', numbersUpTo(100)),
            maxDemand: 2,
          });
        }),
        { trace, maxEntries: 50 },
      );
    };
    const run = started('full');
    await run.done;
    const entries = run.takeEntries();
    expect(entries).toHaveLength(50);
    expect(entries.map(({ seq }) => seq)).toEqual(entries.map((_, i) => i + 1));
    expect(run.dropped).toBeGreaterThan(0);
    expect(run.takeEntries()).toEqual([]);
    const quiet = started('counters');
    await quiet.done;
    expect(new Set(quiet.takeEntries().map(({ type }) => type))).toEqual(
      new Set(['start', 'subscribe', 'subscribed']),
    );
  });

  it('starts again what a supervisor of the pipeline supervises', async () => {
    let failures = 2;
    const seen: number[] = [];
    const failing = consumer({
      handleEvents: (events: number[]) => {
        if (failures-- > 0) throw new Error('not yet');
        seen.push(...events);
      },
    });
    const run = runLocal(
      pipeline(({ start, subscribe, supervise }) => {
        const sink = start('sink', failing);
        subscribe(sink, { to: start('numbers', numbersUpTo(10)), maxDemand: 2, minDemand: 0 });
        supervise('all', [sink], { strategy: 'oneForOne' });
      }),
    );
    expect(await run.done).toBe('idle');
    expect(seen).toEqual([4, 5, 6, 7, 8, 9]);
    const sink = run.counters().stages.find(({ stage }) => stage === 'sink');
    expect(sink).toMatchObject({ handled: 6, lost: 4, status: 'waiting' });
  });

  it('goes on without a stage whose init refuses', async () => {
    const refusing = consumer({ init: () => stop('no'), handleEvents: () => undefined });
    const seen: number[] = [];
    const run = runLocal(
      pipeline(({ start, subscribe }) => {
        const source = start('numbers', numbersUpTo(10));
        subscribe(start('refusing', refusing), { to: source });
        subscribe(start('seen', collecting, seen), { to: source });
      }),
    );
    await run.done;
    expect(seen).toHaveLength(10);
  });
});

/** In real time: what the thread does beside the run. */
function pause(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms);
  });
}
