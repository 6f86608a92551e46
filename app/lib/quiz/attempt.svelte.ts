import { currentAnswers, type QuestionAnswer, type QuizAnswers } from './answers.ts';
import { isRight, scoreOf, stateOf, type QuestionState } from './grade.ts';
import { optionOrder, questionOrder } from './order.ts';
import type { Question, Quiz } from './quiz.ts';

interface AttemptOptions {
  readonly saved: QuizAnswers | null;
  /** Seed of an attempt that starts afresh; any whole number from 0 up. */
  readonly newSeed: () => number;
  readonly onsave: (answers: QuizAnswers) => void;
}

/** One learner's way through one quiz. Every answer is handed to `onsave` at once. */
export class QuizAttempt {
  readonly quiz: Quiz;
  /** Kept answers that no longer fit their question. */
  readonly dropped: number;
  #answers: QuizAnswers = $state.raw({ seed: 0, answers: {} });
  /** Position among the asked questions; as many as there are shows the result. */
  #at = $state(0);
  readonly #options: AttemptOptions;

  constructor(quiz: Quiz, options: AttemptOptions) {
    const { saved, newSeed } = options;
    this.quiz = quiz;
    this.#options = options;
    this.#answers = saved ? currentAnswers(quiz, saved) : { seed: newSeed(), answers: {} };
    this.dropped = saved ? Object.keys(saved.answers).length - Object.keys(this.#answers.answers).length : 0;
    this.#at = this.#nextOpen(0);
  }

  readonly asked: readonly Question[] = $derived.by(() => questionOrder(this.quiz, this.#answers.seed));

  get answers(): QuizAnswers {
    return this.#answers;
  }

  get at(): number {
    return this.#at;
  }

  /** `null` while the result is shown. */
  get question(): Question | null {
    return this.asked[this.#at] ?? null;
  }

  get score() {
    return scoreOf(this.quiz, this.asked, this.#answers);
  }

  get isUntouched(): boolean {
    return Object.keys(this.#answers.answers).length === 0;
  }

  /** Some question has not been answered, or is being tried again. */
  get hasOpen(): boolean {
    return this.asked.some((question) => this.stateOf(question) === 'open');
  }

  stateOf(question: Question): QuestionState {
    return stateOf(this.#answers.answers[question.id]);
  }

  answerTo(question: Question): QuestionAnswer | null {
    return this.#answers.answers[question.id] ?? null;
  }

  orderOf(question: Question): readonly number[] {
    return optionOrder(question, this.#answers.seed);
  }

  give(question: Question, chosen: readonly number[]): void {
    const earlier = this.answerTo(question)?.tries ?? [];
    const tries = [...earlier, { chosen: [...chosen], right: isRight(question, chosen) }];
    this.#put(question, { tries, open: false, shown: false });
  }

  tryAgain(question: Question): void {
    this.#put(question, { open: true, shown: false });
  }

  show(question: Question): void {
    this.#put(question, { open: false, shown: true });
  }

  go(at: number): void {
    this.#at = Math.min(Math.max(at, 0), this.asked.length);
  }

  /** On to the next question that waits for an answer, else to one that was skipped, else to the result. */
  next(): void {
    this.#at = this.#nextOpen(this.#at + 1);
  }

  /** Opens every question that is not solved, and goes to the first of them. */
  retryWrong(): void {
    for (const question of this.asked) if (this.stateOf(question) !== 'right') this.tryAgain(question);
    this.#at = this.#nextOpen(0);
  }

  /** A new attempt: no answers, another order. */
  restart(): void {
    this.#answers = { seed: this.#options.newSeed(), answers: {} };
    this.#at = 0;
    this.#options.onsave(this.#answers);
  }

  #put(question: Question, change: Partial<QuestionAnswer>): void {
    const before = this.answerTo(question) ?? { hash: question.hash, tries: [], shown: false, open: true };
    const answer = { ...before, ...change };
    this.#answers = { ...this.#answers, answers: { ...this.#answers.answers, [question.id]: answer } };
    this.#options.onsave(this.#answers);
  }

  #nextOpen(from: number): number {
    const isOpen = (question: Question) => this.stateOf(question) === 'open';
    const after = this.asked.findIndex((question, at) => at >= from && isOpen(question));
    if (after !== -1) return after;
    const skipped = this.asked.findIndex(isOpen);
    return skipped === -1 ? this.asked.length : skipped;
  }
}
