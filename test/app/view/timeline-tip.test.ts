import { describe, expect, it } from 'vitest';
import { timelineView } from '$lib/view/timeline.ts';
import { TimelineLog } from '$lib/view/timeline-log.ts';
import { laneTitle, sharesText, timelineTip } from '$lib/view/timeline-tip.ts';
import { firstRun } from './first-run.ts';
import { CRASH_AND_RESTART, SUPERVISED } from './recorded.ts';

describe('timelineTip()', () => {
  const log = new TimelineLog(SUPERVISED);
  log.update(CRASH_AND_RESTART.map((entry) => (entry.stage === 'printer' ? { ...entry, worker: 1 } : entry)));
  const options = { width: 1_400, laneHeight: 20, by: 'entry' } as const;
  const view = timelineView(SUPERVISED, log, options);
  const tip = (at: { x: number; y: number }) => timelineTip({ ...options, view, log }, at);
  const lane = view.groups.flatMap(({ lanes }) => lanes).find(({ stage }) => stage === 'printer');

  it('tells the mark under the pointer with its moment, and else what the stage does', () => {
    const y = lane?.y ?? 0;
    expect(tip({ x: 1_002, y })?.text).toMatch(/^printer · Crash: Error: boom · entry 10, /);
    expect(tip({ x: 650, y })).toEqual({ top: y - 10, text: 'printer · busy: a callback runs' });
  });

  it('tells how busy a worker was, and nothing between the rows and where no stage runs', () => {
    const worker = view.groups.find(({ lanes }) => lanes.some(({ stage }) => stage === 'printer'));
    expect(tip({ x: 650, y: worker?.y ?? 0 })?.text).toMatch(/: a callback ran \d+ % of the time shown$/);
    expect(tip({ x: 1_150, y: lane?.y ?? 0 })).toBeNull();
    expect(tip({ x: 650, y: -50 })).toBeNull();
  });
});

describe('timelineTip() of many', () => {
  it('tells the share of what lies under the pointer where callbacks are too close to be told apart', async () => {
    const { plan, entries } = await firstRun({ entryBudget: 1_400 });
    const log = new TimelineLog(plan);
    log.update(entries);
    const options = { width: 60, laneHeight: 20, by: 'entry' } as const;
    const view = timelineView(plan, log, options);
    const lane = view.groups.flatMap(({ lanes }) => lanes).find(({ crowds }) => crowds.length > 0);
    const crowd = lane?.crowds.find(({ from, to }) => to - from > 4);
    // Beside marks, which come first.
    const texts = Array.from(
      { length: (crowd?.to ?? 0) - (crowd?.from ?? 0) },
      (_, i) =>
        timelineTip({ ...options, view, log }, { x: (crowd?.from ?? 0) + i + 0.5, y: lane?.y ?? 0 })?.text,
    );
    expect(
      texts.some((text) =>
        /busy \d+ %(, blocked \d+ %)? of the \d+ entries under the pointer$/.test(text ?? ''),
      ),
    ).toBe(true);
  });
});

describe('sharesText()', () => {
  it('leaves out what there is none of', () => {
    expect(sharesText({ busy: 0.124, blocked: 0 })).toBe('busy 12 %');
    expect(sharesText({ busy: 0.001, blocked: 0.71 })).toBe('busy <1 %, blocked 71 %');
  });
});

describe('laneTitle()', () => {
  it('says where else a stage ran', () => {
    expect(laneTitle({ stage: 'save', moved: null })).toBe('save');
    expect(laneTitle({ stage: 'save', moved: 'worker 2 later' })).toBe('save (worker 2 later)');
  });
});
