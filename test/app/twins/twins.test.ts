import { describe, expect, it } from 'vitest';
import { runVirtual, type TraceEntry } from 'sluice';
import { toldBy } from '$lib/labs/told-by.ts';
import { TwinAccount } from '$lib/twins/twin-account.ts';
import { chartScale, twinChart, twinRows, twinSentence } from '$lib/twins/twin-chart.ts';
import {
  BUFFER_LIMIT,
  MEMORY_LINE,
  twinLines,
  twinProgram,
  type OverflowRule,
  type TwinName,
} from '$lib/twins/twin-programs.ts';
import { planIn } from '../../support/page-program.ts';

const RULES: readonly OverflowRule[] = ['grow', 'dropNew', 'dropOld', 'block'];

async function runTwin(twin: TwinName, rule: OverflowRule, pauseMs: number) {
  const plan = planIn(twinProgram(twin, { rule, pauseMs }));
  const { entries, plan: view } = await runVirtual(plan, { seed: 0, entryBudget: 3_000 });
  const account = new TwinAccount(view);
  account.update(entries);
  return { account, entries };
}

const madeIn = (entries: readonly TraceEntry[]) =>
  entries.flatMap((entry) => (entry.type === 'end' && entry.stage === 'orders' ? entry.emitted : []));

describe('the twins', () => {
  it.each(RULES)('differ in one line under the rule "%s", or in none where both pull', (rule) => {
    const lines = twinLines({ rule, pauseMs: 20 });
    expect(lines.filter(({ of }) => of !== null)).toHaveLength(rule === 'block' ? 0 : 2);
  });

  it.each(RULES)(
    'add up at every moment under the rule "%s": made = done + waiting + dropped',
    async (rule) => {
      for (const twin of ['push', 'pull'] as const) {
        const { account, entries } = await runTwin(twin, rule, 200);
        for (let n = 0; n <= entries.length; n += 1) {
          const { made, done, waiting, dropped } = account.at(n);
          expect(done + waiting + dropped, `${twin} after ${n} entries`).toBe(made);
        }
        expect(account.now.made).toBeGreaterThan(50);
      }
    },
  );

  it('get the same orders: what the one makes is the beginning of what the other makes', async () => {
    const [push, pull] = await Promise.all([runTwin('push', 'grow', 200), runTwin('pull', 'grow', 200)]);
    const [pushed, pulled] = [madeIn(push.entries), madeIn(pull.entries)];
    expect(pulled.length).toBeGreaterThan(50);
    const both = Math.min(pushed.length, pulled.length);
    expect(pulled.slice(0, both)).toEqual(pushed.slice(0, both));
  });

  it('part when the packer is slow: one goes past the memory line, the other stays flat', async () => {
    const { account: grows } = await runTwin('push', 'grow', 200);
    expect(grows.now.waiting).toBeGreaterThan(MEMORY_LINE);
    expect(grows.now.dropped).toBe(0);
    const { account: drops } = await runTwin('push', 'dropOld', 200);
    expect(Math.max(...drops.curve.map(({ waiting }) => waiting))).toBeLessThanOrEqual(BUFFER_LIMIT + 5);
    expect(drops.now.dropped).toBeGreaterThan(0);
    const { account: asks } = await runTwin('pull', 'dropOld', 200);
    expect(Math.max(...asks.curve.map(({ waiting }) => waiting))).toBeLessThanOrEqual(4);
    expect(asks.now.dropped).toBe(0);
  });

  it('are told second by second, both of the same times', async () => {
    const [push, pull] = await Promise.all([runTwin('push', 'grow', 200), runTwin('pull', 'grow', 200)]);
    const rows = twinRows([push.account.curve, pull.account.curve], 5);
    expect(rows).toHaveLength(5);
    expect(rows.map(({ second }) => second)).toEqual(rows.map((_, i) => (rows[0]?.second ?? 0) - i));
    for (const { second, counts } of rows) {
      for (const own of counts) if (own) expect(Math.floor(own.atMs / 1_000)).toBe(second);
    }
    // Points stand on the marks of the clock: they do not drift away from them.
    for (const { atMs } of push.account.curve.slice(0, -1)) expect(atMs % 200).toBeLessThan(60);
  });

  it('are drawn on the same axes', async () => {
    const { account } = await runTwin('push', 'grow', 200);
    const scale = chartScale([account.curve, []]);
    const size = { width: 300, height: 100 };
    expect(twinChart([], scale, size).limitY).toBe(twinChart(account.curve, scale, size).limitY);
    expect(twinChart(account.curve, scale, size).end?.y).toBeLessThan(twinChart([], scale, size).limitY);
  });

  it('count up to where both workers have told what they did', async () => {
    const { entries } = await runTwin('push', 'grow', 200);
    const placed = entries.map((entry) => ({ ...entry, worker: entry.stage === 'packer' ? 1 : 0 }));
    const isTold = (n: number) => n < 400 || placed[n]?.worker === 0;
    const early = placed.slice(0, 500).filter((_, n) => isTold(n));
    const lastOfPacker = early.findLastIndex(({ worker }) => worker === 1) + 1;
    expect(lastOfPacker).toBeLessThan(early.length);
    expect(toldBy(early, 2)).toBe(lastOfPacker);
    expect(toldBy(early, 1)).toBe(early.length);
  });
});

describe('twinSentence()', () => {
  const at = (seconds: number, made: number, done: number, dropped = 0) => ({
    atMs: seconds * 1_000,
    made,
    done,
    waiting: made - done - dropped,
    dropped,
  });

  it('tells where what waits goes by the last two seconds, whatever it was before', () => {
    const grows = [at(0, 0, 0), at(1, 20, 5), at(3, 60, 8)];
    expect(twinSentence(grows, false)).toBe(
      'In the last 2 seconds 40 orders were made and 3 packed: what waits grows, and is past the memory line.',
    );
    expect(twinSentence([...grows, at(5, 100, 98)], false)).toMatch(
      /40 orders .* 90 packed: what waits gets less\.$/,
    );
    expect(twinSentence([at(0, 0, 0), at(1, 20, 19), at(3, 60, 58)], false)).toMatch(/stays flat\.$/);
    expect(twinSentence([at(0, 4, 0), at(2, 9, 5)], true)).toMatch(/none that was not asked for\.$/);
  });

  it('says what was dropped only while something is', () => {
    const full = [at(0, 20, 0), at(2, 120, 20, 40)];
    expect(twinSentence(full, false)).toMatch(/the buffer is full, and 40 were dropped\.$/);
    expect(twinSentence([...full, at(4, 160, 90, 40)], false)).toMatch(/what waits gets less\.$/);
  });

  it('says what it will do before anything was made', () => {
    expect(twinSentence([at(0, 0, 0)], false)).toBe('Makes an order when it comes in.');
    expect(twinSentence([], true)).toBe('Makes an order when it is asked for one.');
  });
});
