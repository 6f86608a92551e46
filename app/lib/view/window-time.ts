import type { TraceValue } from 'sluice';
import type { WindowBand } from './window-log.ts';
import { extentOf } from './window-log.ts';
import { countText, valueText } from './value-label.ts';

const UNITS = [
  ['h', 3_600_000],
  ['min', 60_000],
  ['s', 1_000],
  ['ms', 1],
] as const;

const DAY_MS = 86_400_000;
/** Event times from here to there are taken for ms since 1970, as in the other views. */
const EPOCH_MS = { from: 1e11, to: 1e13 } as const;
const KEY_CHARACTERS = 16;

/** A span of time as a person says it: `1 h 6 min`, `3.2 s`, `0`. At most two units. */
export function spanText(ms: number): string {
  if (ms === 0) return '0';
  if (ms < 0) return `−${spanText(-ms)}`;
  const first = UNITS.findIndex(([, size]) => ms >= size);
  const [unit, size] = UNITS[first] ?? ['ms', 1];
  const [lesser, lesserSize] = UNITS[first + 1] ?? ['ms', 1];
  if (unit === 's' || unit === 'ms') return `${Number((ms / size).toFixed(3))} ${unit}`;
  const rest = Math.round((ms % size) / lesserSize);
  return rest === 0
    ? `${Math.floor(ms / size)} ${unit}`
    : `${Math.floor(ms / size)} ${unit} ${rest} ${lesser}`;
}

/** Says moments of event time of one run: the clock where they look like dates, the day only where it differs. */
export class TimeWords {
  readonly #isEpoch: boolean;
  readonly #hasDays: boolean;

  /** Times from here to there are to be told apart, ms. */
  constructor(fromMs: number, toMs: number) {
    this.#isEpoch = fromMs >= EPOCH_MS.from && toMs < EPOCH_MS.to;
    this.#hasDays = Math.floor(fromMs / DAY_MS) !== Math.floor(toMs / DAY_MS);
  }

  of(ms: number): string {
    if (!this.#isEpoch) return spanText(ms);
    const iso = new Date(ms).toISOString();
    const seconds = ms % 60_000 === 0 ? '' : iso.slice(16, ms % 1_000 === 0 ? 19 : 23);
    const clock = `${iso.slice(11, 16)}${seconds}`;
    return this.#hasDays ? `${iso.slice(5, 10)} ${clock}` : clock;
  }

  /** A window of event time: `10:00–11:00`, `ATL 10:05–10:20`. */
  range(fromMs: number, toMs: number): string {
    return `${this.of(fromMs)}–${this.of(toMs)}`;
  }
}

/** Where a window lies in event time, ms; `null` where it knows none. */
export function boundsOf(
  type: WindowBand['type'],
  id: TraceValue,
  lengthMs: number,
): { readonly start: number; readonly end: number } | null {
  if (type === 'session') return extentOf(id);
  if ((type === 'fixed' || type === 'sliding') && typeof id === 'number')
    return { start: id, end: id + lengthMs };
  return null;
}

/** A short name for a window: `10:00–11:00`, `window 3`, `global window`. */
export function bandLabel(
  type: WindowBand['type'],
  id: TraceValue,
  lengthMs: number,
  times: TimeWords,
): string {
  if (type === 'global') return 'global window';
  const bounds = boundsOf(type, id, lengthMs);
  if (!bounds)
    return typeof id === 'number' ? `window ${countText(id)}` : `window ${valueText(id, KEY_CHARACTERS)}`;
  const key = extentOf(id)?.key ?? null;
  const whose = key === null ? '' : `${typeof key === 'string' ? key : valueText(key, KEY_CHARACTERS)} `;
  return `${whose}${times.range(bounds.start, bounds.end)}`;
}
