import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  PACKED_STAGES,
  defaultWorkers,
  placementOf,
  usefulWorkers,
  type PlacementPolicy,
} from '../../../engine/runtime/placement.ts';
import type { PlanView } from '../../../engine/trace/plan-view.ts';
import { Flow, pipeline, producer, viewOfPlan } from 'sluice';

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

/** A plan with some of its stages pinned, by their position. */
function pinned(plan: PlanView, pins: readonly (number | undefined)[]): PlanView {
  return {
    ...plan,
    stages: plan.stages.map((stage, i) => {
      const worker = pins[i];
      return worker === undefined ? stage : { ...stage, worker };
    }),
  };
}

const policies = fc.constantFrom<PlacementPolicy>('spread', 'pack');
const pins = fc.array(fc.option(fc.nat({ max: 3 }), { nil: undefined, freq: 2 }), { maxLength: 12 });

/** By worker: how many of the plan's stages are on it. */
function loadsOf(plan: PlanView, workers: number, policy: PlacementPolicy): readonly number[] {
  const placement = placementOf(plan, workers, policy);
  return Array.from(
    { length: workers },
    (_, worker) => plan.stages.filter(({ id }) => placement[id] === worker).length,
  );
}

describe('placementOf() where stages are pinned', () => {
  it('puts them where they are pinned to, and every other stage on a worker that is there', () => {
    fc.assert(
      fc.property(plans, pins, policies, (plan, at, policy) => {
        const view = pinned(plan, at);
        const placement = placementOf(view, 4, policy);
        expect(Object.keys(placement).sort()).toEqual(plan.stages.map(({ id }) => id).sort());
        for (const { id, worker } of view.stages) {
          if (worker !== undefined) expect(placement[id]).toBe(worker);
          expect(placement[id]).toBeLessThan(4);
        }
        expect(placementOf(structuredClone(view), 4, policy)).toEqual(placement);
      }),
    );
  });

  it('keeps the others away from what is pinned, as far as there is room elsewhere', () => {
    const plan = planOf(['a', 'b', 'c'], [['b', 'a']]);
    expect(placementOf(pinned(plan, [undefined, 0]), 3)).toEqual({ a: 1, b: 0, c: 2 });
  });

  it('refuses a worker that is not there, with what to do', () => {
    const plan = pinned(planOf(['a'], []), [4]);
    expect(() => placementOf(plan, 4)).toThrow(
      'Cannot run "a" on worker 5 as the run may have workers 1 to 4: received { worker: 5 }',
    );
    expect(() => placementOf(pinned(plan, [-1]), 4)).toThrow('Cannot run "a" on worker 0');
  });

  it('takes the coordinator of a flow along', () => {
    const view = viewOfPlan(
      pipeline(
        ({ start }) =>
          void start(
            'flow',
            Flow.from([1], { stages: 2 }).map((n) => n),
            { worker: 2 },
          ),
      ),
    );
    expect(new Set(Object.values(placementOf(view, 3)))).toEqual(new Set([1]));
  });
});

describe('placementOf() where stages are packed', () => {
  it('keeps a chain together until a worker is full, and goes on with the next', () => {
    const ids = ['a', 'b', 'c', 'd', 'e', 'f'];
    const links = ids.slice(1).map((id, i): [string, string] => [id, ids[i] ?? '']);
    expect(placementOf(planOf(ids, links), 4, 'pack')).toEqual({ a: 0, b: 0, c: 0, d: 0, e: 1, f: 1 });
  });

  it('keeps whole chains together rather than their first stages', () => {
    const plan = planOf(
      ['a1', 'b1', 'a2', 'b2', 'a3', 'b3'],
      [
        ['a2', 'a1'],
        ['a3', 'a2'],
        ['b2', 'b1'],
        ['b3', 'b2'],
      ],
    );
    const placement = placementOf(plan, 2, 'pack');
    expect(placement['a2']).toBe(placement['a1']);
    expect(placement['a3']).toBe(placement['a1']);
  });

  it('uses no more workers than are needed, and fills each before the next', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 40 }), fc.integer({ min: 1, max: 6 }), (stages, workers) => {
        const plan = planOf(
          Array.from({ length: stages }, (_, i) => `s${i}`),
          [],
        );
        const room = Math.max(PACKED_STAGES, Math.ceil(stages / workers));
        const loads = loadsOf(plan, workers, 'pack').filter((load) => load > 0);
        expect(loads).toHaveLength(Math.ceil(stages / room));
        expect(loads.slice(0, -1).every((load) => load === room)).toBe(true);
      }),
    );
  });

  it('puts a supervisor and a coordinator where most of their own are', () => {
    const view = viewOfPlan(
      pipeline(({ start, supervise }) => {
        const idle = producer({ handleDemand: () => ({}) });
        start('first', idle, undefined, { worker: 1 });
        const children = ['x', 'y'].map((name) => start(name, idle, undefined, { worker: 3 }));
        supervise('all', children, { strategy: 'oneForOne' });
      }),
    );
    expect(placementOf(view, 3, 'pack')['all']).toBe(2);
    expect(placementOf(view, 3, 'spread')['all']).toBe(1);
  });
});

describe('usefulWorkers()', () => {
  const plan = planOf(['a', 'b', 'c', 'd', 'e'], []);
  const workers = (view: PlanView, limit: number, policy: PlacementPolicy = 'spread', hasTasks = false) =>
    usefulWorkers(view, { limit, policy, hasTasks });

  it('is one per stage at most, where stages are spread', () => {
    expect([workers(plan, 2), workers(plan, 4), workers(plan, 8), workers(planOf([], []), 3)]).toEqual([
      2, 4, 5, 1,
    ]);
  });

  it('is as few as hold them, where stages are packed', () => {
    expect([workers(plan, 8, 'pack'), workers(planOf(['a'], []), 8, 'pack')]).toEqual([2, 1]);
  });

  it('is as many as the highest pin needs', () => {
    expect(workers(pinned(planOf(['a', 'b'], []), [3]), 4)).toBe(4);
    expect(workers(pinned(planOf(['a', 'b'], []), [3]), 4, 'pack')).toBe(4);
  });

  it('is all there may be, where tasks may run on any', () => {
    expect(workers(plan, 8, 'spread', true)).toBe(8);
  });

  it('is enough for every placement that follows from it', () => {
    fc.assert(
      fc.property(plans, pins, policies, fc.integer({ min: 4, max: 8 }), (view, at, policy, limit) => {
        const useful = workers(pinned(view, at), limit, policy);
        expect(useful).toBeLessThanOrEqual(limit);
        const loads = loadsOf(pinned(view, at), useful, policy);
        expect(loads.reduce((sum, load) => sum + load, 0)).toBe(view.stages.length);
      }),
    );
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
