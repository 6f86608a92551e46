import { expect, test } from 'vitest';
import { HostWeather } from '../../../engine/runtime/host-weather.ts';
import { runLocal } from '../../../engine/runtime/local-run.ts';
import { pipeline } from '../../../engine/runtime/pipeline.ts';
import { fromInterval } from '../../../engine/source/from-interval.ts';
import { consumer } from '../../../engine/stage/define.ts';
import { VirtualScheduler } from '../../../engine/time/virtual-scheduler.ts';
import type { Weather } from '../../../engine/trace/weather.ts';
import { passTime } from './in-memory-platform.ts';

const STORM: Weather = [
  { kind: 'burst', stage: 'a', fromMs: 10, toMs: 100, times: 4 },
  { kind: 'slow', stage: 'a', fromMs: 0, toMs: 20, byMs: 5 },
  { kind: 'pause', stage: 'a', fromMs: 10, toMs: 60 },
  { kind: 'crash', stage: 'a', atMs: 30 },
  { kind: 'slow', stage: 'elsewhere', fromMs: 0, toMs: 500, byMs: 1 },
];

/** What is done to the stages of one host, and when. `isFrozen`: somebody has frozen them before. */
function struck(elapsedMs: number, isFrozen = false): unknown[][] {
  const scheduler = new VirtualScheduler();
  const told: unknown[][] = [];
  const tell =
    (what: string) =>
    (...rest: unknown[]) =>
      void told.push([scheduler.nowMs() + elapsedMs, what, ...rest]);
  const weather = new HostWeather(STORM, {
    after: (delayMs, action) => scheduler.after(delayMs, action),
    faults: {
      burst: tell('burst'),
      slow: tell('slow'),
      freeze: (stage) => (tell('freeze')(stage), !isFrozen),
      thaw: tell('thaw'),
      crash: tell('crash'),
    },
    isHere: (stage) => stage === 'a',
    changed: () => undefined,
  });
  weather.begin(elapsedMs);
  while (scheduler.advance());
  return told;
}

test('WEA-1 each block strikes at its times, on the stages that are here', () => {
  expect(struck(0)).toEqual([
    [0, 'slow', 'a', 5],
    [10, 'burst', 'a', 4],
    [10, 'freeze', 'a'],
    [20, 'slow', 'a', 0],
    [30, 'crash', 'a', 'a crash of the weather strip'],
    [60, 'thaw', 'a'],
    [100, 'burst', 'a', 1],
  ]);
});

test('WEA-4 a worker in place of another goes on with what holds, and does not strike again', () => {
  expect(struck(40)).toEqual([
    [40, 'burst', 'a', 4, { isKnown: true }],
    [100, 'burst', 'a', 1],
  ]);
});

test('WEA-2 a pause does not thaw what somebody else has frozen', () => {
  const done = struck(0, true).map(([, what]) => what);
  expect(done).toContain('freeze');
  expect(done).not.toContain('thaw');
});

test('WEA-2 bursts multiply within what a single one may say', () => {
  const scheduler = new VirtualScheduler();
  const paces: number[] = [];
  const block = { kind: 'burst', stage: 'a', fromMs: 0, toMs: 10, times: 100 } as const;
  const nothing = () => undefined;
  const weather = new HostWeather([block, block, { ...block }, { ...block, toMs: 20 }], {
    after: (delayMs, action) => scheduler.after(delayMs, action),
    faults: {
      burst: (_stage, times) => void paces.push(times),
      slow: nothing,
      freeze: () => true,
      thaw: nothing,
      crash: nothing,
    },
    isHere: () => true,
    changed: nothing,
  });
  weather.begin(0);
  while (scheduler.advance());
  expect([Math.max(...paces), paces.at(-1)]).toEqual([1_000, 1]);
});

test('LocalRun goes through the weather by its own clock, and is not kept going by it', async () => {
  const scheduler = new VirtualScheduler();
  const got: number[] = [];
  const plan = pipeline(({ start, subscribe }) => {
    const ticks = start('ticks', fromInterval(10, { take: 6, bufferSize: 10 }));
    const save = consumer({ handleEvents: () => void got.push(scheduler.nowMs()) });
    subscribe(start('save', save), { to: ticks, cancel: 'transient' });
  });
  const run = runLocal(plan, {
    scheduler,
    later: (turn) => void scheduler.after(0, turn),
    weather: [
      { kind: 'burst', stage: 'ticks', fromMs: 20, toMs: 30, times: 5 },
      { kind: 'pause', stage: 'save', fromMs: 5, toMs: 25 },
      { kind: 'crash', stage: 'ticks', atMs: 90_000 },
    ],
  });
  await passTime(scheduler, run.done);
  expect(got[0]).toBe(25);
  expect(scheduler.nowMs()).toBeLessThan(100);
});
