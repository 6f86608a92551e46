import { Flow, Window, consumer, pipeline, producer, runVirtual, self, type TraceEntry } from 'sluice';
import { describe, expect, it } from 'vitest';
import {
  upstreamShares,
  windowRows,
  windowTotals,
  windowingSentence,
} from '../../../app/lib/view/window-account.ts';
import { arrivalSentence } from '../../../app/lib/view/window-event-words.ts';
import { WindowLog, type StageWindows } from '../../../app/lib/view/window-log.ts';
import { arrivalOrder, movedEvent, orderedEvents, whyFixed } from '../../../app/lib/view/window-order.ts';
import {
  bandState,
  countAt,
  firingMark,
  planeEvents,
  planeRange,
  windowPlane,
} from '../../../app/lib/view/window-plane.ts';
import { TimeWords } from '../../../app/lib/view/window-time.ts';

/** Event times that a producer sends, and when: ms after its start. */
type Times = readonly (readonly [afterMs: number, times: readonly number[]])[];

function sending(times: Times) {
  return producer<number, null>({
    init: () => {
      for (const [afterMs, events] of times) self().sendAfter(events, afterMs);
      return null;
    },
    handleDemand: () => ({ events: [] }),
    handleInfo: (message) => (Array.isArray(message) ? { events: message } : { stop: 'normal' }),
  });
}

async function recorded(window: Window<number>, sources: readonly Times[]) {
  const program = pipeline(({ start, subscribe }) => {
    const producers = sources.map((times, i) => start(`source ${i + 1}`, sending(times)));
    const counts = Flow.fromStages(producers, { stages: 1, window })
      .reduce(
        () => 0,
        (count) => count + 1,
      )
      .emit('state');
    const sink = consumer({ handleEvents: () => undefined });
    subscribe(start('sink', sink), { to: start('counts', counts), cancel: 'temporary' });
  });
  return runVirtual(program, { seed: 1, trace: 'full', entryBudget: 200_000 });
}

function windowsOf(log: WindowLog): StageWindows {
  const [own] = log.stages;
  if (!own) throw new Error('no windows');
  return own;
}

async function ownOf(window: Window<number>, sources: readonly Times[]) {
  const { plan, entries } = await recorded(window, sources);
  const log = new WindowLog(plan);
  log.update(entries);
  return { own: windowsOf(log), entries, plan };
}

const by = (timeMs: number) => timeMs;
const TENS = Window.fixed(10, 'millisecond', by);
const SIZE = { width: 600, height: 300 };

/** The entry with which something has just happened, as a position. */
const after = (entries: readonly TraceEntry[], is: (entry: TraceEntry) => boolean) =>
  entries.findIndex(is) + 1;

describe('windowPlane()', () => {
  it('puts events by arrival and event time, windows where they lie, and late ones apart', async () => {
    const { own } = await ownOf(TENS, [
      [
        [1, [1, 4]],
        [2, [12]],
        [3, [3]],
      ],
    ]);
    const range = planeRange(own, Infinity);
    const plane = windowPlane(own, { at: Infinity, range, ...SIZE });
    expect(plane.marks.map(({ event, late }) => [event.arrival, event.timeMs, late])).toEqual([
      [0, 1, false],
      [1, 4, false],
      [2, 12, false],
      [3, 3, true],
    ]);
    expect(plane.marks.map(({ x }) => x)).toEqual(plane.marks.map(({ x }) => x).toSorted((a, b) => a - b));
    const [first, , later] = plane.marks;
    expect(later && first && later.y < first.y).toBe(true);
    expect(plane.bands.map(({ label, state, count }) => [label, state, count])).toEqual([
      ['0–10 ms', 'closed', 2],
      ['10 ms–20 ms', 'closed', 1],
    ]);
    const [band] = plane.bands;
    if (!band || !first || !later) throw new Error('nothing is drawn');
    expect(band.y0 < first.y && first.y < band.y1).toBe(true);
    // The run has no more to do: its second window ended with its stage.
    expect(windowRows(own, Infinity, plane.times, 5).map(({ stateText }) => stateText)).toEqual([
      'closed',
      'ended with its stage',
    ]);
    // It is over once the third event has come.
    expect(band.x1).toBeGreaterThan(later.x);
    expect(plane.staircase.past).toMatch(/^M/);
  });

  it('shows what lies ahead of the moment as ahead', async () => {
    const { own, entries } = await ownOf(TENS, [
      [
        [1, [1]],
        [2, [12]],
      ],
    ]);
    const at = after(entries, ({ type }) => type === 'assign');
    const plane = windowPlane(own, { at, range: planeRange(own, at), ...SIZE });
    expect(plane.marks.map(({ ahead }) => ahead)).toEqual([false, true]);
    expect(plane.bands.map(({ state }) => state)).toEqual(['open', 'ahead']);
    expect(windowTotals(own, at)).toMatchObject({ events: 1, windows: 1, open: 1, fired: 0 });
  });

  it('draws count windows one above the other, each filled from below, and says there is no event time', async () => {
    const { own } = await ownOf(Window.count(2), [[[1, [5, 6, 7]]]]);
    const plane = windowPlane(own, { at: Infinity, range: planeRange(own, Infinity), ...SIZE });
    expect(plane.hasTimes).toBe(false);
    expect(plane.bands.map(({ label, count, firings }) => [label, count, firings.length])).toEqual([
      ['window 0', 2, 1],
      ['window 1', 1, 0],
    ]);
    const ys = plane.marks.map(({ y }) => y);
    expect(ys).toEqual(ys.toSorted((a, b) => b - a));
    // The first one ends behind its second event, in the middle of the batch.
    expect(plane.bands[0]?.x1).toBeCloseTo(((plane.marks[1]?.x ?? 0) + (plane.marks[2]?.x ?? 0)) / 2);
    expect(windowingSentence(own)).toContain('no event time');
    expect(whyFixed(own)).toMatch(/Without event time/);
  });

  it('stays readable with many events: the last 2,000 up to the moment, thinned out', async () => {
    const times = Array.from(
      { length: 60 },
      (_, i) => [i, Array.from({ length: 100 }, (_, j) => i * 100 + j)] as const,
    );
    const { own } = await ownOf(Window.fixed(1, 'second', by), [times]);
    const range = planeRange(own, Infinity);
    expect(range).toEqual({ from: 4_000, to: 6_000, of: 6_000 });
    const plane = windowPlane(own, { at: Infinity, range, ...SIZE });
    expect(plane.thinned).toBe(true);
    expect(plane.marks.length).toBeLessThan(600);
    expect(plane.marks.reduce((sum, { count }) => sum + count, 0)).toBe(2_000);
    expect(whyFixed(own)).toContain('2,000');
  });
});

describe('upstreamShares()', () => {
  it('says who holds the watermark: a silent source freezes it', async () => {
    const busy: Times = [1, 2, 3, 4].map((i) => [i, [i * 10]]);
    const { own } = await ownOf(TENS, [busy, [[1, [5]]]]);
    const shares = upstreamShares(own, Infinity, new TimeWords(0, 40));
    expect(shares.map(({ producer, standing, latestMs }) => [producer, standing, latestMs])).toEqual([
      ['source 1', 'ahead', 40],
      ['source 2', 'holds', 5],
    ]);
    expect(windowTotals(own)).toMatchObject({ fired: 0, watermarkMs: 5 });
  });
});

describe('WindowLog', () => {
  it('is the same when entries come one by one, and late ones before the end', async () => {
    const sessions = Window.session(3, 'millisecond', by).allowedLateness(1, 'hour');
    const { plan, entries } = await recorded(sessions, [
      [
        [1, [0, 6]],
        [2, [3, 20]],
        [3, [40, 21]],
      ],
      [[2, [5, 30]]],
    ]);
    const whole = new WindowLog(plan);
    whole.update(entries);
    const grown = new WindowLog(plan);
    for (let n = 1; n <= entries.length; n += 1) {
      // Each comes once without the entry before it, which then is inserted.
      if (n > 1) grown.update([...entries.slice(0, n - 2), ...entries.slice(n - 1, n)]);
      grown.update(entries.slice(0, n));
    }
    const told = (log: WindowLog) => {
      const { bands, batches, watermarks, upstreams, late } = windowsOf(log);
      return { bands, batches, watermarks, upstreams, late };
    };
    expect(told(grown)).toEqual(told(whole));
    const inParts = new WindowLog(plan);
    for (let n = 0; n < entries.length; n += 7) inParts.update(entries, n);
    inParts.update(entries);
    expect(told(inParts)).toEqual(told(whole));
    const own = windowsOf(whole);
    expect(
      own.bands.filter(({ closes }) => closes.length > 0 && closes[0] !== undefined).length,
    ).toBeGreaterThan(0);
    for (const band of own.bands) expect(countAt(band, Infinity)).toBe(band.fills.at(-1)?.total ?? 0);
    const over = own.bands.flatMap(({ firings }) => firings).find(({ trigger }) => trigger === 'watermark');
    expect(own.bands.map((band) => bandState(band, over?.n ?? 0))).toContain('waiting');
    expect(windowRows(own, Infinity, new TimeWords(0, 40), 10).length).toBe(own.bands.length);
  });
});

describe('movedEvent()', () => {
  it('keeps all events, and lets one join a batch of its own upstream only', async () => {
    const { own, entries } = await ownOf(TENS, [
      [
        [1, [1, 2]],
        [3, [3]],
      ],
      [[2, [11, 12]]],
    ]);
    const order = arrivalOrder(own, entries);
    const batches = (moved: typeof order) =>
      moved.steps.map((step) => (step.type === 'batch' ? step.events.map(({ timeMs }) => timeMs) : 'end'));
    expect(batches(order)).toEqual([[1, 2], [11, 12], [3]]);
    expect(batches(movedEvent(order, 0, 1))).toEqual([[2, 1], [11, 12], [3]]);
    expect(batches(movedEvent(order, 0, 4))).toEqual([[2], [11, 12], [3, 1]]);
    expect(batches(movedEvent(order, 4, 3))).toEqual([[1, 2], [11], [3], [12]]);
    expect(orderedEvents(movedEvent(order, 4, 0))).toHaveLength(5);
    expect(planeEvents(own, { from: 1, to: 3 }).map(({ timeMs }) => timeMs)).toEqual([2, 11]);
  });
});

describe('arrivalSentence()', () => {
  it('says when an event came, and the windows it counts in or came too late for', async () => {
    const { own } = await ownOf(TENS, [
      [
        [1, [1]],
        [2, [12]],
        [3, [3]],
      ],
    ]);
    const range = planeRange(own, Infinity);
    const { times } = windowPlane(own, { at: Infinity, range, ...SIZE });
    const [first, , late] = planeEvents(own, range);
    if (!first || !late) throw new Error('no events');
    expect(arrivalSentence(own, first, { times, of: 3 })).toMatch(
      /, of event time 1 ms, came as number 1 of 3; it counts in 0–10 ms\.$/,
    );
    expect(arrivalSentence(own, late, { times, of: 3 })).toMatch(/came as number 3 of 3: too late, .+\.$/);
  });
});

describe('firingMark()', () => {
  it('is as large as its band, within limits, and has a number where there is room for one', () => {
    expect(firingMark(Infinity)).toEqual({ radius: 8, numbered: true });
    expect(firingMark(14)).toEqual({ radius: 7, numbered: true });
    expect(firingMark(9)).toEqual({ radius: 4.5, numbered: false });
    expect(firingMark(1)).toEqual({ radius: 3.5, numbered: false });
  });
});
