import { afterEach, describe, expect, it } from 'vitest';
import { Flow } from '#engine';
import { defaultStages, setDefaultStages } from '#engine/flow/default-stages.ts';
import { planFlow } from '#engine/flow/plan.ts';

const VIRTUAL = 4;

describe('defaultStages()', () => {
  afterEach(() => setDefaultStages(VIRTUAL));

  it('is four until somebody knows the machine', () => {
    expect(defaultStages()).toBe(VIRTUAL);
  });

  it.each([
    [1, 1],
    [3, 3],
    [64, 4],
    [0, 1],
  ])('FL-007 is, of %d processors, %d', (processors, stages) => {
    setDefaultStages(processors);
    expect(defaultStages()).toBe(stages);
    expect(planFlow(Flow.from([1]).map(String)).layers.at(-1)?.stages).toHaveLength(stages);
  });
});
