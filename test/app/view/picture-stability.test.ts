import { describe, expect, it } from 'vitest';
import type { TraceEntry } from 'sluice';
import { PipelineLayouts } from '$lib/view/pipeline-layouts.ts';
import { ShownPlan } from '$lib/view/shown-plan.ts';
import { firstRun } from './first-run.ts';

const run = await firstRun({ entryBudget: 600 });
const room = { width: 640, height: 520 };

const middleOf = (box: { readonly x: number; readonly width: number }) => box.x + box.width / 2;

describe('the layout of a run', () => {
  it('is the same object at every entry: nothing moves because numbers grow', () => {
    const shown = new ShownPlan(run.plan);
    const plan = shown.update([]);
    const layouts = new PipelineLayouts(plan);
    const first = layouts.in(room);
    for (let n = 1; n <= run.entries.length; n += 1) {
      expect(shown.update(run.entries.slice(0, n))).toBe(plan);
      expect(layouts.in(room)).toBe(first);
    }
  });

  it('keeps rows, their order and whom a new subscription does not concern', () => {
    const added: TraceEntry = {
      seq: run.entries.length + 1,
      atMs: 1,
      worker: 0,
      stage: 'second printer',
      cause: null,
      type: 'subscribe',
      subscription: 'second printer←evens',
      producer: 'evens',
      mode: 'automatic',
      maxDemand: 4,
      minDemand: 2,
      cancel: 'permanent',
    };
    const shown = new ShownPlan(run.plan);
    const before = new PipelineLayouts(shown.update(run.entries)).in(room);
    const after = new PipelineLayouts(shown.update([...run.entries, added])).in(room);
    expect(after.orientation).toBe(before.orientation);
    const at = (layout: typeof before, id: string) => layout.stages.find((stage) => stage.id === id);
    for (const id of ['numbers', 'evens']) {
      const [was, is] = [at(before, id), at(after, id)];
      if (!was || !is) throw new Error(`${id} is drawn`);
      expect(middleOf(is)).toBeCloseTo(middleOf(was), 0);
    }
    const rows = ['numbers', 'evens', 'printer'].map((id) => at(after, id)?.y ?? NaN);
    expect(rows).toEqual(rows.toSorted((a, b) => a - b));
    expect(at(after, 'second printer')?.y).toBe(at(after, 'printer')?.y);
  });
});
