import { describe, expect, it } from 'vitest';
import { pipelineLayout, type PipelineLayout } from '$lib/view/pipeline-layout.ts';
import { PipelineLayouts } from '$lib/view/pipeline-layouts.ts';
import { firstRun } from './first-run.ts';

/** Without the functions that lanes are made of. */
const placesOf = (layout: PipelineLayout): unknown => JSON.parse(JSON.stringify(layout));

describe('PipelineLayouts', () => {
  it('lays a plan out once for every room it has lately stood in, beside a scrollbar where it is higher', async () => {
    const { plan } = await firstRun({ entryBudget: 20 });
    const layouts = new PipelineLayouts(plan);
    const [wide, low] = [
      { width: 900, height: 700 },
      { width: 420, height: 90 },
    ];
    const first = layouts.in(wide);
    expect(placesOf(first)).toEqual(placesOf(pipelineLayout(plan, wide)));
    expect(placesOf(layouts.in(low))).toEqual(placesOf(pipelineLayout(plan, { width: 408, height: 90 })));
    expect(layouts.in(wide)).toBe(first);
    for (let height = 600; height < 620; height += 1) layouts.in({ width: 500, height });
    expect(placesOf(layouts.in(wide))).toEqual(placesOf(first));
  });
});
