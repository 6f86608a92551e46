import { groupBy, from, lastValueFrom, map, mergeMap, reduce } from 'rxjs';
import { Flow, Window } from 'sluice';
import {
  DISORDER_MS,
  WINDOW_MS,
  WindowsByHand,
  addReading,
  digestOfReadings,
  digestOfWindow,
  readingsOf,
  type Sums,
} from '../readings.ts';
import type { Work } from '../work.ts';
import { ENGINE, LOOP, engine, loop, peers } from './contenders.ts';

const EVENTS = 2_000_000;
const RUN_MS = 400;
/** How often a window fires before it is over. */
const FIRES_EVERY = 500;
const GROUP_BY = 'RxJS, groupBy';

export const w7: Work = {
  name: 'W7',
  title: 'sums by key in windows of 1 s of event time, with watermark, lateness and triggers',
  events: EVENTS,
  runMs: RUN_MS,
  expected: digestOfReadings,
  contenders: [
    loop((events) => {
      const windows = new WindowsByHand();
      for (const reading of readingsOf(events)) windows.add(reading);
      return windows.finish();
    }),
    engine(async (events) => {
      const window = Window.fixed(1, 'second', (reading: { readonly time: number }) => reading.time)
        .outOfOrderness(DISORDER_MS, 'millisecond')
        .allowedLateness(1, 'millisecond')
        .triggerEvery(FIRES_EVERY);
      const digests = await Flow.from(readingsOf(events), { stages: 1 })
        .partition({ stages: 1, window })
        .reduce((): Sums => new Map(), addReading)
        .onTrigger((sums, _stage, { id, trigger }) => ({
          events: trigger === 'done' ? [digestOfWindow(Number(id), sums)] : [],
        }))
        .toArray();
      return digests.reduce((sum, one) => sum + one, 0);
    }),
    {
      name: GROUP_BY,
      role: 'peer',
      run: (events) =>
        lastValueFrom(
          from(readingsOf(events)).pipe(
            groupBy(({ time }) => Math.floor(time / WINDOW_MS) * WINDOW_MS),
            mergeMap((window) =>
              window.pipe(
                groupBy(({ key }) => key),
                mergeMap((group) =>
                  group.pipe(
                    reduce((sum, { value }) => sum + value, 0),
                    map((sum) => digestOfWindow(window.key, [[group.key, sum]])),
                  ),
                ),
              ),
            ),
            reduce((digest, one) => digest + one, 0),
          ),
        ),
    },
    ...peers(
      ({ readings }) =>
        readings &&
        (async (events) => {
          const windows = new WindowsByHand();
          await readings(readingsOf(events), (reading) => windows.add(reading));
          return windows.finish();
        }),
    ),
  ],
  targets: [
    { for: ENGINE, atMost: 1.4, of: LOOP },
    { for: ENGINE, atMost: 1 / 1.05, of: 'RxJS' },
    { for: ENGINE, atMost: 1 / 5, of: GROUP_BY },
  ],
};
