import type { PredictionValue } from '#lessons/schema.ts';
import type { Guess } from '../lesson/lesson.ts';
import { savedWork } from '../storage/saved-work.svelte.ts';
import type { LabQuestion } from './lab-prediction.ts';
import type { Lab } from './labs.ts';

/**
 * What somebody expects of a lab's runs. All questions are answered at once, or skipped, before the first run; it is kept in
 * this browser. To guess anew, {@link again} forgets it.
 */
export class LabGuesses {
  readonly questions: readonly LabQuestion[];
  /** By question; `null` before anything was committed to. */
  given: Readonly<Record<string, Guess>> | null = $state.raw(null);
  /** What was kept has been read. */
  loaded = $state(false);
  readonly #record: string;

  constructor({ id }: Lab, questions: readonly LabQuestion[]) {
    this.questions = questions;
    this.#record = `labs/${id}`;
  }

  /** Whether runs may begin: something was committed to, or skipped. */
  get committed(): boolean {
    return this.given !== null;
  }

  get skipped(): boolean {
    return this.given !== null && this.questions.every(({ id }) => this.given?.[id]?.kind === 'skipped');
  }

  /** Reads what was kept, unless somebody was quicker to answer. Where nothing can be read, it asks. In the browser only. */
  async load(): Promise<void> {
    const kept = await savedWork()
      .get('prediction', this.#record)
      .catch(() => null);
    if (kept && !this.committed && this.questions.every(({ id }) => id in kept.guesses))
      this.given = kept.guesses;
    this.loaded = true;
  }

  commit(values: Readonly<Record<string, PredictionValue>>): void {
    this.#give(values);
  }

  skip(): void {
    this.#give(Object.fromEntries(this.questions.map(({ id }) => [id, { kind: 'skipped' } as const])));
  }

  /** Asks anew. */
  again(): void {
    this.given = null;
    // What cannot be removed is asked again on this page all the same.
    savedWork()
      .remove('prediction', this.#record)
      .catch(() => undefined);
  }

  #give(given: Readonly<Record<string, Guess>>): void {
    this.given = given;
    void savedWork().put('prediction', this.#record, { guesses: { ...given }, savedAtMs: Date.now() });
  }
}
