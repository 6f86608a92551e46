import type {
  Bookmark,
  OutputLine,
  RecordedEnd,
  RecordedProgram,
  Recording,
  RunUpdate,
  TraceError,
} from 'sluice';
import type { RunRecord } from '#lessons/schema.ts';
import type { RunView } from './run-view.ts';

/** What a recording says of a run that its view does not. */
export interface RunNotes {
  readonly seed: number;
  /** What ran; `null` where it is not known. */
  readonly program: RecordedProgram | null;
  readonly end: () => RecordedEnd;
  /** What was printed outside all stages. */
  readonly output: () => readonly OutputLine[];
  /** What was thrown outside all callbacks. */
  readonly uncaught: () => readonly TraceError[];
}

/** Of a run on workers, whether it goes on or is over. */
export function notesOfRun(
  now: () => Pick<RunUpdate, 'end' | 'output' | 'uncaught'>,
  of: Pick<RunNotes, 'seed' | 'program'>,
): RunNotes {
  return {
    ...of,
    end: () => now().end ?? { type: 'unfinished' },
    output: () => now().output,
    uncaught: () => now().uncaught,
  };
}

/** Of a hidden run. */
export function notesOfRecord({ seed, ended }: RunRecord, program: RecordedProgram | null): RunNotes {
  return {
    seed,
    program,
    end: () => (ended === 'budget' ? { type: 'unfinished' } : { type: ended }),
    output: () => [],
    uncaught: () => [],
  };
}

/** What a page shows of a run as a recording; `null` before there is anything to draw. */
export function recordingOf(
  { plan, workers, placement, entries, dropped, elapsedMs, weather }: RunView,
  {
    seed,
    program,
    end,
    output,
    uncaught,
    bookmarks = [],
  }: RunNotes & { readonly bookmarks?: readonly Bookmark[] },
): Recording | null {
  if (!plan) return null;
  return {
    plan,
    seed,
    ...(weather && { weather }),
    workers,
    placement,
    ...(program && { program }),
    entries,
    tail: {
      end: end(),
      elapsedMs,
      dropped,
      output: output(),
      uncaught: uncaught(),
      ...(bookmarks.length > 0 && { bookmarks }),
    },
  };
}
