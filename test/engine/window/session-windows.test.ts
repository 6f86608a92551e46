import { describe, expect, it } from 'vitest';
import { Window } from '../../../engine/window/window-builder.ts';
import type { WindowId } from '../../../engine/window/window.ts';
import { WindowRun, codeOf, outputs, type Fired } from './window-run.ts';

/** Events are their own event time, in seconds. */
const seconds = (event: number) => event * 1_000;
const GAP_2 = Window.session(2, 'second', seconds);
const LOOSE = GAP_2.outOfOrderness(60, 'second');

type Click = readonly [user: unknown, time: number];
const CLICKS = Window.session(2, 'second', ([, time]: Click) => seconds(time), { key: ([user]) => user });

const id = (start: number, end: number, key: unknown = null) => ({
  key,
  start: seconds(start),
  end: seconds(end),
});

describe('a session window', () => {
  it('FL-160 ends with a gap, and is called after its first event and the end of the gap after its last', () => {
    expect(outputs(GAP_2, [[0, 1, 3, 6], [7]])).toEqual([
      [id(0, 5), 'done', [0, 1, 3]],
      [id(6, 9), 'done', [6, 7]],
    ]);
    expect(outputs(GAP_2, [])).toEqual([]);
  });

  it('holds events that are exactly the gap apart', () => {
    expect(outputs(GAP_2, [[0], [2], [4.5]])).toEqual([
      [id(0, 4), 'done', [0, 2]],
      [id(4.5, 6.5), 'done', [4.5]],
    ]);
  });

  it('is done once an event has come from every upstream that is beyond its end', () => {
    const run = new WindowRun(GAP_2, { upstreams: ['a', 'b'] });
    run.take([0], 'a');
    run.take([9], 'a');
    // An event at the very end would still belong to it.
    expect(run.take([2], 'b')).toEqual([]);
    expect(run.take([5], 'b')).toEqual([[id(0, 4), 'done', [0, 2]]]);
  });

  it('is one per key; equal keys need not be the same', () => {
    const clicks: Click[] = [
      [['ada', 1], 0],
      [['bob', 1], 1],
      [['ada', 1], 2],
      [['bob', 1], 9],
    ];
    expect(outputs(CLICKS, [clicks.slice(0, 3), clicks.slice(3)])).toEqual([
      [id(1, 3, ['bob', 1]), 'done', [clicks[1]]],
      [id(0, 4, ['ada', 1]), 'done', [clicks[0], clicks[2]]],
      [id(9, 11, ['bob', 1]), 'done', [clicks[3]]],
    ]);
  });

  it('is extended to the front by an event that comes later than its successors', () => {
    expect(outputs(LOOSE, [[10, 8], [7]])).toEqual([[id(7, 12), 'done', [10, 8, 7]]]);
  });

  it('is joined to the one before by an event in between, batch or no batch', () => {
    const joined = [[id(0, 6), 'done', [0, 4, 2]]];
    expect(outputs(LOOSE, [[0, 4, 2]])).toEqual(joined);
    expect(outputs(LOOSE, [[0], [4], [2]])).toEqual(joined);
    expect(outputs(LOOSE, [[0, 8, 4, 12, 2, 6]])).toEqual([
      [id(0, 10), 'done', [0, 4, 2, 8, 6]],
      [id(12, 14), 'done', [12]],
    ]);
  });

  it('brings along all it has got, however many batches ago, when it is joined', () => {
    expect(outputs(LOOSE, [[4], [5], [0], [6], [2]])).toEqual([[id(0, 8), 'done', [0, 4, 5, 6, 2]]]);
    // The earlier one is over, but still takes late events, long after the later one began.
    const run = new WindowRun(GAP_2.allowedLateness(1, 'second'));
    run.takeAll([[0], [4], [6], [8], [9]]);
    expect(run.take([2])).toEqual([]);
    expect(run.windows.peek(9)).toHaveLength(1);
    expect(run.finish()).toEqual([[id(0, 11), 'done', [0, 4, 6, 8, 9, 2]]]);
  });

  it('goes on without an upstream that has ended, or is idle for long enough', () => {
    const run = new WindowRun(GAP_2.idleAfter(5, 'second'), { upstreams: ['a', 'b', 'c'] });
    run.windows.leave('c');
    run.take([0, 9], 'a');
    run.pass(4_000);
    expect(run.take([9], 'a')).toEqual([]);
    expect(run.pass(1_000)).toEqual([[id(0, 2), 'done', [0]]]);
  });

  it('counts the events it was joined with for its trigger', () => {
    const run = new WindowRun(LOOSE.triggerEvery(3));
    expect(run.takeAll([[0, 0], [4]])).toEqual([]);
    expect(run.take([2])).toEqual([[id(0, 6), ['every', 3], [0, 0, 4]]]);
    expect(run.take([2, 2])).toEqual([[id(0, 6), ['every', 3], [0, 0, 4, 2, 2, 2]]]);
  });

  it('keeps from which upstream the events came that are reduced once more', () => {
    const seen: string[] = [];
    const run = new WindowRun(LOOSE, {
      upstreams: ['a', 'b'],
      reducer: {
        create: () => [],
        reduce: (_, { upstream, events, from, to }) =>
          void seen.push(`${upstream}:${events.slice(from, to).join()}`),
        fire: () => undefined,
      },
    });
    run.take([0, 4], 'a');
    run.take([5, 6], 'b');
    run.take([2], 'b');
    expect(seen).toEqual(['a:0', 'a:4', 'b:5,6', 'a:4', 'b:5,6', 'b:2']);
  });

  it('drops what is late: no session is open for it, and one of its own would be over', () => {
    const told: WindowId[] = [];
    const run = new WindowRun(GAP_2.onLate((_event, window) => void told.push(window)));
    // The session of 0 is over at 5, in the same batch; that of 3 would not have been.
    run.take([0, 5, 1, 2, 3]);
    expect(run.windows.late).toBe(2);
    expect(told).toEqual([id(1, 3), id(2, 4)]);
    expect(run.finish()).toEqual([[id(3, 7), 'done', [5, 3]]]);
    expect(run.entries.find(({ type }) => type === 'late')).toEqual({
      type: 'late',
      id: id(1, 3),
      count: 2,
      events: [1, 2],
    });
  });

  it('takes late events for as long as lateness allows', () => {
    const run = new WindowRun(GAP_2.allowedLateness(1, 'second'));
    run.take([0]);
    expect(run.take([5])).toEqual([[id(0, 2), 'watermark', [0]]]);
    expect(run.take([1])).toEqual([]);
    expect(run.pass(1_000)).toEqual([[id(0, 3), 'done', [0, 1]]]);
    run.take([1]);
    expect(run.windows.late).toBe(1);
    expect(run.finish()).toEqual([[id(5, 7), 'done', [5]]]);
  });

  it('waits for late events by itself', () => {
    const run = new WindowRun(GAP_2.allowedLateness(1, 'second'));
    run.takeAll([[0], [5]]);
    run.pass(600);
    expect(run.take([10])).toEqual([[id(5, 7), 'watermark', [5]]]);
    expect(run.pass(400)).toEqual([[id(0, 2), 'done', [0]]]);
    expect(run.pass(599)).toEqual([]);
    expect(run.pass(1)).toEqual([[id(5, 7), 'done', [5]]]);
  });

  it('is open while the watermark is at its very end, also for an event of its own there', () => {
    const run = new WindowRun(CLICKS);
    run.takeAll([[['ada', 0]], [['ada', 1]]]);
    expect(run.take([['bob', 3]])).toEqual([]);
    run.take([
      ['ada', 3],
      ['cy', 1],
    ]);
    expect([run.windows.open, run.windows.late]).toEqual([3, 0]);
  });

  it('is over no more when a late event makes it grow beyond the watermark', () => {
    const run = new WindowRun(GAP_2.allowedLateness(1, 'second'));
    run.take([0]);
    run.take([4]);
    // Joins the session that is over to the one that is not.
    expect(run.take([2])).toEqual([]);
    expect(run.pass(1_000)).toEqual([]);
    expect(run.trigger('look')).toHaveLength(1);
    expect(run.take([9])).toEqual([[id(0, 6), 'watermark', [0, 4, 2]]]);
    expect(run.pass(1_000)).toEqual([[id(0, 6), 'done', [0, 4, 2]]]);
  });

  it('FL-128 FL-127 fires where it is open, the earliest end first', () => {
    const run = new WindowRun(CLICKS.triggerPeriodically(1, 'minute'));
    run.take([
      ['bob', 1],
      ['ada', 0],
    ]);
    const names = (fired: unknown[]) => (fired as Fired[]).map(([window, trigger]) => [window, trigger]);
    expect(names(run.trigger('now'))).toEqual([
      [id(0, 2, 'ada'), 'now'],
      [id(1, 3, 'bob'), 'now'],
    ]);
    expect(names(run.pass(60_000))).toHaveLength(2);
    expect(run.windows.peek(1)).toMatchObject([{ id: id(0, 2, 'ada') }]);
  });

  it('shows who looks on the first so many that are open', () => {
    const run = new WindowRun(CLICKS.outOfOrderness(60, 'second').allowedLateness(1, 'second'));
    const times = [7, 3, 9, 1, 5, 1];
    run.take(times.map((time, user): Click => [user, time]));
    const ids = (limit: number) => run.windows.peek(limit).map((open) => open.id);
    const all = [id(1, 3, 3), id(1, 3, 5), id(3, 5, 1), id(5, 7, 4), id(7, 9, 0), id(9, 11, 2)];
    for (const limit of [0, 1, 2, 4, 6, 9]) expect(ids(limit)).toEqual(all.slice(0, limit));
    run.take([['later', 65.5]]);
    // Those that are over and take late events are among them.
    expect(ids(3)).toEqual(all.slice(0, 3));
    run.pass(1_000);
    expect(ids(3)).toEqual([...all.slice(3), id(65.5, 67.5, 'later')].slice(0, 3));
  });

  it('lets go of what it has kept to be joined once nothing can join it', () => {
    const run = new WindowRun(GAP_2);
    for (let at = 0; at < 100; at++) run.take([at]);
    expect(run.finish()).toEqual([[id(0, 101), 'done', Array.from({ length: 100 }, (_, at) => at)]]);
  });

  it('refuses an event time that is no integer', () => {
    expect(
      codeOf(() =>
        outputs(
          Window.session(1, 'second', () => 0.5),
          [[1]],
        ),
      ),
    ).toBe('window_event_time');
    expect(codeOf(() => outputs(GAP_2, [[1, NaN]]))).toBe('window_event_time');
  });

  it('tells the trace when sessions open, are joined and close', () => {
    const run = new WindowRun(LOOSE);
    run.takeAll([[0, 4], [2]]);
    run.finish();
    const told = run.entries.map((entry) =>
      entry.type === 'window'
        ? [entry.phase, entry.id, entry.count]
        : entry.type === 'assign'
          ? entry.slices.map((slice) => slice.id)
          : entry.type,
    );
    expect(told).toEqual([
      ['open', id(0, 2), 0],
      ['open', id(4, 6), 0],
      [id(0, 2), id(4, 6)],
      'watermark',
      ['close', id(4, 6), 1],
      [id(0, 6)],
      ['fire', id(0, 6), 3],
      ['close', id(0, 6), 3],
    ]);
  });

  it('tells the trace of the session that an event is in once its batch has been handled', () => {
    const run = new WindowRun(LOOSE);
    run.take([0, 4, 2, 90, 3]);
    expect(run.entries.find(({ type }) => type === 'assign')).toMatchObject({
      latestMs: 90_000,
      slices: [
        { id: id(0, 6), from: 0, count: 1 },
        { id: id(0, 6), from: 1, count: 1 },
        { id: id(0, 6), from: 2, count: 1 },
        { id: id(90, 92), from: 3, count: 1 },
        { id: { key: null, start: 3_000, end: 5_000 }, from: 4, count: 1, late: true },
      ],
    });
  });
});
