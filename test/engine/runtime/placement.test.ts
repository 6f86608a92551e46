import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { defaultWorkers, placementOf } from '../../../engine/runtime/placement.ts';
import type { PlanView } from '../../../engine/trace/plan-view.ts';
import { Flow, pipeline, viewOfPlan } from 'sluice';

/** A plan from its links alone: `['b', 'a']` = b subscribes to a. */
function planOf(stages: readonly string[], links: readonly (readonly [string, string])[]): PlanView {
  return {
    stages: stages.map((id) => ({ id, kind: 'producerConsumer', dispatcher: 'demand', bufferSize: null })),
    subscriptions: links.map(([consumer, producer]) => ({
      id: `${consumer}←${producer}`,
      consumer,
      producer,
      maxDemand: 10,
      minDemand: 5,
      cancel: 'permanent',
    })),
  };
}

/** Any plan without a cycle: a stage subscribes to earlier ones. */
const plans = fc.integer({ min: 1, max: 12 }).chain((size) =>
  fc.array(fc.tuple(fc.nat({ max: size - 1 }), fc.nat({ max: size - 1 })), { maxLength: 20 }).map((pairs) =>
    planOf(
      Array.from({ length: size }, (_, i) => `s${i}`),
      pairs.filter(([a, b]) => a > b).map(([a, b]) => [`s${a}`, `s${b}`] as const),
    ),
  ),
);

describe('placementOf()', () => {
  it('puts the neighbours of a chain on different workers', () => {
    const plan = planOf(
      ['c', 'b', 'a'],
      [
        ['c', 'b'],
        ['b', 'a'],
      ],
    );
    expect(placementOf(plan, 2)).toEqual({ a: 0, b: 1, c: 0 });
    expect(placementOf(plan, 3)).toEqual({ a: 0, b: 1, c: 2 });
    expect(placementOf(plan, 1)).toEqual({ a: 0, b: 0, c: 0 });
  });

  it('spreads the stages of each layer of a flow over all workers, and the coordinator where there is least', () => {
    const plan = viewOfPlan(
      pipeline(({ start }) => {
        start(
          'flow',
          Flow.from([1], { stages: 4 })
            .map((n) => n)
            .partition({ stages: 3 })
            .each(() => undefined),
        );
      }),
    );
    for (const workers of [1, 2, 3, 4]) {
      const placement = placementOf(plan, workers);
      for (const { stages } of plan.flows?.[0]?.layers ?? []) {
        const loads = Array.from(
          { length: workers },
          (_, worker) => stages.filter((id) => placement[id] === worker).length,
        );
        expect(Math.max(...loads) - Math.min(...loads)).toBeLessThanOrEqual(1);
      }
      expect(placement['flow']).toBeLessThan(workers);
    }
  });

  it('places every stage on a worker that is there, and always the same way', () => {
    fc.assert(
      fc.property(plans, fc.integer({ min: 1, max: 6 }), (plan, workers) => {
        const placement = placementOf(plan, workers);
        expect(Object.keys(placement).sort()).toEqual(plan.stages.map(({ id }) => id).sort());
        for (const worker of Object.values(placement)) expect(worker).toBeLessThan(workers);
        expect(placementOf(plan, workers)).toEqual(placement);
      }),
    );
  });

  it('separates all neighbours where every stage has fewer of them than there are workers', () => {
    fc.assert(
      fc.property(plans, (plan) => {
        const placement = placementOf(plan, plan.stages.length);
        for (const { consumer, producer } of plan.subscriptions) {
          expect(placement[consumer]).not.toBe(placement[producer]);
        }
      }),
    );
  });

  it('uses as many workers as there are stages without links', () => {
    const plan = planOf(['a', 'b', 'c', 'd'], []);
    expect(new Set(Object.values(placementOf(plan, 4))).size).toBe(4);
  });
});

describe('defaultWorkers()', () => {
  it('takes one per stage, at most four, at most the processors, but two even on one', () => {
    expect(defaultWorkers(3, 8)).toBe(3);
    expect(defaultWorkers(9, 8)).toBe(4);
    expect(defaultWorkers(9, 1)).toBe(2);
    expect(defaultWorkers(1, 1)).toBe(1);
    expect(defaultWorkers(0, 8)).toBe(1);
  });
});
