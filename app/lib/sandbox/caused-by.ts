import type { PlanView, Seq, StageCode, StageId, TraceEntry } from 'sluice';
import { bisector } from 'd3-array';
import type { SourcePlaces } from './error-mapping.ts';
import type { ProgramCode } from './program-code.ts';

/** What a program did that an entry came of. */
export type CodeCause =
  /** It printed something, here: `line:column` of the generated code. */
  | { readonly what: 'log'; readonly stage: StageId; readonly place: string }
  /** It threw. */
  | { readonly what: 'crash'; readonly stage: StageId; readonly stack: string }
  | { readonly what: 'callback'; readonly stage: StageId; readonly callback: string }
  /** It started the stage. */
  | { readonly what: 'start'; readonly stage: StageId };

/** Causes that are followed: an entry is never further from a callback. */
const MAX_STEPS = 64;

const bySeq = bisector((entry: TraceEntry) => entry.seq);

function entryOf(entries: readonly TraceEntry[], seq: Seq): TraceEntry | null {
  const entry = entries[bySeq.left(entries, seq)];
  return entry?.seq === seq ? entry : null;
}

/** The callback, or the line that prints, from which an entry came; `null` where the outside world did it. */
export function causeOf(entries: readonly TraceEntry[], last: TraceEntry): CodeCause | null {
  let entry: TraceEntry | null = last;
  for (let step = 0; entry && step < MAX_STEPS; step += 1) {
    const { stage } = entry;
    switch (entry.type) {
      case 'log':
        if (entry.place !== undefined) return { what: 'log', stage, place: entry.place };
        break;
      case 'crash':
        if (entry.error.stack !== undefined) return { what: 'crash', stage, stack: entry.error.stack };
        if (entry.callback !== null) return { what: 'callback', stage, callback: entry.callback };
        break;
      case 'begin':
      case 'end':
        return { what: 'callback', stage, callback: entry.callback };
      case 'start':
        return entry.kind === 'supervisor' || entry.kind === 'flow' ? null : { what: 'start', stage };
      case 'subscribe':
        if (entry.cause === null) return { what: 'start', stage };
        break;
      case 'fault':
        return null;
      default:
        break;
    }
    entry = entry.cause === null ? null : entryOf(entries, entry.cause);
  }
  return null;
}

/** Lines of one file; the first one is where it begins. */
export interface CauseLines {
  readonly file: string;
  readonly lines: readonly [number, ...number[]];
  /** "handleDemand of numbers". */
  readonly what: string;
}

/** What is needed to find a cause in the files of a program. */
export interface ProgramPlaces {
  readonly plan: Pick<PlanView, 'code' | 'stages'>;
  readonly places: Pick<SourcePlaces, 'ofText' | 'ofStack'>;
  /** The compiled program; `null` where nobody has kept it. */
  readonly code: ProgramCode | null;
}

/** The lines of the learner's files that a cause is written in; `null` where nobody knows. */
export function linesOf(cause: CodeCause, { plan, places, code }: ProgramPlaces): CauseLines | null {
  const inOneFile = (found: readonly ({ file: string; line: number } | null)[], what: string) => {
    const [first] = found.filter((place) => place !== null);
    if (!first) return null;
    const others = found.flatMap((place) => (place?.file === first.file ? [place.line] : []));
    const lines: CauseLines['lines'] = [first.line, ...new Set(others.filter((line) => line !== first.line))];
    return { file: first.file, lines, what };
  };
  const { stage } = cause;
  if (cause.what === 'log') return inOneFile([places.ofText(cause.place)], `printed by ${stage}`);
  if (cause.what === 'crash') {
    const thrown = inOneFile([places.ofStack(cause.stack)], `thrown in ${stage}`);
    if (thrown) return thrown;
  }
  const written = codeOf(plan, stage);
  if (!written) return null;
  const { started, defined, operators } = written;
  if (cause.what === 'start') {
    const init = defined === undefined ? null : (code?.callback(defined, 'init') ?? null);
    return init === null
      ? inOneFile([places.ofText(started ?? defined)], `where ${stage} is started`)
      : inOneFile([places.ofText(init)], `init of ${stage}`);
  }
  if (operators)
    return inOneFile(
      operators.map((place) => places.ofText(place)),
      `operators of ${stage}`,
    );
  const callback = cause.what === 'callback' ? cause.callback : null;
  const own = callback === null || defined === undefined ? null : (code?.callback(defined, callback) ?? null);
  return own === null
    ? inOneFile([places.ofText(defined ?? started)], `where ${stage} is defined`)
    : inOneFile([places.ofText(own)], `${callback} of ${stage}`);
}

/** A copy of a stage is written where the stage is. */
function codeOf({ code, stages }: ProgramPlaces['plan'], stage: StageId): StageCode | null {
  const of = stages.find(({ id }) => id === stage)?.copyOf ?? stage;
  return code?.stages[stage] ?? code?.stages[of] ?? null;
}
