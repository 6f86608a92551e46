import { describe, expect, it } from 'vitest';
import type { SubscriptionCounters } from 'sluice';
import { MergedCounters } from '../../../engine/runtime/merged-counters.ts';

const plan = {
  stages: [],
  subscriptions: [
    { id: 's', consumer: 'c', producer: 'a', maxDemand: 4, minDemand: 2, cancel: 'permanent' as const },
  ],
};

const end = (counts: Partial<SubscriptionCounters>): SubscriptionCounters => ({
  subscription: 's',
  consumer: 'c',
  producer: 'a',
  asked: 0,
  dispatched: 0,
  pending: 0,
  lost: 0,
  ...counts,
});

describe('MergedCounters', () => {
  it('adds what each worker has lost of a subscription, whichever end tells it, once', () => {
    const counters = new MergedCounters(plan);
    counters.add({ worker: 0, stages: [], subscriptions: [end({ asked: 4, pending: 1, lost: 2 })] });
    counters.add({ worker: 1, stages: [], subscriptions: [end({ dispatched: 3, lost: 1 })] });
    // Both ends on one worker tell the same loss; and an old report does not shrink it.
    counters.add({ worker: 0, stages: [], subscriptions: [end({ asked: 4, lost: 2 }), end({ lost: 2 })] });
    counters.add({ worker: 0, stages: [], subscriptions: [end({ lost: 1 })] });
    expect(counters.subscriptions).toEqual([end({ asked: 4, dispatched: 3, lost: 3 })]);
  });

  it('takes up subscriptions of later lives', () => {
    const counters = new MergedCounters(plan);
    counters.add({
      worker: 0,
      stages: [],
      subscriptions: [end({ subscription: 's@2', asked: 4, pending: 4 })],
    });
    expect(counters.subscriptions.map(({ subscription }) => subscription)).toEqual(['s', 's@2']);
  });
});
