import { describe, expect, it } from 'vitest';
import { Flow, Window, pipeline } from '#engine';
import { viewOfPlan } from '../../../engine/runtime/plan.ts';
import { parsePlan } from '../../../engine/trace/parse-plan.ts';
import type { PlanView } from '../../../engine/trace/plan-view.ts';

const PLAN: PlanView = {
  stages: [
    { id: 'words', kind: 'producer', dispatcher: 'partition', bufferSize: 10_000, partitions: ['a', 1] },
    { id: 'pool', kind: 'consumer', dispatcher: null, bufferSize: null, children: { restart: 'transient' } },
  ],
  subscriptions: [
    {
      id: 's',
      consumer: 'pool',
      producer: 'words',
      maxDemand: 10,
      minDemand: 5,
      cancel: 'permanent',
      partition: 'a',
      selective: true,
    },
  ],
  supervisors: [
    {
      id: 'keeper',
      strategy: 'restForOne',
      maxRestarts: 3,
      maxSeconds: 5,
      children: [{ id: 'words', restart: 'permanent' }],
    },
  ],
};

describe('parsePlan()', () => {
  it('gives back a plan as it is, and leaves out fields it does not know', () => {
    expect(parsePlan(structuredClone(PLAN))).toEqual(PLAN);
    expect(parsePlan({ ...PLAN, colour: 'red' })).toEqual(PLAN);
  });

  it('gives back the window of a layer as data', () => {
    const window = Window.fixed(1, 'hour', () => 0)
      .triggerEvery(10)
      .triggerPeriodically(5, 'second')
      .allowedLateness(1, 'minute');
    const plan = pipeline(({ start }) => {
      const counted = Flow.from([1], { stages: 1, window }).reduce(
        () => 0,
        (count) => count + 1,
      );
      start('flow', counted);
    });
    const view = viewOfPlan(plan);
    expect(view.flows?.[0]?.layers[1]?.windowing).toEqual({
      type: 'fixed',
      length: 3_600_000,
      step: 3_600_000,
      every: 10,
      ownTrigger: false,
      periodicallyMs: [5_000],
      allowedLatenessMs: 60_000,
      outOfOrdernessMs: null,
      idleAfterMs: null,
    });
    expect(parsePlan(structuredClone(view))).toEqual(view);
    const damaged = JSON.stringify(view).replace('"every":10', '"every":"ten"');
    expect(() => parsePlan(JSON.parse(damaged))).toThrow('windowing.every must be a number');
  });

  it('takes a plan without supervisors', () => {
    expect(parsePlan({ stages: [], subscriptions: [] })).toEqual({ stages: [], subscriptions: [] });
  });

  it.each([
    ['partitions', { ...PLAN.stages[0], partitions: [{}] }, 'a string or a number'],
    ['children.restart', { ...PLAN.stages[1], children: { restart: 'permanent' } }, 'transient, temporary'],
    ['kind', { ...PLAN.stages[0], kind: 'robot' }, 'producer'],
  ])('refuses %s that are none', (field, stage, expected) => {
    const damaged = () => parsePlan({ ...PLAN, stages: [stage] });
    expect(damaged).toThrow(`stages[0].${field}`);
    expect(damaged).toThrow(expected);
  });

  it.each([
    ['strategy', { strategy: 'all' }],
    ['maxRestarts', { maxRestarts: '3' }],
    ['children', { children: 'words' }],
  ])('refuses supervisors whose %s is none', (field, change) => {
    const supervisors = [{ ...PLAN.supervisors?.[0], ...change }];
    expect(() => parsePlan({ ...PLAN, supervisors })).toThrow(`supervisors[0].${field}`);
  });
});
