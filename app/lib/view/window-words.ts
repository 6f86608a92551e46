import type { EntryOf, TraceValue, WindowsState } from 'sluice';
import { countText, plural, valueText } from './value-label.ts';

const WORDS_CHARACTERS = 40;
/** Event times from here to there are taken for ms since 1970: March 1973 to 2286. Others are counts of ms. */
const EPOCH_MS = { from: 1e11, to: 1e13 } as const;

/** A moment of event time: `2001-01-01T05:00Z` where it looks like ms since 1970, else `250 ms`. */
export function eventTimeText(eventMs: number): string {
  if (!(eventMs >= EPOCH_MS.from && eventMs < EPOCH_MS.to)) return `${countText(eventMs)} ms`;
  // Seconds and their parts are said only where they say something.
  return new Date(eventMs).toISOString().replace(/(:00)?\.000Z$/, 'Z');
}

/** Which window: "the fixed window from 2001-01-01T05:00Z", "the count window 3", "the global window". */
export function windowText({ window, id }: Pick<EntryOf<'window'>, 'window' | 'id'>): string {
  if (window === 'global') return 'the global window';
  if (window === 'session') return sessionText(id);
  if ((window === 'fixed' || window === 'sliding') && typeof id === 'number')
    return `the ${window} window from ${eventTimeText(id)}`;
  return `the ${window} window ${valueText(id, WORDS_CHARACTERS)}`;
}

/** The window that events came too late for; only its id is known. */
export function lateText(id: TraceValue): string {
  if (typeof id === 'number') return `the window from ${eventTimeText(id)}`;
  return windowText({ window: typeof id === 'object' ? 'session' : 'global', id });
}

/** Where the events of a batch went: "into 2 windows; 1 of them came too late for its window". */
export function assignText({ slices }: EntryOf<'assign'>): string {
  const windows = new Set(slices.flatMap(({ id, late }) => (late ? [] : [JSON.stringify(id)]))).size;
  const late = slices.reduce((sum, slice) => sum + (slice.late ? slice.count : 0), 0);
  const into = windows === 0 ? 'into no window' : `into ${plural(windows, 'window')}`;
  if (late === 0) return into;
  return `${into}; ${countText(late)} of them came too late for ${late === 1 ? 'its window' : 'their windows'}`;
}

/** A session has a key, and a beginning and an end that move with its events. */
function sessionText(id: TraceValue): string {
  if (id === null || typeof id !== 'object' || !('start' in id) || !('end' in id)) return 'the session';
  const { key, start, end } = id;
  const whose = key === undefined || key === null ? '' : ` of ${valueText(key, WORDS_CHARACTERS)}`;
  return typeof start === 'number' && typeof end === 'number'
    ? `the session${whose} from ${eventTimeText(start)} to ${eventTimeText(end)}`
    : `the session${whose}`;
}

/** The states of a stage's windows, by names of the windows that a person can read; any other state as it is. */
export function windowStates(state: TraceValue, type: WindowsState['type']): TraceValue {
  if (type !== 'fixed' && type !== 'sliding' && type !== 'session') return state;
  if (state === null || typeof state !== 'object' || Array.isArray(state)) return state;
  return Object.fromEntries(Object.entries(state).map(([id, own]) => [windowKey(id), own]));
}

/** Keys of such states: the beginning of a window in ms, or `"ATL" 978325200000…978327000000` of a session. */
const SESSION_KEY = /^(.*?) ?(-?\d+)…(-?\d+)$/s;
const BEGINNING = /^-?\d+$/;

function windowKey(id: string): string {
  if (BEGINNING.test(id)) return eventTimeText(Number(id));
  const [, key, start, end] = SESSION_KEY.exec(id) ?? [];
  if (key === undefined) return id;
  return `${key} ${eventTimeText(Number(start))}…${eventTimeText(Number(end))}`;
}

/** What an entry about a window says, without the stage: "the fixed window from … opened". */
export function windowSentence(entry: EntryOf<'window'>): string {
  const name = windowText(entry);
  const events = plural(entry.count, 'event');
  switch (entry.phase) {
    case 'open':
      return `${name} opened`;
    case 'close':
      return `${name} is closed, with ${events} in it`;
    case 'fire':
      return `${firing(entry, name, events)}; it emitted ${plural(entry.emitted ?? 0, 'event')}`;
  }
}

function firing({ trigger }: EntryOf<'window'>, name: string, events: string): string {
  if (trigger === 'done') return `${name} is done, with ${events} in it`;
  if (trigger === 'watermark')
    return `the time of ${name} is over and it still takes late events, with ${events} in it`;
  return `${name} fired ${triggerText(trigger ?? null)}, with ${events} in it so far`;
}

/** Why a window fired before its end: "after every 100 events", "after every 5 seconds". */
function triggerText(trigger: TraceValue): string {
  if (Array.isArray(trigger)) {
    const [kind, count, unit]: readonly TraceValue[] = trigger;
    if (kind === 'every' && typeof count === 'number') return `after every ${many(count, 'event')}`;
    if (kind === 'periodically' && typeof count === 'number' && typeof unit === 'string')
      return `after every ${many(count, unit)}`;
  }
  return `as its trigger ${valueText(trigger, WORDS_CHARACTERS)} says`;
}

/** "100 events", "minute": completes "every". */
const many = (count: number, what: string) => (count === 1 ? what : plural(count, what));
