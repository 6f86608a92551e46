import { describe, expect, it, vi } from 'vitest';
import { EngineError, planOf, runVirtual, type EntryOf, type RunHandle, type TraceEntry } from 'sluice';
import { NodePlatform } from '../../../engine/platform/node.ts';
import {
  evaluated,
  nodePlatform,
  nodeProgram,
  startOnThreads as start,
  until,
} from '../../support/node-runner.ts';

/** Numbers 0 to `last`, doubled, collected. */
const PIPELINE = `
import { consumer, pipeline, producer, producerConsumer } from 'sluice';

const LAST = 199;

const numbers = producer({
  init: (first: number) => first,
  handleDemand: (demand, next) => {
    const count = Math.max(0, Math.min(demand, LAST + 1 - next));
    return { events: Array.from({ length: count }, (_, i) => next + i), state: next + count };
  },
});
const doubled = producerConsumer({
  handleEvents: (events: number[]) => ({ events: events.map((n) => n * 2) }),
});
const collected = consumer({
  init: (): number => 0,
  handleEvents: (events: number[], sum) => {
    if (events.includes(198)) console.log('half', { events: events.length > 0 });
    return { state: sum + events.reduce((a, b) => a + b, 0) };
  },
});

export default pipeline(({ start, subscribe }) => {
  const source = start('numbers', numbers, 0);
  const middle = start('doubled', doubled);
  const sink = start('collected', collected);
  subscribe(middle, { to: source, maxDemand: 20, minDemand: 10 });
  subscribe(sink, { to: middle, maxDemand: 10, minDemand: 5 });
});
`;

/** A chain of a producer and a consumer with the given handlers. */
function pair(handleDemand: string, handleEvents: string, head = ''): string {
  return `
import { consumer, pipeline, producer, sleep } from 'sluice';
${head}
const numbers = producer({ init: () => 0, handleDemand: ${handleDemand} });
const printer = consumer({ handleEvents: ${handleEvents} });
export default pipeline(({ start, subscribe }) => {
  const source = start('numbers', numbers);
  const sink = start('printer', printer);
  subscribe(sink, { to: source, maxDemand: 10, minDemand: 5 });
});
void sleep;
`;
}

/** Starting threads takes as long as the machine's other work lets it. */
const LONG = { timeout: 120_000 };

const ENDLESS =
  '(demand, n) => ({ events: Array.from({ length: demand }, (_, i) => n + i), state: n + demand })';
const TEN = '(demand, n) => (n > 0 ? {} : { events: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10], state: 1 })';
const NOTHING = '() => undefined';

const ofType = <T extends TraceEntry['type']>(entries: readonly TraceEntry[], type: T): EntryOf<T>[] =>
  entries.filter((entry): entry is EntryOf<T> => entry.type === type);

/** Messages taken from mailboxes: each leaves exactly one of these entries. */
const deliveries = (entries: readonly TraceEntry[]): number =>
  entries.filter(({ type }) => ['subscribe', 'subscribed', 'asked', 'deliver'].includes(type)).length;

/** All that a stage was handed, in order. */
function handled(entries: readonly TraceEntry[], stage: string): unknown[] {
  return ofType(entries, 'begin')
    .filter((entry) => entry.stage === stage && entry.callback === 'handleEvents')
    .flatMap(({ events = [] }) => events);
}

describe('startRun() on worker_threads', LONG, () => {
  it('runs every stage on a thread of its own and gets what the virtual run gets', async () => {
    const platform = await nodePlatform(PIPELINE);
    const run = start(platform);
    const end = await run.done;
    expect(end).toEqual({ type: 'idle' });
    const { entries, placement, stages, subscriptions, plan, dropped } = run.now;

    expect(new Set(platform.threadIds).size).toBe(3);
    expect(new Set(Object.values(placement)).size).toBe(3);
    for (const entry of entries) expect(entry.worker).toBe(placement[entry.stage]);
    expect(new Set(entries.map(({ worker }) => worker))).toEqual(new Set([0, 1, 2]));

    const virtual = await runVirtual(planOf(await evaluated(PIPELINE)), { seed: 0, entryBudget: 10_000 });
    expect(plan).toEqual({ ...virtual.plan, code: plan?.code });
    expect(Object.keys(plan?.code?.stages ?? {})).toEqual(['numbers', 'doubled', 'collected']);
    for (const stage of ['doubled', 'collected']) {
      expect(handled(entries, stage)).toEqual(handled(virtual.entries, stage));
    }
    expect(stages.map(({ stage, handled: count }) => [stage, count])).toEqual([
      ['numbers', 0],
      ['doubled', 200],
      ['collected', 200],
    ]);
    expect(subscriptions.find(({ subscription }) => subscription.startsWith('collected'))).toMatchObject({
      dispatched: 200,
    });
    expect(dropped).toBe(0);
    expect(ofType(entries, 'log').map(({ stage, values }) => [stage, values[0]])).toEqual([
      ['collected', 'half'],
    ]);
  });

  it('GS-112 runs a selector on the thread of the producer', async () => {
    const source = `
import { broadcastDispatcher, consumer, pipeline, producer } from 'sluice';
const numbers = producer({ init: () => 0, handleDemand: ${TEN}, dispatcher: broadcastDispatcher() });
const printer = consumer({ handleEvents: ${NOTHING} });
const isEven = (n: number) => n % 2 === 0;
export default pipeline(({ start, subscribe }) => {
  const source = start('numbers', numbers);
  subscribe(start('even', printer), { to: source, maxDemand: 10, selector: (n) => isEven(n) });
});
`;
    const run = start(await nodePlatform(source));
    expect(await run.done).toEqual({ type: 'idle' });
    expect(new Set(Object.values(run.now.placement)).size).toBe(2);
    expect(handled(run.now.entries, 'even')).toEqual([2, 4, 6, 8, 10]);
  });

  it('keeps the trace in an order that respects causes', async () => {
    const run = start(await nodePlatform(PIPELINE));
    await run.done;
    const { entries } = run.now;
    const place = new Map(entries.map(({ seq }, i) => [seq, i]));
    expect(place.size).toBe(entries.length);
    for (const [i, { seq, cause }] of entries.entries()) {
      expect(seq).toBeGreaterThan(entries[i - 1]?.seq ?? 0);
      if (cause !== null) expect(place.get(cause) ?? Infinity).toBeLessThan(i);
    }
  });

  it('makes no delivery without a step, and exactly one with it', async () => {
    const run = start(await nodePlatform(PIPELINE), { speed: { kind: 'step' } });
    await until(run, ({ stages }) => stages.filter(({ status }) => status === 'held').length === 2);
    expect(run.now.status).toBe('paused');
    expect(ofType(run.now.entries, 'subscribe')).toEqual([]);

    for (let steps = 1; steps <= 6; steps += 1) {
      run.step();
      await until(run, ({ entries }) => deliveries(entries) >= steps);
    }
    await allAnswered(run);
    expect(deliveries(run.now.entries)).toBe(6);

    run.setSpeed({ kind: 'full' });
    expect(await run.done).toEqual({ type: 'idle' });
    expect(handled(run.now.entries, 'collected')).toHaveLength(200);
  });

  it('goes to its end in slow motion, one delivery after the other', async () => {
    const run = start(await nodePlatform(pair(TEN, NOTHING)), {
      speed: { kind: 'slow', deliveriesPerSecond: 100 },
    });
    expect(await run.done).toEqual({ type: 'idle' });
    expect(handled(run.now.entries, 'printer')).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
  });

  it('holds an endless program when its entries are spent, and goes on with more', async () => {
    const run = start(await nodePlatform(pair(ENDLESS, NOTHING)), { entryBudget: 500 });
    const spent = await until(run, ({ status }) => status === 'spent');
    await allAnswered(run);
    const held = run.now.entries.length;
    expect(held).toBeGreaterThanOrEqual(spent.entries.length);
    expect(held).toBeLessThan(700);

    run.addBudget(500);
    await until(run, ({ status, entries }) => status === 'spent' && entries.length > held);
    run.stop();
    expect(await run.done).toEqual({ type: 'stopped' });
    expect(run.now.entries.length).toBeLessThan(1_300);
  });

  it('waits for its reader rather than leave holes in the trace', async () => {
    const run = start(await nodePlatform(pair(ENDLESS, NOTHING)), { entryBudget: 70_000, workers: 1 });
    await until(run, ({ status, entries }) => status === 'spent' && entries.length >= 70_000);
    expect(run.now.dropped).toBe(0);
    run.stop();
    await run.done;
  });

  it('ends an endless program when stopped, with what was recorded', async () => {
    const run = start(await nodePlatform(pair(ENDLESS, NOTHING)), { entryBudget: 1e9, maxEntries: 1_000 });
    await until(run, ({ dropped }) => dropped > 0);
    run.stop();
    expect(await run.done).toEqual({ type: 'stopped' });
    expect(run.now.entries).toHaveLength(1_000);
    await expect(run.call('numbers', 'hello')).rejects.toMatchObject({ code: 'run_ended' });
  });

  it('records a crash and lets the other stages go on', async () => {
    const run = start(await nodePlatform(pair(TEN, '() => { throw new TypeError("no such thing"); }')));
    expect(await run.done).toEqual({ type: 'crashed' });
    const { entries, stages } = run.now;
    expect(ofType(entries, 'crash')).toMatchObject([
      { stage: 'printer', callback: 'handleEvents', error: { name: 'TypeError', message: 'no such thing' } },
    ]);
    expect(stages.map(({ status }) => status)).toEqual(['waiting', 'crashed']);
    expect(ofType(entries, 'cancel').some(({ stage }) => stage === 'numbers')).toBe(true);
  });

  it('names stage and callback of a loop that never ends', async () => {
    const run = start(await nodePlatform(pair(TEN, '() => { for (;;); }')), { heartbeatMs: 500 });
    expect(await run.done).toMatchObject({
      type: 'failed',
      phase: 'watchdog',
      stage: 'printer',
      error: { code: 'worker_hangs', message: expect.stringContaining('handleEvents of "printer"') },
    });
  });

  it('names them also without a trace, where stages share a worker', async () => {
    const run = start(await nodePlatform(pair(TEN, '() => { for (;;); }')), {
      heartbeatMs: 500,
      workers: 1,
      trace: 'counters',
    });
    expect(await run.done).toMatchObject({ phase: 'watchdog', stage: 'printer' });
  });

  it('says so when the program never comes to its end while it is loaded', async () => {
    const run = start(await nodePlatform(pair(TEN, NOTHING, 'while (Date.now() > 0);')), {
      heartbeatMs: 500,
    });
    expect(await run.done).toMatchObject({
      type: 'failed',
      phase: 'watchdog',
      stage: null,
      error: { code: 'load_hangs' },
    });
  });

  it('ends a worker that uses up its memory, and says where', async () => {
    const source = pair(
      TEN,
      '() => { for (;;) kept.push(new Array(1_000).fill(kept.length)); }',
      'const kept: number[][] = [];',
    );
    const program = await nodeProgram({ 'start.ts': source }, []);
    const run = start(new NodePlatform({ ...program, memoryMb: 48 }), { heartbeatMs: 60_000 });
    expect(await run.done).toMatchObject({
      type: 'failed',
      phase: 'platform',
      worker: 1,
      error: {
        code: 'worker_memory',
        message:
          'Cannot go on as a worker may use at most 48 MB: worker 2 used up all of it in handleEvents of "printer"',
      },
    });
  });

  it('names stage, field and kind of an event that cannot leave its worker', async () => {
    const run = start(await nodePlatform(pair('() => ({ events: [{ id: 1, done: () => 1 }] })', NOTHING)));
    expect(await run.done).toEqual({ type: 'crashed' });
    const [crash] = ofType(run.now.entries, 'crash');
    expect(crash).toMatchObject({ stage: 'numbers', error: { code: 'not_cloneable' } });
    expect(crash?.error.message).toBe(
      'Cannot send from "numbers" to another worker as events must be plain data: received function at events[0].done',
    );
  });

  it('refuses a program whose plan differs between workers', async () => {
    const source = PIPELINE.replace("start('doubled'", "start('doubled' + crypto.randomUUID()");
    const run = start(await nodePlatform(source));
    expect(await run.done).toMatchObject({ type: 'failed', phase: 'plan', error: { code: 'plan_differs' } });
  });

  it.each([
    ['load', 'throw new RangeError("not today");', 'RangeError', 'not today'],
    ['plan', 'export default 42;', 'EngineError', 'default export must be a pipeline'],
  ])('tells why a program fails in the phase "%s"', async (phase, source, name, message) => {
    const run = start(await nodePlatform(source));
    expect(await run.done).toMatchObject({
      type: 'failed',
      phase,
      error: { name, message: expect.stringContaining(message) },
    });
  });

  it('reports what is thrown outside every callback, and goes on', async () => {
    const source = pair(TEN, '() => { void Promise.reject(new Error("nobody awaits")); }');
    const run = start(await nodePlatform(source), { speed: { kind: 'slow', deliveriesPerSecond: 100 } });
    expect(await run.done).toEqual({ type: 'idle' });
    expect(run.now.uncaught.map(({ message }) => message)).toContain('nobody awaits');
  });

  it('keeps 200 lines of a callback that prints 100,000, and counts the rest in one warning', async () => {
    const run = start(
      await nodePlatform(pair(TEN, '() => { for (let i = 0; i < 1e5; i += 1) console.log(i); }')),
    );
    expect(await run.done).toEqual({ type: 'idle' });
    const batches = ofType(run.now.entries, 'begin').filter(
      ({ callback }) => callback === 'handleEvents',
    ).length;
    expect(ofType(run.now.entries, 'log')).toHaveLength(200 * batches);
    const floods = ofType(run.now.entries, 'warning').filter(({ code }) => code === 'console_flood');
    expect(floods.map(({ stage, count }) => [stage, count])).toEqual(
      Array.from({ length: batches }, () => ['printer', 99_800]),
    );
  });

  it.each([1, 3])('gives each line to the stage that printed it, on %i workers', async (workers) => {
    const source = `
import { consumer, pipeline, producer, producerConsumer, sleep } from 'sluice';
const later = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
const numbers = producer({
  init: () => 0,
  handleDemand: async (demand, next) => {
    await sleep(4);
    console.log('numbers');
    await later(2);
    console.log('numbers');
    const count = Math.min(demand, 30 - next);
    return { events: Array.from({ length: count }, (_, i) => next + i), state: next + count };
  },
});
const filter = producerConsumer({
  handleEvents: async (events: number[]) => {
    await null;
    console.log('filter');
    return { events };
  },
});
const printer = consumer({
  handleEvents: async (events: number[]) => {
    for (const n of events) {
      await sleep(1);
      console.log('printer', n);
    }
    setTimeout(() => console.log('printer'), 1);
  },
});
export default pipeline(({ start, subscribe }) => {
  const middle = start('filter', filter);
  subscribe(middle, { to: start('numbers', numbers), maxDemand: 8, minDemand: 4 });
  subscribe(start('printer', printer), { to: middle, maxDemand: 8, minDemand: 4 });
});
`;
    const run = start(await nodePlatform(source), { workers });
    expect(await run.done).toEqual({ type: 'idle' });
    const { entries } = run.now;
    const lines = ofType(entries, 'log');
    expect(lines.flatMap(({ values: [stage, n] }) => (stage === 'printer' ? (n ?? []) : []))).toEqual(
      Array.from({ length: 30 }, (_, i) => i),
    );
    expect(new Set(lines.map(({ stage }) => stage)).size).toBe(3);
    const callbacks: Record<string, string> = {
      numbers: 'handleDemand',
      filter: 'handleEvents',
      printer: 'handleEvents',
    };
    for (const { stage, values, cause } of lines) {
      expect(values[0]).toBe(stage);
      const begin = entries.find(({ seq }) => seq === cause);
      expect(begin).toMatchObject({ type: 'begin', stage, callback: callbacks[stage] });
    }
  });

  it('tells once what the program prints while it is loaded', async () => {
    const run = start(await nodePlatform(pair(TEN, NOTHING, 'console.log("loading", 1);')));
    await run.done;
    expect(run.now.output.map(({ level, values, worker }) => ({ level, values, worker }))).toEqual([
      { level: 'log', values: ['loading', 1], worker: 0 },
    ]);
  });

  it('gives the same random numbers for the same seed, and others for another', async () => {
    const platform = await nodePlatform(
      pair('(_, n) => (n > 0 ? {} : { events: [Math.random(), Math.random()], state: 1 })', NOTHING),
    );
    const numbersOf = async (seed: number) => {
      const run = start(platform, { seed });
      await run.done;
      return handled(run.now.entries, 'printer');
    };
    const first = await numbersOf(7);
    expect(first).toHaveLength(2);
    expect(await numbersOf(7)).toEqual(first);
    expect(await numbersOf(8)).not.toEqual(first);
  });

  it('lets stages call each other and wake themselves, and is driven from outside', async () => {
    const run = start(
      await nodePlatform(`
import { call, consumer, pipeline, producer, self } from 'sluice';
const rates = producer({
  handleDemand: () => undefined,
  handleCall: (request) => (request === 'EUR' ? { reply: 3 } : {}),
});
const prices = producer({
  init: () => [],
  handleDemand: () => undefined,
  handleInfo: async (message) => {
    const me = self();
    if (message === 'begin') return void me.sendAfter('tick', 20);
    const rate = await call('rates', 'EUR');
    const failed = await me.call('rates', 'USD', 30).catch((error) => error.code);
    return { events: [rate, failed] };
  },
});
const sink = consumer({
  init: () => [],
  handleEvents: (events, got) => ({ state: [...got, ...events] }),
  handleCancel: ({ reason }, got, from) => ({ state: [...got, from.id, reason] }),
});
export default pipeline(({ start }) => {
  start('rates', rates);
  start('prices', prices);
  start('sink', sink);
});
`),
      { keepAlive: true },
    );
    const subscribed = await run.subscribe('sink', { to: 'prices', cancel: 'temporary' });
    expect(subscribed).toEqual({ ok: true, subscription: 'sink←prices+1' });
    expect(await run.subscribe('sink', { to: 'prices', cancel: 'never' as never })).toMatchObject({
      ok: false,
      refused: 'bad_opts',
    });
    await expect(run.subscribe('sink', { to: 'prices', selector: () => true })).rejects.toMatchObject({
      code: 'not_cloneable',
    });
    run.demandMode('prices', 'accumulate');
    run.info('prices', 'begin');
    await run.settled();
    expect(await run.demandMode('prices')).toBe('accumulate');
    expect(await run.snapshot('sink')).toMatchObject({ state: [], producers: { 'sink←prices+1': 1_000 } });
    run.demandMode('prices', 'forward');
    await run.settled();
    expect((await run.snapshot('sink'))?.state).toEqual([3, 'call_timeout']);
    run.cancel('sink←prices+1', 'enough');
    await run.settled();
    expect((await run.snapshot('sink'))?.state).toEqual([3, 'call_timeout', 'sink←prices+1', 'enough']);
    await run.stopStage('rates', 'shutdown');
    await expect(run.call('rates', 'EUR')).rejects.toMatchObject({ code: 'call_unanswered' });
    run.stop();
    expect(await run.done).toEqual({ type: 'stopped' });
    expect(ofType(run.now.entries, 'exit')).toMatchObject([{ stage: 'rates', reason: 'shutdown' }]);
  });

  it('an answer that is no data crashes the stage that gives it, and whoever has called hears of it', async () => {
    const run = start(
      await nodePlatform(`
import { call, consumer, pipeline, producer, self } from 'sluice';
const odd = producer({ handleDemand: () => undefined, handleCall: () => ({ reply: { then: [() => 1] } }) });
const asking = consumer({
  handleEvents: () => undefined,
  handleCall: async () => ({ reply: await call('odd', 'x').catch((error) => error.code) }),
});
export default pipeline(({ start }) => {
  start('odd', odd);
  start('asking', asking);
});
`),
      { keepAlive: true },
    );
    expect(await run.call('asking', 'x')).toBe('call_unanswered');
    await run.settled();
    run.stop();
    await run.done;
    expect(ofType(run.now.entries, 'crash')).toMatchObject([
      { stage: 'odd', error: { code: 'not_cloneable' } },
    ]);
  });

  it('answers calls, takes casts and infos, and kills', async () => {
    const run = start(
      await nodePlatform(`
import { consumer, pipeline, producer } from 'sluice';
const counter = producer({
  init: () => 0,
  handleDemand: () => undefined,
  handleCall: (request, count) => ({ reply: { request, count } }),
  handleCast: (by, count) => ({ state: count + Number(by) }),
  handleInfo: (by, count) => ({ state: count + Number(by) }),
});
const sink = consumer({ handleEvents: async () => {} });
export default pipeline(({ start, subscribe }) => {
  const source = start('counter', counter);
  const end = start('sink', sink);
  subscribe(end, { to: source });
});
`),
      { speed: { kind: 'step' } },
    );
    await until(run, ({ stages }) => stages.some(({ status }) => status === 'held'));
    run.setSpeed({ kind: 'slow', deliveriesPerSecond: 200 });
    run.cast('counter', 2);
    run.info('counter', 3);
    await expect(run.call('counter', 'now')).resolves.toEqual({ request: 'now', count: 5 });
    await expect(run.snapshot('counter')).resolves.toMatchObject({ state: 5 });
    await expect(run.call('nobody', 1)).rejects.toBeInstanceOf(EngineError);
    run.kill('counter', 'enough');
    await run.done;
    expect(run.now.stages[0]?.status).toBe('exited');
  });

  it('makes all threads at the same time, before the first has answered', async () => {
    const platform = await nodePlatform(pair(TEN, NOTHING));
    const crew = await platform.spawn(4);
    let answered = 0;
    crew.start(0).onMessage(() => (answered += 1));
    expect([platform.alive, answered]).toEqual([4, 0]);
    crew.end();
    await vi.waitUntil(() => platform.alive === 0, LONG);
  });

  it('leaves no thread behind, whether runs end or are stopped', async () => {
    const platform = await nodePlatform(pair(TEN, NOTHING));
    for (let i = 0; i < 8; i += 1) {
      const run = start(platform, { workers: 2 });
      if (i % 4 === 3) run.stop();
      await run.done;
    }
    platform.close();
    await vi.waitUntil(() => platform.alive === 0, LONG);
  });
});

/**
 * Resolves once every worker has answered twice: what was under way between them at the first answer has arrived by the
 * second, and was told before it.
 */
async function allAnswered(run: RunHandle): Promise<void> {
  for (let round = 0; round < 2; round += 1) {
    for (const stage of Object.keys(run.now.placement)) await run.snapshot(stage);
  }
}
