import type { EntryOf, TraceEntry } from 'sluice';
import { countText, plural, reasonText, valueText } from './value-label.ts';

/** What is marked on a lane by the run itself; each kind has a shape and a colour of its own. */
export type MarkKind =
  'crash' | 'fault' | 'restart' | 'lost' | 'discard' | 'warning' | 'end' | 'log' | 'ask' | 'late' | 'fire';

/** What is marked by somebody who looks at the run: where a check failed, where a condition to stop at began to hold, and what is to be found again. */
export type PinKind = 'check' | 'stop' | 'bookmark';

/** A mark at an entry that somebody set. */
export interface Pin {
  readonly kind: PinKind;
  /** The entry it stands at. */
  readonly seq: number;
  /** The check's sentence, or the bookmark's note. */
  readonly words: string;
}

const MARK_OF: Partial<Record<TraceEntry['type'], MarkKind>> = {
  crash: 'crash',
  fault: 'fault',
  lost: 'lost',
  discard: 'discard',
  late: 'late',
  warning: 'warning',
  exit: 'end',
  log: 'log',
  ask: 'ask',
};

/** The mark of an entry on its stage's lane, if it has one. A stage's later start is told by whoever knows the earlier one. */
export function markOf(entry: TraceEntry): MarkKind | null {
  if (entry.type === 'window') return entry.phase === 'fire' ? 'fire' : null;
  return MARK_OF[entry.type] ?? null;
}

const LANDMARKS: ReadonlySet<TraceEntry['type']> = new Set([
  'crash',
  'fault',
  'restart',
  'lost',
  'discard',
  'late',
  'warning',
  'exit',
]);

/** True for the moments one jumps between: trouble, windows that emit, stages that end, and stages that are started again. */
export function isLandmark(entry: TraceEntry): boolean {
  return LANDMARKS.has(entry.type) || (entry.type === 'window' && entry.phase === 'fire');
}

export const isAsk = ({ type }: TraceEntry): boolean => type === 'ask';

/** What each mark says on its own, before the entry's sentence. */
export const MARK_WORDS: Readonly<Record<MarkKind | PinKind, string>> = {
  crash: 'Crash',
  fault: 'Done from outside',
  restart: 'Started again',
  lost: 'Lost',
  discard: 'Discarded',
  warning: 'Warning',
  end: 'Ended',
  log: 'Printed',
  ask: 'Ask',
  late: 'Too late',
  fire: 'Window fired',
  check: 'Failed check',
  stop: 'Stop condition',
  bookmark: 'Bookmark',
};

/** What a mark stands for, in a few words: "Crash: Error: no 7", "Window fired: 12 events". */
export function markText(kind: MarkKind, entry: TraceEntry): string {
  const detail = detailOf(entry);
  return detail === '' ? MARK_WORDS[kind] : `${MARK_WORDS[kind]}: ${detail}`;
}

/** What a pin says, without a full stop: "Failed check: Never more is sent than was asked for". */
export function pinText({ kind, words }: Pick<Pin, 'kind' | 'words'>): string {
  const said = words.trim().replace(/\.$/, '');
  return said === '' ? MARK_WORDS[kind] : `${MARK_WORDS[kind]}: ${said}`;
}

const LOG_CHARACTERS = 60;

/** What a block of weather that lasts has begun or ended. */
function weatherWords(entry: Extract<EntryOf<'fault'>, { readonly fault: 'slow' | 'burst' }>): string {
  if (entry.fault === 'slow')
    return entry.byMs > 0 ? `${countText(entry.byMs)} ms slower` : 'as fast as before';
  return entry.times === 1 ? 'timers as before' : `timers × ${entry.times}`;
}

function detailOf(entry: TraceEntry): string {
  switch (entry.type) {
    case 'crash':
      return reasonText({ error: entry.error.name, message: entry.error.message });
    case 'fault':
      if (entry.fault === 'slow' || entry.fault === 'burst') return weatherWords(entry);
      return FAULT_WORDS[entry.fault];
    case 'lost':
    case 'discard':
    case 'late':
      return plural(entry.count, 'event');
    case 'warning':
      return entry.message;
    case 'exit':
      return reasonText(entry.reason);
    case 'log':
      return entry.values.map((value) => valueText(value, LOG_CHARACTERS)).join(' ');
    case 'ask':
      return `${countText(entry.count)} more, ${countText(entry.pending)} pending`;
    case 'window':
      return `${plural(entry.count, 'event')}${entry.trigger === undefined ? '' : `, ${valueText(entry.trigger)}`}`;
    default:
      return '';
  }
}

const FAULT_WORDS = {
  crash: 'made to crash',
  freeze: 'frozen',
  thaw: 'thawed',
  slowLink: 'a link made slower',
  killWorker: 'its worker ended',
} as const;

/** Drawn one over the other: what weighs most comes last. */
export const MARK_ORDER: readonly MarkKind[] = [
  'ask',
  'log',
  'fire',
  'lost',
  'discard',
  'late',
  'warning',
  'end',
  'restart',
  'fault',
  'crash',
];

/** Pixels: marks of one kind closer than this are one mark. */
export const LEAST_MARK_GAP: Readonly<Record<MarkKind, number>> = {
  crash: 1,
  fault: 1,
  restart: 1,
  lost: 5,
  discard: 5,
  late: 5,
  fire: 4,
  warning: 5,
  end: 1,
  log: 4,
  ask: 5,
};

/** Above the middle of a lane: asks; on it: trouble, ends and new lives; below it: what was printed; across: windows that emit. */
export const MARK_SHAPES: Readonly<Record<MarkKind, (x: string, reach: number) => string>> = {
  ask: (x, reach) => `M${x},${4 - reach}m-2.5,0l2.5,-3.5l2.5,3.5`,
  log: (x, reach) => `M${x},${reach - 2}m-1,0h2`,
  warning: (x) => `M${x},-5l5,9h-10Z`,
  discard: (x) => `M${x},5l5,-9h-10Z`,
  late: (x) => `M${x},5l5,-9h-10Z`,
  fire: (x, reach) => `M${x},${3 - reach}v${2 * reach - 6}`,
  fault: (x) => `M${x},-6l-3,6h3l-1,6l4,-7h-3l2,-5Z`,
  crash: (x) => `M${x},0m-4,-4l8,8m0,-8l-8,8`,
  restart: (x) => `M${x},-4.5a4.5,4.5 0 1 1 -4.5,4.5M${x},-4.5m-2.5,-2.5l2.5,2.5l-2.5,2.5`,
  lost: (x) => `M${x},-5l4,5l-4,5l-4,-5Z`,
  end: (x) => `M${x},0m-3,-3h6v6h-6Z`,
};
