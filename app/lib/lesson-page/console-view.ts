import type { ConsoleLine } from '$lib/sandbox/run-view.ts';

/** What the console is narrowed to. An empty `text` and `stage: null` narrow nothing. */
export interface ConsoleFilter {
  readonly text: string;
  readonly stage: string | null;
  /** Lines before this index were cleared away. */
  readonly from: number;
  /** Lines to show at most; default {@link MOST_LINES}. */
  readonly most?: number;
}

/** More lines than this make the page slow and nobody reads them: the newest are shown. */
export const MOST_LINES = 250;

export interface ConsoleView {
  readonly lines: readonly ConsoleLine[];
  /** Lines that match and are not shown because there are too many. */
  readonly hidden: number;
}

/** The lines to show, oldest first. */
export function consoleView(
  all: readonly ConsoleLine[],
  { text, stage, from, most = MOST_LINES }: ConsoleFilter,
): ConsoleView {
  const wanted = text.trim().toLowerCase();
  const matching = all
    .slice(from)
    .filter((line) => stage === null || line.stage === stage)
    .filter((line) => wanted === '' || line.text.toLowerCase().includes(wanted));
  return { lines: matching.slice(-most), hidden: Math.max(0, matching.length - most) };
}

/** What is said where no line is shown: why there is none, or when there will be. */
export function emptyText(
  all: readonly ConsoleLine[],
  { text, stage, from }: ConsoleFilter,
  isOver: boolean,
): string {
  const isFiltered = consoleView(all, { text: '', stage: null, from }).lines.length > 0;
  const wanted = text.trim() === '' ? '' : ` with “${text.trim()}” in it`;
  if (isFiltered) return `No line${stage === null ? '' : ` of ${stage}`}${wanted}.`;
  if (!isOver) return `What your program prints${from > 0 ? ' from now on' : ''} appears here.`;
  return from > 0 ? 'Cleared. The run is over: nothing more is printed.' : 'This run has printed nothing.';
}

/** Stages that have printed something, in the order in which they first did. */
export function stagesOf(all: readonly ConsoleLine[]): readonly string[] {
  return [...new Set(all.flatMap(({ stage }) => stage ?? []))];
}

/** What is said aloud about lines that came since the last announcement: one line as it is, more as a number. */
export function announcement(newLines: readonly ConsoleLine[]): string {
  const last = newLines.at(-1);
  if (!last) return '';
  const said = last.stage === null ? last.text : `${last.stage}: ${last.text}`;
  return newLines.length === 1 ? said : `${newLines.length} new lines, the last from ${said}`;
}
