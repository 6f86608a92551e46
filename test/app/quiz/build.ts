import type { QuizAnswers } from '$lib/quiz/answers.ts';
import { parseFile } from '$lib/quiz/parse.ts';
import { questionsOf, type Question, type Quiz } from '$lib/quiz/quiz.ts';

/** The only quiz of a text. */
export function quizOf(text: string): Quiz {
  const [quiz] = parseFile(text, 'quiz.md').quizzes;
  if (!quiz) throw new Error('This text holds no quiz');
  return quiz;
}

/** The first question of a text. */
export function questionOf(text: string): Question {
  const [question] = questionsOf(quizOf(text));
  if (!question) throw new Error('This text holds no question');
  return question;
}

/** A sequence of `length` options, and the ids that solve it. */
export function sequenceOf(length: number): { question: Question; solution: readonly number[] } {
  const ids = Array.from({ length }, (_, i) => i);
  return {
    question: questionOf(`# Order\n\n${ids.map((id) => `${id + 1}. step ${id}`).join('\n')}\n`),
    solution: ids,
  };
}

/** Three questions: one of each type. */
export const MIXED = `# Single

1. [x] right
2. [ ] wrong <!-- misconception: one-by-one -->
3. [ ] wrong too

# Multiple

- [x] right
- [ ] wrong <!-- misconception: one-by-one -->
- [x] also right

# Sequence

1. first
2. second
3. third
`;

export const NO_ANSWERS: QuizAnswers = { seed: 7, answers: {} };
