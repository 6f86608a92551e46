import { describe, expect, it } from 'vitest';
import type { StageCounters } from 'sluice';
import { Permits } from '../../../engine/runtime/permits.ts';

const counters = (stage: string, worker: number, status: StageCounters['status']): StageCounters => ({
  stage,
  worker,
  mailbox: 1,
  handled: 0,
  emitted: 0,
  buffered: 0,
  discarded: 0,
  lost: 0,
  busyMs: 0,
  calls: 0,
  status,
});

/** Worker 0 runs `a` and `c`, worker 1 runs `b`; all of them wait. */
function waiting(): { readonly permits: Permits; readonly used: (worker: number, count: number) => void } {
  const permits = new Permits();
  permits.arrange(['a', 'b', 'c']);
  const used = (worker: number, permitsUsed: number) =>
    permits.report(worker, {
      permitsUsed,
      stages:
        worker === 0 ? [counters('a', 0, 'held'), counters('c', 0, 'held')] : [counters('b', 1, 'held')],
    });
  used(0, 0);
  used(1, 0);
  return { permits, used };
}

describe('Permits', () => {
  it('grants nothing that nobody wants', () => {
    expect(waiting().permits.grant()).toBeNull();
  });

  it('grants one at a time over all workers, in the order of the plan and round again', () => {
    const { permits, used } = waiting();
    for (let i = 0; i < 4; i += 1) permits.want();
    expect(permits.grant()).toEqual({ worker: 0, stage: 'a' });
    expect(permits.grant()).toBeNull();
    used(0, 1);
    expect(permits.grant()).toEqual({ worker: 1, stage: 'b' });
    used(1, 1);
    expect(permits.grant()).toEqual({ worker: 0, stage: 'c' });
    used(0, 2);
    expect(permits.grant()).toEqual({ worker: 0, stage: 'a' });
    expect(permits.wanted).toBe(0);
  });

  it('passes over stages that do not wait, and keeps what is wanted until one does', () => {
    const { permits, used } = waiting();
    permits.report(0, { permitsUsed: 0, stages: [counters('a', 0, 'busy'), counters('c', 0, 'waiting')] });
    permits.report(1, { permitsUsed: 0, stages: [counters('b', 1, 'exited')] });
    permits.want();
    expect(permits.grant()).toBeNull();
    used(1, 0);
    expect(permits.grant()).toEqual({ worker: 1, stage: 'b' });
  });

  it('forgets what is wanted', () => {
    const { permits } = waiting();
    permits.want();
    permits.forget();
    expect(permits.grant()).toBeNull();
  });
});
