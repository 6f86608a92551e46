import * as v from 'valibot';
import { questionsOf, type Quiz } from './quiz.ts';

const count = v.pipe(v.number(), v.integer(), v.minValue(0));

const questionAnswer = v.object({
  /** Hash of the question that was answered. */
  hash: v.string(),
  /** Option ids of each try; for a sequence in the order given. */
  tries: v.array(v.object({ chosen: v.array(count), right: v.boolean() })),
  /** The learner asked to see the answer. */
  shown: v.boolean(),
  /** A new try is under way; the earlier ones are kept. */
  open: v.boolean(),
});

/** What storage parses a kept record with. */
export const quizAnswersSchema = v.object({
  /** Seeds every order of this attempt, so that a reload shows the same one. */
  seed: count,
  answers: v.record(v.string(), questionAnswer),
});

/** One learner's answers to one quiz, by question id. */
export type QuizAnswers = v.InferOutput<typeof quizAnswersSchema>;
export type QuestionAnswer = v.InferOutput<typeof questionAnswer>;

/** The kept answers that still fit: those to a question that is gone or has changed are dropped. */
export function currentAnswers(quiz: Quiz, saved: QuizAnswers): QuizAnswers {
  const hashes = new Map(questionsOf(quiz).map((question) => [question.id, question.hash]));
  const kept = Object.entries(saved.answers).filter(([id, answer]) => hashes.get(id) === answer.hash);
  return { seed: saved.seed, answers: Object.fromEntries(kept) };
}
