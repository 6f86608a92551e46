import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Window } from '../../../engine/window/window-builder.ts';
import { WindowRun } from './window-run.ts';

const time = (ms: number) => ms;

/** The watermarks that were recorded, in order. */
function watermarks({ entries }: WindowRun): number[] {
  return entries.flatMap((entry) => (entry.type === 'watermark' ? [entry.eventMs] : []));
}

describe('Watermark', () => {
  it('FL-141 FL-143 is the least of what the upstreams have sent, and waits for all of them', () => {
    const run = new WindowRun(Window.fixed(10, 'millisecond', time), { upstreams: ['a', 'b'] });
    run.take([5, 3], 'a');
    run.take([7], 'a');
    expect(watermarks(run)).toEqual([]);
    run.take([4], 'b');
    run.take([9], 'b');
    run.take([8], 'a');
    expect(watermarks(run)).toEqual([4, 7, 8]);
  });

  it('runs behind by what events may be out of order', () => {
    const run = new WindowRun(Window.session(10, 'millisecond', time).outOfOrderness(3, 'millisecond'));
    run.takeAll([[1], [5], [4], [9]]);
    expect(watermarks(run)).toEqual([-2, 2, 6]);
  });

  it('never goes back, whoever comes, goes or falls silent', () => {
    const upstream = fc.constantFrom('a', 'b', 'c');
    const step = fc.oneof(
      fc.record({
        does: fc.constant('take' as const),
        upstream,
        events: fc.array(fc.integer({ min: 0, max: 500 })),
      }),
      fc.record({ does: fc.constantFrom('join' as const, 'leave' as const), upstream }),
      fc.record({ does: fc.constant('pass' as const), ms: fc.integer({ min: 0, max: 30 }) }),
    );
    const kinds = [
      Window.fixed(10, 'millisecond', time),
      Window.sliding(20, 5, 'millisecond', time).allowedLateness(7, 'millisecond'),
      Window.session(10, 'millisecond', time).outOfOrderness(30, 'millisecond'),
    ].map((window) => window.idleAfter(12, 'millisecond'));
    fc.assert(
      fc.property(fc.constantFrom(...kinds), fc.array(step), (window, steps) => {
        const run = new WindowRun(window, { upstreams: ['a', 'b'] });
        for (const now of steps) {
          if (now.does === 'take') run.take(now.events, now.upstream);
          else if (now.does === 'pass') run.pass(now.ms);
          else run.windows[now.does](now.upstream);
        }
        run.finish();
        const moved = watermarks(run);
        for (const [i, eventMs] of moved.entries())
          if (i > 0) expect(eventMs).toBeGreaterThan(moved[i - 1] ?? NaN);
        expect(run.windows.open).toBe(0);
      }),
    );
  });
});
