import {
  ERRORS,
  type EntryOf,
  type Inconsistency,
  type PlanWarning,
  type RunFailure,
  type TraceEntry,
  type TraceError,
} from 'sluice';
import { adviceOn } from './advice.ts';
import type { SourcePlaces } from './error-mapping.ts';
import type { Problem } from './run-view.ts';
import { findEndless, findEndlessLoading, type Endless } from './endless-search.ts';
import { findCallback, findDefaultExport, type Sources } from './source-search.ts';

/** What turns a failure into words at a place: the learner's files, and the way back to them. */
export interface ProgramText {
  readonly sources: Sources;
  /** File whose default export is the pipeline. */
  readonly entry: string;
  readonly places: SourcePlaces;
}

/**
 * The program threw while it was loaded, or what it exports is no pipeline that can run.
 *
 * @param stage - Whose start is to blame, where no stack says so.
 */
export function loadProblem(error: TraceError, program: ProgramText, stage: string | null = null): Problem {
  const known = hintOf(error.code);
  const place =
    program.places.ofStack(error.stack) ??
    (stage === null ? null : findCallback(program.sources, stage)) ??
    (known === null ? null : findDefaultExport(program.sources, program.entry)) ??
    (known === null ? null : { file: program.entry, line: 1, column: 1 });
  return {
    severity: 'error',
    phase: known === null ? 'load' : 'plan',
    message: known === null ? `The program threw ${inWords(error)} while it was loaded` : error.message,
    hint:
      known ??
      adviceOn(error) ??
      'This code runs on every worker before any stage starts. Look at the marked line.',
    ...(place && { place }),
    ...(error.code !== undefined && { code: error.code }),
  };
}

/**
 * A callback threw, or returned something that is no step.
 *
 * @param restart - What a supervisor did about it; `null` where nobody did anything.
 */
export function crashProblem(
  crash: EntryOf<'crash'>,
  program: ProgramText | null,
  restart: EntryOf<'restart'> | null = null,
): Problem {
  const { stage, callback, error } = crash;
  const place = program && (program.places.ofStack(error.stack) ?? placeOfCrash(crash, program));
  const where = callback === null ? `"${stage}"` : `${callback} of "${stage}"`;
  const known = hintOf(error.code);
  return {
    severity: restart ? 'warning' : 'error',
    phase: 'run',
    message: known === null ? `${where} threw ${inWords(error)}` : error.message,
    hint:
      (restart && `"${restart.stage}" started it again, with a new state. What it had in hand was lost.`) ??
      known ??
      adviceOn(error) ??
      'The stage ended there, and what subscribes to it ends with it. Correct the line and run again.',
    stage,
    ...(place && { place }),
    ...(error.code !== undefined && { code: error.code }),
  };
}

/** What was sent is found out after the callback that sent it has returned. */
function placeOfCrash({ stage, callback, error }: EntryOf<'crash'>, { sources }: ProgramText) {
  if (callback !== null) return findCallback(sources, stage, callback);
  const senders = error.code === 'not_cloneable' ? ['handleDemand', 'handleEvents'] : [];
  return findCallback(sources, stage, ...senders);
}

/** The run could not begin, or could not go on. */
export function failureProblem(failure: RunFailure, program: ProgramText): Problem {
  switch (failure.phase) {
    case 'load':
    case 'plan':
      return loadProblem(failure.error, program, failure.stage);
    case 'watchdog':
      return failure.stage === null ? loadHangProblem(program) : hangProblem(failure, failure.stage, program);
    case 'platform':
      return failure.error.code === FRAME_GONE ? frameGoneProblem() : sandboxProblem(failure.error.message);
  }
}

/** Code of the failure that a platform reports when its frame has died. */
export const FRAME_GONE = 'frame_gone';

/** A worker does not come back from a callback; the engine says from which, and after how long. */
function hangProblem({ error }: RunFailure, stage: string, program: ProgramText): Problem {
  const callback = /answer from (.+?) of "/.exec(error.message)?.[1] ?? null;
  const found = callback === null ? null : findEndless(program.sources, stage, callback);
  return {
    severity: 'error',
    phase: 'watchdog',
    message: error.message,
    hint: hintOnEndless(found) ?? ERRORS.worker_hangs.hint,
    stage,
    code: 'worker_hangs',
    ...(found && { place: found.place }),
  };
}

/** What goes on for ever, where the code shows it. */
function hintOnEndless(found: Endless | null): string | null {
  if (!found?.what) return null;
  const { line } = found.place;
  return found.what === 'loop'
    ? `It seems to stay in the loop in line ${line}. To wait, use: await sleep(ms).`
    : `The regular expression in line ${line} repeats what repeats: it may try more ways to match than there is time for.`;
}

/** The program itself does not come to its end when it is loaded. */
function loadHangProblem(program: ProgramText): Problem {
  const found = findEndlessLoading(program.sources, program.entry);
  return {
    severity: 'error',
    phase: 'watchdog',
    message: 'The program did not come to its end while it was loaded, so the run was ended',
    hint:
      hintOnEndless(found) ??
      'Look for a loop that never ends outside the callbacks, or in the pipeline itself.',
    place: found.place,
    code: 'load_hangs',
  };
}

/** What is allowed in a plan and probably not meant. */
export function planProblem(
  { code, stage, message, declared }: PlanWarning,
  { places, sources }: ProgramText,
): Problem {
  const place = places.ofStack(declared) ?? findCallback(sources, stage);
  return { severity: 'warning', phase: 'plan', message, stage, code, ...(place && { place }) };
}

/** Thrown where no stage handled a message: in a timer, or in a promise that nobody awaits. */
export function uncaughtProblem(error: TraceError, program: ProgramText): Problem {
  const place = program.places.ofStack(error.stack);
  return {
    severity: 'error',
    phase: 'run',
    message: `Outside every callback, the program threw ${inWords(error)}`,
    hint: adviceOn(error) ?? 'It came from a timer, or from a promise that nobody awaits. The stages run on.',
    ...(place && { place }),
  };
}

/** The hidden runs of a check did not end in time. */
export function checkHangProblem(waitedMs: number): Problem {
  return {
    severity: 'error',
    phase: 'watchdog',
    message: `The program did not come to an end within ${seconds(waitedMs)}, so the check was given up`,
    hint: 'Press Run: if a callback never returns, the run names the stage and the line.',
    code: 'worker_hangs',
  };
}

/** The frame that held all workers is gone. */
export function frameGoneProblem(): Problem {
  return {
    severity: 'error',
    phase: 'sandbox',
    message: 'The sandbox in which your program ran died without a word, so a new one was made',
    hint: 'Most often the program used up the memory: look for an array that only grows, or a loop that makes events without end. Nothing you wrote is lost.',
  };
}

/** The sandbox could not be used at all, or broke its own rules. */
export function sandboxProblem(message: string): Problem {
  return {
    severity: 'error',
    phase: 'sandbox',
    message,
    hint: 'Run again. If it happens again, reload the page.',
  };
}

/** Something out of the sandbox could not be read. */
export function malformedProblem(count: number): Problem {
  return {
    severity: 'warning',
    phase: 'sandbox',
    message: `${count} ${count === 1 ? 'message' : 'messages'} from the sandbox could not be read and ${count === 1 ? 'was' : 'were'} left out`,
    hint: 'The program may have tampered with what reports on it: what is shown of this run may be incomplete.',
  };
}

/** A recording that the engine cannot have made is judged by nobody. */
export function inconsistentProblem({ seq, problem }: Inconsistency): Problem {
  return {
    severity: 'error',
    phase: 'sandbox',
    message: `There is no verdict, as the recording of a hidden run contradicts itself: entry ${seq} ${problem}`,
    hint: 'Only what tampers with the recording of a run brings that about. Take out what reaches beyond the program itself, and check again.',
  };
}

/** A producer was asked, and the run came to its end without an event of it. */
export function silentProblem(
  stage: string,
  asked: number,
  { sources }: Pick<ProgramText, 'sources'>,
): Problem {
  const place = findCallback(sources, stage, 'handleDemand');
  return {
    severity: 'warning',
    phase: 'run',
    message: `"${stage}" was asked for ${asked.toLocaleString('en')} ${asked === 1 ? 'event' : 'events'}, and emitted none`,
    hint: 'Nobody asks again for what is still open. Return { events: […] } from handleDemand, or from a later callback of the stage.',
    stage,
    ...(place && { place }),
  };
}

/** More happened than is kept. */
export function droppedProblem(dropped: number): Problem {
  return {
    severity: 'warning',
    phase: 'run',
    message: `This run did more than can be shown: ${dropped.toLocaleString('en')} entries of its recording were not kept`,
    hint: 'Print less, or make fewer events. The counters of stages and subscriptions stay exact.',
  };
}

/** Crashes that are put in words; a run whose stages crash again and again says it often enough. */
const MAX_CRASHES = 20;

/** Whether an entry has a part in what became of a crash. */
export function isTrouble(
  entry: TraceEntry,
): entry is EntryOf<'crash'> | EntryOf<'restart'> | EntryOf<'start'> {
  return entry.type === 'crash' || entry.type === 'restart' || entry.type === 'start';
}

/**
 * The first crashes of a run, each with the restart that followed it; `null` where the stage was not started again.
 *
 * @param troubles - Its entries, or at least those that are {@link isTrouble}.
 */
export function crashesIn(
  troubles: readonly TraceEntry[],
): { readonly crash: EntryOf<'crash'>; readonly restart: EntryOf<'restart'> | null }[] {
  const crashes = troubles.filter((entry) => entry.type === 'crash').slice(0, MAX_CRASHES);
  // Of a long run one look is enough where nothing has crashed.
  if (crashes.length === 0) return [];
  const restarts = troubles.filter((entry) => entry.type === 'restart');
  const starts = troubles.filter((entry) => entry.type === 'start');
  return crashes.map((crash) => {
    const again = starts.find(({ stage, seq }) => stage === crash.stage && seq > crash.seq);
    // Its own supervisor, or one further out that started that supervisor again.
    const mended = restarts.filter(({ seq }) => again && seq > crash.seq && seq < again.seq);
    return { crash, restart: mended.find(({ child }) => child === crash.stage) ?? mended.at(-1) ?? null };
  });
}

/** The first crashes among `entries`, in words. */
export function crashProblems(entries: readonly TraceEntry[], program: ProgramText | null): Problem[] {
  return crashesIn(entries).map(({ crash, restart }) => crashProblem(crash, program, restart));
}

/** One problem each, in order: runs that repeat a mistake repeat its words. */
export function withoutRepeats(problems: readonly Problem[]): Problem[] {
  const seen = new Set<string>();
  return problems.filter((problem) => {
    const key = JSON.stringify(problem);
    if (seen.has(key)) return false;
    seen.add(key);
    return true;
  });
}

/** The catalogue's advice, or `null` for an error that is not the engine's. */
function hintOf(code: string | undefined): string | null {
  const known = Object.entries(ERRORS).find(([name]) => name === code);
  return known ? known[1].hint : null;
}

/** Characters of an error's own message: more of them nobody reads. */
const MAX_MESSAGE = 300;

function inWords({ name, message }: TraceError): string {
  const words = name === 'Thrown' ? message : `${name}: ${message}`;
  return words.length <= MAX_MESSAGE ? words : `${words.slice(0, MAX_MESSAGE)}…`;
}

function seconds(ms: number): string {
  return `${Math.round(ms / 100) / 10} s`;
}
