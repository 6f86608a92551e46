import type { Question, Quiz } from './quiz.ts';
import { questionsOf } from './quiz.ts';
import { hashOf } from './hash.ts';

/** The questions of an attempt, in the order they are asked: the same for the same seed. */
export function questionOrder(quiz: Quiz, seed: number): readonly Question[] {
  const { shuffleQuestions, questionCount } = quiz.settings;
  const questions = questionsOf(quiz);
  if (!shuffleQuestions) return questions;
  return shuffled(questions, `${seed}`).slice(0, questionCount ?? questions.length);
}

/** Option ids as an attempt shows them. A sequence never shows its right order first. */
export function optionOrder(question: Question, seed: number): readonly number[] {
  const written = question.options.map((option) => option.id);
  if (!question.shuffleAnswers || written.length < 2) return written;
  const order = shuffled(written, `${seed} ${question.id}`);
  const isWritten = order.every((id, at) => id === written[at]);
  return question.type === 'sequence' && isWritten ? [...order.slice(1), ...order.slice(0, 1)] : order;
}

/** Fisher–Yates over a stream of numbers that the seed fixes. */
function shuffled<T>(items: readonly T[], seed: string): readonly T[] {
  const random = numbersFrom(Number.parseInt(hashOf(seed), 36) >>> 0);
  const left = [...items];
  const drawn: T[] = [];
  while (left.length > 0) drawn.push(...left.splice(Math.floor(random() * left.length), 1));
  return drawn;
}

/** mulberry32: numbers from 0 up to 1. */
function numbersFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}
