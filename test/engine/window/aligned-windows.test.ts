import { describe, expect, it } from 'vitest';
import { Window } from '../../../engine/window/window-builder.ts';
import type { WindowId } from '../../../engine/window/window.ts';
import { ECHOING, WindowRun, codeOf, outputs } from './window-run.ts';

/** Events are their own event time, in seconds. */
const seconds = (event: number) => event * 1_000;
const EACH_SECOND = Window.fixed(1, 'second', seconds);

describe('a fixed window', () => {
  it('FL-140 FL-131 is called after its first millisecond, and begins with nothing', () => {
    expect(outputs(Window.fixed(2, 'second', seconds), [[0, 1, 2, 3, 4]])).toEqual([
      [0, 'done', [0, 1]],
      [2_000, 'done', [2, 3]],
      [4_000, 'done', [4]],
    ]);
  });

  it('FL-148 is twice as wide around zero', () => {
    const window = Window.fixed(1, 'second', (ms: number) => ms);
    expect(outputs(window, [[-1_500], [-900], [-100], [100], [900], [1_500]])).toEqual([
      [-1_000, 'done', [-1_500]],
      [0, 'done', [-900, -100, 100, 900]],
      [1_000, 'done', [1_500]],
    ]);
  });

  it('FL-147 finds the windows of the furthest times, where numbers still have all their digits', () => {
    const window = Window.sliding(3, 1, 'millisecond', (ms: number) => ms);
    for (const ms of [-8.64e15, 8.64e15]) {
      expect(outputs(window, [[ms]]).map((fired) => Array.isArray(fired) && fired[0])).toEqual([
        ms - 2,
        ms - 1,
        ms,
      ]);
      expect(codeOf(() => outputs(window, [[ms + Math.sign(ms)]]))).toBe('window_event_time');
    }
  });

  it('FL-140 refuses an event time that is no integer', () => {
    const window = Window.fixed(1, 'second', (event: unknown) => event as number);
    for (const wrong of ['a', 1.5, NaN, Infinity, undefined, new Date(0), 2 ** 60, 8.64e15 + 1]) {
      expect(codeOf(() => outputs(window, [[wrong]]))).toBe('window_event_time');
      // Also in the middle of a run.
      expect(codeOf(() => outputs(window, [[0, 1, wrong, 2]]))).toBe('window_event_time');
    }
    expect(() =>
      outputs(
        Window.fixed(1, 'second', () => 0.5),
        [[{ at: 1 }]],
      ),
    ).toThrow(
      'Cannot put an event into a fixed window as its event time must be an integer in the range of a Date: received 0.5 for the event {"at":1}',
    );
  });

  it('asks for the event time of each event once', () => {
    const asked: number[] = [];
    const window = Window.fixed(1, 'second', (event: number) => {
      asked.push(event);
      return event * 700;
    });
    outputs(window, [
      [1, 2, 3, 1],
      [4, 9],
    ]);
    expect(asked).toEqual([1, 2, 3, 1, 4, 9]);
  });

  it('FL-141 is done when a later one has been seen; the first one is the earliest seen', () => {
    const run = new WindowRun(EACH_SECOND);
    expect(run.take([7])).toEqual([]);
    expect(run.take([7, 8])).toEqual([[7_000, 'done', [7, 7]]]);
    expect(run.finish()).toEqual([[8_000, 'done', [8]]]);
  });

  it('FL-141 is done at the end of the batch, in ascending order, those without an event included', () => {
    const run = new WindowRun(EACH_SECOND);
    run.take([1]);
    expect(run.take([4, 1, 3])).toEqual([
      [1_000, 'done', [1, 1]],
      [2_000, 'done', []],
      [3_000, 'done', []],
    ]);
    expect(run.windows.late).toBe(1);
  });

  it('reduces consecutive events of a window as one slice, and asks nothing about an empty batch', () => {
    const slices: string[] = [];
    const window = Window.fixed(1, 'second', (event: { readonly at: number }) => event.at);
    const run = new WindowRun(window, {
      reducer: {
        create: () => [],
        reduce: (_, { events, from, to }) => void slices.push(`${from}-${to} of ${events.length}`),
        fire: () => undefined,
      },
    });
    run.take([]);
    run.take([-900, 999, 0, 1_000, 1_999, 2_000, 1_500, -999, -1_000].map((at) => ({ at })));
    expect(slices).toEqual(['0-3 of 9', '3-5 of 9', '5-6 of 9', '6-7 of 9', '7-8 of 9']);
    expect(run.windows.late).toBe(1);
  });

  it('FL-125 FL-147 has a trigger of its own, which sees only its events', () => {
    const seen: number[][] = [];
    const window = EACH_SECOND.trigger(
      () => null,
      (events: number[], state) => {
        seen.push(events);
        return { state };
      },
    );
    outputs(window, [[0, 0.5, 1, 1.5, 0.7, 2]]);
    expect(seen).toEqual([[0, 0.5], [1, 1.5], [0.7], [2]]);
  });

  it('FL-141 waits for every upstream', () => {
    const run = new WindowRun(EACH_SECOND, { upstreams: ['a', 'b'] });
    expect(run.take([0, 5], 'a')).toEqual([]);
    expect(run.take([0, 1], 'b')).toEqual([[0, 'done', [0, 0]]]);
    expect(run.take([6], 'b').map((fired) => JSON.stringify(fired))).toEqual([
      '[1000,"done",[1]]',
      '[2000,"done",[]]',
      '[3000,"done",[]]',
      '[4000,"done",[]]',
    ]);
  });

  it('FL-142 takes events as long as it is open, and drops those of windows that are not', () => {
    const run = new WindowRun(EACH_SECOND);
    // Window 0 is still open in this batch; window 1 never was.
    expect(run.take([0, 2, 0, 1])).toEqual([
      [0, 'done', [0, 0]],
      [1_000, 'done', []],
    ]);
    expect(run.take([0, 1, 2])).toEqual([]);
    expect(run.windows.late).toBe(3);
    expect(run.finish()).toEqual([[2_000, 'done', [2, 2]]]);
  });

  it('FL-142 drops by what the same upstream has sent', () => {
    const run = new WindowRun(EACH_SECOND, { upstreams: ['a', 'b'] });
    run.take([5], 'a');
    // Nobody has closed window 3, but its own upstream was beyond it.
    run.take([3], 'a');
    expect(run.windows.late).toBe(1);
    run.take([3], 'b');
    expect(run.windows.late).toBe(1);
    // Now it is open.
    run.take([3], 'a');
    expect(run.finish()).toEqual([
      [3_000, 'done', [3, 3]],
      [4_000, 'done', []],
      [5_000, 'done', [5]],
    ]);
  });

  it('FL-143 no longer counts an upstream that has ended, from the next event on', () => {
    const run = new WindowRun(EACH_SECOND, { upstreams: ['a', 'b'] });
    run.take([0, 4], 'a');
    run.windows.leave('b');
    expect(run.trigger('look')).toHaveLength(2);
    expect(run.take([4], 'a')).toHaveLength(4);
  });

  it('FL-143 FL-145 never goes back for an upstream that comes later', () => {
    const run = new WindowRun(EACH_SECOND);
    run.take([0]);
    run.take([3]);
    run.windows.join('b');
    run.take([1, 3, 4], 'b');
    expect(run.windows.late).toBe(1);
    expect(run.finish()).toEqual([
      [3_000, 'done', [3, 3]],
      [4_000, 'done', [4]],
    ]);
  });

  it('FL-145 is done at the end, gaps included; without events there are no windows', () => {
    expect(outputs(EACH_SECOND, [[0, 3]])).toEqual([
      [0, 'done', [0]],
      [1_000, 'done', []],
      [2_000, 'done', []],
      [3_000, 'done', [3]],
    ]);
    expect(outputs(EACH_SECOND, [])).toEqual([]);
    expect(outputs(EACH_SECOND, [[]])).toEqual([]);
  });

  it('FL-147 FL-121 counts for its trigger by itself', () => {
    expect(outputs(EACH_SECOND.triggerEvery(2), [[0, 1, 0, 0, 1, 0]])).toEqual([
      [0, ['every', 2], [0, 0]],
      [1_000, ['every', 2], [1, 1]],
      [0, ['every', 2], [0, 0, 0, 0]],
      [0, 'done', [0, 0, 0, 0]],
      [1_000, 'done', [1, 1]],
    ]);
  });

  it('FL-126 FL-141 emits what it made of a batch before it is done', () => {
    const run = new WindowRun(EACH_SECOND, { reducer: ECHOING });
    expect(run.take([0, 1])).toEqual([0, 1, [0, 'done', [0]]]);
  });

  it('FL-128 FL-127 fires where it is open, the earliest first', () => {
    const run = new WindowRun(EACH_SECOND.triggerPeriodically(1, 'minute'), { upstreams: ['a', 'b'] });
    expect(run.trigger('now')).toEqual([]);
    run.take([5, 2], 'a');
    run.take([2], 'b');
    expect(run.trigger('now')).toEqual([
      [2_000, 'now', [2]],
      [5_000, 'now', [5]],
    ]);
    expect(run.pass(60_000).map((fired) => JSON.stringify(fired))).toEqual([
      '[2000,["periodically",1,"minute"],[2]]',
      '[5000,["periodically",1,"minute"],[5]]',
    ]);
    expect(run.windows.peek(1)).toMatchObject([{ id: 2_000, accumulator: [2] }]);
    expect(run.windows.open).toBe(2);
  });
});

describe('allowedLateness()', () => {
  const LENIENT = EACH_SECOND.allowedLateness(600, 'millisecond');

  it('FL-144 fires at the watermark, takes events on, and is done when the time has passed', () => {
    const run = new WindowRun(LENIENT);
    run.take([0]);
    expect(run.take([1])).toEqual([[0, 'watermark', [0]]]);
    expect(run.take([0])).toEqual([]);
    expect(run.pass(599)).toEqual([]);
    expect(run.pass(1)).toEqual([[0, 'done', [0, 0]]]);
    run.take([0]);
    expect(run.windows.late).toBe(1);
    expect(run.finish()).toEqual([[1_000, 'done', [1]]]);
  });

  it('FL-144 FL-141 opens windows without an event, which take late ones too', () => {
    const run = new WindowRun(LENIENT);
    run.take([0]);
    expect(run.take([2])).toEqual([
      [0, 'watermark', [0]],
      [1_000, 'watermark', []],
    ]);
    run.take([1]);
    expect(run.pass(600)).toEqual([
      [0, 'done', [0]],
      [1_000, 'done', [1]],
    ]);
  });

  it('FL-145 is done at the end in ascending order, without another watermark', () => {
    const run = new WindowRun(LENIENT);
    run.take([0]);
    run.take([2]);
    expect(run.finish()).toEqual([
      [0, 'done', [0]],
      [1_000, 'done', []],
      [2_000, 'done', [2]],
    ]);
  });

  it('FL-144 waits for nothing while nothing is over, and for as little as a millisecond', () => {
    const run = new WindowRun(EACH_SECOND.allowedLateness(1, 'millisecond'));
    run.takeAll([[0], [0.3], [0.6]]);
    expect(run.waiting).toBe(0);
    expect(run.take([1])).toEqual([[0, 'watermark', [0, 0.3, 0.6]]]);
    expect(run.pass(1)).toEqual([[0, 'done', [0, 0.3, 0.6]]]);
  });

  it('FL-144 waits for each window by itself', () => {
    const run = new WindowRun(LENIENT);
    run.take([0, 1]);
    run.pass(300);
    expect(run.take([2])).toEqual([[1_000, 'watermark', [1]]]);
    expect(run.pass(300)).toEqual([[0, 'done', [0]]]);
    expect(run.pass(300)).toEqual([[1_000, 'done', [1]]]);
  });
});

describe('outOfOrderness()', () => {
  const PATIENT = EACH_SECOND.outOfOrderness(2, 'second');

  it('holds a window until the latest event is that much later than its end', () => {
    const run = new WindowRun(PATIENT);
    run.take([0]);
    expect(run.take([2])).toEqual([]);
    expect(run.take([0])).toEqual([]);
    expect(run.take([3])).toEqual([[0, 'done', [0, 0]]]);
  });

  it('goes by the latest event, wherever in its batch it was', () => {
    const run = new WindowRun(EACH_SECOND.outOfOrderness(500, 'millisecond'));
    run.take([2]);
    expect(run.take([3, 3.9, 3.1])).toEqual([[2_000, 'done', [2]]]);
    expect(run.take([3.2, 4.5])).toEqual([[3_000, 'done', [3, 3.9, 3.1, 3.2]]]);
  });

  it('drops what is late event by event, whatever the batches are', () => {
    const late = (batches: number[][]) => {
      const run = new WindowRun(PATIENT);
      const fired = [...run.takeAll(batches), ...run.finish()];
      return { fired, late: run.windows.late };
    };
    const times = [0, 2, 0, 3, 0, 1, 9, 6, 7];
    const apart = late(times.map((time) => [time]));
    expect(apart.late).toBe(2);
    expect(late([times])).toEqual(apart);
    expect(late([times.slice(0, 5), times.slice(5)])).toEqual(apart);
  });

  it('goes by all upstreams together', () => {
    const run = new WindowRun(EACH_SECOND.outOfOrderness(0, 'second'), { upstreams: ['a', 'b'] });
    run.take([5], 'a');
    // Upstream b may still be there, so this is not too late.
    run.take([3], 'a');
    expect(run.windows.late).toBe(0);
    run.take([4], 'b');
    run.take([3], 'a');
    expect(run.windows.late).toBe(1);
  });

  it('takes late events as long as lateness allows', () => {
    const run = new WindowRun(PATIENT.allowedLateness(1, 'second'));
    run.take([1, 9, 2, 1, 0]);
    // Windows 1 to 6 are over but take events; before the first one there never was one.
    expect(run.windows.late).toBe(1);
    expect(run.pass(1_000).slice(0, 3)).toEqual([
      [1_000, 'done', [1, 1]],
      [2_000, 'done', [2]],
      [3_000, 'done', []],
    ]);
    run.take([3]);
    expect(run.windows.late).toBe(2);
  });
});

describe('idleAfter()', () => {
  it('lets windows go on without an upstream that is silent', () => {
    const run = new WindowRun(EACH_SECOND.idleAfter(5, 'second'), { upstreams: ['a', 'b'] });
    run.pass(3_000);
    run.take([0, 1], 'a');
    expect(run.pass(1_999)).toEqual([]);
    expect(run.pass(1)).toEqual([[0, 'done', [0]]]);
  });

  it('counts it again from its next event on, which may be late', () => {
    const run = new WindowRun(EACH_SECOND.idleAfter(5, 'second'), { upstreams: ['a', 'b'] });
    run.pass(3_000);
    run.take([0, 1], 'a');
    run.pass(2_000);
    run.take([0, 1], 'b');
    expect(run.windows.late).toBe(1);
    expect(run.take([9], 'a')).toEqual([]);
    expect(run.take([2], 'b')).toEqual([[1_000, 'done', [1, 1]]]);
  });

  it('moves nothing while all are silent', () => {
    const run = new WindowRun(EACH_SECOND.idleAfter(5, 'second'), { upstreams: ['a', 'b'] });
    run.take([0, 3], 'a');
    run.take([0], 'b');
    expect(run.pass(60_000)).toEqual([]);
    // Nor does the stage go on waiting for them.
    expect(run.waiting).toBe(0);
    expect(run.take([1], 'b')).toEqual([[0, 'done', [0, 0]]]);
  });

  it('is not waited for where there is one upstream', () => {
    const run = new WindowRun(EACH_SECOND.idleAfter(5, 'second'));
    run.take([0]);
    expect(run.waiting).toBe(0);
  });
});

describe('onLate()', () => {
  it('is told of every late event and of the window it missed', () => {
    const told: [number, WindowId][] = [];
    const run = new WindowRun(EACH_SECOND.onLate((event, id) => void told.push([event, id])));
    run.takeAll([[0], [2], [0, 0.5, 2, 1]]);
    expect(told).toEqual([
      [0, 0],
      [0.5, 0],
      [1, 1_000],
    ]);
  });
});

describe('a window too far away', () => {
  it('FL-145 is refused: all in between would have to be done', () => {
    const year = 365 * 86_400;
    const run = new WindowRun(EACH_SECOND);
    expect(() => run.take([0, year])).toThrow(
      'Cannot open a fixed window at event time 31536000000 as at most 1000000 windows may lie between those not over: received one 31536000 away',
    );
    expect(codeOf(() => outputs(EACH_SECOND, [[year], [0]]))).toBe(null);
    expect(() => outputs(EACH_SECOND, [[5, year]])).toThrow(/received one 31535995 away$/);
    expect(codeOf(() => outputs(EACH_SECOND.outOfOrderness(1_000, 'hour'), [[2e6], [1]]))).toBe('window_gap');
  });
});

describe('a sliding window', () => {
  const window = Window.sliding(3, 1, 'second', seconds);

  it('takes each event into all windows that cover it', () => {
    expect(outputs(window, [[0, 1], [3]])).toEqual([
      [-2_000, 'done', [0]],
      [-1_000, 'done', [0, 1]],
      [0, 'done', [0, 1]],
      [1_000, 'done', [1, 3]],
      [2_000, 'done', [3]],
      [3_000, 'done', [3]],
    ]);
  });

  it('is done window by window', () => {
    const run = new WindowRun(window);
    run.take([0]);
    expect(run.take([1])).toEqual([[-2_000, 'done', [0]]]);
    expect(run.windows.open).toBe(3);
  });

  it('counts an event as late for each window it missed', () => {
    const told: WindowId[] = [];
    const run = new WindowRun(window.onLate((_event, id) => void told.push(id)));
    run.take([0]);
    run.take([4]);
    run.take([3]);
    expect(told).toEqual([1_000]);
    expect(run.windows.late).toBe(1);
    expect(run.finish()).toEqual([
      [2_000, 'done', [4, 3]],
      [3_000, 'done', [4, 3]],
      [4_000, 'done', [4]],
    ]);
  });
});

describe('windows of event time', () => {
  it('tell the trace of windows, watermarks, late events, and where each event went', () => {
    const run = new WindowRun(EACH_SECOND);
    run.take([0, 1, 3]);
    run.entries.length = 0;
    run.take([0, 1, 1.5, 4]);
    const window = { type: 'window', window: 'fixed', id: 3_000 } as const;
    expect(run.entries).toEqual([
      { type: 'window', phase: 'open', window: 'fixed', id: 4_000, count: 0 },
      {
        type: 'assign',
        subscription: 'a',
        count: 4,
        times: [0, 1_000, 1_500, 4_000],
        latestMs: 4_000,
        slices: [
          { id: 0, from: 0, count: 1, late: true },
          { id: 1_000, from: 1, count: 2, late: true },
          { id: 4_000, from: 3, count: 1 },
        ],
      },
      { type: 'late', id: 0, count: 1, events: [0] },
      { type: 'late', id: 1_000, count: 2, events: [1, 1.5] },
      { type: 'watermark', eventMs: 4_000 },
      { ...window, phase: 'fire', trigger: 'done', count: 1, emitted: 1, firing: 1 },
      { ...window, phase: 'close', count: 1 },
    ]);
  });

  it('tell of late events batch by batch, and only where a trace is kept', () => {
    const late = (tracing: boolean) => {
      const run = new WindowRun(EACH_SECOND, { tracing });
      run.takeAll([[0], [1], [0, 0], [1], [0]]);
      return run.entries.flatMap((entry) => (entry.type === 'late' ? [entry.count] : []));
    };
    expect(late(true)).toEqual([2, 1]);
    expect(late(false)).toEqual([]);
  });

  it('say how many events each firing emitted', () => {
    const run = new WindowRun(EACH_SECOND);
    run.takeAll([[0], [1, 3]]);
    const emitted = run.entries.flatMap((entry) =>
      entry.type === 'window' && entry.phase === 'fire' ? [entry.emitted] : [],
    );
    expect(emitted).toEqual([1, 1, 1]);
  });

  it('number the firings of each window', () => {
    const run = new WindowRun(EACH_SECOND.triggerEvery(2).allowedLateness(1, 'hour'));
    run.takeAll([[0, 0.1, 1], [0.2]]);
    run.finish();
    const fired = run.entries.flatMap((entry) =>
      entry.type === 'window' && entry.phase === 'fire' ? [[entry.id, entry.trigger, entry.firing]] : [],
    );
    expect(fired).toEqual([
      [0, ['every', 2], 1],
      [0, 'watermark', 2],
      [0, 'done', 3],
      [1_000, 'done', 1],
    ]);
  });

  it('say who is silent, and so does not hold the watermark back', () => {
    const run = new WindowRun(EACH_SECOND.idleAfter(5, 'second'), { upstreams: ['a', 'b'] });
    run.take([1], 'a');
    run.pass(6_000);
    run.take([2], 'a');
    expect(run.entries.filter(({ type }) => type === 'watermark')).toEqual([
      { type: 'watermark', eventMs: 2_000, idle: ['b'] },
    ]);
  });

  it('tell of each window an event is put into, or has missed, where they overlap', () => {
    const run = new WindowRun(Window.sliding(2, 1, 'second', (at: number) => at * 1_000));
    run.takeAll([[0, 3], [2]]);
    expect(run.entries.findLast(({ type }) => type === 'assign')).toMatchObject({
      times: [2_000],
      latestMs: 3_000,
      slices: [
        { id: 1_000, from: 0, count: 1, late: true },
        { id: 2_000, from: 0, count: 1 },
      ],
    });
  });

  it('keep at most 1,000 event times and slices of a batch, and count all', () => {
    const run = new WindowRun(EACH_SECOND);
    run.take(Array.from({ length: 3_000 }, (_, i) => i % 2));
    const assign = run.entries.find((entry) => entry.type === 'assign');
    expect(assign).toMatchObject({ count: 3_000, latestMs: 1_000 });
    expect(assign?.type === 'assign' && [assign.times?.length, assign.slices.length]).toEqual([1_000, 1_000]);
  });

  it('keep at most 1,000 of the late events in the trace, and count all', () => {
    const run = new WindowRun(EACH_SECOND);
    run.takeAll([[0], [1], new Array<number>(1_500).fill(0)]);
    const late = run.entries.find((entry) => entry.type === 'late');
    expect(late).toMatchObject({ count: 1_500 });
    expect(late && 'events' in late && late.events).toHaveLength(1_000);
    expect(run.windows.late).toBe(1_500);
  });
});
