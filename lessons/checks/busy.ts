import type { Seq } from 'sluice';
import type { RunSoFar } from '../schema.ts';
import { callsAt } from './events.ts';

/** How a consumer spent its time from its first event to its last, on the run's clock. */
export interface Busyness {
  /** 0 to 1. */
  readonly share: number;
  readonly busyMs: number;
  readonly spanMs: number;
  /** Where its longest wait ended; `null` when it never waited. */
  readonly longestWaitAt: Seq | null;
  readonly longestWaitMs: number;
}

/** Reads how busy the consumers were; `null` before the first has handled anything. */
export function busyness(run: RunSoFar): Busyness | null {
  const calls = callsAt(run, 'consumer', 'handleEvents');
  const [first] = calls;
  const last = calls.at(-1);
  if (!first || !last) return null;
  let busyMs = 0;
  let freeSinceMs = first.begin.atMs;
  let longestWaitMs = 0;
  let longestWaitAt: Seq | null = null;
  for (const { begin, end } of calls) {
    const waitMs = begin.atMs - freeSinceMs;
    if (waitMs > longestWaitMs) {
      longestWaitMs = waitMs;
      longestWaitAt = begin.seq;
    }
    busyMs += end.atMs - begin.atMs;
    freeSinceMs = end.atMs;
  }
  const spanMs = last.end.atMs - first.begin.atMs;
  return { share: spanMs === 0 ? 0 : busyMs / spanMs, busyMs, spanMs, longestWaitAt, longestWaitMs };
}
