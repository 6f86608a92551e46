import type { Seq, StageId, WorkerId } from '../ids.ts';
import type { PlanView } from './plan-view.ts';
import type { RecordedEnd } from './run-end.ts';
import type { Weather } from './weather.ts';
import { encodeEntries } from './entry-columns.ts';
import { TRACE_VERSION } from './trace-entry.ts';
import type { LogLevel, TraceEntry, TraceError, TraceValue } from './trace-entry.ts';

/**
 * A recording is lines of JSON: one that says what ran ({@link RecordingHead}), lines with blocks of entries
 * ({@link encodeEntries}), and one that says how it ended ({@link RecordingTail}). Who records can so write while the run
 * goes on; where the last line is missing, the file was cut off. Entries stand in the order in which they came from the
 * workers; `seq` is their order in the run.
 */
export interface Recording extends RecordingHead {
  /** In order of `seq`. */
  readonly entries: readonly TraceEntry[];
  /** `null`: the file was cut off, and holds the run up to there. */
  readonly tail: RecordingTail | null;
}

/** What is known of a run before its first entry. */
export interface RecordingHead {
  /** Without stages where the program could not be loaded. */
  readonly plan: PlanView;
  readonly seed: number;
  /** What the stages went through; left out: nothing. */
  readonly weather?: Weather;
  /** Workers in use. */
  readonly workers: number;
  readonly placement: Readonly<Record<StageId, WorkerId>>;
  /** Left out where nobody has kept it. */
  readonly program?: RecordedProgram;
}

/** What ran, so that places of a recording can be shown in it. Never run when a recording is opened. */
export interface RecordedProgram {
  /** File whose default export is the pipeline. */
  readonly entry: string;
  /** By name. */
  readonly files: Readonly<Record<string, string>>;
  /** Source map of the compiled program, JSON: where the places of entries lie in `files`. */
  readonly map: string;
  /** The compiled program itself, in which callbacks are found. Left out of older recordings. */
  readonly code?: string;
}

/** A moment that somebody marked in a run, to find it again. */
export interface Bookmark {
  /** The entry that had just happened. */
  readonly seq: Seq;
  /** At most {@link MAX_BOOKMARK_NOTE} characters; may be empty. */
  readonly note: string;
}

/** Characters of a bookmark's note, and bookmarks of a run. */
export const MAX_BOOKMARK_NOTE = 200;
export const MAX_BOOKMARKS = 1_000;

/** What is known of a run once it is over. */
export interface RecordingTail {
  readonly end: RecordedEnd;
  readonly elapsedMs: number;
  /** Entries that are missing, as more happened than was kept. */
  readonly dropped: number;
  /** What was printed outside all stages, by time. */
  readonly output: readonly RecordedLine[];
  /** What was thrown outside all callbacks, the first ones. */
  readonly uncaught: readonly TraceError[];
  /** In order of `seq`; left out where there are none. */
  readonly bookmarks?: readonly Bookmark[];
}

/** What a program printed while no stage of its own handled a message. */
export interface RecordedLine {
  readonly worker: WorkerId;
  readonly atMs: number;
  readonly level: LogLevel;
  readonly values: readonly TraceValue[];
  /** In the generated code: `line:column`, 1-based. */
  readonly place?: string;
}

/** A recording as text, as {@link RecordingReader} reads it back. */
export function encodeRecording(recording: Recording): string {
  const { entries, tail } = recording;
  return encodeHead(recording) + encodeEntries(entries) + (tail === null ? '' : encodeTail(tail));
}

/** The first line, with its end. */
export function encodeHead({ plan, seed, weather, workers, placement, program }: RecordingHead): string {
  return line({
    trace: TRACE_VERSION,
    plan,
    seed,
    ...(weather && { weather }),
    workers,
    placement,
    ...(program && { program }),
  });
}

/** The last line, with its end. */
export function encodeTail({ end, elapsedMs, dropped, output, uncaught, bookmarks }: RecordingTail): string {
  return line({ end, elapsedMs, dropped, output, uncaught, ...(bookmarks && { bookmarks }) });
}

function line(value: object): string {
  return `${JSON.stringify(value)}\n`;
}
