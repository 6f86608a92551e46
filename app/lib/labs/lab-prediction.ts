import type { PredictionValue } from '#lessons/schema.ts';
import type { Guess, Question } from '../lesson/lesson.ts';
import { compare, inWords } from '../lesson/prediction.ts';

/** What a lab asks before its runs: a number to type, or one of a few answers. */
export type LabQuestion = Extract<Question, { readonly kind: 'choice' | 'number' }> & {
  /** Of a number: so far off is still right, as real time decides the rest. Default: 0. */
  readonly within?: number;
};

/** What the runs have shown, by question; `null`: they have not come so far. */
export type LabAnswers = Readonly<Record<string, PredictionValue | null>>;

/** `open`: no run has shown it yet. `skipped`: nothing was guessed. */
export type GuessVerdict = 'open' | 'skipped' | 'right' | 'close' | 'wrong';

/** One question with what was guessed and what came, in words. */
export interface ComparedGuess {
  readonly id: string;
  readonly asks: string;
  readonly guessed: string;
  /** Empty while no run has shown it. */
  readonly actual: string;
  readonly verdict: GuessVerdict;
  /** How far a number is off; empty where it is not, and for answers that were chosen. */
  readonly gap: string;
}

/** Lays what the runs have shown over what was guessed. */
export function comparedGuesses(
  questions: readonly LabQuestion[],
  guesses: Readonly<Record<string, Guess>>,
  answers: LabAnswers,
): readonly ComparedGuess[] {
  return questions.map((question) => {
    const guess = guesses[question.id] ?? SKIPPED;
    const actual = answers[question.id] ?? null;
    const told = {
      id: question.id,
      asks: question.asks,
      guessed: guess.kind === 'skipped' ? '' : inWords(question, guess),
      actual: actual ? inWords(question, actual) : '',
    };
    if (guess.kind === 'skipped') return { ...told, verdict: 'skipped', gap: '' };
    const comparison = actual && compare(question, guess, { actual, says: '', at: null });
    if (!comparison) return { ...told, verdict: 'open', gap: '' };
    if (comparison.right) return { ...told, verdict: 'right', gap: '' };
    const verdict = isWithin(question, guess, actual) ? 'close' : 'wrong';
    return { ...told, verdict, gap: question.kind === 'number' ? comparison.gap : '' };
  });
}

function isWithin({ within = 0 }: LabQuestion, guess: PredictionValue, actual: PredictionValue): boolean {
  return (
    guess.kind === 'number' && actual.kind === 'number' && Math.abs(guess.number - actual.number) <= within
  );
}

/** How good the guesses were, in a sentence; empty until the runs have shown all that was guessed. */
export function guessSentence(compared: readonly ComparedGuess[]): string {
  const guessed = compared.filter(({ verdict }) => verdict !== 'skipped');
  if (guessed.length === 0 || guessed.some(({ verdict }) => verdict === 'open')) return '';
  const right = guessed.filter(({ verdict }) => verdict !== 'wrong').length;
  if (right === 0) return 'It came otherwise: look at why.';
  const nearly = guessed.some(({ verdict }) => verdict === 'close') ? ', or close to it' : '';
  if (right < guessed.length) return `${right} of ${guessed.length} came as you said${nearly}.`;
  if (right === 1) return `It came as you said${nearly}.`;
  return `${right === 2 ? 'Both' : `All ${right}`} came as you said${nearly}.`;
}

/** A guess against what came, in a few words; empty while there is nothing to compare. */
export function verdictText({ verdict, gap }: Pick<ComparedGuess, 'verdict' | 'gap'>): string {
  switch (verdict) {
    case 'right':
      return 'as you said';
    case 'close':
      return `close: you said ${gap}`;
    case 'wrong':
      return gap === '' ? 'not what you said' : `you said ${gap}`;
    default:
      return '';
  }
}

const SKIPPED: Guess = { kind: 'skipped' };
