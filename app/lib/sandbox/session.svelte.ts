import {
  realScheduler,
  startRun,
  type Bookmark,
  type PlanView,
  type RecordedProgram,
  type Recording,
  type RunHandle,
  type RunUpdate,
  type StageId,
  type StopHit,
  type Weather,
} from 'sluice';
import { isDataSet, loadDataSet } from '#lessons/data/registry.ts';
import { CHECK_ENTRY_BUDGET, HIDDEN_SEEDS, type Exercise, type RunRecord } from '#lessons/schema.ts';
import type { Injection } from '../view/fault-menu.ts';
import { asideRun, type RerunOptions, type RunChange } from './aside-run.ts';
import { checkResult, notChecked, unfinished } from './check-result.ts';
import { rememberingLast } from './compile-cache.ts';
import { createCompiler } from './compile.ts';
import type { Compiled } from './compiled.ts';
import type { Compiler } from './compiler.ts';
import { SourcePlaces } from './error-mapping.ts';
import type { CheckResult } from './evaluate.ts';
import { hiddenRuns, type HiddenRunsOptions } from './hidden-runs.ts';
import { Intake, REPORT_ENTRIES } from './intake.ts';
import { LiveView } from './live-view.ts';
import { beginMarks, markRun } from './marks.ts';
import { Pacer } from './pacer.ts';
import { SandboxPlatform, type SandboxProgram } from './platform.ts';
import { sandboxProblem, type ProgramText } from './problems.ts';
import { viewOfRecording } from './recording-view.ts';
import { notesOfRecord, notesOfRun, recordingOf, type RunNotes } from './run-recording.ts';
import type { VirtualRequest } from './protocol.ts';
import type { Problem, RunView, Speed } from './run-view.ts';
import { SandboxFrame, type Sandbox } from './sandbox-frame.ts';
import type { Sources } from './source-search.ts';
import { fittingConditions } from '../stops/stop-words.ts';
import { randomSeed } from '../weather/seed.ts';
import { StormSettings } from '../weather/storm.svelte.ts';
import { splitKnown } from '../weather/strip.ts';
import { SpareFrame } from './spare-frame.ts';
import { DEFAULT_WORKER_SETTINGS, runOptionsOf, type WorkerSettings } from './worker-settings.ts';

export type { CheckResult } from './evaluate.ts';

/** What the page shows before anything has run. */
export const EMPTY_VIEW: RunView = {
  status: 'ready',
  plan: null,
  placement: {},
  workers: 0,
  entries: [],
  dropped: 0,
  stages: [],
  subscriptions: [],
  console: [],
  consoleDropped: 0,
  problems: [],
  elapsedMs: 0,
};

/** Entries of a run, and as many again with every Continue. Scrubbing this many is quick. */
const ENTRY_BUDGET = 20_000;

/** Workers that a frame has ready before it is known what runs: most programs have three stages. */
const WARM_WORKERS = 3;

/** How long hidden runs may take, and one callback of them, ms. */
const HIDDEN_LIMITS = { limitMs: 8_000, silenceMs: 3_000 } as const satisfies Partial<HiddenRunsOptions>;

/** A program that is ready for the sandbox, and the way back from it to the learner's lines. */
interface Prepared {
  readonly program: SandboxProgram;
  readonly text: ProgramText;
  /** As a recording keeps it. */
  readonly recorded: RecordedProgram;
  readonly warnings: readonly Problem[];
}

/** What ran, so that it can be run again. */
interface Ran {
  readonly files: Sources;
  readonly entry: string;
  readonly seed: number;
  readonly settings: WorkerSettings;
  readonly weather: Weather;
}

/** A run or a check under way. Whatever begins after it makes it stale. */
type Ticket = symbol;

/** One learner's runs on one page: compiles, starts, watches and ends them. Harmless to make on a server. */
export class RunSession {
  /** Replaced as a whole, at most once per animation frame. */
  view: RunView = $state.raw(EMPTY_VIEW);
  speed: Speed = $state.raw({ kind: 'full' });
  /** Of the next run. */
  workerSettings: WorkerSettings = $state.raw(DEFAULT_WORKER_SETTINGS);
  /** What the next run goes through, and where it stops. */
  readonly storm: StormSettings;
  /** What ran last, with what it was started; `null` before the first run. */
  ran: Ran | null = $state.raw(null);
  /** It went at full speed all the time, and nobody did anything to it: another run of the program can be compared with it. */
  undisturbed: boolean = $state.raw(true);

  /** The speed that a condition has put an end to; `null` while none holds the run. */
  #speedBefore: Speed | null = null;
  readonly #frames = new SpareFrame(openFrame);
  #compiler: Compiler | null = null;
  #ticket: Ticket = Symbol('idle');
  #handle: RunHandle | null = null;
  /** What was run or checked last: recordings opened afterwards are of it. */
  #text: ProgramText | null = null;
  /** The same, as a recording keeps it. */
  #program: RecordedProgram | null = null;
  /** What is known of the learner's own run beside its view, and of a recording that stands in its place. */
  #own: RunNotes | null = null;
  #opened: RunNotes | null = null;
  #pacer: Pacer | null = null;
  /** What stages are told as soon as the run that is about to begin has begun. */
  #toTell: readonly { readonly stage: StageId; readonly message: unknown }[] = [];
  /** Ends the run that goes on aside. */
  #aside: AbortController | null = null;

  /** @param storm - Whose run settings these are; read when a run begins, and conditions also while it goes on. */
  constructor(storm: StormSettings = new StormSettings()) {
    this.storm = storm;
  }

  /** Makes the first Run quick: loads the compiler and keeps a sandbox frame ready. Call it when the page is idle. */
  warm(): void {
    this.#frames.warm();
    // If it cannot be loaded now, the first Run tries again and says so.
    this.#compilerOf()
      .warm()
      .catch(() => undefined);
    workerScript().catch(() => undefined);
  }

  /** Compiles and runs. Settles when the run is over; never rejects: whatever goes wrong is a problem in `view`. */
  async run(files: Sources, entry: string): Promise<void> {
    beginMarks();
    const ticket = this.#begin();
    this.view = { ...EMPTY_VIEW, status: 'compiling' };
    this.#frames.warm();
    try {
      const prepared = await this.#prepare(files, entry);
      if (this.#isStale(ticket)) return;
      if (!('program' in prepared)) {
        this.view = failedView(prepared.problems);
        return;
      }
      this.#note(prepared);
      markRun('compiled');
      this.view = { ...EMPTY_VIEW, status: 'starting' };
      const frame = await this.#frames.take();
      markRun('frame');
      if (this.#isStale(ticket)) this.#frames.giveBack(frame);
      else await this.#runIn(frame, prepared, ticket);
    } catch (error) {
      if (this.#isStale(ticket)) return;
      this.view = failedView([sandboxProblem(messageOf(error))]);
    }
  }

  /** Ends the run at once; what it has shown stays. */
  stop(): void {
    if (this.#handle) this.#handle.stop();
    else if (this.view.status === 'compiling' || this.view.status === 'starting') {
      this.#begin();
      this.view = { ...this.view, status: 'stopped' };
    }
  }

  /** Lets one delivery pass; a run at another speed is held first. */
  step(): void {
    this.speed = { kind: 'step' };
    if (this.#handle) this.undisturbed = false;
    this.#handle?.step();
  }

  /** Does something to the run from outside; nothing where none goes on. */
  inject(what: Injection): void {
    const handle = this.#handle;
    if (!handle) return;
    this.undisturbed = false;
    switch (what.fault) {
      case 'kill':
        return handle.kill(what.stage);
      case 'crash':
        return handle.crash(what.stage, what.message);
      case 'freeze':
        return handle.freeze(what.stage);
      case 'thaw':
        return handle.thaw(what.stage);
      case 'slowLink':
        return handle.slowLink(what.subscription, what.delayMs);
      case 'killWorker':
        return handle.killWorker(what.worker);
    }
  }

  /** Goes on after a condition has held the run, as fast as before. */
  goOn(): void {
    this.setSpeed(this.#speedBefore ?? { kind: 'full' });
  }

  /** Holds the run at the conditions that count by now. */
  stopWhen(): void {
    const { plan } = this.view;
    if (this.#handle && plan) this.#handle.stopWhen(fittingConditions(this.storm.conditions, plan));
  }

  /** Casts a message to a stage of the run. Of one that is about to begin, each stage is told the latest; where none is, nothing. */
  tell(stage: StageId, message: unknown): void {
    const { status } = this.view;
    if (this.#handle) this.#handle.cast(stage, message);
    else if (status === 'compiling' || status === 'starting') {
      this.#toTell = [...this.#toTell.filter((other) => other.stage !== stage), { stage, message }];
    }
  }

  setSpeed(speed: Speed): void {
    this.#speedBefore = null;
    this.speed = speed;
    if (this.#handle && speed.kind !== 'full') this.undisturbed = false;
    this.#handle?.setSpeed(speed);
  }

  /** Grants a spent run as many entries again. */
  continueRun(): void {
    this.#handle?.addBudget(ENTRY_BUDGET);
  }

  /** Ends the run and forgets it. */
  reset(): void {
    this.#begin();
    this.view = EMPTY_VIEW;
  }

  /**
   * Runs the program on the virtual scheduler in the sandbox, and applies the exercise to what happened. Ends a run
   * that is under way. Never rejects.
   */
  async check(files: Sources, entry: string, exercise: Exercise): Promise<CheckResult> {
    const running = this.#handle;
    this.stop();
    await running?.done;
    const ticket = this.#begin();
    try {
      const prepared = await this.#prepare(files, entry);
      if (this.#isStale(ticket)) return notChecked([]);
      if (!('program' in prepared)) return notChecked(prepared.problems);
      this.#note(prepared);
      const outcome = await this.#inFrame((frame) => hiddenRuns(frame, prepared.program, limitsOf(exercise)));
      if (this.#isStale(ticket)) return notChecked([]);
      return checkResult(outcome, prepared, exercise);
    } catch (error) {
      return notChecked([sandboxProblem(messageOf(error))]);
    }
  }

  /**
   * Runs a program on the virtual scheduler in the sandbox, from its beginning for each request. Ends a run that is under way;
   * whatever begins after it makes it stale, and it then settles without runs. Never rejects.
   */
  async virtual(
    files: Sources,
    entry: string,
    requests: readonly VirtualRequest[],
  ): Promise<{ readonly runs: readonly RunRecord[]; readonly problems: readonly Problem[] }> {
    const ticket = this.#begin();
    const none = (problems: readonly Problem[]) => ({ runs: [], problems });
    try {
      const prepared = await this.#prepare(files, entry);
      if (this.#isStale(ticket)) return none([]);
      if (!('program' in prepared)) return none(prepared.problems);
      const limits = { requests, ...HIDDEN_LIMITS };
      const outcome = await this.#inFrame((frame) => hiddenRuns(frame, prepared.program, limits));
      if (this.#isStale(ticket)) return none([]);
      if (outcome.type !== 'runs') return none(unfinished(outcome, prepared.text));
      return { runs: outcome.runs, problems: [] };
    } catch (error) {
      return none([sandboxProblem(messageOf(error))]);
    }
  }

  /**
   * Runs what ran last once more, aside: at full speed, with the same settings and seed except for what is to change, and a
   * worker more for every copy. What is shown stays. Ends as soon as anything else is started here, another rerun included.
   * Never rejects: whatever goes wrong is a problem in the result.
   */
  async rerun(change: RunChange, options: RerunOptions = {}): Promise<RunView> {
    const { ran } = this;
    if (!ran || this.#handle || this.view.status === 'compiling' || this.view.status === 'starting') {
      return failedView([sandboxProblem('Cannot run the program again as no other run may be under way')]);
    }
    const aside = this.#newAside(options.signal);
    const stopped = (): RunView => ({ ...EMPTY_VIEW, status: 'stopped' });
    try {
      const prepared = await this.#prepare(change.files ?? ran.files, ran.entry);
      if (aside.signal.aborted) return stopped();
      if (!('program' in prepared)) return failedView(prepared.problems);
      this.#frames.warm();
      const frame = await this.#frames.take();
      if (!aside.signal.aborted)
        return await this.#runAside(frame, prepared, { ran, change, options, aside });
      this.#frames.giveBack(frame);
      return stopped();
    } catch (error) {
      return aside.signal.aborted ? stopped() : failedView([sandboxProblem(messageOf(error))]);
    } finally {
      if (this.#aside === aside) this.#aside = null;
    }
  }

  /** Shows a recording, for instance the one a check failed on, as if it were this page's run. */
  openRecording(run: RunRecord): void {
    this.#begin();
    this.view = viewOfRecording(run, this.#text);
    this.#opened = notesOfRecord(run, this.#program);
  }

  /** Shows the learner's own run again, as it was shown before a recording took its place. */
  closeRecording(view: RunView): void {
    this.view = view;
    this.#opened = null;
  }

  /** The program of the run in view; `null` before one. */
  get program(): RecordedProgram | null {
    // The view is replaced whenever another run is shown.
    return this.view.plan && ((this.#opened ?? this.#own)?.program ?? null);
  }

  /** What is shown, as it can be saved; `null` where nothing has happened yet. */
  recording(bookmarks: readonly Bookmark[] = []): Recording | null {
    const notes = this.#opened ?? this.#own;
    return notes && recordingOf(this.view, { ...notes, bookmarks });
  }

  /** Ends everything and gives back frames and workers. */
  dispose(): void {
    this.#begin();
    this.#frames.close();
    this.#compiler?.dispose();
    this.#compiler = null;
  }

  /** Makes stale whatever is under way, and ends its run. */
  #begin(): Ticket {
    this.#ticket = Symbol('run');
    this.#handle?.stop();
    this.#handle = null;
    this.#toTell = [];
    if (this.#speedBefore) this.speed = this.#speedBefore;
    this.#speedBefore = null;
    this.#aside?.abort();
    this.#opened = null;
    this.#pacer?.stop();
    this.#pacer = null;
    return this.#ticket;
  }

  async #inFrame<T>(use: (frame: Sandbox) => Promise<T>): Promise<T> {
    const frame = await this.#frames.take();
    try {
      return await use(frame);
    } finally {
      this.#frames.giveBack(frame);
    }
  }

  #isStale(ticket: Ticket): boolean {
    return ticket !== this.#ticket;
  }

  /** Ends a rerun that is under way; what ends the next one. */
  #newAside(signal: AbortSignal | undefined): AbortController {
    this.#aside?.abort();
    const aside = new AbortController();
    if (signal?.aborted) aside.abort();
    else signal?.addEventListener('abort', () => aside.abort(), { signal: aside.signal });
    this.#aside = aside;
    return aside;
  }

  async #runAside(
    frame: Sandbox,
    { program, text, warnings }: Prepared,
    { ran, change, options, aside }: Rerun,
  ): Promise<RunView> {
    const platform = this.#platform(frame, program);
    const live = new LiveView(text);
    const { copies = {}, seed = ran.seed } = change;
    const extra = Object.values(copies).reduce((sum, count) => sum + count - 1, 0);
    const scheduler = realScheduler();
    const handle = startRun(platform, {
      ...runOptionsOf(ran.settings, extra),
      copies,
      seed,
      weather: (plan) => knownWeather(ran.weather, plan),
      speed: { kind: 'full' },
      trace: 'full',
      entryBudget: ENTRY_BUDGET,
      scheduler,
    });
    const view = () =>
      live.view(handle.now, { warnings, malformed: platform.malformed, isSilent: frame.isSilent, seed });
    const made = await asideRun(handle, { ...options, scheduler, view, signal: aside.signal });
    // Whoever waits for it must not take the part that was run for the whole.
    const isCutOff = aside.signal.aborted && options.signal?.aborted !== true;
    return isCutOff ? failedView([sandboxProblem('The run was given up as another one began')]) : made;
  }

  /** A frame as the place of one run. */
  #platform(frame: Sandbox, program: SandboxProgram): SandboxPlatform {
    return new SandboxPlatform(frame, program, (how) => {
      if (how === 'ended') this.#frames.keep(frame);
      else this.#frames.giveBack(frame);
    });
  }

  async #runIn(frame: Sandbox, { program, text, warnings }: Prepared, ticket: Ticket): Promise<void> {
    const platform = this.#platform(frame, program);
    const live = new LiveView(text);
    const { seed = randomSeed(), weather } = this.storm.choice;
    const settings = this.workerSettings;
    this.ran = { files: text.sources, entry: text.entry, seed, settings, weather };
    this.undisturbed = this.speed.kind === 'full';
    const intake = new Intake();
    const handle = startRun(platform, {
      ...runOptionsOf(settings),
      reportEntries: REPORT_ENTRIES,
      onEntries: ({ length }) => intake.take(length),
      seed,
      weather: (plan) => knownWeather(weather, plan),
      stopWhen: (plan) => fittingConditions(this.storm.conditions, plan),
      speed: this.speed,
      trace: 'full',
      entryBudget: ENTRY_BUDGET,
      scheduler: realScheduler(),
    });
    this.#handle = handle;
    for (const { stage, message } of this.#toTell) handle.cast(stage, message);
    this.#toTell = [];
    this.#own = notesOfRun(() => handle.now, { seed, program: this.#program });
    let shown: RunUpdate['status'] | null = null;
    const show = (): void => {
      if (this.#isStale(ticket)) return;
      const { malformed } = platform;
      const { now } = handle;
      shown = now.status;
      this.view = live.view(now, { warnings, malformed, isSilent: frame.isSilent, seed });
    };
    const pacer = new Pacer(show);
    this.#pacer = pacer;
    const leave = handle.onChange(({ plan, kept, status, stoppedBy }) => {
      if (!this.#isStale(ticket)) this.#heldBy(stoppedBy);
      if (plan) markRun('ready');
      if (kept > 0) markRun('entry');
      if (this.#isStale(ticket)) return;
      // What goes on slowly, for somebody who looks, is shown as it comes.
      if (status !== shown || this.speed.kind !== 'full') pacer.askAtOnce();
      else pacer.ask();
    });
    await handle.done;
    leave();
    pacer.stop();
    intake.stop();
    if (this.#isStale(ticket)) return;
    this.#handle = null;
    show();
  }

  /** A condition has put an end to the speed that was chosen, until somebody lets the run go on. */
  #heldBy(stoppedBy: StopHit | null): void {
    if (stoppedBy === null || this.#speedBefore !== null) return;
    this.#speedBefore = this.speed;
    this.speed = { kind: 'step' };
    this.undisturbed = false;
  }

  async #prepare(
    files: Sources,
    entry: string,
  ): Promise<Prepared | { readonly problems: readonly Problem[] }> {
    const compiled: Compiled = await this.#compilerOf().compile({ ...files }, entry);
    if (!compiled.ok) return { problems: compiled.problems };
    const [script, data] = await Promise.all([workerScript(), dataFor(compiled.dataSets)]);
    const text = { sources: files, entry, places: new SourcePlaces(compiled.map) };
    const recorded = { entry, files, map: compiled.map, code: compiled.code };
    return { program: { script, program: compiled.code, data }, text, recorded, warnings: compiled.warnings };
  }

  /** Recordings that are opened from here on are of this program. */
  #note({ text, recorded }: Prepared): void {
    this.#text = text;
    this.#program = recorded;
  }

  #compilerOf(): Compiler {
    this.#compiler ??= rememberingLast(createCompiler());
    return this.#compiler;
  }
}

/** A rerun that is about to begin. */
interface Rerun {
  readonly ran: Ran;
  readonly change: RunChange;
  readonly options: RerunOptions;
  readonly aside: AbortController;
}

function failedView(problems: readonly Problem[]): RunView {
  return { ...EMPTY_VIEW, status: 'failed', problems };
}

/** Blocks of stages that the program does not have are left out. */
function knownWeather(weather: Weather, { stages }: PlanView): Weather {
  return splitKnown(
    weather,
    stages.map(({ id }) => id),
  ).known;
}

function limitsOf({ seeds, entryBudget = CHECK_ENTRY_BUDGET }: Exercise) {
  const requests = (seeds ?? HIDDEN_SEEDS).map((seed) => ({ seed, entryBudget }));
  return { requests, ...HIDDEN_LIMITS };
}

/** The rows of the data sets that a program reads. Rejects when one cannot be fetched. */
async function dataFor(names: readonly string[]): Promise<Record<string, string>> {
  const rows = names.filter(isDataSet).map(async (name) => [name, await loadDataSet(name)] as const);
  return Object.fromEntries(await Promise.all(rows));
}

/** Text of the worker's script: a chunk of its own, which only pages that run programs load. */
async function workerScript(): Promise<string> {
  return (await import('virtual:sluice-worker')).default;
}

async function openFrame(number: number): Promise<Sandbox> {
  const [{ script }, ofWorkers] = await Promise.all([import('virtual:sluice-frame'), workerScript()]);
  const frame = await SandboxFrame.open(script, `Sandbox ${number}`);
  frame.warm(ofWorkers, WARM_WORKERS);
  return frame;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
