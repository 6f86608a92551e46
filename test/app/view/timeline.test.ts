import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Replay, type PlanView, type StageId, type TraceEntry } from 'sluice';
import { moodOf } from '$lib/view/pipeline-view.ts';
import {
  laneLabel,
  nextMark,
  pinMarks,
  rangeWith,
  timelineView,
  underPointer,
  zoomed,
} from '$lib/view/timeline.ts';
import { TimelineLog } from '$lib/view/timeline-log.ts';
import { isLandmark, markText, pinText } from '$lib/view/timeline-marks.ts';
import { firstRun, frozenRun } from './first-run.ts';
import { CRASH_AND_RESTART, entriesOf, link, stage, SUPERVISED } from './recorded.ts';

const SIZE = { width: 500, laneHeight: 20, by: 'entry' } as const;

function logOf(plan: PlanView, entries: readonly TraceEntry[]): TimelineLog {
  const log = new TimelineLog(plan);
  log.update(entries);
  return log;
}

function lanesIn(...args: Parameters<typeof timelineView>) {
  return timelineView(...args).groups.flatMap(({ lanes }) => lanes);
}

/** All that a log knows of a stage, as plain values. */
function known(log: TimelineLog, id: StageId) {
  return log.lanesOf(id).map(({ worker, since, busy, blocked, frozen, lives, marks }) => ({
    worker,
    since,
    busy: busy.toArray(),
    blocked: blocked.toArray(),
    frozen: frozen.toArray(),
    lives: lives.toArray(),
    marks: [...marks]
      .filter(([, { length }]) => length > 0)
      .map(([kind, moments]) => [
        kind,
        ...Array.from({ length: moments.length }, (_, i) => moments.at(i, 'n')),
      ])
      .sort((a, b) => String(a[0]).localeCompare(String(b[0]))),
  }));
}

describe('laneLabel()', () => {
  it('keeps what tells the stages of a flow apart', () => {
    expect(laneLabel('printer')).toBe('printer');
    expect(laneLabel('a-long-printer')).toBe('a-long-pri…');
    expect(laneLabel('counts/reduce 12')).toBe('…/reduce 12');
    expect(laneLabel('per hour/reduce')).toBe('…/reduce');
    expect(laneLabel('departition 3')).toBe('…artition 3');
  });
});

describe('TimelineLog', () => {
  it('has every stage busy from begin to end', async () => {
    const { plan, entries } = await firstRun({ entryBudget: 60 });
    const log = logOf(plan, entries);
    for (const { id } of plan.stages) {
      const own = entries.map((entry, i) => ({ entry, n: i + 1 })).filter(({ entry }) => entry.stage === id);
      const begins = own.filter(({ entry }) => entry.type === 'begin');
      expect(log.lanesOf(id).map(({ busy }) => busy.toArray())).toEqual([
        begins.map(({ entry, n }) => ({
          from: n - 1,
          to: own.find((other) => other.entry.type === 'end' && other.entry.cause === entry.seq)?.n ?? null,
        })),
      ]);
    }
  });

  it('has a stage blocked, frozen and busy exactly while the picture says so', async () => {
    const frozen = await frozenRun();
    const moments = { blocked: 0, frozen: 0 };
    for (const { plan, entries } of [await firstRun({ entryBudget: 250 }), frozen]) {
      const log = logOf(plan, entries);
      const at = new Replay(plan, entries);
      for (let n = 1; n <= entries.length; n += 1) {
        const state = at.at(n);
        for (const one of plan.stages) {
          const { mood } = moodOf(one, state);
          const lanes = log.lanesOf(one.id);
          for (const kind of ['blocked', 'frozen'] as const) {
            const spans = lanes.flatMap((lane) => lane[kind].toArray());
            const isBusy = lanes.some(({ busy }) =>
              busy.toArray().some(({ from, to }) => from < n && (to === null || n < to)),
            );
            const isSo = !isBusy && spans.some(({ from, to }) => from <= n && (to === null || n <= to));
            expect(isSo, `${one.id} is ${kind} after ${n}`).toBe(mood === kind);
            if (isSo) moments[kind] += 1;
          }
        }
      }
    }
    expect(moments.blocked).toBeGreaterThan(10);
    expect(moments.frozen).toBeGreaterThan(10);
  });

  it('says of a frozen stage that it is, not that nobody asks, and draws it so', async () => {
    const { plan, entries } = await frozenRun();
    const log = logOf(plan, entries);
    const view = timelineView(plan, log, SIZE);
    const lane = view.groups.flatMap(({ lanes }) => lanes).find(({ stage: id }) => id === 'evens');
    expect(lane?.frozenPath).toMatch(/^M[\d.]+,-/);
    const [span] = log.lanesOf('evens').flatMap(({ frozen }) => frozen.toArray());
    const [from, to] = [view.xOf(span?.from ?? 0), view.xOf(span?.to ?? 0)];
    const said = Array.from({ length: Math.floor(to - from) }, (_, i) => {
      const under = lane && underPointer(lane, log, { x: from + i, by: 'entry', view, width: SIZE.width });
      return under?.what ?? null;
    });
    expect(new Set(said)).toEqual(new Set(['mark', 'frozen']));
    expect(view.groups.flatMap(({ lanes }) => lanes).filter(({ frozenPath }) => frozenPath !== '')).toEqual([
      lane,
    ]);
  });

  it('knows the same of a trace that came in parts, late entries sorted in, as of the whole', async () => {
    const { plan, entries } = await firstRun({ entryBudget: 1_400 });
    const whole = logOf(plan, entries);
    const lates = fc.dictionary(fc.nat({ max: entries.length }).map(String), fc.nat({ max: 20 }), {
      maxKeys: 30,
    });
    fc.assert(
      fc.property(fc.array(fc.nat({ max: entries.length }), { maxLength: 6 }), lates, (cuts, late) => {
        const log = new TimelineLog(plan);
        for (const cut of [...cuts].sort((a, b) => a - b)) {
          log.update(entries.slice(0, cut).filter((_, i) => i + (late[i] ?? 0) < cut));
        }
        log.update(entries);
        for (const { id } of plan.stages) expect(known(log, id)).toEqual(known(whole, id));
        expect(log.workers.map(({ busy }) => busy.toArray())).toEqual(
          whole.workers.map(({ busy }) => busy.toArray()),
        );
        expect(log.landmarks.toArray()).toEqual(whole.landmarks.toArray());
        expect(log.msAt(entries.length)).toBe(whole.msAt(entries.length));
      }),
      { numRuns: 20 },
    );
  });

  it('keeps a lane on each worker that a stage has run on', () => {
    const moved = CRASH_AND_RESTART.map((entry, i) =>
      entry.stage === 'printer' ? { ...entry, worker: i > 10 ? 2 : 1 } : entry,
    );
    const log = logOf(SUPERVISED, moved);
    expect(log.lanesOf('printer').map(({ worker, lives }) => [worker, lives.toArray()])).toEqual([
      [1, [{ from: 2, to: 10 }]],
      [2, [{ from: 12, to: null }]],
    ]);
    const view = timelineView(SUPERVISED, log, SIZE);
    expect(
      view.groups.map(({ label, lanes }) => [label, lanes.map((lane) => [lane.stage, lane.moved])]),
    ).toEqual([
      ['worker 1', [['numbers', null]]],
      ['worker 2', [['printer', 'worker 3 later']]],
      ['worker 3', [['printer', 'worker 2 before']]],
    ]);
  });
});

describe('timelineView()', () => {
  it('finds the moment under a pixel again, of the whole run and of a part', async () => {
    const { plan, entries } = await firstRun({ entryBudget: 300 });
    const log = logOf(plan, entries);
    for (const range of [null, { from: 100, to: 300 }]) {
      const { at, xOf } = timelineView(plan, log, { ...SIZE, range });
      const [from, to] = range ? [range.from, range.to] : [0, entries.length];
      for (let n = from; n <= to; n += 13) expect(at(xOf(n))).toBe(n);
      expect([at(-50), at(1e6)]).toEqual([from, to]);
    }
  });

  it('draws as much as there is room for, however much happened', async () => {
    const { plan, entries } = await firstRun({ entryBudget: 5_000 });
    const log = logOf(plan, entries);
    const printer = lanesIn(plan, log, SIZE)[2];
    expect(printer?.marks.map(({ kind }) => kind)).toEqual(['ask']);
    const asks = printer?.marks[0]?.path.match(/M/g) ?? [];
    expect(asks.length).toBeGreaterThan(20);
    expect(asks.length).toBeLessThanOrEqual(SIZE.width / 5 + 1);
    expect(printer?.busyPath.match(/M/g)?.length).toBeLessThanOrEqual(SIZE.width);
  });

  it('shows side by side what ran on two workers at the same time', () => {
    const plan: PlanView = {
      stages: [stage('a', 'producer'), stage('b', 'consumer')],
      subscriptions: [link('b', 'a')],
    };
    const began = { type: 'begin', callback: 'handleInfo' } as const;
    const ended = { type: 'end', callback: 'handleInfo', count: 0, emitted: [], state: null } as const;
    const clock = [0, 0, 10, 20, 60, 100];
    const entries = entriesOf(
      ['a', { type: 'start', kind: 'producer', state: null }],
      ['b', { type: 'start', kind: 'consumer', state: null }],
      ['a', began],
      ['b', began],
      ['a', ended],
      ['b', ended],
    ).map((entry, i) => ({ ...entry, worker: entry.stage === 'a' ? 0 : 1, atMs: clock[i] ?? 0 }));
    const view = timelineView(plan, logOf(plan, entries), { ...SIZE, width: 100, by: 'time' });
    expect(view.groups.map(({ busyShare }) => busyShare)).toEqual([0.5, 0.8]);
    expect(view.groups.map(({ lanes }) => lanes[0]?.busyPath)).toEqual([
      'M10.0,-6.5H60.0V6.5H10.0Z',
      'M20.0,-6.5H100.0V6.5H20.0Z',
    ]);
    expect(view.xOf(3)).toBe(10);
    expect(view.at(21)).toBe(4);
  });

  it('hides the stages of a worker that is folded up', () => {
    const moved = CRASH_AND_RESTART.map((entry) =>
      entry.stage === 'printer' ? { ...entry, worker: 1 } : entry,
    );
    const log = logOf(SUPERVISED, moved);
    const [all, folded] = [new Set<number>(), new Set([1])].map((collapsed) =>
      timelineView(SUPERVISED, log, { ...SIZE, collapsed }),
    );
    expect(folded?.groups.map(({ lanes }) => lanes.length)).toEqual([1, 0]);
    expect((all?.height ?? 0) - (folded?.height ?? 0)).toBe(SIZE.laneHeight);
  });

  it('puts stages that have not started under the worker they will have', () => {
    const log = logOf(SUPERVISED, CRASH_AND_RESTART.slice(0, 1));
    const { groups } = timelineView(SUPERVISED, log, { ...SIZE, placement: { printer: 3 } });
    expect(groups.map(({ label, lanes }) => [label, lanes.map((lane) => lane.stage)])).toEqual([
      ['worker 1', ['numbers']],
      ['worker 4', ['printer']],
    ]);
  });
});

describe('underPointer()', () => {
  it('names the mark that is near, and else what the stage does', () => {
    const log = logOf(SUPERVISED, CRASH_AND_RESTART);
    const by = 'entry';
    const width = 1_400;
    const view = timelineView(SUPERVISED, log, { width, laneHeight: 20, by });
    const printer = view.groups[0]?.lanes[1];
    const under = (n: number) => printer && underPointer(printer, log, { x: n * 100, by, view, width });
    expect(under(10.02)).toEqual({ what: 'mark', kind: 'crash', n: 10 });
    expect(under(6.5)).toEqual({ what: 'busy' });
    expect(under(5)).toEqual({ what: 'idle' });
    expect(under(11.5)).toBeNull();
    const crash = CRASH_AND_RESTART[9];
    expect(crash && markText('crash', crash)).toBe('Crash: Error: boom');
  });
});

describe('pinText()', () => {
  it('says what was marked, as one sentence goes on', () => {
    expect(pinText({ kind: 'check', words: 'Every event is sent.' })).toBe(
      'Failed check: Every event is sent',
    );
    expect(pinText({ kind: 'bookmark', words: ' ' })).toBe('Bookmark');
  });
});

describe('nextMark()', () => {
  it('goes from mark to mark and pin to pin in both directions', () => {
    const log = logOf(SUPERVISED, CRASH_AND_RESTART);
    const marks = CRASH_AND_RESTART.flatMap((entry, i) => (isLandmark(entry) ? [i + 1] : []));
    const view = timelineView(SUPERVISED, log, SIZE);
    const pins = pinMarks([{ kind: 'bookmark', seq: 4, words: '' }], view, (seq) => seq);
    const all = [...marks, 4].sort((a, b) => a - b);
    const walk = (from: number, direction: 1 | -1) => {
      const seen: number[] = [];
      for (let n = nextMark(log, pins, { n: from, direction }); n !== null;) {
        seen.push(n);
        n = nextMark(log, pins, { n, direction });
      }
      return seen;
    };
    expect(all).toEqual([4, 8, 9, 10, 11]);
    expect(walk(0, 1)).toEqual(all);
    expect(walk(14, -1)).toEqual(all.toReversed());
  });
});

describe('zoomed()', () => {
  it('keeps the moment it is zoomed around where it is, within the run', async () => {
    const { plan, entries } = await firstRun();
    const log = logOf(plan, entries);
    const view = timelineView(plan, log, SIZE);
    const range = zoomed(view, { factor: 2, around: 150 });
    expect(range).toEqual({ from: 75, to: 375 });
    const closer = timelineView(plan, log, { ...SIZE, range });
    expect(closer.xOf(150)).toBe(view.xOf(150));
    expect(zoomed(closer, { factor: 0.25, around: 150 })).toBeNull();
    expect(rangeWith({ from: 75, to: 375 }, 500)).toEqual({ from: 224, to: 524 });
  });
});
