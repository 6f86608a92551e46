import type { Scheduler } from '../time/scheduler.ts';

/** Telemetry goes out this often while something happens, ms. */
const TELEMETRY_EVERY_MS = 40;

/** Reports of a run that lines of the console may have sent at once, whatever the credit; later ones need some, and wait a moment. */
const MAX_PROMPT = 50;
const PROMPT_AFTER_MS = 4;

/**
 * When a worker reports: every so often while something happens, at once while more is left to tell than one report may, and only
 * against credits (RUN-7).
 */
export class TelemetryReports {
  readonly #scheduler: Scheduler;
  /** Posts a report; answers whether there is more to tell. */
  readonly #post: () => boolean;
  /** Somebody watches step by step, and should see every change without delay. */
  readonly #isWatched: () => boolean;
  #credits: number;
  #cancelTimer: (() => void) | null = null;
  #lastMs = -Infinity;
  /** Something changed that no report has told yet. */
  #due = false;
  /** The last report could not tell everything: the next is a matter of credit, not of time. */
  #isBehind = false;
  #prompt = 0;
  #over = false;

  constructor(
    scheduler: Scheduler,
    credits: number,
    on: { readonly post: () => boolean; readonly isWatched: () => boolean },
  ) {
    this.#scheduler = scheduler;
    this.#credits = credits;
    this.#post = on.post;
    this.#isWatched = on.isWatched;
  }

  /** The reader has taken reports: as many more may go. */
  credit(reports: number): void {
    this.#credits += reports;
    if (this.#due) this.#soon();
  }

  /** Something has changed that is to be told. */
  changed(): void {
    this.#due = true;
    this.#soon();
  }

  /**
   * The program has printed a line, in the middle of a callback: told at once. Should the callback never end, it is the last
   * that is heard of it. A program that prints much has to wait as all others do.
   */
  printed(): void {
    this.#due = true;
    if (this.#over) return;
    const mayWait = this.#credits <= 0 || this.#scheduler.nowMs() - this.#lastMs < PROMPT_AFTER_MS;
    if (this.#prompt >= MAX_PROMPT && mayWait) return;
    this.#prompt += 1;
    this.#report();
  }

  /** Tells at once what is left, as far as the credit goes: who asks where this worker stands sees what led there. */
  tell(): void {
    while (this.#due && this.#credits > 0 && !this.#over) this.#report();
  }

  /** Tells everything that is left, whatever the credit: it is the last that is sent. */
  finish(): void {
    do this.#report();
    while (this.#due);
    this.#over = true;
  }

  #soon(): void {
    if (this.#credits <= 0 || this.#over) return;
    const waitMs = this.#lastMs + TELEMETRY_EVERY_MS - this.#scheduler.nowMs();
    if (waitMs <= 0 || this.#isBehind || this.#isWatched()) {
      this.#report();
      if (this.#due) this.#soon();
      return;
    }
    this.#cancelTimer ??= this.#scheduler.after(waitMs, () => {
      this.#cancelTimer = null;
      if (!this.#due || this.#credits <= 0 || this.#over) return;
      this.#report();
      if (this.#due) this.#soon();
    });
  }

  #report(): void {
    this.#cancelTimer?.();
    this.#cancelTimer = null;
    this.#credits -= 1;
    this.#lastMs = this.#scheduler.nowMs();
    this.#isBehind = this.#post();
    this.#due = this.#isBehind;
  }
}
