import { describe, expect, it } from 'vitest';
import {
  EngineError,
  Task,
  consumer,
  pipeline,
  producer,
  runLocal,
  runVirtual,
  self,
  sleep,
  task,
} from 'sluice';
import { crashOf, endsOf, inCallback, of } from './in-callback.ts';

const double = task((n: number) => n * 2);
const late = async (ms: number) => {
  await sleep(ms);
  return ms;
};

/** The code of what a promise was rejected with. */
async function codeOf(promise: Promise<unknown>): Promise<string> {
  try {
    await promise;
  } catch (error) {
    if (error instanceof EngineError) return error.code;
  }
  return 'none';
}

describe('task()', () => {
  it('gives back a function that can also be called as it is', () => {
    expect(double(21)).toBe(42);
  });

  it('rejects what is no function', () => {
    expect(() => task(3 as never)).toThrow(/must run a function: received 3/);
  });
});

describe('Task.async()', () => {
  it('throws outside of stages and tasks, also after a run', async () => {
    const start = () => Task.async(double, 1);
    expect(start).toThrow(/Cannot start a task as it must be called while a callback/);
    await inCallback(() => void start());
    expect(start).toThrow(/Cannot start a task as it must be called while a callback/);
  });

  it('rejects what is no function', async () => {
    const run = await inCallback(() => {
      Task.async('double' as never);
    });
    expect(crashOf(run)?.[0]).toBe('task_function');
  });

  it('runs beside its stage and beside other tasks', async () => {
    const took: number[] = [];
    const run = await inCallback(async () => {
      const running = [30, 20, 10].map((ms) => Task.async(late, ms));
      for (const each of running) took.push(await Task.await(each));
    });
    expect(took).toEqual([30, 20, 10]);
    expect(of(run, 'task').at(-1)?.atMs).toBe(30);
    expect(endsOf(run)).toEqual([
      ['stage/late#3', 'ok'],
      ['stage/late#2', 'ok'],
      ['stage/late#1', 'ok'],
    ]);
  });

  it('records what a task was given and what it returned, caused by the callback that started it', async () => {
    const run = await inCallback(async () => {
      await Task.await(Task.async(double, 4));
    });
    const [start, end] = of(run, 'task');
    const began = of(run, 'begin').find(({ callback }) => callback === 'handleEvents');
    expect(start).toMatchObject({ stage: 'stage', task: 'stage#1', phase: 'start', on: 0, value: 4 });
    expect(start?.cause).toBe(began?.seq);
    expect(end).toMatchObject({ phase: 'end', outcome: 'ok', value: 8, cause: start?.seq });
  });

  it('may be called by tasks, which own what they start', async () => {
    const results: number[] = [];
    const run = await inCallback(async () => {
      const outer = async (n: number) => {
        await sleep(5);
        return Task.await(Task.async(double, n));
      };
      results.push(await Task.await(Task.async(outer, 3)));
    });
    expect(results).toEqual([6]);
    expect(endsOf(run).map(([id]) => id)).toEqual(['stage/outer#1#1', 'stage/outer#1']);
  });

  it('crashes the stage when the task fails and nobody waits for it', async () => {
    const run = await inCallback(async () => {
      Task.async(async () => {
        await sleep(5);
        throw new TypeError('lost');
      });
      await sleep(10);
      throw new Error('too late');
    });
    expect(crashOf(run)?.[0]).toBe('task_failed');
    expect(crashOf(run)?.[1]).toContain('TypeError: lost');
    expect(of(run, 'crash')[0]?.atMs).toBe(5);
  });

  it('ends tasks with the stage that failed, at their next sleep', async () => {
    const done: string[] = [];
    const run = await inCallback(() => {
      Task.async(async () => {
        await sleep(10);
        done.push('went on');
      });
      throw new Error('failed');
    });
    expect(crashOf(run)?.[1]).toBe('failed');
    expect(done).toEqual([]);
  });

  it('lets tasks of a stage that ended with "normal" go on', async () => {
    const done: string[] = [];
    const brief = producer({
      init: () => {
        self().info('end');
      },
      handleDemand: () => undefined,
      handleInfo: () => {
        Task.async(async () => {
          await sleep(10);
          done.push('went on');
        });
        return { stop: 'normal' };
      },
    });
    const run = await runVirtual(
      pipeline(({ start }) => void start('brief', brief)),
      { seed: 0 },
    );
    expect(run.ended).toBe('exited');
    expect(done).toEqual(['went on']);
  });

  it.each(['a virtual', 'a local'])('may be waited for by init, in %s run', async (kind) => {
    const states: unknown[] = [];
    const waiting = producer({
      init: async () => Task.await(Task.async(late, 5)),
      handleDemand: (_demand, state: number) => {
        states.push(state);
      },
    });
    const plan = pipeline(({ start, subscribe }) => {
      const source = start('source', waiting);
      subscribe(start('sink', consumer({ handleEvents: () => undefined })), { to: source });
    });
    if (kind === 'a virtual') await runVirtual(plan, { seed: 0 });
    else expect(await runLocal(plan).done).toBe('idle');
    expect(states).toEqual([5]);
  });

  it('interleaves tasks and stages by the seed, alike for the same seed', async () => {
    const orderOf = async (seed: number) => {
      const order: number[] = [];
      await inCallback(async () => {
        const running = [0, 1, 2, 3, 4].map((n) => Task.async(() => order.push(n)));
        for (const each of running) await Task.await(each);
      }, seed);
      return order.join('');
    };
    expect(await orderOf(0)).toBe('01234');
    const orders = await Promise.all([1, 2, 3, 4, 5, 6].map(orderOf));
    expect(new Set(orders).size).toBeGreaterThan(3);
    expect(await orderOf(3)).toBe(orders[2]);
  });
});

describe('Task.asyncNolink()', () => {
  it('leaves the stage alone when the task fails, and tells who awaits it', async () => {
    let code = '';
    const run = await inCallback(async () => {
      const failing = Task.asyncNolink(() => {
        throw new Error('alone');
      });
      await sleep(5);
      code = await codeOf(Task.await(failing));
    });
    expect(crashOf(run)).toBeNull();
    expect(code).toBe('task_failed');
    expect(endsOf(run)).toEqual([['stage/failing#1', 'failed']].map(([, outcome]) => ['stage#1', outcome]));
  });
});

describe('Task.await()', () => {
  it('rejects when the task fails while it waits; a callback that does not catch that crashes', async () => {
    const failing = () => Task.async(() => late(5).then(() => Promise.reject(new Error('no'))));
    const caught = await inCallback(async () => {
      expect(await codeOf(Task.await(failing()))).toBe('task_failed');
    });
    expect(crashOf(caught)).toBeNull();
    const crashed = await inCallback(async () => {
      await Task.await(failing());
    });
    expect(crashOf(crashed)?.[0]).toBe('task_failed');
  });

  it('rejects after timeoutMs, by default 5,000, in the time of the run', async () => {
    const run = await inCallback(async () => {
      const slow = Task.async(late, 6_000);
      expect(await codeOf(Task.await(slow, 10))).toBe('task_timeout');
      await Task.await(slow);
    });
    expect(crashOf(run)?.[0]).toBe('task_timeout');
    expect(of(run, 'crash')[0]?.atMs).toBe(5_010);
  });

  it('waits as long as it takes with Infinity', async () => {
    const run = await inCallback(async () => {
      expect(await Task.await(Task.async(late, 3_600_000), Infinity)).toBe(3_600_000);
    });
    expect(crashOf(run)).toBeNull();
  });

  it.each([-1, Number.NaN, '5' as never])('rejects the timeoutMs %s', async (timeoutMs) => {
    await inCallback(async () => {
      expect(await codeOf(Task.await(Task.async(double, 1), timeoutMs))).toBe('option_out_of_range');
    });
  });

  it('rejects what Task.async did not return', async () => {
    expect(await codeOf(Task.await(late(0) as never))).toBe('not_a_task');
  });
});

describe('Task.yield()', () => {
  it('gives null while the task runs, then its result, as often as it is asked', async () => {
    const said: unknown[] = [];
    await inCallback(async () => {
      const running = Task.async(late, 30);
      said.push(await Task.yield(running, 10), await Task.yield(running), await Task.yield(running, 0));
      const failing = Task.async(() => late(1).then(() => Promise.reject(new Error('no'))));
      said.push(await Task.yield(failing));
    });
    expect(said).toEqual([null, { ok: 30 }, { ok: 30 }, { exit: { error: 'Error', message: 'no' } }]);
  });
});

describe('Task.shutdown()', () => {
  it('ends a task and gives null; the stage goes on', async () => {
    const run = await inCallback(async () => {
      expect(await Task.shutdown(Task.async(late, 1_000))).toBeNull();
      expect(await Task.shutdown(Task.async(late, 1_000), 'brutalKill')).toBeNull();
      await sleep(2_000);
    });
    expect(crashOf(run)).toBeNull();
    expect(endsOf(run)).toEqual([
      ['stage/late#1', 'shutdown'],
      ['stage/late#2', 'shutdown'],
    ]);
  });

  it('gives a task that asked for its signal time to finish, and its result', async () => {
    const tidy = (ms: number) => () => {
      const signal = Task.signal();
      return new Promise<string>((resolve) => {
        signal.addEventListener('abort', () => void sleep(ms).then(() => resolve('tidy')));
      });
    };
    const run = await inCallback(async () => {
      const quick = Task.async(tidy(50));
      const slow = Task.async(tidy(500));
      await sleep(1);
      expect(await Task.shutdown(quick, 100)).toEqual({ ok: 'tidy' });
      expect(await Task.shutdown(slow, 100)).toBeNull();
    });
    expect(crashOf(run)).toBeNull();
    expect(endsOf(run).map(([, outcome]) => outcome)).toEqual(['ok', 'shutdown']);
    expect(of(run, 'task').at(-1)?.atMs).toBe(151);
  });

  it('takes a task that gives up because of its signal as shut down', async () => {
    const run = await inCallback(async () => {
      const running = Task.async(() => {
        const signal = Task.signal();
        return new Promise((_resolve, reject) => {
          signal.addEventListener('abort', () => reject(new DOMException('stopped', 'AbortError')));
        });
      });
      await sleep(1);
      expect(await Task.shutdown(running)).toBeNull();
    });
    expect(crashOf(run)).toBeNull();
  });

  it('gives the result of a task that had ended before', async () => {
    await inCallback(async () => {
      const running = Task.async(double, 2);
      await sleep(1);
      expect(await Task.shutdown(running)).toEqual({ ok: 4 });
    });
  });
});

describe('Task.signal()', () => {
  it('throws where no task runs', async () => {
    const run = await inCallback(() => void Task.signal());
    expect(crashOf(run)?.[0]).toBe('outside_callback');
  });
});

describe('a run', () => {
  it('goes on while a task runs that nobody waits for, and says which one never ends', async () => {
    const run = await inCallback(() => {
      Task.async(late, 500);
      Task.async(() => new Promise(() => undefined));
    });
    expect(endsOf(run)).toEqual([['stage/late#1', 'ok']]);
    const [warning] = of(run, 'warning').filter(({ code }) => code === 'never_settled');
    expect(warning?.message).toContain('The task "stage#2"');
  }, 10_000);
});
