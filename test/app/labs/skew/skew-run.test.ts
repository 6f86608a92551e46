import { ascending, quantileSorted, sum } from 'd3-array';
import { beforeAll, describe, expect, it } from 'vitest';
import { LaneFold } from '$lib/inspect/deliveries/lane-fold.ts';
import { keyStrip } from '$lib/labs/skew/key-strip.ts';
import { withShare } from '$lib/labs/skew/shares.ts';
import { SkewLog } from '$lib/labs/skew/skew-log.ts';
import { FIXES, ORDER_COUNT, PARTITION_COUNTS } from '$lib/labs/skew/skew-programs.ts';
import { skewRun, type SkewRun } from '$lib/labs/skew/skew-run.ts';
import { hottestOf, othersIdle } from '$lib/labs/skew/skew-words.ts';
import { waitingChart } from '$lib/labs/skew/waiting-chart.ts';
import { RunAccounts } from '$lib/view/accounts/run-accounts.ts';
import { EVEN, freshRun, HOT, madeRun, settingsOf } from './made-runs.ts';

/** The same figures by another way: what the partition lanes of any run are counted with. */
function accountOf({ plan, entries }: Awaited<ReturnType<typeof madeRun>>) {
  const accounts = new RunAccounts(plan);
  accounts.update(entries);
  const maker = accounts.maker('orders');
  if (!maker) throw new Error('the orders have a maker');
  return new LaneFold(accounts, maker, { type: 'field', name: 'key' }).at(entries.length);
}

const p99 = (run: SkewRun) => run.p99Ms ?? NaN;
const wrong = (run: SkewRun) => run.totals.filter(({ told, expected }) => told !== expected);

describe('runs of the skew lab', () => {
  const all = PARTITION_COUNTS.flatMap((partitions) => FIXES.map((fix) => settingsOf({ partitions, fix })));

  it.each(all)('count every order once: $fix on $partitions partitions', async (settings) => {
    const { run, ended } = await madeRun(settings);
    expect(ended).toBe('idle');
    expect([run.made, run.counted]).toEqual([ORDER_COUNT, ORDER_COUNT]);
    expect(sum(run.lanes, ({ share }) => share)).toBeCloseTo(1);
    expect(sum(run.totals, ({ parts }) => sum(parts, ({ count }) => count))).toBe(ORDER_COUNT);
    for (const { idle, waiting } of [...run.lanes, ...run.counters]) {
      expect(idle).toBeGreaterThanOrEqual(0);
      expect(idle).toBeLessThanOrEqual(1);
      expect(waiting.every(({ count }) => count >= 0)).toBe(true);
      expect(waiting.at(-1)?.count).toBe(0);
    }
  });

  it('have nothing wrong in the totals of cities that have no orders', async () => {
    const { run } = await madeRun(settingsOf({ shares: withShare(EVEN, 'Milan', 100) }));
    expect(wrong(run)).toEqual([]);
    expect(run.totals.find(({ city }) => city === 'Bern')).toEqual({
      city: 'Bern',
      expected: 0,
      told: 0,
      parts: [],
    });
    expect(run.hottest).toBe(1);
  });

  it('are the same again with the same settings', async () => {
    const [first, second] = [await madeRun(settingsOf()), await freshRun(settingsOf())];
    expect(second.run).toEqual(first.run);
  });

  it.each(['plain', 'salt', 'saltAndMerge'] as const)(
    'tell what the lanes of any run are counted with: p99 and order of "%s"',
    async (fix) => {
      const made = await madeRun(settingsOf({ fix }));
      const account = accountOf(made);
      const waits = [...account.waits.values()].flat().sort(ascending);
      expect(waits).toHaveLength(ORDER_COUNT);
      expect(made.run.p99Ms).toBeCloseTo(quantileSorted(waits, 0.99) ?? NaN);
      expect(made.run.overtaken).toHaveLength(account.overtaken);
      expect(made.run.overtaken[0]?.seq).toBe(account.first?.seq);
    },
  );

  it.each(all)('send each key where the strip says: $fix on $partitions partitions', async (settings) => {
    const { run } = await madeRun(settings);
    const lanes = run.counters.length > 0 ? run.counters : run.lanes;
    const told = keyStrip(settings).map(({ keys }) => keys.map(({ city }) => city));
    expect(lanes.map(({ cities }) => cities.map(({ city }) => city))).toEqual(told);
    if (settings.fix === 'preAggregate') return;
    const shares = keyStrip(settings).map(({ share }) => share);
    lanes.forEach(({ share }, i) => expect(share).toBeCloseTo(shares[i] ?? NaN));
  });
});

describe('a key that is too frequent', () => {
  let even: SkewRun;
  let hot: SkewRun;

  beforeAll(async () => {
    even = (await madeRun(settingsOf({ shares: EVEN }))).run;
    hot = (await madeRun(settingsOf())).run;
  });

  it('fills one lane while the others idle, and p99 jumps', () => {
    expect(even.hottest).toBeLessThan(0.3);
    expect(hot.hottest).toBe(0.6);
    expect(hottestOf(hot)?.idle).toBeLessThan(0.01);
    expect(othersIdle(hot)).toBeGreaterThan(0.75);
    expect(p99(hot)).toBeGreaterThan(15 * p99(even));
    expect(hottestOf(hot)?.mostWaiting).toBeGreaterThan(
      3 * Math.max(...even.lanes.map((lane) => lane.mostWaiting)),
    );
    expect([...hot.overtaken, ...wrong(hot)]).toEqual([]);
  });

  it.each([8, 16] as const)(
    'is not helped by %i partitions: share and p99 stay, more lanes idle',
    async (partitions) => {
      const { run } = await madeRun(settingsOf({ partitions }));
      expect(run.hottest).toBe(hot.hottest);
      expect(run.p99Ms).toBe(hot.p99Ms);
      expect(run.lanes.filter(({ idle }) => idle > 0.7)).toHaveLength(partitions - 1);
    },
  );

  it.each(['Milan', 'Accra', 'Tokyo'])(
    'never leaves a lane with less than its share, however many there are: %s',
    async (city) => {
      const shares = withShare(EVEN, city, 60);
      for (const partitions of PARTITION_COUNTS) {
        const { run } = await madeRun(settingsOf({ shares, partitions }));
        expect(run.hottest).toBeGreaterThanOrEqual(0.6);
        expect(p99(run)).toBeGreaterThan(10 * p99(even));
      }
    },
  );

  it('is shared out by salt, which breaks its order and its total', async () => {
    const { run } = await madeRun(settingsOf({ fix: 'salt' }));
    expect(run.hottest).toBeLessThan(0.35);
    expect(p99(run)).toBeLessThan(p99(hot) / 10);
    expect(run.overtaken.length).toBeGreaterThan(50);
    expect(new Set(run.overtaken.map(({ city }) => city))).toEqual(new Set(['Milan']));
    expect(run.overtaken.every(({ n, later }) => n < later)).toBe(true);
    const [milan, ...others] = wrong(run);
    expect(others).toEqual([]);
    expect(milan?.city).toBe('Milan');
    // The run takes the part of one lane for the whole; all parts together would be right.
    expect(milan?.parts.map(({ count }) => count)).toContain(milan?.told);
    expect(sum(milan?.parts ?? [], ({ count }) => count)).toBe(240);
  });

  it('has the right total again where a second merge adds the parts up; its order stays broken', async () => {
    const salt = await madeRun(settingsOf({ fix: 'salt' }));
    const { run } = await madeRun(settingsOf({ fix: 'saltAndMerge' }));
    expect(wrong(run)).toEqual([]);
    expect(run.totals.find(({ city }) => city === 'Milan')?.parts).toHaveLength(4);
    expect(run.overtaken).toEqual(salt.run.overtaken);
    expect(run.lanes).toEqual(salt.run.lanes);
  });

  it('is not salted while its share is no larger than a quarter', async () => {
    const [plain, salt] = [
      await madeRun(settingsOf({ shares: EVEN })),
      await madeRun(settingsOf({ shares: EVEN, fix: 'salt' })),
    ];
    expect(salt.run).toEqual(plain.run);
  });

  it('becomes few sums where orders are added up before: in order, right, and later', async () => {
    const { run } = await madeRun(settingsOf({ fix: 'preAggregate' }));
    expect(run.carried).toBeLessThan(ORDER_COUNT / 3);
    expect(run.hottest).toBeLessThan(0.35);
    expect(p99(run)).toBeLessThan(p99(hot) / 5);
    expect([...run.overtaken, ...wrong(run)]).toEqual([]);
    // An order waits for those that it is added up with, also where no lane is too full.
    expect(run.p50Ms).toBeGreaterThan(2 * (even.p50Ms ?? NaN));
    expect(run.totals.every(({ parts }) => parts.length === 1)).toBe(true);
  });

  it('is counted in one lane behind workers that share its work; they overtake each other', async () => {
    const { run } = await madeRun(settingsOf({ fix: 'twoStages' }));
    expect(run.lanes.map(({ stage }) => stage)).toEqual(['worker 0', 'worker 1', 'worker 2', 'worker 3']);
    expect(Math.max(...run.counters.map(({ share }) => share))).toBe(0.6);
    expect(p99(run)).toBeLessThan(p99(hot) / 10);
    expect(run.overtaken.length).toBeGreaterThan(50);
    expect(wrong(run)).toEqual([]);
    // Counting takes no time, so nothing waits for those that count.
    expect(run.counters.map(({ mostWaiting }) => mostWaiting)).toEqual([0, 0, 0, 0]);
    const idles = run.lanes.map(({ idle }) => idle);
    expect(Math.max(...idles) - Math.min(...idles)).toBeLessThan(0.05);
  });
});

describe('`SkewLog`', () => {
  it('finds the same in a trace that comes bit by bit, with late entries sorted in', async () => {
    const settings = settingsOf({ fix: 'twoStages' });
    const { entries, run } = await madeRun(settings);
    const log = new SkewLog();
    for (let n = 700; n < entries.length; n += 700) {
      // Some of the last ones come later than those behind them.
      log.update(entries.slice(0, n).filter((_, i) => i < n - 40 || i % 3 > 0));
      log.update(entries.slice(0, n));
    }
    log.update(entries);
    expect(skewRun(log.facts, settings)).toEqual(run);
  });

  it('tells as much of a run as there is', async () => {
    const settings = settingsOf();
    const { entries } = await madeRun(settings);
    const log = new SkewLog();
    log.update(entries.slice(0, 1_500));
    const run = skewRun(log.facts, settings);
    expect(run.counted).toBeGreaterThan(20);
    expect(run.counted).toBeLessThan(run.made);
    expect(run.made).toBeLessThan(ORDER_COUNT);
  });
});

describe('`waitingChart()`', () => {
  it('has one scale for all lanes, up to the fullest', async () => {
    const { run } = await madeRun(settingsOf({ shares: HOT }));
    const { paths, most } = waitingChart(run.lanes, run.endMs, { width: 100, height: 20 });
    expect(most).toBe(hottestOf(run)?.mostWaiting);
    expect([...paths.keys()]).toEqual(run.lanes.map(({ stage }) => stage));
    const tops = Array.from(paths, ([, path]) =>
      Math.min(...[...path.matchAll(/,(\d+(?:\.\d+)?)/g)].map(([, y]) => Number(y))),
    );
    expect(Math.min(...tops)).toBe(0);
    expect(tops.filter((top) => top > 10)).toHaveLength(3);
  });

  it('does not blow a short queue up', async () => {
    const { run } = await madeRun(settingsOf({ shares: EVEN }));
    expect(waitingChart(run.lanes, run.endMs, { width: 100, height: 20 }).most).toBe(10);
  });
});
