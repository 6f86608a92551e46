import { describe, expect, it } from 'vitest';
import {
  Flow,
  Window,
  consumer,
  decodeTrace,
  encodeTrace,
  pipeline,
  producer,
  runVirtual,
  self,
  type TraceEntry,
} from 'sluice';

/** What a producer is to send, and when: ms after its start, and event times. */
type Times = readonly (readonly [afterMs: number, events: readonly number[]])[];

/** Sends event times as the clock runs, whether or not they are wanted, and ends `endMs` after its start. */
function sending(times: Times, endMs: number) {
  return producer<number, null>({
    init: () => {
      for (const [afterMs, events] of times) self().sendAfter(events, afterMs);
      self().sendAfter('end', endMs);
      return null;
    },
    handleDemand: () => ({ events: [] }),
    handleInfo: (message) => (Array.isArray(message) ? { events: message } : { stop: 'normal' }),
  });
}

/** Runs a flow from producers; answers with what it emitted, and with all that was recorded. */
async function runOf(window: Window<number>, sources: readonly Times[], endMs = 100_000) {
  const emitted: unknown[] = [];
  const plan = pipeline(({ start, subscribe }) => {
    const producers = sources.map((times, i) => start(`source ${i + 1}`, sending(times, endMs)));
    const flow = Flow.fromStages(producers, { stages: 1, window })
      .reduce(
        () => 0,
        (count) => count + 1,
      )
      .onTrigger((count, _stage, { id, trigger }) => ({ events: [[id, trigger, count]] }));
    const sink = consumer({
      handleEvents: (events: unknown[]) => {
        emitted.push(...events);
      },
    });
    subscribe(start('sink', sink), { to: start('counts', flow), cancel: 'temporary' });
  });
  const { entries } = await runVirtual(plan, { seed: 1, trace: 'full' });
  return { emitted, entries };
}

/** When windows fired, by the clock: [ms, id, trigger, events]. */
function firings(entries: readonly TraceEntry[]): unknown[] {
  return entries.flatMap((entry) =>
    entry.type === 'window' && entry.phase === 'fire'
      ? [[entry.atMs, entry.id, entry.trigger, entry.count]]
      : [],
  );
}

const by = (timeMs: number) => timeMs;

describe('windows of a running flow', () => {
  it('FL-144 are done when their time for late events has run out, by the clock of the run', async () => {
    const window = Window.fixed(10, 'millisecond', by).allowedLateness(2, 'second');
    const { entries, emitted } = await runOf(window, [
      [
        [100, [1, 2]],
        [200, [11]],
        [1_000, [3]],
        [5_000, [4]],
      ],
    ]);
    expect(firings(entries)).toEqual([
      [200, 0, 'watermark', 2],
      [2_200, 0, 'done', 3],
      [100_000, 10, 'done', 1],
    ]);
    expect(emitted).toEqual([
      [0, 'watermark', 2],
      [0, 'done', 3],
      [10, 'done', 1],
    ]);
    expect(entries.filter(({ type }) => type === 'late')).toMatchObject([
      { atMs: 5_000, id: 0, count: 1, events: [4] },
    ]);
  });

  it('wait for a silent upstream, or no longer than they are told to', async () => {
    const busy: Times = [
      [100, [1]],
      [3_000, [12]],
      [30_000, [25]],
    ];
    const silent: Times = [[100, [2]]];
    const waiting = Window.fixed(10, 'millisecond', by);
    expect(
      firings((await runOf(waiting, [busy, silent])).entries).map((fired) => String(fired).split(',')[0]),
    ).toEqual(Array.from({ length: 3 }, () => '100000'));
    const impatient = await runOf(waiting.idleAfter(5, 'second'), [busy, silent]);
    expect(firings(impatient.entries)).toEqual([
      // 5 s after its only event.
      [5_100, 0, 'done', 2],
      [30_000, 10, 'done', 1],
      [100_000, 20, 'done', 1],
    ]);
  });

  it('FL-150 tick by the clock of the run, and stop with it', async () => {
    const { entries } = await runOf(Window.periodic(1, 'second'), [[[1_500, [1, 2]]]], 3_500);
    expect(firings(entries)).toEqual([
      [1_000, 0, 'done', 0],
      [2_000, 1, 'done', 2],
      [3_000, 2, 'done', 0],
      [3_500, 3, 'done', 0],
    ]);
  });

  it('FL-127 fire as time passes', async () => {
    const window = Window.session(10, 'millisecond', by).triggerPeriodically(1, 'second');
    const { entries } = await runOf(window, [[[500, [1, 2, 30]]]], 1_800);
    const periodically = ['periodically', 1, 'second'];
    expect(firings(entries)).toEqual([
      [500, { key: null, start: 1, end: 12 }, 'done', 2],
      [1_000, { key: null, start: 30, end: 40 }, periodically, 1],
      [1_800, { key: null, start: 30, end: 40 }, 'done', 1],
    ]);
  });

  it('are told of in a trace that can be written and read again', async () => {
    const window = Window.session(10, 'millisecond', by, { key: (timeMs) => timeMs % 2 === 0 }).triggerEvery(
      2,
    );
    const { entries } = await runOf(window, [[[100, [1, 3, 2, 90, 4, 5]]]]);
    const types = new Set(entries.map(({ type }) => type));
    expect([types.has('window'), types.has('watermark'), types.has('late')]).toEqual([true, true, true]);
    expect(decodeTrace(encodeTrace(entries))).toEqual(entries);
  });

  it('FL-140 crash their stage where an event has no time', async () => {
    const { entries } = await runOf(
      Window.fixed(1, 'second', () => NaN),
      [[[100, [1]]]],
    );
    expect(entries.find(({ type }) => type === 'crash')).toMatchObject({
      stage: 'counts/reduce',
      error: { code: 'window_event_time' },
    });
  });
});
