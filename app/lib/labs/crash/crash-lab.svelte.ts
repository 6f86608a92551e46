import type { Weather } from 'sluice';
import type { Problem } from '../../sandbox/run-view.ts';
import { RunSession } from '../../sandbox/session.svelte.ts';
import { announcer } from '../../ui/announcer.svelte.ts';
import { motion } from '../../ui/motion.svelte.ts';
import { MAX_CRASHES } from '../../storage/lab-schemas.ts';
import { STORED_CRASHES } from '../stored-rows.ts';
import { TriedRows } from '../tried-rows.svelte.ts';
import { crashProgram, ENTRY, type Crashable, type CrashSettings } from './crash-programs.ts';
import { guessSentence, outcomeOf, outcomeSentence, type CrashGuess } from './crash-words.ts';
import { flightLedger } from './flight-ledger.ts';
import { OrderPlaces } from './order-places.ts';

/**
 * `before`: nothing has run. `running`: no crash yet; a moment is looked at. `held`: a stage is about to crash. `after`: it has
 * crashed, and the run goes on. `over`: it has come to its end.
 */
export type CrashPhase = 'before' | 'running' | 'held' | 'after' | 'over';

/** A run with a crash that has come to its end, to be compared with others. */
export interface TriedCrash {
  /** From 1, in the order in which they were tried. */
  readonly number: number;
  readonly settings: CrashSettings;
  readonly stage: Crashable;
  readonly atMs: number;
  readonly outcome: ReturnType<typeof outcomeOf>;
  /** `null`: nothing was guessed. */
  readonly guess: CrashGuess | null;
}

/** The clock of the program ticks so often, ms: moments to crash at lie between two ticks, where nothing happens. */
export const TICK_MS = 100;
/** What passes at once where nothing may move, ms of the run. */
const STEP_MS = 500;
/** Entries of a run at the most: the program ends long before. */
const ENTRY_BUDGET = 5_000;

/** One learner's experiments: a run held before a crash, a guess, and what comes of it. Harmless to make on a server. */
export class CrashLab {
  /** Of the next run. */
  settings: CrashSettings = $state.raw({ acknowledge: 'after', isIdempotent: false });
  #ran: CrashSettings | null = $state.raw(null);
  /** Of the run in view; before one, of the next. */
  readonly ran: CrashSettings = $derived(this.#ran ?? this.settings);
  phase: CrashPhase = $state('before');
  places: OrderPlaces | null = $state.raw(null);
  /** The moment that is looked at, ms of the run. */
  atMs = $state(0);
  isPlaying = $state(false);
  /** A run is being made. */
  isBusy = $state(false);
  /** How much faster than the run's own time it is played. */
  speed = $state(2);
  guess: CrashGuess | null = $state.raw(null);
  readonly tried = new TriedRows<TriedCrash>(STORED_CRASHES, MAX_CRASHES);
  problems: readonly Problem[] = $state.raw([]);

  /** Entries applied at the moment that is looked at. */
  readonly position: number = $derived.by(() => {
    if (!this.places) return 0;
    return this.phase === 'held' ? (this.places.crash?.n ?? 0) : this.places.positionAt(this.atMs);
  });
  readonly orders = $derived.by(() => this.places?.at(this.position) ?? []);
  readonly ledger = $derived.by(() => this.places && flightLedger(this.places, this.ran));
  readonly outcome = $derived.by(() => (this.places?.crash ? outcomeOf(this.places) : null));
  /** The last moment that there is to see, ms. */
  readonly endMs: number = $derived.by(() => this.places?.restMs ?? 0);

  readonly #run = new RunSession();
  #frame = 0;
  #ticket: symbol = Symbol('idle');

  /** Makes the first run quick. */
  warm(): void {
    this.#run.warm();
  }

  /** Makes the run without a crash, and plays it. */
  async start(): Promise<void> {
    if (await this.#make([])) {
      this.phase = 'running';
      this.atMs = 0;
      this.play();
    }
  }

  /** Other settings: the run is made anew, and looked at where the one before was, or where it crashed. */
  async choose(settings: CrashSettings): Promise<void> {
    const atMs = this.places?.crash?.atMs ?? this.atMs;
    this.settings = settings;
    if (this.phase === 'before') {
      // The first run is being made with the settings that were.
      if (this.isBusy) await this.start();
      return;
    }
    if (await this.#make([])) {
      this.phase = 'running';
      this.atMs = atMs;
    }
  }

  /** The stage will crash at the moment that is looked at: holds the run just before it. */
  async crash(stage: Crashable): Promise<void> {
    const atMs = betweenTicks(this.atMs);
    if (!(await this.#make([{ kind: 'crash', stage, atMs }]))) return;
    this.phase = 'held';
    this.atMs = atMs;
    this.guess = null;
  }

  /** Lets the stage crash. @param guess - `null`: nothing is guessed. */
  resume(guess: CrashGuess | null): void {
    this.guess = guess;
    this.phase = 'after';
    this.play();
  }

  /** Once more without the crash, at its moment: to choose another stage or another setting. */
  async again(): Promise<void> {
    await this.choose(this.settings);
  }

  seek(atMs: number): void {
    this.pause();
    this.#moveTo(atMs);
  }

  /** To the end of the run. */
  toEnd(): void {
    this.pause();
    this.#moveTo(this.endMs);
  }

  play(): void {
    if (!this.places || this.isPlaying) return;
    if (this.atMs >= this.endMs && this.phase === 'running') this.atMs = 0;
    this.isPlaying = true;
    let shownMs = performance.now();
    const tick = (nowMs: number): void => {
      const passedMs = (nowMs - shownMs) * this.speed;
      if (!motion.reduced || passedMs >= STEP_MS) {
        shownMs = nowMs;
        this.#moveTo(this.atMs + Math.max(0, passedMs));
      }
      if (this.isPlaying) this.#frame = requestAnimationFrame(tick);
    };
    this.#frame = requestAnimationFrame(tick);
  }

  pause(): void {
    if (!this.isPlaying) return;
    this.isPlaying = false;
    cancelAnimationFrame(this.#frame);
  }

  dispose(): void {
    this.#ticket = Symbol('gone');
    this.pause();
    this.tried.dispose();
    this.#run.dispose();
  }

  #moveTo(atMs: number): void {
    const leastMs = this.phase === 'after' || this.phase === 'over' ? (this.places?.crash?.atMs ?? 0) : 0;
    this.atMs = Math.min(Math.max(atMs, leastMs), this.endMs);
    if (this.atMs < this.endMs) return;
    this.pause();
    if (this.phase === 'after') this.#conclude();
  }

  #conclude(): void {
    this.phase = 'over';
    const { places, outcome, ran: settings, guess } = this;
    if (!places?.crash || !outcome) return;
    const { stage, atMs } = places.crash;
    void this.tried.add((number) => ({ number, settings, stage, atMs, outcome, guess }));
    const said = guess ? ` ${guessSentence(guess, outcome)}` : '';
    announcer.say('crash', outcomeSentence(outcome, settings) + said);
  }

  /** Makes a run of the program, and puts it in the place of the one before; whether it could be made. */
  async #make(weather: Weather): Promise<boolean> {
    const ticket = Symbol('make');
    this.#ticket = ticket;
    this.pause();
    this.isBusy = true;
    const { settings } = this;
    const files = { [ENTRY]: crashProgram(settings) };
    const requests = [{ seed: 0, entryBudget: ENTRY_BUDGET, weather }];
    const { runs, problems } = await this.#run.virtual(files, ENTRY, requests);
    if (ticket !== this.#ticket) return false;
    this.isBusy = false;
    this.problems = problems;
    const [run] = runs;
    if (!run) return false;
    this.places = new OrderPlaces(run.plan, run.entries);
    this.#ran = settings;
    return true;
  }
}

/** The middle between two ticks of the program's clock: there nothing happens. */
function betweenTicks(atMs: number): number {
  return (Math.floor(atMs / TICK_MS) + 0.5) * TICK_MS;
}
