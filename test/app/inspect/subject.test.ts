import { describe, expect, it } from 'vitest';
import { consumer, Flow, pipeline, range, replay, runVirtual, type PlanView } from 'sluice';
import { Focus } from '$lib/inspect/focus.svelte.ts';
import { inspectActions } from '$lib/inspect/inspect-actions.ts';
import { isInPlan, stagesOf } from '$lib/inspect/subject.ts';
import { layerId } from '$lib/view/flow-view.ts';
import { SUPERVISED } from '../view/recorded.ts';

const EVENT = { type: 'event', event: { subscription: 'printer←numbers', index: 2 } } as const;

const flowPlan = async (): Promise<PlanView> => {
  const { plan } = await runVirtual(
    pipeline(({ start, subscribe }) => {
      const sums = start('sums', Flow.from(range(1, 4), { stages: 1 }).partition({ stages: 2 }));
      subscribe(start('sink', consumer({ handleEvents: () => undefined })), { to: sums });
    }),
    { seed: 0 },
  );
  return plan;
};

describe('what is looked at', () => {
  it('is in a plan by its name, and an event in none', () => {
    const there = (['stage', 'supervisor', 'edge', 'flow'] as const).map((type) => [
      isInPlan({ type, id: 'printer' }, SUPERVISED),
      isInPlan({ type, id: 'keeper' }, SUPERVISED),
      isInPlan({ type, id: 'printer←numbers' }, SUPERVISED),
    ]);
    expect(there).toEqual([
      [true, false, false],
      [false, true, false],
      [false, false, true],
      [false, false, false],
    ]);
    expect(isInPlan(EVENT, SUPERVISED)).toBe(false);
  });

  it('stands for stages: the producer of a link, all of a flow, all of a layer', async () => {
    const plan = await flowPlan();
    const [flow] = plan.flows ?? [];
    const last = (flow?.layers.length ?? 0) - 1;
    expect(stagesOf({ type: 'edge', id: 'printer←numbers' }, SUPERVISED)).toEqual(['numbers']);
    expect(stagesOf({ type: 'flow', id: 'sums' }, plan)).toEqual(flow?.stages);
    expect(last).toBeGreaterThan(0);
    expect(stagesOf({ type: 'flow', id: layerId('sums', last) }, plan)).toEqual(flow?.layers[last]?.stages);
    expect(stagesOf({ type: 'stage', id: 'nobody' }, plan)).toEqual([]);
  });

  it('is offered who got which event only where several consumers share them', async () => {
    const plan = await flowPlan();
    const labelsOf = (own: PlanView, id: string) =>
      inspectActions({ type: 'edge', id }, { plan: own, state: replay(own, [], 0) }, new Set(['deliveries']));
    expect(labelsOf(SUPERVISED, 'printer←numbers')).toEqual([]);
    const shared = plan.subscriptions.find(({ partition }) => partition !== undefined);
    expect(labelsOf(plan, shared?.id ?? '')).toEqual([
      { inspector: 'deliveries', label: 'Who got which event' },
    ]);
  });
});

describe('Focus', () => {
  it('stays on a part that the next run has, and lets go of all else', () => {
    const focus = new Focus();
    focus.enter(SUPERVISED);
    focus.subject = { type: 'stage', id: 'printer' };
    focus.followed = [EVENT.event];
    focus.enter(SUPERVISED);
    expect(focus.followed).toEqual([EVENT.event]);
    focus.enter({ ...SUPERVISED });
    expect(focus.subject).toEqual({ type: 'stage', id: 'printer' });
    expect(focus.followed).toEqual([]);
    focus.subject = EVENT;
    focus.enter({ ...SUPERVISED });
    expect(focus.subject).toBeNull();
    focus.subject = { type: 'stage', id: 'printer' };
    focus.enter({ stages: [], subscriptions: [] });
    expect(focus.subject).toBeNull();
  });
});
