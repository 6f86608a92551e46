import { beforeAll, describe, expect, it } from 'vitest';
import {
  broadcastDispatcher,
  consumer,
  fromInterval,
  pipeline,
  producer,
  producerConsumer,
  runVirtual,
  sleep,
  type Plan,
  type VirtualRun,
} from 'sluice';
import { DOINGS } from '$lib/view/stage-doing.ts';
import { StageSharesLog, type StageShares } from '$lib/view/stage-shares.ts';
import { firstRun } from './first-run.ts';

const ROUNDS = 100;

/** So many numbers, each made in `ms`. */
function numbers(ms = 0, last = ROUNDS) {
  return producer({
    init: () => 0,
    handleDemand: async (demand, next: number) => {
      const count = Math.max(0, Math.min(demand, last - next));
      if (ms > 0) await sleep(ms * count);
      return { events: Array.from({ length: count }, (_, i) => next + i), state: next + count };
    },
  });
}

function work(ms: number) {
  return consumer({
    handleEvents: async (events: number[]) => {
      await sleep(ms * events.length);
    },
  });
}

function pass(ms: number) {
  return producerConsumer({
    handleEvents: async (events: number[]) => {
      await sleep(ms * events.length);
      return { events };
    },
  });
}

/** source → parse → save, taking so long for each event. */
function chain([source, parse, save]: readonly [number, number, number], maxDemand = 4): Plan {
  return pipeline(({ start, subscribe }) => {
    const parsed = start('parse', pass(parse));
    const made = start('source', numbers(source));
    const saved = start('save', work(save));
    subscribe(parsed, { to: made, maxDemand, cancel: 'transient' });
    subscribe(saved, { to: parsed, maxDemand, cancel: 'transient' });
  });
}

function logOf({ plan, entries }: VirtualRun): StageSharesLog {
  const log = new StageSharesLog(plan);
  log.update(entries);
  return log;
}

async function sharesOf(plan: Plan, span?: { fromMs: number; toMs: number }) {
  const run = await runVirtual(plan, { seed: 0 });
  const toMs = run.entries.at(-1)?.atMs ?? 0;
  const log = logOf(run);
  return (stage: string): StageShares => {
    const shares = log.shares(stage, span ?? { fromMs: 0, toMs });
    if (!shares) throw new Error(`Nothing is known of ${stage}`);
    return shares;
  };
}

describe('StageSharesLog', () => {
  it('says exactly how long each stage worked where every event takes a known time', async () => {
    const run = await runVirtual(chain([1, 2, 10], 4), { seed: 0 });
    const log = logOf(run);
    // The first events reach the slow stage once two have been made in 4 ms, as all four are, and parsed in 4 more.
    const toMs = 4 + 4 + ROUNDS * 10;
    expect(run.entries.at(-1)?.atMs).toBe(toMs);
    const busyMs = (id: string) => (log.shares(id, { fromMs: 0, toMs })?.busy ?? NaN) * toMs;
    expect(busyMs('source')).toBeCloseTo(ROUNDS * 1, 6);
    expect(busyMs('parse')).toBeCloseTo(ROUNDS * 2, 6);
    expect(busyMs('save')).toBeCloseTo(ROUNDS * 10, 6);
  });

  it('says that stages above the slow one wait for asks, and those below it for events', async () => {
    const shares = await sharesOf(chain([1, 10, 1], 4));
    expect(shares('source').noAsk).toBeGreaterThan(0.8);
    expect(shares('save').noEvents).toBeGreaterThan(0.8);
    expect(shares('parse').busy).toBeGreaterThan(0.95);
  });

  it('says that a stage below a slow source waits for events', async () => {
    const shares = await sharesOf(chain([10, 1, 1], 4));
    expect(shares('source').busy).toBeGreaterThan(0.95);
    expect(shares('parse').noEvents).toBeGreaterThan(0.85);
    expect(shares('save').noEvents).toBeGreaterThan(0.85);
  });

  it('says that a source whose own input is slow waits for the outside', async () => {
    const plan = pipeline(({ start, subscribe }) => {
      const ticks = start('ticks', fromInterval(10, { take: 20 }));
      subscribe(start('save', work(1)), { to: ticks, cancel: 'transient' });
    });
    const shares = await sharesOf(plan);
    expect(shares('ticks').outside).toBeGreaterThan(0.9);
    expect(shares('save').noEvents).toBeGreaterThan(0.85);
  });

  it('counts a source that never sends again as gone', async () => {
    const shares = await sharesOf(chain([1, 1, 10], 50));
    expect(shares('source').outside).toBe(0);
    expect(shares('source').gone).toBeGreaterThan(0.4);
  });

  it('says that a slowed subscription is waited for', async () => {
    const plan = chain([1, 1, 1], 2);
    const run = await runVirtual(plan, {
      seed: 0,
      faults: [{ fault: 'slowLink', subscription: 'parse←source', delayMs: 50, atMs: 0 }],
    });
    const log = logOf(run);
    const span = { fromMs: 0, toMs: run.entries.at(-1)?.atMs ?? 0 };
    expect(log.onLink('parse←source', span).awaited).toBeGreaterThan(0.8);
    expect(log.onLink('save←parse', span).awaited).toBe(0);
  });

  it('has a broadcast held up by its slowest consumer', async () => {
    const plan = pipeline(({ start, subscribe }) => {
      const source = start('source', { ...numbers(1), options: { dispatcher: broadcastDispatcher() } });
      subscribe(start('slow', work(10)), { to: source, maxDemand: 4, cancel: 'transient' });
      subscribe(start('quick', work(1)), { to: source, maxDemand: 4, cancel: 'transient' });
    });
    const shares = await sharesOf(plan);
    expect(shares('source').noAsk).toBeGreaterThan(0.8);
    expect(shares('quick').noEvents).toBeGreaterThan(0.8);
  });

  it('counts a span alone', async () => {
    const shares = await sharesOf(chain([1, 1, 10], 4), { fromMs: 100, toMs: 200 });
    expect(shares('save').busy).toBeCloseTo(1, 9);
    expect(shares('source').busy).toBeCloseTo(0.1, 1);
  });

  it('knows nothing of an unknown stage, nor of no time', async () => {
    const log = logOf(await firstRun());
    expect(log.shares('nobody', { fromMs: 0, toMs: 1 })).toBeNull();
    expect(log.shares('numbers', { fromMs: 1, toMs: 1 })).toBeNull();
  });

  describe('on any trace', () => {
    let run: VirtualRun;
    beforeAll(async () => {
      run = await runVirtual(chain([1, 2, 3], 3), { seed: 7 });
    });

    it('has shares that add up to all of the time', () => {
      const log = logOf(run);
      const endMs = run.entries.at(-1)?.atMs ?? 0;
      for (const [fromMs, toMs] of [
        [0, endMs],
        [3, 77],
        [endMs / 2, endMs],
        [0, 2 * endMs],
      ] as const) {
        for (const { id } of run.plan.stages) {
          const shares = log.shares(id, { fromMs, toMs });
          const all = DOINGS.reduce((sum, doing) => sum + (shares?.[doing] ?? 0), 0);
          expect(all).toBeCloseTo(1, 9);
        }
      }
    });

    it('says the same when it grows entry by entry, with late ones sorted in', () => {
      const whole = logOf(run);
      const grown = new StageSharesLog(run.plan);
      for (let n = 1; n <= run.entries.length; n += 7) {
        const late = run.entries.slice(0, n).filter((_, i) => i < n - 30 || i % 3 > 0);
        grown.update(late);
        grown.update(run.entries.slice(0, n));
      }
      grown.update(run.entries);
      const span = { fromMs: 0, toMs: run.entries.at(-1)?.atMs ?? 0 };
      for (const { id } of run.plan.stages) expect(grown.shares(id, span)).toEqual(whole.shares(id, span));
    });
  });
});
