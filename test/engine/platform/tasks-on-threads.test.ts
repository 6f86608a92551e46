import { describe, expect, it } from 'vitest';
import { childrenOf, type EntryOf, type RunUpdate, type TraceEntry } from 'sluice';
import { nodePlatform, startOnThreads, until } from '../../support/node-runner.ts';

/** Starting threads takes as long as the machine's other work lets it. */
const LONG = { timeout: 120_000 };

const SOURCE = `
  const source = producer({
    init: () => 0,
    handleDemand: (demand, next: number) => {
      const size = Math.min(demand, 12 - next);
      return { events: Array.from({ length: size }, (_, i) => next + i), state: next + size };
    },
  });
`;

/** A pipeline of a source of 0 … 11, something that passes on, and a consumer that prints. */
function program(declarations: string, handleEvents: string): string {
  return `
    import { Task, consumer, pipeline, producer, producerConsumer, sleep, task } from 'sluice';
    ${SOURCE}
    ${declarations}
    const middle = producerConsumer({ handleEvents: async (events: number[]) => { ${handleEvents} } });
    const sink = consumer({ handleEvents: (events: unknown[]) => console.log(...events) });
    export default pipeline(({ start, subscribe }) => {
      const first = start('source', source);
      const second = start('middle', middle);
      subscribe(second, { to: first, maxDemand: 4 });
      subscribe(start('sink', sink), { to: second, maxDemand: 100 });
    });
  `;
}

async function finished(source: string, workers = 3): Promise<RunUpdate> {
  const run = startOnThreads(await nodePlatform(source), { workers });
  await run.done;
  return run.now;
}

function of<T extends TraceEntry['type']>(entries: readonly TraceEntry[], type: T): EntryOf<T>[] {
  return entries.filter((entry): entry is EntryOf<T> => entry.type === type);
}

function printed(entries: readonly TraceEntry[]): unknown[] {
  return of(entries, 'log').flatMap(({ values }) => [...values]);
}

describe('Task on threads', LONG, () => {
  it('may be waited for by init, although another worker runs it', async () => {
    const { entries, end } = await finished(
      `import { Task, consumer, pipeline, producer, sleep, task } from 'sluice';
       const first = task(async () => { await sleep(5); return 100; });
       const source = producer({
         init: async () => Task.await(Task.async(first)),
         handleDemand: (_demand, state) => (state > 100 ? {} : { events: [state], state: state + 1 }),
       });
       const sink = consumer({ handleEvents: (events: number[]) => console.log(...events) });
       export default pipeline(({ start, subscribe }) => {
         subscribe(start('sink', sink), { to: start('source', source) });
       });`,
      2,
    );
    expect(end).toEqual({ type: 'idle' });
    expect(printed(entries)).toEqual([100]);
    expect(of(entries, 'task')[0]?.on).not.toBe(
      of(entries, 'start').find(({ stage }) => stage === 'source')?.worker,
    );
  });

  it('runs declared functions on every worker of the run, and gives their results in order', async () => {
    const { entries, end } = await finished(
      program(
        'const double = task(async (n: number) => { console.log("task"); await sleep(5); return n * 2; });',
        `const doubled: number[] = [];
         for await (const result of Task.asyncStream(events, double, { maxConcurrency: 3 })) {
           if ('ok' in result) doubled.push(result.ok);
         }
         return { events: doubled };`,
      ),
    );
    expect(end).toEqual({ type: 'idle' });
    expect(printed(entries).filter((value) => value !== 'task')).toEqual(
      Array.from({ length: 12 }, (_, i) => i * 2),
    );
    const tasks = of(entries, 'task');
    expect(tasks.filter(({ phase }) => phase === 'end').map(({ outcome }) => outcome)).toEqual(
      Array(12).fill('ok'),
    );
    expect(new Set(tasks.map(({ on }) => on))).toEqual(new Set([0, 1, 2]));
    // What a task prints is recorded where it ran, as its stage's, under the entry of its start.
    const starts = new Map(tasks.filter(({ phase }) => phase === 'start').map((entry) => [entry.seq, entry]));
    const lines = of(entries, 'log').filter(({ values: [value] }) => value === 'task');
    expect(lines).toHaveLength(12);
    for (const { stage, worker, cause } of lines) {
      expect(stage).toBe('middle');
      expect(starts.get(cause ?? -1)?.on).toBe(worker);
    }
  });

  it('keeps plain functions on the worker that starts them', async () => {
    const { entries } = await finished(
      program('', 'return { events: [await Task.await(Task.async(() => events.length))] };'),
    );
    const [start] = of(entries, 'start').filter(({ stage }) => stage === 'middle');
    expect(new Set(of(entries, 'task').map(({ on }) => on))).toEqual(new Set([start?.worker]));
    expect(printed(entries).reduce<number>((sum, n) => sum + Number(n), 0)).toBe(12);
  });

  it('crashes the stage whose task fails, with where it failed, and ends what runs beside it', async () => {
    const { entries, end } = await finished(
      program(
        `const half = task((n: number) => { if (n === 1) throw new RangeError('odd'); return n / 2; });
         const endless = task(async () => { for (;;) await sleep(5); });`,
        `Task.async(endless);
         const halves = events.map((n) => Task.async(half, n));
         return { events: await Promise.all(halves.map((one) => Task.await(one))) };`,
      ),
    );
    expect(end).toEqual({ type: 'crashed' });
    const [crash] = of(entries, 'crash');
    expect(crash).toMatchObject({ stage: 'middle', error: { code: 'task_failed' } });
    expect(crash?.error.message).toContain('RangeError: odd');
    expect(crash?.error.stack).toContain('RangeError');
    // Nothing that was started is left over.
    const started = of(entries, 'task').filter(({ phase }) => phase === 'start').length;
    expect(of(entries, 'task')).toHaveLength(2 * started);
  });

  it('says when a task takes too long; a callback that catches that goes on', async () => {
    const { entries, end } = await finished(
      program(
        'const slow = task(async () => { await sleep(60_000); });',
        `const running = Task.async(slow);
         try {
           await Task.await(running, 20);
         } catch (error) {
           console.log(error.code);
         }
         return { events: [await Task.shutdown(running)] };`,
      ),
    );
    expect(end).toEqual({ type: 'idle' });
    expect(printed(entries)).toContain('task_timeout');
    expect(of(entries, 'task').filter(({ phase }) => phase === 'end')).toHaveLength(
      of(entries, 'task').filter(({ phase }) => phase === 'start').length,
    );
    expect(of(entries, 'task').some(({ outcome }) => outcome === 'shutdown')).toBe(true);
  });

  it('fails a task whose argument or result is no data, and names it', async () => {
    const { entries } = await finished(
      program(
        'const give = task((_: unknown): unknown => ({ deep: [() => 1] }));',
        `const said: object[] = [];
         for (const given of [() => 1, 1]) {
           const starts = [Task.asyncNolink(give, given), Task.asyncNolink(give, given)];
           for (const each of starts) said.push((await Task.yield(each)) ?? {});
         }
         return { events: said.filter((one) => 'exit' in one) };`,
      ),
      2,
    );
    const reasons = JSON.stringify(printed(entries));
    expect(reasons).toContain('middle#');
    expect(reasons).toMatch(/received function at args\[0\]/);
    expect(reasons).toMatch(/received function at outcome.value.deep\[0\]/);
  });

  it('names a task that never comes back', async () => {
    const source = program(
      'const hang = task(function spin() { for (;;); });',
      'return { events: [await Task.await(Task.async(hang), Infinity)] };',
    );
    const run = startOnThreads(await nodePlatform(source), { heartbeatMs: 100 });
    const end = await run.done;
    expect(end).toMatchObject({ type: 'failed', phase: 'watchdog', stage: 'middle' });
    expect(end.type === 'failed' && end.error.message).toContain('task "middle/spin#1" of "middle"');
  });
});

describe('consumerSupervisor on threads', LONG, () => {
  const pool = (run: string, options = '') => `
    import { consumerSupervisor, pipeline, producer, sleep } from 'sluice';
    ${SOURCE}
    const pool = consumerSupervisor({
      strategy: 'oneForOne',
      ${options}
      child: { restart: 'transient', run: async (event: number, { signal }) => { ${run} } },
    });
    export default pipeline(({ start, subscribe }) => {
      subscribe(start('pool', pool), { to: start('source', source), maxDemand: 4, minDemand: 1 });
    });
  `;

  it('GS-222 GS-223 runs a child per event on all workers, never more than maxDemand at a time', async () => {
    const { entries, end } = await finished(pool('await sleep(5); console.log(event);'), 2);
    expect(end).toEqual({ type: 'idle' });
    expect(printed(entries).sort((a, b) => Number(a) - Number(b))).toEqual([...Array(12).keys()]);
    const tasks = of(entries, 'task');
    expect(new Set(tasks.map(({ on }) => on))).toEqual(new Set([0, 1]));
    let running = 0;
    let most = 0;
    for (const { phase } of tasks) most = Math.max(most, (running += phase === 'start' ? 1 : -1));
    expect(running).toBe(0);
    expect(most).toBe(4);
  });

  it('GS-225 GS-226 runs a child that failed again, and stops when that is too often', async () => {
    const { entries, end } = await finished(pool("throw new Error('always');", 'maxRestarts: 2,'), 2);
    expect(end).toEqual({ type: 'idle' });
    const [exit] = of(entries, 'exit').filter(({ stage }) => stage === 'pool');
    expect(exit?.reason).toBe('shutdown');
    expect(of(entries, 'warning').filter(({ values }) => values?.[0] === 'shutdown')).toHaveLength(1);
  });

  it('takes deliveries one by one in step mode, while its children run freely', async () => {
    const run = startOnThreads(await nodePlatform(pool('await sleep(1); console.log(event);')), {
      workers: 2,
      speed: { kind: 'step' },
    });
    const ended = run.done;
    await until(run, ({ stages }) => stages.some(({ status }) => status === 'held'));
    let isOver = false;
    void ended.then(() => {
      isOver = true;
    });
    const steps = setInterval(() => !isOver && run.step(), 5);
    expect(await ended).toEqual({ type: 'idle' });
    clearInterval(steps);
    expect(printed(run.now.entries)).toHaveLength(12);
  });

  it('GS-227 GS-228 GS-229 is asked about its children from outside', async () => {
    const source = pool('await new Promise((resolve) => signal.addEventListener("abort", resolve));');
    const run = startOnThreads(await nodePlatform(source), { workers: 2, keepAlive: true });
    await until(run, ({ entries }) => of(entries, 'task').length === 4);
    const children = childrenOf(run, 'pool');
    expect(await children.countChildren()).toEqual({ specs: 1, active: 4, workers: 4, supervisors: 0 });
    expect(await children.startChild(100)).toEqual(['ok', 'pool#5']);
    expect(await children.whichChildren()).toHaveLength(5);
    expect(await children.terminateChild('pool#1')).toBe('ok');
    expect(await children.terminateChild('pool#1')).toEqual(['error', 'not_found']);
    await until(run, ({ entries }) => of(entries, 'task').some(({ task }) => task === 'pool#6'));
    run.stop();
    await run.done;
  });
});
