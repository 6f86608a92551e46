import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { TraceEntry } from 'sluice';
import { isLandmark, laneLabel, TimelineLog, timelineView } from '$lib/view/timeline.ts';
import { firstRun } from './first-run.ts';

const SIZE = { width: 500, laneHeight: 20, by: 'entry' } as const;

describe('laneLabel()', () => {
  it('keeps what tells the stages of a flow apart', () => {
    expect(laneLabel('printer')).toBe('printer');
    expect(laneLabel('a-long-printer')).toBe('a-long-pri…');
    expect(laneLabel('counts/reduce 12')).toBe('…/reduce 12');
    expect(laneLabel('departition 3')).toBe('…artition 3');
  });
});

describe('timelineView()', () => {
  it('gives every stage a lane on which it is busy from begin to end', async () => {
    const { plan, entries } = await firstRun({ entryBudget: 60 });
    const log = new TimelineLog(plan);
    log.update(entries);
    expect(plan.stages.map(({ id }) => log.lane(id)?.busy)).toEqual(
      plan.stages.map(({ id }) => {
        const own = entries
          .map((entry, i) => ({ entry, n: i + 1 }))
          .filter(({ entry }) => entry.stage === id);
        const begins = own.filter(({ entry }) => entry.type === 'begin');
        return begins.map(({ entry, n }) => ({
          from: n - 1,
          to: own.find((other) => other.entry.type === 'end' && other.entry.cause === entry.seq)?.n ?? null,
        }));
      }),
    );
    const view = timelineView(plan, log, SIZE);
    expect(view.lanes.map(({ stage }) => stage)).toEqual(['numbers', 'evens', 'printer']);
    for (const lane of view.lanes) expect(lane.busyPath).toMatch(/^M[\d.]+,0H[\d.]+/);
  });

  it('finds the moment under a pixel again', async () => {
    const { plan, entries } = await firstRun();
    const log = new TimelineLog(plan);
    log.update(entries);
    const { at, xOf } = timelineView(plan, log, SIZE);
    for (let n = 0; n <= entries.length; n += 13) expect(at(xOf(n))).toBe(n);
    expect([at(-50), at(1e6)]).toEqual([0, entries.length]);
  });

  it('marks asks, thinned to what can be told apart', async () => {
    const { plan, entries } = await firstRun({ entryBudget: 5_000 });
    const log = new TimelineLog(plan);
    log.update(entries);
    const printer = timelineView(plan, log, SIZE).lanes[2];
    expect(printer?.marks.map(({ kind }) => kind)).toEqual(['ask']);
    const asks = printer?.marks.find(({ kind }) => kind === 'ask')?.path.match(/M/g) ?? [];
    expect(asks.length).toBeGreaterThan(20);
    expect(asks.length).toBeLessThanOrEqual(SIZE.width / 5 + 1);
  });

  it('follows the clock when asked for time', () => {
    const plan = {
      stages: [{ id: 'a', kind: 'producer' as const, dispatcher: null, bufferSize: null }],
      subscriptions: [],
    };
    const base = { worker: 0, stage: 'a', cause: null };
    const entries: TraceEntry[] = [
      { ...base, seq: 1, atMs: 0, type: 'start', kind: 'producer', state: null },
      { ...base, seq: 2, atMs: 75, type: 'begin', callback: 'handleDemand' },
      {
        ...base,
        seq: 3,
        atMs: 100,
        type: 'crash',
        callback: 'handleDemand',
        error: { name: 'E', message: 'm' },
      },
    ];
    const log = new TimelineLog(plan);
    log.update(entries);
    const view = timelineView(plan, log, { ...SIZE, by: 'time' });
    expect(view.xOf(2)).toBe(375);
    expect(view.lanes[0]?.marks.map(({ kind }) => kind)).toEqual(['crash']);
    expect(view.at(380)).toBe(2);
    expect(entries.filter(isLandmark).map(({ seq }) => seq)).toEqual([3]);
  });
});

describe('TimelineLog', () => {
  it('knows the same of a trace that came in parts, late entries sorted in, as of the whole', async () => {
    const { plan, entries } = await firstRun({ entryBudget: 300 });
    const whole = new TimelineLog(plan);
    whole.update(entries);
    const lates = fc.dictionary(fc.nat({ max: entries.length }).map(String), fc.nat({ max: 20 }), {
      maxKeys: 30,
    });
    fc.assert(
      fc.property(fc.array(fc.nat({ max: entries.length }), { maxLength: 12 }), lates, (cuts, late) => {
        const log = new TimelineLog(plan);
        for (const cut of [...cuts].sort((a, b) => a - b)) {
          log.update(entries.slice(0, cut).filter((_, i) => i + (late[i] ?? 0) < cut));
        }
        log.update(entries);
        for (const { id } of plan.stages) expect(log.lane(id)).toEqual(whole.lane(id));
      }),
    );
  });
});
