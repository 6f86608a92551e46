import type { RecordedProgram, RecordingTail, TraceEntry } from 'sluice';
import { SourcePlaces } from './error-mapping.ts';
import {
  crashProblems,
  failureProblem,
  uncaughtProblem,
  withoutRepeats,
  type ProgramText,
} from './problems.ts';
import type { Problem } from './run-view.ts';

const NO_PLACES = new SourcePlaces('{"version":3,"sources":[],"names":[],"mappings":""}');
const NO_PROGRAM: ProgramText = { sources: {}, entry: '', places: NO_PLACES };

/** The program of a recording as its problems are told with it; `null` where nobody has kept it. */
export function programTextOf(program: RecordedProgram | undefined): ProgramText | null {
  if (!program) return null;
  const { files, entry, map } = program;
  return { sources: files, entry, places: placesOf(map) };
}

/** A map that is none leads nowhere. */
function placesOf(map: string): SourcePlaces {
  try {
    const places = new SourcePlaces(map);
    places.ofGenerated(1, 1);
    return places;
  } catch {
    return NO_PLACES;
  }
}

/**
 * What went wrong in a recorded run, each thing once.
 *
 * @param troubles - Its entries, or at least those of type `crash`, `restart` and `start`.
 */
export function recordedProblems(
  troubles: readonly TraceEntry[],
  tail: RecordingTail | null,
  program: ProgramText | null,
): readonly Problem[] {
  const end = tail?.end;
  return withoutRepeats([
    ...(end?.type === 'failed' ? [program ? failureProblem(end, program) : plainProblem(end)] : []),
    ...crashProblems(troubles, program),
    ...(tail?.uncaught ?? []).map((error) => uncaughtProblem(error, program ?? NO_PROGRAM)),
  ]);
}

function plainProblem({
  phase,
  error,
  stage,
}: Extract<RecordingTail['end'], { readonly type: 'failed' }>): Problem {
  return {
    severity: 'error',
    phase: phase === 'platform' ? 'sandbox' : phase,
    message: error.message,
    ...(stage !== null && { stage }),
  };
}
