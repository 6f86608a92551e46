import type { QuestionAnswer, QuizAnswers } from './answers.ts';
import type { Question, Quiz } from './quiz.ts';

/** Whether an answer is right. For a sequence `chosen` is in the order given; otherwise its order is nothing. */
export function isRight(question: Question, chosen: readonly number[]): boolean {
  const expected = question.options.filter((option) => option.right).map((option) => option.id);
  const given = question.type === 'sequence' ? chosen : [...chosen].sort((a, b) => a - b);
  return given.length === expected.length && given.every((id, at) => id === expected[at]);
}

/** How one question stands in an attempt. */
export type QuestionState = 'open' | 'wrong' | 'right' | 'shown';

/** `wrong` may be tried again; `shown` has given its answer away and counts as not solved. */
export function stateOf(answer: QuestionAnswer | undefined): QuestionState {
  if (!answer || answer.open || answer.tries.length === 0) return 'open';
  if (answer.shown) return 'shown';
  return answer.tries.at(-1)?.right ? 'right' : 'wrong';
}

export interface Score {
  readonly asked: number;
  /** Answered, rightly or not. */
  readonly answered: number;
  readonly right: number;
  /** Right at the first try. */
  readonly atOnce: number;
  /** `null` when the quiz sets no grade. */
  readonly passed: boolean | null;
}

export function scoreOf(quiz: Quiz, asked: readonly Question[], { answers }: QuizAnswers): Score {
  const given = asked.map((question) => answers[question.id]);
  const right = given.filter((answer) => stateOf(answer) === 'right').length;
  const { passingGrade } = quiz.settings;
  return {
    asked: asked.length,
    answered: given.filter((answer) => stateOf(answer) !== 'open').length,
    right,
    atOnce: given.filter((answer) => !answer?.shown && answer?.tries[0]?.right).length,
    passed: passingGrade === null ? null : asked.length > 0 && right * 100 >= passingGrade * asked.length,
  };
}

/** The score as a sentence: nothing is told by a number or a colour alone. */
export function scoreInWords({ asked, right, atOnce }: Score): string {
  if (right === 0) return `None of the ${asked} questions is solved yet`;
  if (right < asked) return `${right} of ${asked} questions solved, ${atOnce} at the first try`;
  if (atOnce === asked) return `All ${asked} questions solved, each at the first try`;
  return `All ${asked} questions solved, ${atOnce} at the first try`;
}

/** Ids of the misconceptions that wrong choices point to, the most frequent first. */
export function misconceptionsShown(asked: readonly Question[], { answers }: QuizAnswers): readonly string[] {
  const counts = new Map<string, number>();
  for (const question of asked) {
    for (const { chosen, right } of answers[question.id]?.tries ?? []) {
      const wrong = question.options.filter((option) => !option.right && chosen.includes(option.id));
      const named = wrong.map((option) => option.misconception ?? question.misconception);
      const believed = question.type === 'sequence' && !right ? [question.misconception] : named;
      for (const id of believed) if (id) counts.set(id, (counts.get(id) ?? 0) + 1);
    }
  }
  return [...counts].sort((a, b) => b[1] - a[1]).map(([id]) => id);
}
