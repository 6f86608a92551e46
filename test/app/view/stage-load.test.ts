import { beforeAll, describe, expect, it } from 'vitest';
import {
  consumer,
  pipeline,
  planOf,
  producer,
  producerConsumer,
  Replay,
  runVirtual,
  sleep,
  type VirtualRun,
} from 'sluice';
import { moodOf } from '$lib/view/pipeline-view.ts';
import { loadText, loadWords, shareText, StageLoadLog } from '$lib/view/stage-load.ts';
import { firstRun, frozenRun } from './first-run.ts';

/** A source that fills its buffer, a quick stage, and a sink that sleeps 40 ms of every 50. */
function slowSink(): Promise<VirtualRun> {
  const source = producer({
    init: () => 0,
    handleDemand: (demand, next) => ({
      events: Array.from({ length: Math.min(demand, 4) }, (_, i) => next + i),
      state: next + Math.min(demand, 4),
    }),
  });
  const twice = producerConsumer({
    handleEvents: (events: number[]) => ({ events: events.flatMap((n) => [n, n]) }),
  });
  const save = consumer({
    handleEvents: async (events: number[]) => {
      await sleep(40 * events.length);
    },
  });
  const program = pipeline(({ start, subscribe }) => {
    const first = start('source', source);
    const middle = start('twice', twice);
    subscribe(middle, { to: first, maxDemand: 4, minDemand: 2 });
    subscribe(start('save', save), { to: middle, maxDemand: 2, minDemand: 1 });
  });
  return runVirtual(planOf(program), { seed: 1, entryBudget: 1_500 });
}

let run: VirtualRun;
beforeAll(async () => {
  run = await slowSink();
});

describe('StageLoadLog', () => {
  it('agrees with moodOf() at every entry', async () => {
    for (const { plan, entries } of [run, await firstRun(), await frozenRun()]) {
      const replay = new Replay(plan, entries);
      const log = new StageLoadLog(plan);
      for (let n = 1; n <= entries.length; n += 1) {
        log.update(entries.slice(0, n));
        for (const stage of plan.stages) {
          const { mood } = moodOf(stage, replay.at(n));
          const expected = mood === 'busy' || mood === 'blocked' ? mood : mood === 'absent' ? null : 'idle';
          expect(log.doing(stage.id), `${stage.id} after ${n} entries`).toBe(expected);
        }
      }
    }
  });

  it('counts the time in which callbacks ran, as shares of the last second', () => {
    const log = new StageLoadLog(run.plan);
    log.update(run.entries);
    const endMs = run.entries.at(-1)?.atMs ?? 0;
    expect(endMs).toBeGreaterThan(2_000);
    const save = log.load('save', endMs);
    expect(save?.busy).toBeGreaterThan(0.95);
    expect(save?.mostBusy).toBeGreaterThanOrEqual(save?.busy ?? 1);
    expect(log.load('twice', endMs)?.busy).toBeLessThan(0.01);
    expect(log.load('twice', endMs)?.blocked).toBeGreaterThan(0.9);
  });

  it('adds up the busy spans of the trace exactly', () => {
    const log = new StageLoadLog(run.plan);
    log.update(run.entries);
    const endMs = 700;
    let busyMs = 0;
    let beganMs: number | null = null;
    for (const entry of run.entries.filter(({ stage }) => stage === 'save')) {
      if (entry.type === 'begin') beganMs = entry.atMs;
      if (entry.type === 'end' && beganMs !== null) {
        busyMs += Math.max(0, Math.min(entry.atMs, endMs) - Math.min(beganMs, endMs));
        beganMs = null;
      }
    }
    expect(log.load('save', endMs)?.busy).toBeCloseTo(busyMs / endMs, 10);
  });

  it('knows nothing before the run has lasted any time, and of stages it does not know', () => {
    const log = new StageLoadLog(run.plan);
    log.update(run.entries);
    expect(log.load('save', 0)).toBeNull();
    expect(log.load('nobody', 10)).toBeNull();
  });

  it('knows the same after late entries as of the whole', () => {
    const whole = new StageLoadLog(run.plan);
    whole.update(run.entries);
    for (const n of [40, 1_030, run.entries.length - 3]) {
      const late = new StageLoadLog(run.plan);
      late.update(run.entries.slice(0, n));
      late.update(run.entries.filter((_, i) => i !== n - 1));
      late.update(run.entries);
      for (const ms of [100, 900, 1_500, 2_500]) {
        for (const { id } of run.plan.stages) expect(late.load(id, ms)).toEqual(whole.load(id, ms));
      }
    }
  });
});

describe('loadWords()', () => {
  it('tells the shares, and the most', () => {
    expect(loadWords({ busy: 0.62, blocked: 0.1, mostBusy: 0.97 })).toBe(
      'busy 62 % of the last second, blocked 10 %, at most 97 % busy in a second',
    );
    expect(loadText({ busy: 0.62, blocked: 0.1, mostBusy: 1 })).toBe('62 % busy');
    expect(loadText({ busy: 0.02, blocked: 0.95, mostBusy: 1 })).toBe('95 % blocked');
    expect([shareText(0), shareText(0.001), shareText(1)]).toEqual(['0 %', '<1 %', '100 %']);
  });
});
