import { EngineError, didYouMean } from '../errors.ts';
import { describe } from '../trace/trace-value.ts';
import type { TimeUnit } from './window.ts';

/** Milliseconds of each unit (FL-129). */
const MS: Readonly<Record<TimeUnit, number>> = {
  millisecond: 1,
  second: 1_000,
  minute: 60_000,
  hour: 3_600_000,
};

/**
 * A duration in milliseconds.
 *
 * @param at - The function it was given to, for the error.
 * @param least - The shortest that makes sense there: 1, or 0.
 * @throws {EngineError} `window_count`, `window_unit`.
 */
export function durationMs(at: string, count: number, unit: TimeUnit, least: 0 | 1 = 1): number {
  checkCount(at, count, least);
  // A program in JavaScript may give anything.
  const ms: number | undefined = Object.hasOwn(MS, unit) ? MS[unit] : undefined;
  if (ms === undefined) {
    const allowed = Object.keys(MS);
    throw new EngineError('window_unit', {
      at,
      received: describe(unit),
      nearest: didYouMean(String(unit), allowed),
      allowed: allowed.join(', '),
    });
  }
  const duration = count * ms;
  if (!Number.isSafeInteger(duration)) throw badCount(at, 'short enough to count its milliseconds', count);
  return duration;
}

/**
 * Refuses what is no number of events, or of units of time.
 *
 * @throws {EngineError} `window_count`.
 */
export function checkCount(at: string, count: unknown, least: 0 | 1 = 1): void {
  if (typeof count === 'number' && Number.isSafeInteger(count) && count >= least) return;
  throw badCount(at, `an integer >= ${least}`, count);
}

function badCount(at: string, requirement: string, received: unknown): EngineError<'window_count'> {
  return new EngineError('window_count', { at, requirement, received: describe(received) });
}
