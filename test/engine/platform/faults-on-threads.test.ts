import { describe, expect, it } from 'vitest';
import type { EntryOf, RunUpdate, TraceEntry, TraceType } from 'sluice';
import { nodePlatform, startOnThreads, until } from '../../support/node-runner.ts';

/** Starting threads takes as long as the machine's other work lets it. */
const LONG = { timeout: 240_000 };

const LAST = 100_000;

/** Numbers through two stages, `numbers` and `sink` on workers of their own; all pinned. */
const program = (supervise: string, [first, second, third]: readonly number[] = [1, 2, 3]) => `
import { consumer, pipeline, producer, producerConsumer } from 'sluice';

const numbers = producer({
  init: (first: number) => first,
  handleDemand: (demand, next) => {
    const count = Math.min(demand, ${LAST} - next + 1);
    if (count <= 0) return { stop: 'normal' };
    return { events: Array.from({ length: count }, (_, i) => next + i), state: next + count };
  },
});
const doubled = producerConsumer({
  handleEvents: (events: number[]) => ({ events: events.map((n) => n * 2) }),
});
const sink = consumer({
  init: () => 0,
  handleEvents: (events: number[], count) => ({ state: count + events.length }),
  handleCall: (_request, count) => ({ reply: count }),
});
const bystander = producer({ handleDemand: () => undefined });

export default pipeline(({ start, subscribe, supervise }) => {
  const a = start('numbers', numbers, 1, { worker: ${first} });
  const b = start('doubled', doubled, undefined, { worker: ${second} });
  const c = start('sink', sink, undefined, { worker: ${third} });
  ${supervise}
});
`;

const TEMPORARY = `
  subscribe(b, { to: a, maxDemand: 100, cancel: 'temporary' });
  subscribe(c, { to: b, maxDemand: 100, cancel: 'temporary' });
`;

/** What one of them loses all lose; each begins again. */
const PERMANENT = TEMPORARY.replaceAll('temporary', 'permanent');

const supervisedAll = (subscriptions: string) => `${subscriptions}
  supervise('keeper', [{ child: a, restart: 'transient' }, { child: b, restart: 'transient' }, { child: c, restart: 'transient' }],
    { strategy: 'oneForOne', maxRestarts: 100, maxSeconds: 1 });
`;

const ALL = supervisedAll(TEMPORARY);

function of<T extends TraceType>(entries: readonly TraceEntry[], type: T): EntryOf<T>[] {
  return entries.filter((entry): entry is EntryOf<T> => entry.type === type);
}

const handled = (stage: string, count: number) => (update: RunUpdate) =>
  (update.stages.find((each) => each.stage === stage)?.handled ?? 0) >= count;

const counted = (update: RunUpdate, stage: string) => update.stages.find((each) => each.stage === stage);

async function start(
  supervise: string,
  options: Parameters<typeof startOnThreads>[1] = {},
  pins?: readonly number[],
) {
  const platform = await nodePlatform(program(supervise, pins));
  const run = startOnThreads(platform, { trace: 'counters', entryBudget: Infinity, ...options });
  return { platform, run };
}

/** Sent = handled + waiting + lost, over all lives of a link of the plan. */
function expectAccounted(update: RunUpdate, link: string, consumer: string): void {
  const lives = update.subscriptions.filter(({ subscription }) => subscription.replace(/@\d+$/, '') === link);
  const sent = lives.reduce((sum, { dispatched }) => sum + dispatched, 0);
  const lost = lives.reduce((sum, each) => sum + each.lost, 0);
  const last = lives.at(-1);
  // What an end had asked for in vain is no longer pending.
  const waiting = last ? Math.max(0, last.dispatched - (last.asked - last.pending) - last.lost) : 0;
  expect(sent - lost - waiting).toBe(counted(update, consumer)?.handled);
  expect(sent).toBeGreaterThan(0);
}

describe('killWorker() on real threads', () => {
  it(
    'ends a supervised consumer in the middle of a long run, which goes on without it and with it again',
    LONG,
    async () => {
      const { platform, run } = await start(ALL);
      await until(run, handled('sink', 5_000));
      const { placement } = run.now;
      run.killWorker(placement['sink'] ?? -1);
      const end = await run.done;
      const { now } = run;
      expect(end.type).toBe('idle');
      expect(counted(now, 'numbers')).toMatchObject({ emitted: LAST, worker: placement['numbers'] });
      expect(of(now.entries, 'restart')).toMatchObject([{ child: 'sink', life: 2, reason: 'killed' }]);
      expectAccounted(now, 'doubled←numbers', 'doubled');
      expectAccounted(now, 'sink←doubled', 'sink');
      expect(platform.alive).toBeLessThanOrEqual(3);
    },
  );

  it('ends a supervised producer, which begins again', LONG, async () => {
    // The supervisor is on the first worker.
    const { run } = await start(supervisedAll(PERMANENT), {}, [2, 1, 3]);
    await until(run, handled('sink', 5_000));
    run.killWorker(run.now.placement['numbers'] ?? -1);
    expect((await run.done).type).toBe('exited');
    const { now } = run;
    expect(of(now.entries, 'exit')).toContainEqual(
      expect.objectContaining({ stage: 'numbers', reason: 'killed' }),
    );
    expect(counted(now, 'numbers')?.emitted).toBeGreaterThan(LAST - 1);
    expectAccounted(now, 'sink←doubled', 'sink');
  });

  it('ends a stage in the middle, with both its ends', LONG, async () => {
    const { run } = await start(ALL);
    await until(run, handled('sink', 5_000));
    run.killWorker(run.now.placement['doubled'] ?? -1);
    expect((await run.done).type).toBe('idle');
    expect(of(run.now.entries, 'restart')).toMatchObject([{ child: 'doubled', life: 2 }]);
    expectAccounted(run.now, 'doubled←numbers', 'doubled');
  });

  it('ends a supervisor and its children, which another one starts again', LONG, async () => {
    const { run } = await start(
      `${TEMPORARY}
      const keeper = supervise('keeper', [a, b, c], { strategy: 'oneForAll' });
      // So the outer one finds more room on the second worker.
      start('x', bystander, undefined, { worker: 3 });
      supervise('outer', [keeper], { strategy: 'oneForOne' });
    `,
      { keepAlive: true },
    );
    const { placement } = await until(run, handled('sink', 5_000));
    expect(placement['keeper']).not.toBe(placement['outer']);
    run.killWorker(placement['keeper'] ?? -1);
    const again = await until(
      run,
      ({ entries }) => of(entries, 'start').filter(({ life }) => life === 2).length === 4,
    );
    const lives = of(again.entries, 'start').filter(({ life }) => life === 2);
    expect(lives.map(({ stage }) => stage).sort()).toEqual(['doubled', 'keeper', 'numbers', 'sink']);
    expect(of(again.entries, 'restart')).toContainEqual(
      expect.objectContaining({ stage: 'outer', child: 'keeper', reason: 'killed' }),
    );
    await run.settled();
    run.stop();
    await run.done;
  });

  it('leaves no thread behind, however often', LONG, async () => {
    const { platform, run } = await start(ALL, { keepAlive: true });
    await until(run, handled('sink', 1_000));
    const worker = run.now.placement['sink'] ?? -1;
    for (let kill = 1; kill <= 20; kill += 1) {
      run.killWorker(worker);
      await until(run, ({ entries }) =>
        of(entries, 'start').some(({ stage, life }) => stage === 'sink' && life === kill + 1),
      );
      await until(run, () => platform.alive === 3);
    }
    await run.settled();
    expect(await run.call('sink', 'count')).toBeGreaterThanOrEqual(0);
    run.stop();
    await run.done;
    await expect.poll(() => platform.alive, { timeout: 60_000 }).toBe(0);
  });

  it('ends a reading of a stage there with why it ended', LONG, async () => {
    const { run } = await start(ALL, { keepAlive: true });
    await until(run, handled('sink', 1_000));
    const reading = (async () => {
      const read: number[] = [];
      for await (const event of run.stream<number>([{ to: 'numbers', maxDemand: 10 }])) {
        if (read.push(event) === 50) run.killWorker(run.now.placement['numbers'] ?? -1);
      }
      return read;
    })();
    await expect(reading).rejects.toMatchObject({ code: 'stream_ended' });
    run.stop();
    await run.done;
  });
});

/** Three layers; the flow is supervised, and fails as one. */
const FLOW = `
import { Flow, consumer, pipeline } from 'sluice';

const show = consumer({ init: () => 0, handleEvents: (events: unknown[], count) => ({ state: count + events.length }) });

export default pipeline(({ start, subscribe, supervise }) => {
  const counts = start('counts', Flow.from(Array.from({ length: ${LAST} }, (_, i) => i), { maxDemand: 100 })
    .map((n) => n % 10)
    .partition({ stages: 2, maxDemand: 100 })
    .map((n) => n + 1));
  const end = start('end', show, undefined, { worker: 1 });
  subscribe(end, { to: counts, cancel: 'temporary' });
  supervise('keeper', [{ child: counts, restart: 'transient' }, end], { strategy: 'oneForOne', maxRestarts: 10 });
});
`;

describe('killWorker() on a layer of a flow', () => {
  it('ends the flow as one, and its supervisor starts all of it again', LONG, async () => {
    const platform = await nodePlatform(FLOW);
    const run = startOnThreads(platform, { trace: 'counters', entryBudget: Infinity, keepAlive: true });
    const { placement, plan } = await until(run, handled('end', 2_000));
    const [flow] = plan?.flows ?? [];
    const keeper = placement['keeper'];
    const layer = flow?.stages.find(
      (stage) => placement[stage] !== keeper && placement[stage] !== placement['end'],
    );
    expect(layer).toBeDefined();
    run.killWorker(placement[layer ?? ''] ?? -1);
    const again = await until(run, ({ entries }) =>
      of(entries, 'start').some(({ stage, life }) => stage === 'counts' && life === 2),
    );
    expect(of(again.entries, 'restart')).toContainEqual(
      expect.objectContaining({ stage: 'keeper', child: 'counts' }),
    );
    await until(run, ({ entries }) =>
      (flow?.stages ?? []).every((id) =>
        of(entries, 'start').some(({ stage, life }) => stage === id && life === 2),
      ),
    );
    await run.settled();
    run.stop();
    await run.done;
  });
});
