import { filter, map, newStream, runEffects, tap } from '@most/core';
import { newDefaultScheduler } from '@most/scheduler';
import type { Stream } from '@most/types';
import { countWord, splitLine } from '../text.ts';
import type { Peer } from './peer.ts';

const NOTHING = { dispose: () => undefined };

/** It has no source of many events at once, so these are written as its documentation advises. */
function integers(events: number): Stream<number> {
  return newStream((sink, scheduler) => {
    const now = scheduler.currentTime();
    for (let n = 0; n < events; n++) sink.event(now, n);
    sink.end(now);
    return NOTHING;
  });
}

function elements<Event>(events: readonly Event[]): Stream<Event> {
  return newStream((sink, scheduler) => {
    const now = scheduler.currentTime();
    for (const event of events) sink.event(now, event);
    sink.end(now);
    return NOTHING;
  });
}

/** Its `chain` would start a stream per line: an operator of one's own is what it advises for lists. */
function words(lines: Stream<string>): Stream<string> {
  return newStream((sink, scheduler) =>
    lines.run(
      {
        event: (time, line) => {
          for (const word of splitLine(line)) sink.event(time, word);
        },
        end: (time) => sink.end(time),
        error: (time, error) => sink.error(time, error),
      },
      scheduler,
    ),
  );
}

async function sum(stream: Stream<number>): Promise<number> {
  let total = 0;
  const adding = tap((n: number) => {
    total += n;
  }, stream);
  await runEffects(adding, newDefaultScheduler());
  return total;
}

export const most: Peer = {
  name: '@most/core',
  package: '@most/core',
  passThrough: (events) => sum(integers(events)),
  wordCount: async (lines) => {
    const counts = new Map<string, number>();
    const counting = tap((word) => void countWord(counts, word), words(elements(lines)));
    await runEffects(counting, newDefaultScheduler());
    return counts;
  },
  readings: async (readings, add) => {
    await runEffects(tap(add, elements(readings)), newDefaultScheduler());
  },
  chain: (events, { first, keeps, last }) => sum(map(last, filter(keeps, map(first, integers(events))))),
};
