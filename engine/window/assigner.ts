import { EngineError } from '../errors.ts';
import { describe } from '../trace/trace-value.ts';
import type { WindowSpec } from './window.ts';

/**
 * Windows of event time that lie at fixed places: which of them an event time falls into. They are numbered in ascending
 * order; times are ms, ends are exclusive.
 */
export interface Assigner {
  /** The earliest window that covers a time; also the earliest that is not over when the watermark is there. */
  first(timeMs: number): number;
  /** The latest window that covers a time. */
  last(timeMs: number): number;
  /** What a window is called: its first millisecond. */
  idOf(index: number): number;
  /** The times around one that fall into the same windows: all from here … */
  paneStart(timeMs: number): number;
  /** … to before here. */
  paneEnd(timeMs: number): number;
}

/** Where the windows of a fixed or sliding window lie. */
export function assignerOf({ type, length, step }: WindowSpec): Assigner {
  return type === 'fixed' ? fixedAssigner(length) : slidingAssigner(length, step);
}

/** One window after the other. As in Flow the division truncates, so that window 0 is twice as wide (FL-140, FL-148). */
export function fixedAssigner(length: number): Assigner {
  // Adding 0 makes minus zero zero.
  const index = (timeMs: number) => Math.trunc(timeMs / length) + 0;
  return {
    first: index,
    last: index,
    idOf: (at) => at * length,
    paneStart: (timeMs) => {
      const at = index(timeMs);
      return at > 0 ? at * length : (at - 1) * length + 1;
    },
    paneEnd: (timeMs) => {
      const at = index(timeMs);
      return at < 0 ? at * length + 1 : (at + 1) * length;
    },
  };
}

/** A window every `step`: each time falls into all that have begun within the last `length`. */
export function slidingAssigner(length: number, step: number): Assigner {
  const first = (timeMs: number) => Math.floor((timeMs - length) / step) + 1;
  const last = (timeMs: number) => Math.floor(timeMs / step);
  return {
    first,
    last,
    idOf: (at) => at * step,
    paneStart: (timeMs) => Math.max(last(timeMs) * step, (first(timeMs) - 1) * step + length),
    paneEnd: (timeMs) => Math.min((last(timeMs) + 1) * step, first(timeMs) * step + length),
  };
}

/** Asks a program for the event time of an event, ms since the epoch. */
export type EventTime = (event: unknown) => number;

/** The function of a window of event time. Its types have checked it against the events it gets. */
export function eventTimeOf({ by }: WindowSpec): EventTime {
  return by ? (by as EventTime) : () => NaN;
}

/** As far from the epoch as a Date can be, ms. Beyond, places of windows could no longer be told apart. */
const FURTHEST_MS = 8_640_000_000_000_000;

/** Whether it is an event time: an integer, ms since the epoch, that a Date can have. */
export function isEventTime(timeMs: unknown): timeMs is number {
  return (
    typeof timeMs === 'number' && Number.isInteger(timeMs) && timeMs <= FURTHEST_MS && timeMs >= -FURTHEST_MS
  );
}

/**
 * Refuses what a program's function has answered with as the event time of an event (FL-140).
 *
 * @throws {EngineError} `window_event_time`.
 */
export function checkEventTime({ type }: WindowSpec, timeMs: unknown, event: unknown): void {
  if (isEventTime(timeMs)) return;
  throw new EngineError('window_event_time', { type, event: describe(event), received: describe(timeMs) });
}
