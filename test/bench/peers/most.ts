import { filter, map, newStream, runEffects, tap } from '@most/core';
import { newDefaultScheduler } from '@most/scheduler';
import type { Stream } from '@most/types';
import type { Peer } from './peer.ts';

const NOTHING = { dispose: () => undefined };

/** It has no source of many events at once, so this one is written as its documentation advises. */
function integers(events: number): Stream<number> {
  return newStream((sink, scheduler) => {
    const now = scheduler.currentTime();
    for (let n = 0; n < events; n++) sink.event(now, n);
    sink.end(now);
    return NOTHING;
  });
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
  chain: (events, { first, keeps, last }) => sum(map(last, filter(keeps, map(first, integers(events))))),
};
