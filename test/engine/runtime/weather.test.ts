import { expect, test } from 'vitest';
import { pipeline } from '../../../engine/runtime/pipeline.ts';
import { runVirtual, type VirtualRun } from '../../../engine/runtime/virtual-run.ts';
import { consumer, producer } from '../../../engine/stage/define.ts';
import { fromInterval } from '../../../engine/source/from-interval.ts';
import { sleep } from '../../../engine/time/sleep.ts';
import type { EntryOf, TraceEntry } from '../../../engine/trace/trace-entry.ts';
import { readWeather, type Weather } from '../../../engine/trace/weather.ts';

const seen = (run: VirtualRun, stage: string) =>
  run.entries.flatMap((entry) =>
    entry.type === 'begin' && entry.callback === 'handleEvents' && entry.stage === stage
      ? (entry.events ?? []).map((event) => [entry.atMs, event])
      : [],
  );

const faultsOf = (entries: readonly TraceEntry[]) =>
  entries.flatMap((entry) => (entry.type === 'fault' ? [[entry.atMs, entry.fault, entry.stage]] : []));

/** A tick every 10 ms, 10 of them. */
const ticking = () =>
  pipeline(({ start, subscribe }) => {
    const ticks = start('ticks', fromInterval(10, { take: 10, bufferSize: 100 }));
    subscribe(start('save', consumer({ handleEvents: () => undefined })), {
      to: ticks,
      cancel: 'transient',
    });
  });

/** One event at a time, each of which takes 10 ms. */
const counting = () =>
  pipeline(({ start, subscribe }) => {
    const numbers = start(
      'numbers',
      producer<number, number>({
        init: () => 0,
        handleDemand: (demand, from) => ({
          events: Array.from({ length: demand }, (_, i) => from + i).filter((n) => n < 10),
          state: from + demand,
        }),
      }),
    );
    subscribe(start('save', consumer({ handleEvents: () => sleep(10) })), {
      to: numbers,
      maxDemand: 1,
      minDemand: 0,
    });
  });

const run = (plan: ReturnType<typeof pipeline>, weather: Weather, seed = 0) =>
  runVirtual(plan, { seed, weather });

test('a burst lets the timers of a stage run faster while it lasts, those that are set too', async () => {
  const weather: Weather = [{ kind: 'burst', stage: 'ticks', fromMs: 25, toMs: 30, times: 5 }];
  const result = await run(ticking(), weather);
  // The third tick, due at 30, has 5 ms left at 25: 1 ms at this pace. From 26 on two fit into 4 ms; the rest goes on as before.
  const times = seen(result, 'save').map(([atMs]) => atMs);
  expect(times.slice(0, 6)).toEqual([10, 20, 26, 28, 30, 40]);
  expect(faultsOf(result.entries)).toEqual([
    [25, 'burst', 'ticks'],
    [30, 'burst', 'ticks'],
  ]);
});

test('a slow block makes each batch of its stage take longer, and the stage is busy for so long', async () => {
  const weather: Weather = [{ kind: 'slow', stage: 'save', fromMs: 15, toMs: 75, byMs: 20 }];
  const result = await run(counting(), weather);
  expect(seen(result, 'save').map(([atMs]) => atMs)).toEqual([0, 10, 20, 50, 80, 90, 100, 110, 120, 130]);
  const ends = result.entries.filter(
    (entry) => entry.type === 'end' && entry.callback === 'handleEvents' && entry.stage === 'save',
  );
  expect(ends.map(({ atMs }) => atMs).slice(1, 4)).toEqual([20, 50, 80]);
});

test('a pause keeps a stage from taking messages, and the run waits for its end', async () => {
  const result = await run(counting(), [{ kind: 'pause', stage: 'save', fromMs: 5, toMs: 500 }]);
  expect(
    seen(result, 'save')
      .map(([atMs]) => atMs)
      .slice(0, 3),
  ).toEqual([0, 500, 510]);
  expect(faultsOf(result.entries)).toEqual([
    [5, 'freeze', 'save'],
    [500, 'thaw', 'save'],
  ]);
  expect(result.entries.filter(({ type }) => type === 'warning')).toEqual([]);
});

test('a crash of the weather ends the stage by an error that names the strip', async () => {
  const result = await run(counting(), [{ kind: 'crash', stage: 'numbers', atMs: 35 }]);
  const crash = result.entries.find((entry): entry is EntryOf<'crash'> => entry.type === 'crash');
  expect([crash?.stage, crash?.atMs, crash?.error.code]).toEqual(['numbers', 35, 'fault_injected']);
  expect(result.ended).toBe('crashed');
});

test('blocks that overlap add up, and one that begins with another ends by itself', async () => {
  const weather: Weather = [
    { kind: 'slow', stage: 'save', fromMs: 0, toMs: 50, byMs: 5 },
    { kind: 'slow', stage: 'save', fromMs: 20, toMs: 50, byMs: 5 },
  ];
  const result = await run(counting(), weather);
  const told = result.entries.flatMap((entry) =>
    entry.type === 'fault' && entry.fault === 'slow' ? [[entry.atMs, entry.byMs]] : [],
  );
  expect(told).toEqual([
    [0, 5],
    [20, 10],
    [50, 5],
    [50, 0],
  ]);
});

test('weather that comes after the last event does not keep a run going', async () => {
  const result = await run(counting(), [{ kind: 'crash', stage: 'save', atMs: 60_000 }]);
  expect(result.ended).toBe('idle');
  expect(faultsOf(result.entries)).toEqual([]);
});

test('runVirtual() gives the very same trace for the same seed and strip, and another for another strip', async () => {
  const weather: Weather = [
    { kind: 'burst', stage: 'ticks', fromMs: 12, toMs: 60, times: 3 },
    { kind: 'slow', stage: 'save', fromMs: 30, toMs: 50, byMs: 7 },
  ];
  for (const seed of [0, 1, 2, 3, 77]) {
    const [one, two] = [await run(ticking(), weather, seed), await run(ticking(), weather, seed)];
    expect(two.entries).toEqual(one.entries);
    expect((await run(ticking(), [], seed)).entries).not.toEqual(one.entries);
  }
});

test.each([
  [{}, 'weather must be an array of blocks'],
  [[3], 'weather[0] must be a block'],
  [
    [{ kind: 'brust', stage: 'a' }],
    'weather[0].kind must be one of burst, pause, slow, crash: received "brust"; did you mean "burst"?',
  ],
  [
    [{ kind: 'crash', stage: 'sav', atMs: 1 }],
    'weather[0].stage must be a stage of the program (save, ticks): received "sav"; did you mean "save"?',
  ],
  [[{ kind: 'crash', stage: 'save', atMs: -1 }], 'weather[0].atMs must be a number from 0 to'],
  [[{ kind: 'crash', stage: 'save', atMs: NaN }], 'weather[0].atMs must be a number from 0 to'],
  [
    [{ kind: 'pause', stage: 'save', fromMs: 5, toMs: 5 }],
    'weather[0].toMs must be later than fromMs (5): received 5',
  ],
  [[{ kind: 'slow', stage: 'save', fromMs: 0, toMs: 5 }], 'weather[0].byMs must be a number from 0 to'],
  [
    [{ kind: 'burst', stage: 'save', fromMs: 0, toMs: 5, times: 0 }],
    'weather[0].times must be a number from 0.01 to',
  ],
])('readWeather(%j) says what is wrong and where', (value, words) => {
  expect(() => readWeather(value, ['save', 'ticks'])).toThrow(words);
});

test('readWeather() keeps what it knows of a block and nothing else', () => {
  const block = { kind: 'slow', stage: 'save', fromMs: 0, toMs: 5, byMs: 2 };
  expect(readWeather([{ ...block, colour: 'red' }], ['save'])).toEqual([block]);
});
