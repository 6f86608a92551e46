import type { Seq } from 'sluice';
import type { Exercise, Outcome, Outcomes, RunRecord } from '#lessons/schema.ts';
import type { EditorFile } from '$lib/editor/editor-file.ts';
import type { CodePlace, Guess, Lesson, Step } from '$lib/lesson/lesson.ts';
import { Bookmarks } from '$lib/inspect/bookmarks.svelte.ts';
import { RunShelf } from '$lib/inspect/compare/run-shelf.svelte.ts';
import { Focus } from '$lib/inspect/focus.svelte.ts';
import type { Subject } from '$lib/inspect/subject.ts';
import { MeasuredRuns } from '$lib/inspect/speed/measured-runs.svelte.ts';
import { measure, type RunDot } from '$lib/inspect/speed/run-dot.ts';
import { saveRecording } from '$lib/recordings/save-recording.ts';
import { loadExercise, loadOutcomes } from '$lib/lesson/step-modules.ts';
import type { RerunOptions } from '$lib/sandbox/aside-run.ts';
import type { RunStatus, RunView, Speed } from '$lib/sandbox/run-view.ts';
import { RunSession, type CheckResult } from '$lib/sandbox/session.svelte.ts';
import { LitCode } from '$lib/sandbox/lit-code.svelte.ts';
import type { WorkerSettings } from '$lib/sandbox/worker-settings.ts';
import { savedWork } from '$lib/storage/saved-work.svelte.ts';
import { contentVersion } from '$lib/storage/version.ts';
import { motion } from '$lib/ui/motion.svelte.ts';
import { isUnderWay } from '$lib/view/run-status.ts';
import type { Pin } from '$lib/view/timeline-marks.ts';
import { toasts } from '$lib/ui/toasts.svelte.ts';
import { CALM, StormSettings, type KeptStorm } from '$lib/weather/storm.svelte.ts';
import { Playhead } from '$lib/vis/playhead.svelte.ts';
import { codeId, earlierWork } from './kept-code.ts';
import {
  apply,
  openSession,
  progressOf,
  toStored,
  whyLocked,
  whyNotRun,
  type Guesses,
  type LessonAction,
  type LessonSession,
} from './lesson-session.ts';
import { QUIZ_STEP, resumeAt } from './progress.ts';

/** What a learner edits and what runs. The other files of a step are there to be read. */
export const ENTRY = 'start.ts';
const SOLUTION = 'solution.ts';

/** What became of runs that are measured: an endless one comes to an end only when it is stopped. */
const MEASURED: readonly RunStatus[] = ['finished', 'stopped'];
const SETTINGS = 'page';

/** One lesson on one page: performs what {@link LessonSession} decides, and keeps it. */
export class Workbench {
  readonly lesson: Lesson;
  readonly storm = new StormSettings((kept) => this.#keepStorm(kept));
  readonly run = new RunSession(this.storm);
  readonly playhead = new Playhead(() => this.run.view, { reducedMotion: () => motion.reduced });

  readonly focus = new Focus();
  /** Of the step that is open. */
  readonly measured = new MeasuredRuns(savedWork);
  /** The last runs of this page, to compare others with. */
  readonly shelf = new RunShelf();
  readonly bookmarks = new Bookmarks();
  /** The lines that caused the moment shown. */
  readonly code = new LitCode({
    run: () => this.run.view,
    playhead: () => this.playhead,
    program: () => this.run.program,
    textOf: (name) => this.files.find((file) => file.name === name)?.value,
  });

  /** What was stored has been read: from here on the editor may be written in. */
  loaded = $state(false);
  session: LessonSession = $state.raw(openSession({ outline: [], quiz: null }, NOTHING_STORED));
  exercise: Exercise | null = $state.raw(null);
  result: CheckResult | null = $state.raw(null);
  checking = $state(false);
  activeFile: string = $state(ENTRY);
  litLine: number | null = $state(null);
  diff = $state(false);
  /** A hidden check run stands in the picture; `mine` is the run it took the place of. */
  recording: { readonly seed: number; readonly mine: RunView } | null = $state.raw(null);

  /** The learner's text of {@link ENTRY}, by step; absent where it is as given. */
  #texts: Readonly<Record<string, string>> = $state.raw({});
  #outcomes: Outcomes = $state.raw({});
  /** Whether the run in view was started in this step. */
  #ranHere = $state(false);
  #stopListening = () => {};

  constructor(lesson: Lesson) {
    this.lesson = lesson;
    this.session = openSession(lesson, NOTHING_STORED);
  }

  readonly step: Step | null = $derived.by(
    () => this.lesson.steps.find(({ id }) => id === this.session.current) ?? null,
  );
  readonly progress = $derived.by(() => progressOf(this.session, this.session.current));
  readonly guesses: Guesses = $derived.by(() => this.session.guesses[this.session.current] ?? {});
  readonly why = $derived.by(() => (this.step ? whyNotRun(this.step, this.guesses) : null));
  readonly active = $derived.by(() => isUnderWay(this.run.view.status));
  readonly text = $derived.by(() => (this.step ? this.#textOf(this.step) : ''));
  readonly edited = $derived.by(() => this.step !== null && this.text !== givenText(this.step));

  /** Misconceptions that the checks speak of. */
  readonly told: readonly string[] = $derived.by(() => {
    const misconception = this.checking ? null : this.result?.message?.misconception;
    return misconception ? [misconception] : [];
  });

  /** The text of the step's solution; `null` where it has none. */
  readonly solution: string | null = $derived.by(
    () => this.step?.files.find(({ name }) => name === SOLUTION)?.source ?? null,
  );

  /** The tabs of the editor. */
  readonly files: readonly EditorFile[] = $derived.by(() => {
    const locked = whyLocked(this.progress);
    return (this.step?.files ?? []).map(({ name, language, source }) => {
      if (name === ENTRY) return { name, language, value: this.text };
      const closed = name === SOLUTION && locked !== undefined;
      return { name, language, value: source, readOnly: true, ...(closed && { locked }) };
    });
  });

  /** What the diff compares the open file with: the start with itself as given, the solution with the learner's. */
  readonly original = $derived.by(() => {
    if (this.activeFile === SOLUTION) return this.text;
    return this.activeFile === ENTRY && this.step ? givenText(this.step) : null;
  });

  /** What the learner's own run says about each prediction. A check's run says nothing about it. */
  readonly outcomes: Readonly<Record<string, Outcome | null>> = $derived.by(() => {
    const { plan, entries } = this.recording?.mine ?? this.run.view;
    if (!plan || !this.#ranHere) return {};
    return Object.fromEntries(
      Object.entries(this.#outcomes).map(([id, outcomeOf]) => [id, outcomeOf({ plan, entries })]),
    );
  });

  /**
   * Reads what is stored.
   * @param asked - The step that the address names, if any. Without it the lesson goes on where it was left.
   */
  async load(asked: string | null): Promise<void> {
    const work = savedWork();
    const { id } = this.lesson;
    const [progress, predictions, settings] = await Promise.all([
      work.get('progress', id),
      work.all('prediction'),
      work.get('settings', SETTINGS),
    ]);
    const guesses = Object.fromEntries(
      this.lesson.steps.map((step) => [step.id, predictions.get(`${id}/${step.id}`)?.guesses ?? {}]),
    );
    const current = asked ?? resumeAt(this.lesson, progress ?? undefined);
    this.session = openSession(this.lesson, { progress, guesses, current });
    await this.#readTexts();
    this.#slowRate = settings?.slowRate ?? null;
    const { workers = 'auto', placement = 'spread' } = settings ?? {};
    this.run.workerSettings = { workers, placement };
    this.#stopListening = work.onRemote(({ kind, id: changed }) => {
      if (kind === 'code' && changed.startsWith(`${id}/`)) void this.#takeFromOtherTab();
    });
    this.loaded = true;
  }

  /** Shows a step. What ran in the one before ends. */
  async open(id: string): Promise<void> {
    this.run.reset();
    this.playhead.follow();
    this.focus.subject = null;
    this.recording = null;
    this.result = null;
    this.exercise = null;
    this.#outcomes = {};
    this.#ranHere = false;
    this.activeFile = ENTRY;
    this.litLine = null;
    this.diff = false;
    this.#do({ type: 'opened', step: id });
    this.#keepProgress();
    const { step } = this;
    if (!step) return;
    void this.measured.open(`${this.lesson.id}/${step.id}`);
    this.run.setSpeed(this.#firstSpeed(step));
    this.storm.open(CALM);
    const [exercise, outcomes, storm] = await Promise.all([
      loadExercise(this.lesson.id, step.id),
      loadOutcomes(this.lesson.id, step.id),
      savedWork().get('storm', this.#stormId),
    ]);
    if (this.step !== step) return;
    if (storm) this.storm.open(storm);
    this.exercise = exercise;
    this.#outcomes = outcomes;
  }

  edit(name: string, value: string): void {
    if (name === ENTRY && this.step) this.#setText(this.step, value);
  }

  select(name: string): void {
    this.activeFile = name;
    this.litLine = null;
    if (name === SOLUTION) this.#do({ type: 'solutionOpened' });
    if (name !== ENTRY && name !== SOLUTION) this.diff = false;
    this.#keepProgress();
  }

  /** Opens a file at a line, as a problem or the prose names it. */
  goTo({ file, line }: CodePlace): void {
    const known = this.files.find(({ name }) => name === file);
    if (!known || known.locked !== undefined) return;
    if (this.activeFile !== file) this.select(file);
    this.litLine = line;
  }

  predict(prediction: string, guess: Guess): void {
    this.#do({ type: 'predicted', prediction, guess });
    const id = `${this.lesson.id}/${this.session.current}`;
    void savedWork().put('prediction', id, { guesses: { ...this.guesses }, savedAtMs: Date.now() });
  }

  /** Runs the learner's program. What was typed is on the disk before anything starts. */
  async start(): Promise<void> {
    if (!this.step || this.why !== null || this.run.view.status === 'compiling') return;
    this.recording = null;
    this.litLine = null;
    this.#ranHere = true;
    this.playhead.follow();
    this.#do({ type: 'ran' });
    this.#keepProgress();
    const files = { [ENTRY]: this.text };
    await savedWork().flush();
    await this.run.run(files, ENTRY);
    // A check's run may have taken its place meanwhile.
    if (this.recording) return;
    this.shelf.keep(this.run.view);
    await this.#measure();
  }

  /** Runs the solution of the step aside, with the settings of the run that is shown. */
  runSolution(options?: RerunOptions): Promise<RunView> {
    return this.run.rerun({ files: { [ENTRY]: this.solution ?? this.text } }, options);
  }

  /** Brings back what a measured run was made with. One press undoes it. */
  restore({ settings, seed, text }: RunDot, what: 'settings' | 'program'): void {
    const { step, text: before } = this;
    const { workerSettings } = this.run;
    const { seed: seedBefore } = this.storm;
    if (what === 'settings') {
      this.setWorkerSettings(settings);
      this.storm.change({ seed });
      const undo = () => {
        this.setWorkerSettings(workerSettings);
        this.storm.change({ seed: seedBefore });
      };
      toasts.show({
        tone: 'info',
        text: 'Workers, placement and seed are as in that run.',
        action: { label: 'Undo', run: undo },
      });
    } else if (step && text !== undefined && text !== before) {
      this.#setText(step, text);
      this.activeFile = ENTRY;
      toasts.show({
        tone: 'info',
        text: `${ENTRY} is as it was in that run.`,
        action: { label: 'Undo', run: () => this.#setText(step, before) },
      });
    }
  }

  /** One delivery. With nothing running it starts a run that waits before the first one. */
  async oneStep(): Promise<void> {
    if (this.active) return this.run.step();
    this.setSpeed({ kind: 'step' });
    await this.start();
  }

  /** Goes on after a condition has held the run, and follows it. */
  goOn(): void {
    this.run.goOn();
    this.playhead.follow();
  }

  /** Runs the program once more with the seed and the weather of the run in view, and so from now on. */
  async replayStorm(): Promise<void> {
    const { seed, weather = [] } = this.run.view;
    if (seed !== undefined) this.storm.take({ seed, weather });
    await this.start();
  }

  setSpeed(speed: Speed): void {
    this.run.setSpeed(speed);
    if (speed.kind !== 'slow') return;
    this.#slowRate = speed.deliveriesPerSecond;
    this.#keepSettings();
  }

  /** Where the next run goes. */
  setWorkerSettings(settings: WorkerSettings): void {
    this.run.workerSettings = settings;
    this.#keepSettings();
  }

  async check(): Promise<void> {
    const { exercise, step } = this;
    if (!exercise || !step || this.checking) return;
    this.checking = true;
    try {
      await savedWork().flush();
      const result = await this.run.check({ [ENTRY]: this.text }, ENTRY, exercise);
      if (this.step !== step) return;
      this.result = result;
      this.#do({ type: 'checked', passed: result.passed });
      this.#keepProgress();
    } finally {
      this.checking = false;
    }
  }

  openHint(count: number): void {
    this.#do({ type: 'hintOpened', count });
    this.#keepProgress();
  }

  quizAnswered(): void {
    this.#do({ type: 'quizAnswered' });
    this.#keepProgress();
  }

  /** Shows a moment of a check's run; the learner's own run waits and comes back with {@link backToMine}. */
  show(record: RunRecord, at: Seq, subject: Subject | null = null): void {
    const { view } = this.run;
    // Opening a recording ends a run that is under way.
    const mine = this.recording?.mine ?? (this.active ? { ...view, status: 'stopped' as const } : view);
    this.run.openRecording(record);
    this.recording = { seed: record.seed, mine };
    this.playhead.showMoment(at);
    if (!subject) return;
    this.focus.enter(record.plan);
    this.focus.subject = subject;
  }

  /** Where checks failed in the run that is shown in the place of the learner's own. */
  readonly failedChecks: readonly Pin[] = $derived.by(() => {
    const seed = this.recording?.seed;
    if (seed === undefined) return [];
    return (this.result?.verdicts ?? []).flatMap(({ check, verdict, run }): Pin[] =>
      !verdict.pass && verdict.at !== null && run.seed === seed
        ? [{ kind: 'check', seq: verdict.at, words: check.says }]
        : [],
    );
  });

  backToMine(): void {
    if (!this.recording) return;
    this.run.closeRecording(this.recording.mine);
    this.recording = null;
    this.playhead.follow();
  }

  /** Saves the run in view as a file, which the page of recordings and the command line open. */
  save(): void {
    const recording = this.run.recording(this.bookmarks.of(this.run.view.plan));
    if (recording) saveRecording(recording, `${this.lesson.id}-${this.session.current}.jsonl`);
  }

  /** Takes the step's text back to how it was given. One press undoes it. */
  restoreGiven(): void {
    const { step, text, edited } = this;
    if (!step || !edited) return;
    this.#setText(step, givenText(step));
    this.activeFile = ENTRY;
    toasts.show({
      tone: 'info',
      text: `${ENTRY} is as it was given again.`,
      action: { label: 'Undo', run: () => this.#setText(step, text) },
    });
  }

  dispose(): void {
    this.#stopListening();
    this.playhead.pause();
    this.run.dispose();
    void savedWork().flush();
  }

  /** Deliveries per second that were chosen last; `null` = the step's own. */
  #slowRate: number | null = null;

  /** Measures the run that is over: what it was at full speed, undisturbed and in calm weather, can be compared with others. */
  async #measure(): Promise<void> {
    const { view, ran, undisturbed } = this.run;
    if (!undisturbed || !MEASURED.includes(view.status) || !view.plan || !ran || ran.weather.length > 0)
      return;
    // What is shown of its end comes first.
    await new Promise((resolve) => setTimeout(resolve));
    if (this.run.view !== view) return;
    const measured = measure(view.plan, view.entries, view.workers);
    if (!measured) return;
    const { settings, seed, files } = ran;
    const text = files[ENTRY];
    const atMs = Date.now();
    this.measured.add({
      ...measured,
      id: `${atMs} ${seed}`,
      atMs,
      settings,
      seed,
      ...(text !== undefined && { text }),
    });
  }

  #firstSpeed({ speed }: Step): Speed {
    if (speed === 'full' || speed === 'step') return { kind: speed };
    return { kind: 'slow', deliveriesPerSecond: this.#slowRate ?? speed.deliveriesPerSecond };
  }

  #do(action: LessonAction): void {
    this.session = apply(this.session, action, this.step?.kind ?? 'quiz');
  }

  #keepSettings(): void {
    const { workers, placement } = this.run.workerSettings;
    void savedWork().put('settings', SETTINGS, {
      ...(this.#slowRate !== null && { slowRate: this.#slowRate }),
      ...(workers !== 'auto' && { workers }),
      placement,
    });
  }

  get #stormId(): string {
    return `${this.lesson.id}/${this.session.current}`;
  }

  #keepStorm({ seed, weather, stops }: KeptStorm): void {
    this.run.stopWhen();
    void savedWork().put('storm', this.#stormId, { seed, weather: [...weather], stops: [...stops] });
  }

  #keepProgress(): void {
    void savedWork().put('progress', this.lesson.id, toStored(this.session, Date.now()));
  }

  #textOf(step: Step): string {
    return this.#texts[step.id] ?? givenText(step);
  }

  #setText(step: Step, text: string): void {
    this.#texts = { ...this.#texts, [step.id]: text };
    const version = versionOf(step);
    void savedWork().put('code', codeId(this.lesson.id, step.id, version), {
      version,
      files: { [ENTRY]: text },
      savedAtMs: Date.now(),
    });
  }

  async #readTexts(): Promise<void> {
    const records = await savedWork().all('code');
    const texts: Record<string, string> = {};
    for (const step of this.lesson.steps) {
      const version = versionOf(step);
      const own = records.get(codeId(this.lesson.id, step.id, version));
      const text = own?.files[ENTRY];
      if (text !== undefined) texts[step.id] = text;
      else this.#offerEarlier(step, earlierWork(records, this.lesson.id, step.id, version)?.files[ENTRY]);
    }
    this.#texts = texts;
  }

  #offerEarlier(step: Step, text: string | undefined): void {
    if (text === undefined) return;
    toasts.show({
      tone: 'info',
      text: `The starting code of “${step.title}” has changed since you worked on it. Your version is kept.`,
      action: { label: 'Bring back mine', run: () => this.#setText(step, text) },
    });
  }

  async #takeFromOtherTab(): Promise<void> {
    const before = this.text;
    await this.#readTexts();
    const { step } = this;
    if (!step || this.text === before) return;
    toasts.show({
      tone: 'info',
      text: 'This code was changed in another tab and is shown as it is there.',
      action: { label: 'Undo', run: () => this.#setText(step, before) },
    });
  }
}

const NOTHING_STORED = { progress: null, guesses: {}, current: '' };

function givenText(step: Step): string {
  return step.files.find(({ name }) => name === ENTRY)?.source ?? '';
}

function versionOf(step: Step): string {
  return contentVersion({ [ENTRY]: givenText(step) });
}

/** Heading of a step in navigation, the quiz included. */
export function stepTitle(lesson: Lesson, id: string): string {
  return id === QUIZ_STEP ? 'Quiz' : (lesson.steps.find((step) => step.id === id)?.title ?? id);
}
