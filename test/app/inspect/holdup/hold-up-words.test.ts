import { describe, expect, it } from 'vitest';
import { consumer, pipeline, producer, producerConsumer, runVirtual, sleep, type Plan } from 'sluice';
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

async function wordsOf(plan: Plan, from: string, copies: Record<string, number> = {}) {
  const run = await runVirtual(plan, { seed: 0, copies });
  const log = new StageSharesLog(run.plan);
  log.update(run.entries);
  const span = { fromMs: 0, toMs: run.entries.at(-1)?.atMs ?? 0 };
  return holdUpWords(holdUp(log, span, from), run.plan, (stage) => log.shares(stage, span));
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
      /^The 1 copy of it is busy \d+ % of the time as well: together they are too slow\.$/,
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
