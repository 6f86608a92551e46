import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Task, sleep, type AsyncStreamOptions, type TaskResult } from 'sluice';
import { crashOf, endsOf, inCallback, of } from './in-callback.ts';

/** What a stream of tasks gives, run within a callback. */
async function read<Item, Value>(
  items: Iterable<Item> | AsyncIterable<Item>,
  fn: (item: Item) => Value,
  options: AsyncStreamOptions = {},
) {
  const results: TaskResult<Awaited<Value>>[] = [];
  const run = await inCallback(async () => {
    for await (const result of Task.asyncStream(items, fn, options)) results.push(result);
  });
  return { run, results };
}

const late = async (ms: number) => {
  await sleep(ms);
  return ms;
};

describe('Task.asyncStream()', () => {
  it.each([true, false])(
    'gives what map gives, each item once and never more at a time than maxConcurrency (ordered: %s)',
    async (ordered) => {
      await fc.assert(
        fc.asyncProperty(
          fc.array(fc.nat(50), { maxLength: 30 }),
          fc.integer({ min: 1, max: 6 }),
          fc.integer({ min: 0, max: 1_000 }),
          async (waits, maxConcurrency, seed) => {
            let running = 0;
            let most = 0;
            const begun: number[] = [];
            const ended: number[] = [];
            const given: number[] = [];
            const slow = async (i: number) => {
              begun.push(i);
              most = Math.max(most, ++running);
              await sleep(waits[i] ?? 0);
              running--;
              ended.push(i);
              return i;
            };
            const run = await inCallback(async () => {
              for await (const one of Task.asyncStream(waits.keys(), slow, { maxConcurrency, ordered })) {
                if ('ok' in one) given.push(one.ok);
              }
            }, seed);
            expect(crashOf(run)).toBeNull();
            expect(given).toEqual(ordered ? [...waits.keys()] : ended);
            expect([...begun].sort((a, b) => a - b)).toEqual([...waits.keys()]);
            expect(most).toBe(Math.min(maxConcurrency, waits.length));
          },
        ),
        { numRuns: 60 },
      );
    },
  );

  it('takes an item only when a task can begin, and none before somebody reads', async () => {
    const taken: string[] = [];
    function* items() {
      for (let n = 0; n < 4; n++) {
        taken.push(`item ${n}`);
        yield n;
      }
    }
    await inCallback(async () => {
      const stream = Task.asyncStream(items(), (n) => late(10 * (n + 1)), { maxConcurrency: 2 });
      await sleep(5);
      taken.push('reads');
      while (!(await stream.next()).done) {
        taken.push('result');
        await sleep(100);
      }
    });
    // The place that task 0 leaves is filled while its result is still being read for; others only when it is read on.
    const first = ['reads', 'item 0', 'item 1', 'item 2', 'result'];
    expect(taken).toEqual([...first, 'item 3', 'result', 'result', 'result']);
  });

  it('takes as many at once as the run has workers, unless told otherwise', async () => {
    const { run } = await read([1, 1, 1, 1, 1], late);
    const starts = of(run, 'task').filter(({ phase, atMs }) => phase === 'start' && atMs === 0);
    // A run of two stages has two workers.
    expect(starts).toHaveLength(2);
  });

  it('reads async iterables, while the tasks of their items run', async () => {
    let returned = false;
    async function* items() {
      try {
        for (let n = 1; n < 9; n++) {
          await sleep(10);
          yield n;
        }
      } finally {
        returned = true;
      }
    }
    const results: unknown[] = [];
    const run = await inCallback(async () => {
      for await (const result of Task.asyncStream(items(), late, { maxConcurrency: 3 })) {
        results.push(result);
        if (results.length === 3) break;
      }
      await sleep(20);
    });
    expect(crashOf(run)).toBeNull();
    expect(results).toEqual([{ ok: 1 }, { ok: 2 }, { ok: 3 }]);
    expect(returned).toBe(true);
    expect(of(run, 'task').at(-1)?.atMs).toBeLessThan(60);
  });

  it('ends the tasks that run, and the items, when its reader stops', async () => {
    const done: number[] = [];
    let closed = false;
    function* items() {
      try {
        for (let n = 1; ; n++) yield n * 10;
      } finally {
        closed = true;
      }
    }
    const run = await inCallback(async () => {
      const slow = async (ms: number) => {
        await sleep(ms);
        done.push(ms);
      };
      for await (const result of Task.asyncStream(items(), slow, { maxConcurrency: 3 })) {
        if ('ok' in result) break;
      }
      await sleep(1_000);
    });
    expect(crashOf(run)).toBeNull();
    expect(done).toEqual([10]);
    expect(closed).toBe(true);
    expect(endsOf(run).map(([, outcome]) => outcome)).toEqual(['ok', 'shutdown', 'shutdown', 'shutdown']);
  });

  it('fails its reader when a task fails, and ends the others', async () => {
    const done: number[] = [];
    const { run, results } = await read(
      [5, 10, 40, 20],
      async (ms) => {
        await sleep(ms);
        if (ms === 10) throw new RangeError('ten');
        done.push(ms);
        return ms;
      },
      { maxConcurrency: 4 },
    );
    expect(results).toEqual([{ ok: 5 }]);
    expect(crashOf(run)?.[0]).toBe('task_failed');
    expect(crashOf(run)?.[1]).toContain('RangeError: ten');
    expect(done).toEqual([5]);
  });

  it('fails its reader when the items fail', async () => {
    function* items() {
      yield 1;
      throw new Error('no more items');
    }
    const { run } = await read(items(), late);
    expect(crashOf(run)).toEqual(['Error', 'no more items']);
  });

  it('fails its reader when a task takes longer than timeoutMs, by default 5,000', async () => {
    const { run } = await read([6_000, 1], late);
    expect(crashOf(run)?.[0]).toBe('task_timeout');
    expect(of(run, 'crash')[0]?.atMs).toBe(5_000);
    const patient = await read([6_000, 1], late, { timeoutMs: Infinity });
    expect(patient.results).toEqual([{ ok: 6_000 }, { ok: 1 }]);
  });

  it('ends just the task that takes too long with onTimeout "killTask", and takes the next item for it', async () => {
    const { run, results } = await read([1, 90, 2, 90, 3], late, {
      maxConcurrency: 2,
      timeoutMs: 50,
      onTimeout: 'killTask',
    });
    expect(results).toEqual([{ ok: 1 }, { exit: 'timeout' }, { ok: 2 }, { exit: 'timeout' }, { ok: 3 }]);
    expect(endsOf(run).map(([, outcome]) => outcome)).toEqual(['ok', 'ok', 'timeout', 'timeout', 'ok']);
  });

  it.each([
    [{ maxConcurrency: 0 }, 'option_out_of_range', 'maxConcurrency'],
    [{ maxConcurrency: 1.5 }, 'option_out_of_range', 'maxConcurrency'],
    [{ ordered: 'yes' }, 'option_out_of_range', 'ordered'],
    [{ timeoutMs: -1 }, 'option_out_of_range', 'timeoutMs'],
    [{ onTimeout: 'ignore' }, 'option_out_of_range', 'onTimeout'],
    [{ maxConcurency: 2 }, 'option_unknown', 'did you mean "maxConcurrency"'],
  ])('refuses %o', async (options, code, named) => {
    const { run } = await read([1], late, options as AsyncStreamOptions);
    expect(crashOf(run)?.[0]).toBe(code);
    expect(crashOf(run)?.[1]).toContain(named);
  });
});

describe('Task.asyncStreamNolink()', () => {
  it('gives how each task ended, in the order of the items, and goes on', async () => {
    const results: unknown[] = [];
    const run = await inCallback(async () => {
      const picky = async (ms: number) => {
        await sleep(ms);
        if (ms === 30) throw new TypeError('thirty');
        return ms;
      };
      for await (const result of Task.asyncStreamNolink([40, 30, 20], picky, { maxConcurrency: 3 })) {
        results.push(result);
      }
    });
    expect(crashOf(run)).toBeNull();
    expect(results).toEqual([{ ok: 40 }, { exit: { error: 'TypeError', message: 'thirty' } }, { ok: 20 }]);
  });
});
