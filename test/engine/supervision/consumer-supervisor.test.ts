import { describe, expect, it } from 'vitest';
import { EngineError, consumerSupervisor, ignore, sleep, stop, type ChildSpec } from 'sluice';
import { Pool } from './pool.ts';

/** A child that runs until it is told what becomes of it. */
function heldChildren(restart: 'temporary' | 'transient' = 'temporary') {
  const started: number[] = [];
  const running = new Map<number, { done: () => void; fail: (reason: string) => void }>();
  const child: ChildSpec<number> = {
    restart,
    run: (event) => {
      started.push(event);
      return new Promise<void>((resolve, reject) => {
        running.set(event, { done: resolve, fail: (reason) => reject(new Error(reason)) });
      });
    },
  };
  return {
    child,
    started,
    end: (event: number) => running.get(event)?.done(),
    fail: (event: number) => running.get(event)?.fail(`child ${event} failed`),
  };
}

/** How a definition was refused. */
function refusalOf(definition: object): unknown {
  try {
    consumerSupervisor(definition as Parameters<typeof consumerSupervisor>[0]);
  } catch (error) {
    if (error instanceof EngineError) return [error.code, error.details];
  }
  return null;
}

const run = () => undefined;

describe('consumerSupervisor()', () => {
  it('GS-220 refuses everything but one child and the strategy "oneForOne"', () => {
    const child = { restart: 'temporary', run };
    expect(refusalOf({ strategy: 'oneForOne', child })).toBeNull();
    expect(refusalOf({ child })).toMatchObject(['option_out_of_range', { option: 'strategy' }]);
    expect(refusalOf({ child, strategy: 'oneForAll' })).toMatchObject([
      'option_out_of_range',
      { option: 'strategy', requirement: '"oneForOne"', received: '"oneForAll"' },
    ]);
    expect(refusalOf({ strategy: 'oneForOne', child: [child, child] })).toMatchObject([
      'option_out_of_range',
      { option: 'child' },
    ]);
    expect(refusalOf({ strategy: 'oneForOne' })).toMatchObject(['option_out_of_range', { option: 'child' }]);
    expect(refusalOf({ strategy: 'oneForOne', child: { restart: 'temporary' } })).toMatchObject([
      'definition_missing_callback',
      { callback: 'child.run' },
    ]);
    expect(refusalOf({ strategy: 'oneForOne', child: { ...child, start: 3 } })).toMatchObject([
      'definition_not_function',
      { callback: 'child.start' },
    ]);
  });

  it('GS-220 refuses permanent children, limits that are no counts, and options it does not know', () => {
    const child = { restart: 'temporary', run };
    const refused = (given: object) => refusalOf({ strategy: 'oneForOne', child, ...given });
    for (const restart of ['permanent', undefined, 'always']) {
      expect(refused({ child: { run, restart } })).toMatchObject([
        'option_out_of_range',
        { option: 'restart' },
      ]);
    }
    for (const wrong of [-1, 1.5, '3', null]) {
      expect(refused({ maxRestarts: wrong })).toMatchObject([
        'option_out_of_range',
        { option: 'maxRestarts' },
      ]);
      expect(refused({ maxSeconds: wrong })).toMatchObject(['option_out_of_range', { option: 'maxSeconds' }]);
    }
    expect(refused({ child: { ...child, shutdownMs: -1 } })).toMatchObject([
      'option_out_of_range',
      { option: 'shutdownMs' },
    ]);
    expect(refused({ child: { ...child, type: 'stage' } })).toMatchObject([
      'option_out_of_range',
      { option: 'type' },
    ]);
    expect(refused({ subscribeTo: 'source' })).toMatchObject([
      'option_out_of_range',
      { option: 'subscribeTo' },
    ]);
    expect(refused({ maxRestart: 1 })).toMatchObject([
      'definition_unknown_key',
      { key: 'maxRestart', nearest: '; did you mean "maxRestarts"?' },
    ]);
  });

  it('GS-220 lets init set limits, leave the stage out, or refuse it', async () => {
    const child = { restart: 'temporary', run } as const;
    const started = (init: (arg: unknown) => object) => {
      const pool = new Pool();
      const given = init as () => ReturnType<typeof ignore>;
      const defined = consumerSupervisor<number>({ strategy: 'oneForOne', child, init: given });
      return pool.host.start('pool', defined, undefined);
    };
    expect(started(() => ignore())).toEqual({ type: 'ignored' });
    expect(started(() => stop('closed'))).toMatchObject({ type: 'failed', reason: 'closed' });
    expect(started(() => ({ maxRestarts: -1 }))).toMatchObject({ type: 'failed' });
    expect(started(() => ({ child }))).toMatchObject({ type: 'failed' });
    const held = heldChildren('transient');
    const pool = await Pool.of(held.child, { init: () => ({ maxRestarts: 0 }) });
    held.fail(0);
    await pool.settle();
    expect(pool.exit).toBe('shutdown');
  });

  it('GS-221 asks for maxDemand, by default 1,000, when it has subscribed, and never by itself again', async () => {
    const held = heldChildren();
    expect((await Pool.of(held.child, { subscription: { maxDemand: 4 } })).demands).toEqual([4]);
    expect((await Pool.of(held.child)).demands).toEqual([1_000]);
  });

  it('GS-222 starts one child per event, with that event', async () => {
    const held = heldChildren();
    const pool = await Pool.of(held.child, { subscription: { maxDemand: 3 } });
    expect(held.started).toEqual([0, 1, 2]);
    expect(await counted(pool)).toEqual({ specs: 1, active: 3, workers: 3, supervisors: 0 });
    expect(pool.host.counters().stages).toMatchObject([{ stage: 'source' }, { stage: 'pool', tasks: 3 }]);
  });

  it('GS-222 hands on what start gives beside a child', async () => {
    const pool = await Pool.of(
      { restart: 'temporary', start: (event) => ({ info: event * 2 }), run: () => sleep(1) },
      { events: 0 },
    );
    expect(await answered(pool, pool.children.startChild(21))).toEqual(['ok', 'pool#1', 42]);
  });

  it('GS-223 asks again once minDemand children have ended, for as many as have', async () => {
    const held = heldChildren();
    const pool = await Pool.of(held.child, { subscription: { maxDemand: 4, minDemand: 2 } });
    held.end(0);
    await pool.settle();
    expect(pool.demands).toEqual([4]);
    held.end(2);
    await pool.settle();
    expect(pool.demands).toEqual([4, 2]);
    expect(held.started).toEqual([0, 1, 2, 3, 4, 5]);
    expect((await counted(pool)).active).toBe(4);
  });

  it('GS-223 never has more children of a subscription than maxDemand', async () => {
    let running = 0;
    let most = 0;
    const pool = await Pool.of(
      {
        restart: 'temporary',
        run: async (event) => {
          most = Math.max(most, ++running);
          await sleep((event * 7) % 5);
          running--;
        },
      },
      { subscription: { maxDemand: 3, minDemand: 1 } },
    );
    await pool.pass(100);
    expect(most).toBe(3);
    expect(pool.outcomes).toEqual(Array.from({ length: 20 }, () => 'ok'));
  });

  it('GS-224 counts an event as done that start ignores, refuses, throws on, or answers with rubbish', async () => {
    const starts: Readonly<Record<number, () => unknown>> = {
      0: () => ignore(),
      1: () => stop('full'),
      2: () => {
        throw new Error('no');
      },
      3: () => 'what',
      4: () => Promise.reject(new Error('later no')),
    };
    const begun: number[] = [];
    const pool = await Pool.of(
      {
        restart: 'temporary',
        start: (event) => starts[event]?.() as ReturnType<typeof ignore>,
        run: (event) => {
          begun.push(event);
          return new Promise(() => undefined);
        },
      },
      { subscription: { maxDemand: 6, minDemand: 0 } },
    );
    expect(begun).toEqual([5, 6, 7, 8, 9, 10]);
    expect(pool.demands).toEqual([6, 5]);
    const refused = [['child_start_failed'], ['child_report', 'start_error']];
    expect(pool.warnings).toEqual([...refused, ...refused, ...refused, ...refused]);
  });

  it('GS-225 GS-223 never restarts a temporary child: its failure is reported and its place is free', async () => {
    const held = heldChildren('temporary');
    const pool = await Pool.of(held.child, { subscription: { maxDemand: 1 } });
    held.fail(0);
    await pool.settle();
    expect(held.started).toEqual([0, 1]);
    expect(pool.warnings).toEqual([['child_report', 'child_terminated']]);
    expect(pool.exit).toBeNull();
  });

  it('GS-225 runs a transient child that failed again with its event, and asks nothing for that', async () => {
    const held = heldChildren('transient');
    const pool = await Pool.of(held.child, { subscription: { maxDemand: 1 } });
    held.fail(0);
    await pool.settle();
    expect(held.started).toEqual([0, 0]);
    expect(pool.demands).toEqual([1]);
    held.end(0);
    await pool.settle();
    expect(held.started).toEqual([0, 0, 1]);
    expect(pool.demands).toEqual([1, 1]);
  });

  it('GS-226 stops with "shutdown" at the restart that is one too many within maxSeconds', async () => {
    const held = heldChildren('transient');
    const pool = await Pool.of(held.child, { maxRestarts: 1, maxSeconds: 2, subscription: { maxDemand: 2 } });
    held.fail(0);
    await pool.pass(3_000);
    held.fail(0);
    await pool.settle();
    expect(pool.exit).toBeNull();
    held.fail(1);
    await pool.settle();
    expect(pool.exit).toBe('shutdown');
    expect(pool.warnings.at(-1)).toEqual(['child_report', 'shutdown']);
    expect(pool.host.tasks.started).toEqual([]);
  });

  it('GS-227 starts a child outside of demand, and says what became of that', async () => {
    const pool = await Pool.of(
      {
        restart: 'temporary',
        start: (event) => (event === 1 ? ignore() : event === 2 ? stop('full') : undefined),
        run: () => sleep(5),
      },
      { events: 0, subscription: { maxDemand: 1 } },
    );
    expect(await answered(pool, pool.children.startChild(0))).toEqual(['ok', 'pool#1']);
    expect(await answered(pool, pool.children.startChild(1))).toBe('ignore');
    expect(await answered(pool, pool.children.startChild(2))).toEqual(['error', 'full']);
    await pool.pass(10);
    expect(pool.outcomes).toEqual(['ok']);
    expect(pool.demands).toEqual([1]);
  });

  it('GS-228 GS-223 terminates a child, which frees its place; not one it does not have', async () => {
    const held = heldChildren('transient');
    const pool = await Pool.of(held.child, { subscription: { maxDemand: 1 } });
    expect(await answered(pool, pool.children.terminateChild('pool#1'))).toBe('ok');
    expect(await answered(pool, pool.children.terminateChild('pool#1'))).toEqual(['error', 'not_found']);
    expect(held.started).toEqual([0, 1]);
    expect(pool.outcomes).toEqual(['shutdown']);
    expect(pool.warnings).toEqual([]);
  });

  it('GS-229 counts and lists children, those about to be restarted too', async () => {
    let starts = 0;
    const child: ChildSpec<number> = {
      restart: 'transient',
      type: 'supervisor',
      start: (event) => (event === 0 && ++starts === 2 ? stop('not yet') : undefined),
      run: (event) => (event === 0 && starts === 1 ? Promise.reject(new Error('down')) : sleep(1_000)),
    };
    const pool = await Pool.of(child, { subscription: { maxDemand: 2 }, events: 0 });
    await answered(pool, pool.children.startChild(7));
    const [counts, rows] = await during(pool, pool.children.startChild(0), () =>
      Promise.all([pool.children.countChildren(), pool.children.whichChildren()]),
    );
    expect(counts).toEqual({ specs: 1, active: 1, workers: 0, supervisors: 2 });
    expect(rows).toEqual([
      { child: 'pool#1', type: 'supervisor' },
      { child: 'restarting', type: 'supervisor' },
    ]);
    expect((await counted(pool)).active).toBe(2);
  });

  it('GS-230 warns of events in excess of demand and of messages it does not know, and goes on', async () => {
    const held = heldChildren();
    const pool = await Pool.of(held.child, { events: 0, subscription: { maxDemand: 2, minDemand: 0 } });
    const events = { type: 'events', subscription: 'pool←source', first: 0, events: [7, 8, 9] } as const;
    pool.host.send('source', 'pool', events, null);
    pool.host.tell('pool', { type: 'info', request: 'hello' });
    pool.host.tell('pool', { type: 'cast', request: 'nothing' });
    await pool.settle();
    expect(held.started).toEqual([7, 8, 9]);
    expect(pool.warnings).toEqual([['excess', 1], ['unexpected_message']]);
    expect(pool.exit).toBeNull();
  });

  it.each(['permanent', 'transient', 'temporary'] as const)(
    'GS-231 follows the cancel mode %s when its producer has failed',
    async (cancel) => {
      const held = heldChildren();
      const pool = await Pool.of(held.child, { subscription: { maxDemand: 2, minDemand: 0, cancel } });
      pool.host.tell('source', { type: 'cast', request: 'broken' });
      await pool.settle();
      if (cancel === 'temporary') {
        expect(pool.exit).toBeNull();
        held.end(0);
        await pool.settle();
        expect((await counted(pool)).active).toBe(1);
        expect(pool.demands).toEqual([2]);
      } else {
        expect(pool.exit).toBe('broken');
        expect(pool.outcomes).toEqual(['shutdown', 'shutdown']);
      }
    },
  );

  it('GS-232 tries a restart that failed again, and counts each try', async () => {
    let starts = 0;
    const held = heldChildren('transient');
    const failing = (times: number): ChildSpec<number> => ({
      ...held.child,
      start: () => (++starts > 1 && starts <= times + 1 ? stop('not yet') : undefined),
    });
    const pool = await Pool.of(failing(2), { subscription: { maxDemand: 1 } });
    held.fail(0);
    await pool.settle();
    expect(held.started).toEqual([0, 0]);
    expect(pool.demands).toEqual([1]);
    starts = 0;
    const hopeless = await Pool.of(failing(9), { subscription: { maxDemand: 1 } });
    held.fail(0);
    await hopeless.settle();
    expect(hopeless.exit).toBe('shutdown');
  });

  it('GS-233 gives children that look at their signal their time, and kills them then', async () => {
    const polite: string[] = [];
    const child = (tidyMs: number): ChildSpec<number> => ({
      restart: 'temporary',
      shutdownMs: 100,
      run: (event, { signal }) =>
        new Promise<void>((resolve) => {
          signal.addEventListener('abort', () => {
            void sleep(tidyMs).then(() => {
              polite.push(`${event} tidied up`);
              resolve();
            });
          });
        }),
    });
    const quick = await Pool.of(child(50), { subscription: { maxDemand: 2 } });
    const ended = quick.host.stop('pool', 'shutdown');
    await quick.pass(60);
    await ended;
    expect(polite).toEqual(['0 tidied up', '1 tidied up']);
    expect(quick.outcomes).toEqual(['ok', 'ok']);
    expect(quick.warnings).toEqual([]);
    const slow = await Pool.of(child(500), { subscription: { maxDemand: 1 } });
    const late = slow.host.stop('pool', 'shutdown');
    await slow.pass(99);
    expect(slow.exit).toBeNull();
    await slow.pass(1);
    await late;
    expect(slow.exit).toBe('shutdown');
    expect(slow.warnings).toEqual([['child_report', 'shutdown_error']]);
    await slow.pass(1_000);
    expect(polite).toHaveLength(2);
  });

  it.each([
    ['brutalKill', 0],
    [Infinity, 500],
  ] as const)(
    'GS-233 with shutdownMs %s waits %i ms for a child that takes 500',
    async (shutdownMs, waitsMs) => {
      const pool = await Pool.of(
        {
          restart: 'temporary',
          shutdownMs,
          run: (_event, { signal }) =>
            new Promise<void>((resolve) => {
              signal.addEventListener('abort', () => void sleep(500).then(resolve));
            }),
        },
        { subscription: { maxDemand: 1 } },
      );
      const beganMs = pool.scheduler.nowMs();
      let endedMs = -1;
      void pool.host.stop('pool', 'normal').then(() => {
        endedMs = pool.scheduler.nowMs();
      });
      await pool.settle();
      await pool.pass(1_000);
      expect(endedMs - beganMs).toBe(waitsMs);
      expect(pool.outcomes).toEqual([shutdownMs === 'brutalKill' ? 'shutdown' : 'ok']);
      expect(pool.warnings).toEqual([]);
    },
  );

  it('GS-233 ends a child that does not look at its signal at once: it goes no further than its sleep', async () => {
    const done: number[] = [];
    const pool = await Pool.of(
      {
        restart: 'temporary',
        run: async (event) => {
          await sleep(10);
          done.push(event);
        },
      },
      { subscription: { maxDemand: 2 } },
    );
    const stopped = pool.host.stop('pool', 'normal');
    await pool.settle();
    await stopped;
    await pool.pass(100);
    expect(done).toEqual([]);
  });

  it('ends its children with it when it is killed', async () => {
    const pool = await Pool.of(
      { restart: 'transient', run: () => sleep(100) },
      { subscription: { maxDemand: 2 } },
    );
    pool.host.kill('pool');
    await pool.settle();
    expect(pool.host.tasks.idle).toBe(true);
  });
});

async function answered<Answer>(pool: Pool, answer: Promise<Answer>): Promise<Answer> {
  await pool.settle();
  return answer;
}

function counted(pool: Pool) {
  return answered(pool, pool.children.countChildren());
}

/** What is asked once the child that was requested has ended is answered before the supervisor tries it again. */
async function during<Answer>(
  pool: Pool,
  request: Promise<unknown>,
  ask: () => Promise<Answer>,
): Promise<Answer> {
  void pool.host.step('pool');
  await request;
  for (const task of [...pool.host.tasks.waiting]) pool.host.stepTask(task);
  for (let job = 0; job < 5; job++) await null;
  return answered(pool, ask());
}
