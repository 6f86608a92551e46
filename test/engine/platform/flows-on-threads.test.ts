import { availableParallelism } from 'node:os';
import { describe, expect, it } from 'vitest';
import type { EntryOf, RunHandle, RunOptions, TraceType } from 'sluice';
import { nodePlatform, startOnThreads, until } from '../../support/node-runner.ts';

/** Starting threads takes as long as the machine's other work lets it. */
const LONG = { timeout: 120_000 };
const ascending = (a: number, b: number) => a - b;
const upTo = (limit: number) => Array.from({ length: limit }, (_, i) => i);

const start = async (program: string, options: Partial<RunOptions> = {}): Promise<RunHandle> =>
  startOnThreads(await nodePlatform(program), { entryBudget: 1_000_000, ...options });

/** How many numbers up to a limit have each remainder; the flow is called `counts`. */
const counts = (body: string) => `
import { Flow, consumer, pipeline, subscribe } from 'sluice';

const LIMIT = 700;
const numbers = Flow.from(() => Array.from({ length: LIMIT }, (_, i) => i), { stages: 2, maxDemand: 100 });
const counted = numbers
  .map((n) => n % 7)
  .partition({ stages: 3 })
  .reduce(() => new Map<number, number>(), (all, n) => all.set(n, (all.get(n) ?? 0) + 1));
const late = consumer<unknown>({
  handleEvents: (events) => { for (const event of events) console.log('late', event); },
  handleCast: (flow) => { subscribe({ to: String(flow), cancel: 'transient' }); },
});
${body}
`;

const REMAINDERS = upTo(7).map((n) => [n, 100]);

function of<T extends TraceType>(run: RunHandle, type: T): EntryOf<T>[] {
  return run.now.entries.filter((entry): entry is EntryOf<T> => entry.type === type);
}

function endsOf(run: RunHandle): Record<string, unknown> {
  return Object.fromEntries(of(run, 'exit').map(({ stage, reason }) => [stage, reason]));
}

/** Everything a stage has been handed. */
async function all<Event>(events: AsyncIterable<Event>): Promise<Event[]> {
  const got: Event[] = [];
  for await (const event of events) got.push(event);
  return got;
}

describe('a flow on threads', LONG, () => {
  it('is a program: its stages are spread over the workers, and its output is printed', async () => {
    const run = await start(counts('export default counted;'));
    expect(await run.done).toEqual({ type: 'exited' });
    const printed = of(run, 'log').map(({ values }) => values[0]);
    expect(printed).toHaveLength(7);
    expect(printed).toEqual(expect.arrayContaining(REMAINDERS));
    const { placement, plan, flows } = run.now;
    for (const { stages } of plan?.flows?.[0]?.layers ?? []) {
      // The stages of one layer run at the same time.
      expect(new Set(stages.map((id) => placement[id])).size).toBe(Math.min(3, stages.length));
    }
    expect(placement).toHaveProperty('flow');
    expect(flows).toEqual([
      {
        flow: 'flow',
        layers: [
          { eventsIn: 0, eventsOut: 700, windows: 0, late: 0 },
          { eventsIn: 700, eventsOut: 700, windows: 0, late: 0 },
          { eventsIn: 700, eventsOut: 7, windows: 0, late: 0 },
        ],
        windows: 0,
        late: 0,
      },
    ]);
  });

  it('FL-007 has as many stages per layer as the machine has processors, up to four, on every worker', async () => {
    const program = "import { Flow } from 'sluice'; export default Flow.from([1, 2, 3]).map((n) => n * 2);";
    const run = await start(program);
    expect(await run.done).toEqual({ type: 'exited' });
    const [, mappers] = run.now.plan?.flows?.[0]?.layers ?? [];
    expect(mappers?.stages).toHaveLength(Math.min(4, availableParallelism()));
    expect(
      of(run, 'log')
        .map(({ values }) => values[0])
        .sort(),
    ).toEqual([2, 4, 6]);
  });

  it('FL-175 FL-177 is read by its name from outside, and held until it is', async () => {
    const program = counts(`
      export default pipeline(({ start }) => {
        start('late', late);
        start('counts', numbers.map((n) => 2 * n).intoStages([]), { demand: 'accumulate' });
      });
    `);
    const run = await start(program, { keepAlive: true });
    await run.settled();
    expect(await run.demandMode('counts')).toBe('accumulate');
    expect(run.now.flows[0]?.layers[0]?.eventsOut ?? 0).toBe(0);
    expect(await run.subscribe('late', { to: 'counts', maxDemand: 5, cancel: 'transient' })).toMatchObject({
      ok: true,
    });
    // Reading forwards what is held, as GenStage.stream does.
    const read = await all(run.stream<number>([{ to: 'counts', cancel: 'transient', maxDemand: 50 }]));
    await run.settled();
    const printed = of(run, 'log').map(({ values }) => Number(values[1]));
    expect([...read, ...printed].sort(ascending)).toEqual(upTo(700).map((n) => 2 * n));
    expect(read.length).toBeGreaterThan(0);
    await expect(run.stopStage('count')).rejects.toMatchObject({
      code: 'stage_unknown',
      message: expect.stringContaining('"counts"') as string,
    });
    run.stop();
    await run.done;
    expect(endsOf(run)['counts']).toBe('normal');
  });

  it('FL-177 is subscribed to from within a callback', async () => {
    const program = counts(`
      export default pipeline(({ start }) => {
        start('late', late);
        start('counts', numbers.map((n) => n % 3).intoStages([]));
      });
    `);
    const run = await start(program, { keepAlive: true });
    run.cast('late', 'counts');
    await until(run, ({ flows }) => flows[0]?.layers.at(-1)?.eventsOut === 700);
    await run.settled();
    expect(of(run, 'log')).not.toHaveLength(0);
    expect(endsOf(run)).toMatchObject({ counts: 'normal' });
    run.stop();
    await run.done;
  });

  it('FL-172 FL-173 ends as a whole when a function throws on one of its workers', async () => {
    const program = counts(`
      const broken = numbers.map((n) => { if (n === 345) throw new Error('not this one'); return n; });
      export default pipeline(({ start, subscribe }) => {
        const flow = start('counts', broken.partition({ stages: 3 }).map((n) => n));
        subscribe(start('late', late), { to: flow, cancel: 'transient' });
      });
    `);
    const run = await start(program);
    expect(await run.done).toEqual({ type: 'crashed' });
    expect(of(run, 'crash').map(({ error }) => error.message)).toEqual(['not this one']);
    expect(endsOf(run)['counts']).toBe('shutdown');
    const lost = run.now.stages.reduce((sum, stage) => sum + stage.lost, 0);
    expect(lost).toBeGreaterThan(0);
    const left = run.now.stages.filter(({ status }) => status !== 'exited' && status !== 'crashed');
    expect(left).toEqual([]);
  });

  it('starts again on all its workers where it is supervised', async () => {
    const program = counts(`
      let fails = true;
      const broken = numbers.map((n) => {
        if (n === 345 && fails) { fails = false; throw new Error('for once'); }
        return n;
      });
      export default pipeline(({ start, subscribe, supervise }) => {
        const flow = start('counts', broken.partition({ stages: 3 }).map((n) => n));
        const sink = start('late', late);
        subscribe(sink, { to: flow, cancel: 'transient' });
        supervise('all', [{ child: flow, restart: 'transient' }, { child: sink, restart: 'transient' }], { strategy: 'oneForAll', maxRestarts: 5 });
      });
    `);
    const run = await start(program);
    await run.done;
    const ends = of(run, 'exit')
      .filter(({ stage }) => stage === 'counts')
      .map(({ reason }) => reason);
    // Each worker has a `fails` of its own.
    expect(ends.length).toBeGreaterThan(1);
    expect(new Set(ends.slice(0, -1))).toEqual(new Set(['shutdown']));
    expect(ends.at(-1)).toBe('normal');
    const last = of(run, 'start').findLast(({ stage }) => stage === 'late')?.seq ?? 0;
    const printed = of(run, 'log').filter(({ seq }) => seq > last);
    expect(printed.length).toBeLessThanOrEqual(700);
    expect(printed.length).toBeGreaterThan(0);
  });

  it('runs within a callback, on the worker of its stage', async () => {
    const program = counts(`
      const reader = consumer<number>({
        handleEvents: async ([first = 0]) => {
          const all = await counted.toArray();
          console.log(first, all.length);
          return { stop: 'normal' };
        },
      });
      export default pipeline(({ start, subscribe }) => {
        const flow = start('counts', Flow.from([5], { stages: 1 }));
        subscribe(start('reader', reader), { to: flow, cancel: 'transient' });
      });
    `);
    const run = await start(program);
    expect(await run.done).toEqual({ type: 'exited' });
    expect(of(run, 'log').map(({ stage, values }) => [stage, ...values])).toEqual([['reader', 5, 7]]);
  });

  it('goes step by step: its coordinator needs no step of its own', async () => {
    const program = counts(`
      export default Flow.from([1, 2, 3], { stages: 1 }).map((n) => n * n);
    `);
    const run = await start(program, { speed: { kind: 'step' } });
    await until(
      run,
      ({ status, stages }) => status === 'paused' && stages.some((one) => one.status === 'held'),
    );
    let steps = 0;
    while (run.now.end === null && steps < 200) {
      steps += 1;
      run.step();
      await Promise.race([new Promise((resolve) => setTimeout(resolve, 30)), run.done]);
    }
    expect(run.now.end).toEqual({ type: 'exited' });
    expect(of(run, 'log').map(({ values }) => values[0])).toEqual([1, 4, 9]);
  });
});
