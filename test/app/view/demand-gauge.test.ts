import { describe, expect, it } from 'vitest';
import { Replay, type TraceEntry } from 'sluice';
import { askSentence, demandGauge, demandSentence } from '$lib/view/demand-gauge.ts';
import { firstRun } from './first-run.ts';

/** Asked minus handled per subscription, counted from the trace alone. */
function tally(entries: readonly TraceEntry[]): Map<string, number> {
  const pending = new Map<string, number>();
  const begun = new Map<number, { subscription: string; count: number }>();
  const add = (id: string, count: number) => pending.set(id, (pending.get(id) ?? 0) + count);
  for (const entry of entries) {
    if (entry.type === 'ask') add(entry.subscription, entry.count);
    if (entry.type === 'begin' && entry.subscription !== undefined) {
      begun.set(entry.seq, { subscription: entry.subscription, count: entry.count ?? 0 });
    }
    const work = entry.type === 'end' && entry.cause !== null ? begun.get(entry.cause) : undefined;
    if (work) add(work.subscription, -work.count);
  }
  return pending;
}

describe('demandGauge()', () => {
  it.each([1, 2, 3])('shows asked minus handled at every entry of a run (seed %i)', async (seed) => {
    const run = await firstRun({ seed, entryBudget: 400 });
    const replay = new Replay(run.plan, run.entries);
    expect(run.entries.length).toBeGreaterThan(300);
    for (let n = 0; n <= run.entries.length; n += 1) {
      const counted = tally(run.entries.slice(0, n));
      for (const [id, link] of Object.entries(replay.at(n).subscriptions)) {
        const gauge = demandGauge(link, 200);
        const expected = counted.get(id) ?? 0;
        expect(gauge.label, `after ${n} entries`).toBe(`${expected} of ${link.maxDemand}`);
        expect(gauge.cells.filter((cell) => cell.filled)).toHaveLength(expected);
        expect(gauge.barWidth).toBeCloseTo((200 * expected) / link.maxDemand);
      }
    }
  });

  it('puts its ticks at min and max', () => {
    const { ticks } = demandGauge({ pending: 6, maxDemand: 10, minDemand: 5 }, 200);
    expect(ticks.map(({ x, label }) => [x, label])).toEqual([
      [100, 'min 5'],
      [200, 'max 10'],
    ]);
  });

  it.each([
    [1000, 999],
    [1000, 500],
    [2, 1],
    [1, 0],
    [10, 0],
  ])('keeps the labels of max %i and min %i apart', (maxDemand, minDemand) => {
    const { ticks } = demandGauge({ pending: 0, maxDemand, minDemand }, 108);
    const [min, max] = ticks;
    expect(min?.labelX).toBeGreaterThanOrEqual(0);
    expect((min?.labelX ?? 0) + (min?.label.length ?? 0) * 6).toBeLessThan(max?.labelX ?? 0);
  });

  it('draws one bar instead of cells that cannot be told apart', () => {
    const gauge = demandGauge({ pending: 600, maxDemand: 1000, minDemand: 500 }, 100);
    expect(gauge.cells).toEqual([]);
    expect(gauge.barWidth).toBe(60);
  });
});

describe('askSentence()', () => {
  it('says what remained and why that is an ask', () => {
    const demand = { pending: 10, maxDemand: 10, minDemand: 6 };
    expect(askSentence(demand, 4)).toBe('4 of 10 handled, so 6 remain; 6 ≤ min 6 → ask 4 more');
  });

  it('says that a first ask goes up to the maximum', () => {
    const demand = { pending: 10, maxDemand: 10, minDemand: 5 };
    expect(askSentence(demand, 10)).toBe('nothing is pending, so it asks for 10 (max 10)');
  });

  it('gives no reason it does not know for an ask made by hand', () => {
    const demand = { pending: 9, maxDemand: 10, minDemand: 5 };
    expect(askSentence(demand, 1)).toBe('8 remain pending and it asks for 1 more');
  });
});

describe('demandSentence()', () => {
  it.each([
    [0, 'Nothing is pending; up to 10 may be asked for'],
    [10, 'All 10 are asked for and none of them is handled yet'],
    [6, '4 of 10 handled, so 6 remain; 6 > min 5, so no new ask yet'],
    [1, '9 of 10 handled, so 1 remains; 1 ≤ min 5, so it is time to ask again'],
    [12, '12 are pending, more than max 10'],
  ])('explains %i pending of max 10, min 5', (pending, sentence) => {
    expect(demandSentence({ pending, maxDemand: 10, minDemand: 5 })).toBe(sentence);
  });
});
