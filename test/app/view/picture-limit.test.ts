import { expect, it } from 'vitest';
import type { PlanView } from 'sluice';
import { MOST_DRAWN, tooLargeToDraw } from '../../../app/lib/view/picture-limit.ts';

/** As many stages, each subscribed to the first; the rest of the subscriptions are repeated. */
function plan(stages: number, subscriptions: number): PlanView {
  return {
    stages: Array.from({ length: stages }, (_, i) => ({
      id: `s${i}`,
      kind: i === 0 ? 'producer' : 'consumer',
      dispatcher: null,
      bufferSize: null,
    })),
    subscriptions: Array.from({ length: subscriptions }, (_, i) => ({
      id: `l${i}`,
      consumer: 's1',
      producer: 's0',
      maxDemand: 1,
      minDemand: 0,
      cancel: 'permanent',
    })),
  };
}

it('tooLargeToDraw() lets through what the picture can draw', () => {
  expect(tooLargeToDraw(plan(0, 0))).toBeNull();
  expect(tooLargeToDraw(plan(MOST_DRAWN.stages, MOST_DRAWN.subscriptions))).toBeNull();
});

it('tooLargeToDraw() says how much there is, and how much may be', () => {
  expect(tooLargeToDraw(plan(10_000, 1))).toContain('It has 10,000 stages and 1 subscriptions');
  expect(tooLargeToDraw(plan(2, MOST_DRAWN.subscriptions + 1))).toContain('at most 200 and 600');
});
