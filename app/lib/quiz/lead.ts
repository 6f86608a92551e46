import type { BrokenQuestion, Question, Quiz, Section } from './quiz.ts';

/** What stands between a question and the one before it: its section's title, and questions that are broken. */
export function leadOf(quiz: Quiz, question: Question | null): readonly (Section | BrokenQuestion)[] {
  const end = question ? quiz.parts.indexOf(question) : quiz.parts.length;
  const start = quiz.parts.slice(0, end).findLastIndex((part) => part.kind === 'question') + 1;
  return quiz.parts.slice(start, end).filter((part) => part.kind !== 'question');
}
