import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import {
  realScheduler,
  startRun,
  type RunEnd,
  type RunHandle,
  type RunUpdate,
  type TraceEntry,
  type Weather,
} from 'sluice';
import {
  crashProblems,
  planProblem,
  uncaughtProblem,
  withoutRepeats,
} from '../../app/lib/sandbox/problems.ts';
import type { Problem } from '../../app/lib/sandbox/run-view.ts';
import type { PrintedLine } from '../../engine/platform/node-lines.ts';
import { NodePlatform } from '../../engine/platform/node.ts';
import { UsageError, type RunArguments } from './arguments.ts';
import { handledIn, progressLine, summaryText } from './figures.ts';
import { paint, problemText } from './problem-text.ts';
import { compileFile, portable, type CompiledFile } from './program.ts';
import { failureOf, stillTrue } from './run-problems.ts';
import { readWeatherFile } from './weather-file.ts';
import { Terminal } from './terminal.ts';
import { TraceFile } from './trace-file.ts';

/** What the command finds around it. */
export interface Surroundings {
  /** Folder that paths are seen from. */
  readonly folder: string;
  /** The bundled script of a thread. */
  readonly workerFile: string;
  /** Rows of data sets as JSON, by name. */
  readonly loadData: (names: readonly string[]) => Promise<Readonly<Record<string, string>>>;
}

/** Exit code: the run came to its end, or was stopped. */
export const FINE = 0;
/** Exit code: a stage crashed or did not answer, or the program could not go on. */
export const FAILED = 1;
/** Exit code: wrong use, or a program or recording that cannot be read. */
export const WRONG_USE = 2;
/** Ended at once by a second Ctrl-C: 128 and the number of the signal. */
const INTERRUPTED = 130;

/** Workers without --workers: stages meet across a boundary even on one processor. */
const WORKERS = { least: 2, most: 4 };
/** What waits to be printed before stages have to wait for it, and below which they go on. Characters. */
const HOLD_AT = 1_000_000;
const GO_ON_AT = 200_000;
const LIVE_EVERY_MS = 100;
const LINE_EVERY_MS = 1_000;
/** A run that is over hands over what was recorded; a busy disk may take its time. */
const STOP_GRACE_MS = 5_000;
/** Threads that were ended have nothing more to print after this long. */
const PRINTED_WITHIN_MS = 2_000;
/** Warnings of one kind at one stage that are told one by one. */
const WARNINGS_TOLD = 3;

/** Runs a program as `arguments` say; the exit code. */
export async function runCommand(given: RunArguments, surroundings: Surroundings): Promise<number> {
  const { file } = given;
  const colours = wantsColours(process.stderr.isTTY === true);
  const look = paint(colours);
  let isReaderGone = false;
  let stopQuietly = (): void => undefined;
  const terminal = new Terminal({
    isLive: process.stderr.isTTY === true,
    onClosed: () => {
      isReaderGone = true;
      stopQuietly();
    },
  });
  const weather = given.weather === null ? [] : readWeatherFile(given.weather, surroundings.folder);
  const compiled = await compileFile(file, surroundings.folder);
  if ('problems' in compiled) {
    for (const problem of compiled.problems)
      await terminal.print('err', problemText(problem, compiled.files, look));
    return WRONG_USE;
  }
  const tell = (problem: Problem): void =>
    void terminal.print('err', problemText(problem, compiled.text.sources, look));
  compiled.warnings.forEach(tell);
  const run = await OneRun.begin(given, surroundings, { compiled, terminal, tell, weather });
  stopQuietly = () => run.stop();
  if (isReaderGone) run.stop();
  const { end, update } = await run.over();
  const problems = isReaderGone ? [] : run.problems(end, update);
  problems.forEach(tell);
  if (!isReaderGone)
    void terminal.print('err', look.faint(summaryText(update, end, { file, seed: run.seed })));
  if (run.traceError !== null) {
    void terminal.print(
      'err',
      `${look.error('error')}: Cannot write ${given.trace}: ${run.traceError.message}`,
    );
  } else if (given.trace !== null && !isReaderGone) {
    void terminal.print('err', look.faint(`Recorded in ${given.trace}: npx sluice replay ${given.trace}`));
  }
  await terminal.flush();
  const isBad =
    run.traceError !== null ||
    end.type === 'failed' ||
    end.type === 'crashed' ||
    update.uncaught.length > 0 ||
    update.stages.some(({ status }) => status === 'crashed');
  return isBad && !isReaderGone ? FAILED : FINE;
}

interface Means {
  readonly compiled: CompiledFile;
  /** What the stages go through. */
  readonly weather: Weather;
  readonly terminal: Terminal;
  readonly tell: (problem: Problem) => void;
}

/** A run from its start to the last line of its recording. */
class OneRun {
  readonly seed: number;
  readonly #means: Means;
  readonly #programUrl: string;
  readonly #platform: NodePlatform;
  readonly #trace: TraceFile | null;
  readonly #handle: RunHandle;
  readonly #leave: () => void;
  /** Crashes, and what came of them. */
  readonly #troubles: TraceEntry[] = [];
  readonly #warned = new Map<string, number>();
  #isHeld = false;
  traceError: Error | null = null;

  static async begin(given: RunArguments, surroundings: Surroundings, means: Means): Promise<OneRun> {
    let failed: (error: Error) => void = () => undefined;
    const trace = given.trace === null ? null : await openTrace(given.trace, (error) => failed(error));
    const data = await surroundings.loadData(means.compiled.dataSets);
    const run = new OneRun(given, { ...surroundings, data, trace }, means);
    failed = (error) => {
      run.traceError = error;
      run.stop();
    };
    return run;
  }

  private constructor(
    given: RunArguments,
    {
      workerFile,
      data,
      trace,
    }: Pick<Surroundings, 'workerFile'> & {
      readonly data: Readonly<Record<string, string>>;
      readonly trace: TraceFile | null;
    },
    means: Means,
  ) {
    this.#means = means;
    this.#trace = trace;
    this.seed = given.seed ?? Math.floor(Math.random() * 2 ** 32);
    const folder = mkdtempSync(join(tmpdir(), 'sluice-'));
    const program = join(folder, 'program.mjs');
    writeFileSync(program, means.compiled.code);
    this.#programUrl = pathToFileURL(program).href;
    const colours = wantsColours(process.stdout.isTTY === true);
    this.#platform = new NodePlatform({
      workerFile,
      programUrl: this.#programUrl,
      data,
      lines: { colours, print: (line) => this.#print(line) },
      reuse: false,
    });
    this.#handle = startRun(this.#platform, {
      workers: given.workers ?? Math.min(WORKERS.most, Math.max(WORKERS.least, availableParallelism())),
      seed: this.seed,
      weather: means.weather,
      placement: given.placement,
      speed: { kind: 'full' },
      trace: trace === null ? 'counters' : 'full',
      entryBudget: Infinity,
      maxEntries: 0,
      onEntries: (entries) => this.#take(entries),
      stopGraceMs: STOP_GRACE_MS,
      scheduler: realScheduler(),
    });
    const timers = [
      ...(given.progress ? [this.#showProgress()] : []),
      ...(given.timeoutS === null ? [] : [setTimeout(() => this.stop(), given.timeoutS * 1_000)]),
    ];
    const forget = this.#onSignals(folder);
    this.#leave = () => {
      timers.forEach(clearTimeout);
      means.terminal.status('');
      forget();
      rmSync(folder, { recursive: true, force: true });
    };
  }

  /** Ends the run in order. */
  stop(): void {
    this.#handle.stop();
  }

  /** Waits for the end, and for everything that was printed and recorded. */
  async over(): Promise<{ readonly end: RunEnd; readonly update: RunUpdate }> {
    const end = await this.#handle.done;
    const update = this.#handle.now;
    await Promise.race([
      this.#platform.printed,
      new Promise((resolve) => setTimeout(resolve, PRINTED_WITHIN_MS)),
    ]);
    this.#begin(update);
    await this.#trace?.end({
      end: end.type === 'failed' ? { ...end, error: portable(end.error, this.#programUrl) } : end,
      elapsedMs: update.elapsedMs,
      dropped: Math.max(0, update.dropped - this.#trace.entries),
      output: update.output,
      uncaught: update.uncaught.map((error) => portable(error, this.#programUrl)),
    });
    this.#leave();
    return { end, update };
  }

  /** What went wrong, each thing once. */
  problems(end: RunEnd, update: RunUpdate): readonly Problem[] {
    const { text } = this.#means.compiled;
    const own = (error: Parameters<typeof portable>[0]) => portable(error, this.#programUrl);
    return withoutRepeats([
      ...stillTrue(update).map((warning) =>
        planProblem(
          { ...warning, declared: own({ name: '', message: '', stack: warning.declared }).stack ?? '' },
          text,
        ),
      ),
      ...crashProblems(this.#troubles, text),
      ...update.uncaught.map((error) => uncaughtProblem(own(error), text)),
      ...(end.type === 'failed' ? [failureOf({ ...end, error: own(end.error) }, text)] : []),
      ...this.#moreWarnings(),
    ]);
  }

  #take(entries: readonly TraceEntry[]): Promise<void> | undefined {
    const portably = entries.map((entry) =>
      entry.type === 'crash' ? { ...entry, error: portable(entry.error, this.#programUrl) } : entry,
    );
    for (const entry of portably) this.#notice(entry);
    if (!this.#trace || entries.length === 0) return undefined;
    this.#begin(this.#handle.now);
    return this.#trace.add(portably);
  }

  #notice(entry: TraceEntry): void {
    switch (entry.type) {
      case 'start':
        if (entry.life !== undefined) this.#keep(entry);
        return;
      case 'crash':
      case 'restart':
        return this.#keep(entry);
      case 'warning':
        return this.#warn(entry);
      default:
    }
  }

  #keep(entry: TraceEntry): void {
    if (this.#troubles.length < MAX_TROUBLES) this.#troubles.push(entry);
  }

  /** Lines are printed whole here, however many a callback prints. */
  #warn({ code, stage, message }: Extract<TraceEntry, { type: 'warning' }>): void {
    if (code === 'console_flood') return;
    const key = `${stage}: ${code}`;
    const count = (this.#warned.get(key) ?? 0) + 1;
    this.#warned.set(key, count);
    if (count <= WARNINGS_TOLD) this.#means.tell({ severity: 'warning', phase: 'run', message, stage });
  }

  #moreWarnings(): Problem[] {
    return [...this.#warned].flatMap(([key, count]) =>
      count <= WARNINGS_TOLD
        ? []
        : [{ severity: 'warning', phase: 'run', message: `${key}, ${count} times in all` } as const],
    );
  }

  #begin({ plan, workers, placement }: RunUpdate): void {
    const { compiled, weather } = this.#means;
    const { text, map, code } = compiled;
    this.#trace?.begin({
      plan: plan ?? { stages: [], subscriptions: [] },
      seed: this.seed,
      ...(weather.length > 0 && { weather }),
      workers: Math.max(1, workers),
      placement,
      program: { entry: text.entry, files: text.sources, map, code },
    });
  }

  /** Prints a line; stages wait while a slow reader has much to read. */
  #print({ level, text }: PrintedLine): Promise<void> {
    const { terminal } = this.#means;
    const printed = terminal.print(level === 'warn' || level === 'error' ? 'err' : 'out', text);
    if (!this.#isHeld && terminal.waiting > HOLD_AT) {
      this.#isHeld = true;
      this.#handle.setSpeed({ kind: 'step' });
    }
    return printed.then(() => {
      if (!this.#isHeld || terminal.waiting > GO_ON_AT) return;
      this.#isHeld = false;
      this.#handle.setSpeed({ kind: 'full' });
    });
  }

  #showProgress(): NodeJS.Timeout {
    const { terminal } = this.#means;
    const isLive = process.stderr.isTTY === true;
    let before = { handled: 0, atMs: 0, perSecond: 0 };
    return setInterval(
      () => {
        const update = this.#handle.now;
        const handled = handledIn(update.stages);
        const sinceMs = update.elapsedMs - before.atMs;
        if (sinceMs >= LINE_EVERY_MS / 2) {
          before = {
            handled,
            atMs: update.elapsedMs,
            perSecond: ((handled - before.handled) / sinceMs) * 1_000,
          };
        }
        const columns = isLive ? process.stderr.columns || 80 : null;
        const line = progressLine(update, before.perSecond, columns);
        if (isLive) terminal.status(line);
        else void terminal.print('err', line);
      },
      isLive ? LIVE_EVERY_MS : LINE_EVERY_MS,
    );
  }

  /** The first Ctrl-C ends the run in order, a second one at once. */
  #onSignals(folder: string): () => void {
    let asked = false;
    const onSignal = (): void => {
      if (asked) {
        rmSync(folder, { recursive: true, force: true });
        process.exit(INTERRUPTED);
      }
      asked = true;
      this.stop();
    };
    for (const signal of SIGNALS) process.on(signal, onSignal);
    return () => {
      for (const signal of SIGNALS) process.off(signal, onSignal);
    };
  }
}

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
/** Crashes and restarts that are looked at in the end. */
const MAX_TROUBLES = 1_000;

async function openTrace(path: string, failed: (error: Error) => void): Promise<TraceFile> {
  try {
    return await TraceFile.open(path, failed);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new UsageError(
      `Cannot record in ${path}: ${why}`,
      'Name a file in a folder that is there and may be written.',
    );
  }
}

function wantsColours(isTerminal: boolean): boolean {
  const { NO_COLOR, FORCE_COLOR } = process.env;
  if (NO_COLOR !== undefined && NO_COLOR !== '') return false;
  return isTerminal || (FORCE_COLOR !== undefined && FORCE_COLOR !== '0');
}
