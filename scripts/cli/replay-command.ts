import { createInterface, type Interface } from 'node:readline';
import {
  advance,
  emptyState,
  type PipelineState,
  type PlanView,
  type RecordingHead,
  type TraceEntry,
} from 'sluice';
import { programTextOf, recordedProblems } from '../../app/lib/sandbox/recorded-program.ts';
import { entrySentence } from '../../app/lib/view/entry-sentence.ts';
import { durationText } from '../../app/lib/view/value-label.ts';
import { didYouMean } from '../../engine/errors.ts';
import { UsageError, type ReplayArguments } from './arguments.ts';
import { paint, problemText } from './problem-text.ts';
import { readRecording, type ReadRecording } from './recording-file.ts';
import { ReplayFigures } from './replay-figures.ts';
import { figuresText, headText, planText, stateText, type Focus } from './replay-text.ts';
import { FINE } from './run-command.ts';
import { Terminal } from './terminal.ts';

/** Crashes and restarts that are told of. */
const MAX_TROUBLES = 1_000;

/** Tells what a recording holds, as `given` says; the exit code. */
export async function replayCommand(given: ReplayArguments, folder: string): Promise<number> {
  let isReaderGone = false;
  const terminal = new Terminal({ isLive: false, onClosed: () => (isReaderGone = true) });
  const replayed = new Replayed(given);
  const stepper = given.step ? new Stepper(terminal) : null;
  const read = await readRecording(given.file, folder, async (entries, head) => {
    for (const entry of entries) {
      if (replayed.take(entry, head)) await stepper?.show(entry, replayed.stateOf(head));
      if (isReaderGone || stepper?.isOver) return false;
    }
    return true;
  });
  stepper?.close();
  if (!stepper) {
    for (const part of replayed.parts(read)) void terminal.print('out', `${part}\n`);
  }
  await terminal.flush();
  return FINE;
}

/** What is known of a recording, entry by entry. */
class Replayed {
  readonly #given: ReplayArguments;
  readonly #figures = new ReplayFigures();
  readonly #troubles: TraceEntry[] = [];
  #isMeant: Focus | null = null;
  #state: PipelineState | null = null;

  constructor(given: ReplayArguments) {
    this.#given = given;
  }

  /** Takes the next entry; whether it concerns who asked. */
  take(entry: TraceEntry, head: RecordingHead): boolean {
    this.#isMeant ??= focusOn(this.#given.stage, head.plan);
    this.#figures.add(entry);
    if (entry.seq <= (this.#given.at ?? Infinity)) this.#state = advance(this.stateOf(head), entry);
    const isTrouble = entry.type === 'crash' || entry.type === 'restart' || entry.type === 'start';
    if (isTrouble && this.#troubles.length < MAX_TROUBLES) this.#troubles.push(entry);
    return this.#isMeant(entry.stage);
  }

  /** As it stands after the entries taken, up to the one that was asked for. */
  stateOf({ plan }: RecordingHead): PipelineState {
    return (this.#state ??= emptyState(plan));
  }

  /** All there is to tell, part by part. */
  parts(read: ReadRecording): string[] {
    const { head } = read;
    const isMeant = this.#isMeant ?? focusOn(this.#given.stage, head.plan);
    const problems = recordedProblems(this.#troubles, read.tail, programTextOf(head.program)).filter(
      ({ stage }) => stage === undefined || isMeant(stage),
    );
    const look = paint(false);
    const output = read.tail?.output.length ?? 0;
    return [
      headText(read, this.#given.file, this.#figures),
      ...(head.plan.stages.length > 0 ? [planText(head, isMeant)] : []),
      ...(this.#figures.entries > 0 ? [figuresText(this.#figures, isMeant)] : []),
      ...(head.plan.stages.length > 0 ? [stateText(head.plan, this.stateOf(head), isMeant)] : []),
      ...(output > 0
        ? [`${output} ${output === 1 ? 'line was' : 'lines were'} printed outside all stages.`]
        : []),
      ...problems.map((problem) => problemText(problem, head.program?.files ?? {}, look)),
    ];
  }
}

function focusOn(stage: string | null, { stages, supervisors = [], flows = [] }: PlanView): Focus {
  if (stage === null) return () => true;
  const names = [...stages, ...supervisors, ...flows].map(({ id }) => id);
  if (names.includes(stage)) return (id) => id === stage;
  throw new UsageError(
    `Cannot show the stage "${stage}" as the recording has no such stage${didYouMean(stage, names)}`,
    `It has ${names.join(', ') || 'none'}.`,
  );
}

/** Shows entries in words; to a person one by one. */
class Stepper {
  readonly #terminal: Terminal;
  readonly #lines: Interface | null;
  readonly #next: AsyncIterator<string> | null;
  #isOver = false;

  constructor(terminal: Terminal) {
    this.#terminal = terminal;
    const isPerson = process.stdin.isTTY === true && process.stdout.isTTY === true;
    this.#lines = isPerson ? createInterface({ input: process.stdin }) : null;
    this.#next = this.#lines?.[Symbol.asyncIterator]() ?? null;
    if (isPerson) void terminal.print('out', 'Enter shows the next entry, q ends.');
  }

  get isOver(): boolean {
    return this.#isOver;
  }

  async show(entry: TraceEntry, state: PipelineState): Promise<void> {
    const { seq, atMs, worker } = entry;
    const line = `${seq}  ${durationText(atMs)}  worker ${worker + 1}  ${entrySentence(entry, state)}`;
    const printed = this.#terminal.print('out', line);
    if (this.#next) {
      await printed;
      const { done, value } = await this.#next.next();
      this.#isOver = done === true || String(value).trim().toLowerCase() === 'q';
    } else if (this.#terminal.waiting > MAX_WAITING) await printed;
  }

  close(): void {
    this.#lines?.close();
  }
}

/** Characters that may wait for who reads them. */
const MAX_WAITING = 1_000_000;
