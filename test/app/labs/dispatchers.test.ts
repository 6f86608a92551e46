import { runVirtual } from 'sluice';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { randomOfStages } from '#engine/time/random.ts';
import { dispatchGrid, type GridMark } from '$lib/labs/dispatchers/dispatch-grid.ts';
import {
  dispatcherAccount,
  dispatcherTotals,
  isSameLoad,
  quickBusy,
  quickOf,
  slowOf,
} from '$lib/labs/dispatchers/dispatcher-account.ts';
import {
  dispatcherLines,
  dispatcherProgram,
  FIRST_LOAD,
  ORDERS,
  SOURCE,
  WAYS,
  type Load,
  type WayName,
} from '$lib/labs/dispatchers/dispatcher-programs.ts';
import { dispatcherAnswers } from '$lib/labs/dispatchers/dispatcher-questions.ts';
import { dispatcherSentences, raceSentence } from '$lib/labs/dispatchers/dispatcher-words.ts';
import { unaccounted } from '$lib/labs/totals.ts';
import { planIn } from '../../support/page-program.ts';

afterEach(() => vi.restoreAllMocks());

/** A run of the lab's program, with the random numbers that a worker would give its source. */
async function runWay(way: WayName, load: Load = FIRST_LOAD) {
  const random = randomOfStages(load.seed, 'program');
  vi.spyOn(Math, 'random').mockImplementation(() => random(SOURCE));
  return runVirtual(planIn(dispatcherProgram(way, load)), { seed: load.seed, entryBudget: 20_000 });
}

async function accountOf(way: WayName, load: Load = FIRST_LOAD) {
  const { plan, entries } = await runWay(way, load);
  const account = dispatcherAccount(plan, entries);
  if (!account) throw new Error('it made nothing');
  return account;
}

async function accountsOf(load: Load = FIRST_LOAD) {
  return {
    demand: await accountOf('demand', load),
    broadcast: await accountOf('broadcast', load),
    partition: await accountOf('partition', load),
  };
}

describe('the program of the dispatchers', () => {
  it.each(['typescript', 'elixir'] as const)('differs in one line in %s', (language) => {
    const lines = dispatcherLines(language, { slowMs: 200, maxDemand: 10, seed: 12 });
    expect(lines.flatMap(({ of }) => (of === null ? [] : [of]))).toEqual([...WAYS]);
    const text = lines.map((line) => line.text).join('\n');
    expect(text).toMatch(/slow_ms = 200/i);
    expect(text).toMatch(/max_?demand: 10, min_?demand: 5/i);
  });

  it('makes the same orders in the same order under each', async () => {
    const runs = [await runWay('demand'), await runWay('broadcast'), await runWay('partition')];
    expect(isSameLoad(runs)).toBe(true);
    const other = await runWay('demand', { ...FIRST_LOAD, seed: 8 });
    expect(isSameLoad([...runs, other])).toBe(false);
    expect(isSameLoad(runs.slice(0, 1))).toBeNull();
  });
});

describe('the account of a dispatcher', () => {
  it.each(WAYS)('adds up at every moment under %s: made = packed + under way + kept back', async (way) => {
    const { plan, entries } = await runWay(way);
    let told = 0;
    for (let n = 0; n <= entries.length; n += 1) {
      const account = dispatcherAccount(plan, entries, n);
      if (!account) continue;
      told += 1;
      expect(unaccounted(dispatcherTotals(account)), `after ${n} entries`).toBe(0);
    }
    expect(told).toBeGreaterThan(50);
    expect(dispatcherAccount(plan, entries)?.isOver).toBe(true);
  });

  it('by demand gives the slow one fewer, and lets nobody wait', async () => {
    const account = await accountOf('demand');
    expect(slowOf(account)?.sent).toBeLessThan(8);
    for (const { sent } of quickOf(account)) expect(sent).toBeGreaterThan(15);
    expect(quickBusy(account)).toBeGreaterThan(0.9);
  });

  it('by broadcast gives all of them all, at the pace of the slow one', async () => {
    const account = await accountOf('broadcast');
    expect(account.packers.map(({ sent }) => sent)).toEqual([ORDERS, ORDERS, ORDERS, ORDERS]);
    expect(account.slowReleased).toBe(account.rounds);
    expect(account.tookMs).toBe(ORDERS * FIRST_LOAD.slowMs);
    expect(quickBusy(account)).toBeLessThan(0.25);
  });

  it('by partition keeps orders back for the slow one while the others have asked and get nothing', async () => {
    const account = await accountOf('partition');
    expect(account.packers.map(({ sent }) => sent)).toEqual([15, 15, 15, 15]);
    // As many as the others had asked for: more asks there are none.
    expect(slowOf(account)?.mostKept).toBe(3 * FIRST_LOAD.maxDemand);
    expect(quickBusy(account)).toBeLessThan(0.5);
  });
});

describe('what was asked', () => {
  it('is answered by the runs, when they are over', async () => {
    const accounts = await accountsOf();
    const open = dispatcherAnswers({ ...accounts, partition: { ...accounts.partition, isOver: false } });
    expect(open['partition']).toBeNull();
    expect(open['waits']).toBeNull();
    expect(dispatcherAnswers(accounts)).toMatchObject({
      broadcast: { number: 60 },
      partition: { number: 15 },
      waits: { choice: 'both' },
      piles: { choice: 'slow' },
    });
  });

  it('is answered otherwise where none is slow, and where much may be asked for', async () => {
    const even = dispatcherAnswers(await accountsOf({ ...FIRST_LOAD, slowMs: 20 }));
    expect(even).toMatchObject({ demand: { number: 15 }, waits: { choice: 'none' } });
    const greedy = dispatcherAnswers(await accountsOf({ ...FIRST_LOAD, maxDemand: 10 }));
    expect(greedy).toMatchObject({ demand: { number: 10 }, waits: { choice: 'broadcast' } });
  });
});

describe('the sentences', () => {
  it('are made of the numbers of the run', async () => {
    const { demand, broadcast, partition } = await accountsOf();
    const [slow, quick] = [slowOf(demand)?.sent, quickOf(demand).map(({ sent }) => sent)];
    expect(dispatcherSentences(demand)[0]).toContain(
      `“slow” got ${slow} of 60 orders, the others ${Math.min(...quick)} to ${Math.max(...quick)} each`,
    );
    expect(dispatcherSentences(broadcast).join(' ')).toContain(
      'In 60 of 60 rounds “slow” was the last to ask',
    );
    expect(dispatcherSentences(partition).join(' ')).toContain('kept up to 6 back for “slow”');
  });

  it('tell what is kept for the slow one from what it got, while the run goes on', async () => {
    const { plan, entries } = await runWay('partition');
    const half = dispatcherAccount(plan, entries, Math.round(entries.length / 2));
    if (!half) throw new Error('it made nothing');
    const { sent, kept } = slowOf(half) ?? { sent: 0, kept: 0 };
    expect(kept).toBeGreaterThan(0);
    expect(dispatcherSentences(half)[0]).toContain(
      `“slow” got ${sent} of ${half.made} orders, and ${kept} more lie on its shelf.`,
    );
  });

  it('say nothing of waiting where nobody waited', async () => {
    const { broadcast } = await accountsOf({ ...FIRST_LOAD, slowMs: 20 });
    expect(dispatcherSentences(broadcast).join(' ')).not.toContain('last to ask');
  });

  it('compare all three once they are over, the quickest first', async () => {
    const accounts = await accountsOf();
    const all = WAYS.map((way) => ({ way, account: accounts[way] }));
    expect(raceSentence(all)).toMatch(/by demand, .* by partition and .* by broadcast\.$/);
    expect(raceSentence([...all, { way: 'demand', account: null }])).toBe('');
  });
});

describe('dispatchGrid()', () => {
  const gridOf = async (way: WayName, share: number) => {
    const run = await runWay(way);
    const at = Math.round(run.entries.length * share);
    const grid = dispatchGrid(run, { at, orders: ORDERS, packers: [] });
    const count = (mark: GridMark) =>
      grid.rows.flatMap(({ cells }) => cells).filter((cell) => cell.mark === mark);
    return { grid, count: (mark: GridMark) => count(mark).length };
  };

  it('has every order in one cell, by demand and by partition', async () => {
    for (const way of ['demand', 'partition'] as const) {
      const { grid, count } = await gridOf(way, 1);
      expect(count('packed')).toBe(ORDERS);
      for (const { cells } of grid.rows)
        expect(cells.filter(({ mark }) => mark === 'packed')).toHaveLength(1);
    }
  });

  it('has every order in every cell, by broadcast, and no row far ahead', async () => {
    expect((await gridOf('broadcast', 1)).count('packed')).toBe(ORDERS * 4);
    const { grid } = await gridOf('broadcast', 0.5);
    const sent = grid.packers.map(
      (_, i) => grid.rows.filter(({ cells }) => cells[i]?.mark !== 'none').length,
    );
    expect(Math.max(...sent) - Math.min(...sent)).toBe(0);
  });

  it('shows in the column of the slow one what is kept back for it', async () => {
    const { grid, count } = await gridOf('partition', 0.6);
    expect(count('kept')).toBeGreaterThan(2);
    const kept = grid.rows.flatMap(({ cells }) =>
      cells.flatMap(({ mark }, i) => (mark === 'kept' ? [i] : [])),
    );
    expect(kept.filter((i) => grid.packers[i] === 'slow').length).toBeGreaterThan(kept.length / 2);
  });

  it('has its rows and columns before anything has run', () => {
    const grid = dispatchGrid({ plan: null, entries: [] }, { at: 0, orders: 3, packers: ['a', 'b'] });
    expect(grid.rows.map(({ cells }) => cells.length)).toEqual([2, 2, 2]);
  });
});
