import { describe, expect, it } from 'vitest';
import { Flow, pipeline, viewOfPlan } from 'sluice';
import { planDifference } from '../../../engine/runtime/plan-difference.ts';

const counts = (flow: Flow<number>, options?: { readonly demand: 'accumulate' }) =>
  viewOfPlan(pipeline(({ start }) => void start('counts', flow, options)));

describe('planDifference()', () => {
  const source = Flow.from([1, 2], { stages: 1 });
  const doubled = counts(source.map((n) => n + n));

  it('finds none between flows that were written alike', () => {
    expect(planDifference(doubled, counts(source.map((n) => 2 * n)))).toBeNull();
  });

  it('names the flow whose layers, or whose mode, are others', () => {
    const filtered = counts(source.map((n) => n).filter((n) => n > 1));
    expect(planDifference(doubled, filtered)).toMatch(/^layers of flow "counts": .*"filter"/);
    const held = counts(
      source.map((n) => n),
      { demand: 'accumulate' },
    );
    expect(planDifference(doubled, held)).toBe('demand of flow "counts": forward against accumulate');
  });

  it('counts flows', () => {
    const none = viewOfPlan(pipeline(() => undefined));
    const plain = { ...doubled, stages: [], subscriptions: [] };
    expect(planDifference(plain, none)).toBe('1 against 0 flows');
  });
});
