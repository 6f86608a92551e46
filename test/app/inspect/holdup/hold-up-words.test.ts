import { describe, expect, it } from 'vitest';
import {
  consumer,
  partitionDispatcher,
  pipeline,
  producer,
  producerConsumer,
  replay,
  runVirtual,
  sleep,
  type Plan,
} from 'sluice';
import { compared, figuresOf, gainWords } from '$lib/inspect/holdup/comparison.ts';
import { holdUp } from '$lib/inspect/holdup/hold-up.ts';
import { holdUpWords } from '$lib/inspect/holdup/hold-up-words.ts';
import { StageSharesLog } from '$lib/view/stage-shares.ts';

/** source → parse → save: nothing, 4 ms and 10 ms for each of 100 events. */
function program(saveMs = 10): Plan {
  const source = producer({
    init: () => 0,
    handleDemand: (demand, next: number) => {
      const count = Math.max(0, Math.min(demand, 100 - next));
      return { events: Array.from({ length: count }, (_, i) => next + i), state: next + count };
    },
  });
  const parse = producerConsumer({
    handleEvents: async (events: number[]) => {
      await sleep(4 * events.length);
      return { events };
    },
  });
  const save = consumer({
    handleEvents: async (events: number[]) => {
      await sleep(saveMs * events.length);
    },
  });
  return pipeline(({ start, subscribe }) => {
    const parsed = start('parse', parse);
    subscribe(parsed, { to: start('source', source), maxDemand: 4 });
    subscribe(start('save', save), { to: parsed, maxDemand: 4 });
  });
}

/** A source of 90 numbers, and a consumer for each of three partitions that takes so long over an event, ms. */
function partitioned(pausesMs: readonly number[], laneOf: (n: number) => number): Plan {
  const source = producer({
    init: () => 0,
    handleDemand: (demand, next: number) => {
      const count = Math.max(0, Math.min(demand, 90 - next));
      return { events: Array.from({ length: count }, (_, i) => next + i), state: next + count };
    },
    dispatcher: partitionDispatcher({ partitions: 3, hash: (n: number) => [n, laneOf(n)] }),
  });
  const lane = consumer({
    init: (pauseMs: number) => pauseMs,
    handleEvents: async (events: number[], pauseMs) => {
      await sleep(pauseMs * events.length);
    },
  });
  return pipeline(({ start, subscribe }) => {
    const from = start('source', source);
    pausesMs.forEach((pauseMs, partition) => {
      subscribe(start(`lane ${partition}`, lane, pauseMs), { to: from, partition, maxDemand: 4 });
    });
  });
}

async function wordsOf(plan: Plan, from: string, copies: Record<string, number> = {}) {
  const run = await runVirtual(plan, { seed: 0, copies });
  const log = new StageSharesLog(run.plan);
  log.update(run.entries);
  const span = { fromMs: 0, toMs: run.entries.at(-1)?.atMs ?? 0 };
  const { stages } = replay(run.plan, run.entries, run.entries.length);
  return holdUpWords(holdUp(log, span, from), run.plan, {
    sharesOf: (stage) => log.shares(stage, span),
    handledBy: (stage) => stages[stage]?.handled ?? 0,
  });
}

async function figures(copies: Record<string, number> = {}) {
  const { plan, entries } = await runVirtual(program(), { seed: 0, copies });
  return figuresOf(plan, entries);
}

describe('holdUpWords()', () => {
  it('reads the way to the bottleneck aloud', async () => {
    const { clauses, verdict, remark } = await wordsOf(program(), 'source');
    expect(clauses).toEqual([
      expect.stringMatching(/^source waits for an ask from parse \d\d % of the time$/),
      expect.stringMatching(/^parse waits for an ask from save \d\d % of the time$/),
      expect.stringMatching(/^save is busy 9\d % of the time$/),
    ]);
    expect(verdict).toBe('save is the bottleneck.');
    expect(remark).toBeNull();
  });

  it('says how busy the copies of the bottleneck are', async () => {
    const { remark } = await wordsOf(program(20), 'source', { save: 2 });
    expect(remark).toMatch(
      /^The copy of it is busy \d+ % of the time as well: together they are too slow\.$/,
    );
  });

  it('tells a partition that gets more from one that takes longer', async () => {
    const hot = await wordsOf(
      partitioned([10, 10, 10], (n) => (n % 10 < 8 ? 0 : n % 10 === 8 ? 1 : 2)),
      'source',
    );
    expect(hot.verdict).toBe('lane 0 is the bottleneck.');
    expect(hot.remark).toMatch(
      /^The 2 other partitions are busy only \d\d % of the time: 80 % of the events have keys that lead to this one\.$/,
    );
    const slow = await wordsOf(
      partitioned([1, 1, 20], (n) => n % 3),
      'source',
    );
    expect(slow.verdict).toBe('lane 2 is the bottleneck.');
    expect(slow.remark).toMatch(
      /^The 2 other partitions are busy only \d+ % of the time: this one has no more events to handle, and takes longer over each\.$/,
    );
  });

  it('names another one where the slow one is quick', async () => {
    expect((await wordsOf(program(0), 'save')).verdict).toBe('parse is the bottleneck.');
  });
});

describe('gainWords()', () => {
  it('says how much is gained, and where the bottleneck has moved', async () => {
    const result = compared('save', await figures(), await figures({ save: 2 }));
    expect(result.gain).toBeGreaterThan(1.8);
    expect(gainWords(result)).toMatch(
      /^[12]\.\d times as many events get through\. The bottleneck is still save\.$/,
    );
    const moved = compared('save', await figures(), await figures({ save: 3 }));
    expect(gainWords(moved)).toMatch(
      /^2\.\d times as many events get through\. The bottleneck is now parse\.$/,
    );
  });

  it('says that nothing changes where nobody waited', async () => {
    const result = compared('parse', await figures(), await figures({ parse: 2 }));
    expect(gainWords(result)).toBe('Hardly anything changes. parse was not what held the others up.');
  });
});
