import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import { currentAnswers, quizAnswersSchema, type QuizAnswers } from '$lib/quiz/answers.ts';
import { QuizAttempt } from '$lib/quiz/attempt.svelte.ts';
import type { Question } from '$lib/quiz/quiz.ts';
import { MIXED, quizOf } from './build.ts';

const quiz = quizOf(MIXED);

function start(saved: QuizAnswers | null = null, of = quiz) {
  const kept: QuizAnswers[] = [];
  const attempt = new QuizAttempt(of, {
    saved,
    newSeed: () => 100 + kept.length,
    onsave: (answers) => kept.push(answers),
  });
  return { attempt, kept };
}

function current(attempt: QuizAttempt): Question {
  if (!attempt.question) throw new Error('The result is shown');
  return attempt.question;
}

describe('QuizAttempt', () => {
  it('starts at the first question and hands over each answer', () => {
    const { attempt, kept } = start();
    attempt.give(current(attempt), [0]);
    expect(kept).toHaveLength(1);
    expect(v.is(quizAnswersSchema, kept[0])).toBe(true);
    expect(attempt.stateOf(current(attempt))).toBe('right');
  });

  it('goes on to the next open question, back to a skipped one, then to the result', () => {
    const { attempt } = start();
    attempt.next();
    attempt.give(current(attempt), [0, 2]);
    attempt.next();
    expect(current(attempt).title).toBe('Sequence');
    attempt.give(current(attempt), [0, 1, 2]);
    attempt.next();
    expect(current(attempt).title).toBe('Single');
    attempt.give(current(attempt), [0]);
    attempt.next();
    expect(attempt.question).toBeNull();
    expect(attempt.score.right).toBe(3);
  });

  it('retries only what is not solved, and keeps the earlier tries', () => {
    const { attempt } = start();
    const [single, multiple, sequence] = attempt.asked;
    if (!single || !multiple || !sequence) throw new Error('Three questions are asked');
    attempt.give(single, [1]);
    attempt.give(multiple, [0, 2]);
    attempt.give(sequence, [2, 1, 0]);
    attempt.show(sequence);
    attempt.retryWrong();
    expect([single, multiple, sequence].map((question) => attempt.stateOf(question))).toEqual([
      'open',
      'right',
      'open',
    ]);
    expect(current(attempt)).toBe(single);
    attempt.give(single, [0]);
    expect(attempt.answerTo(single)?.tries).toHaveLength(2);
    attempt.next();
    expect(current(attempt)).toBe(sequence);
  });

  it('goes on after a reload where it stopped, with the same order of options', () => {
    const { attempt, kept } = start();
    attempt.give(current(attempt), [1]);
    const order = attempt.orderOf(current(attempt));
    const again = start(kept[0] ?? null).attempt;
    expect(current(again).title).toBe('Multiple');
    expect(again.asked[0] && again.orderOf(again.asked[0])).toEqual(order);
  });

  it('starts over with another seed and no answers', () => {
    const { attempt, kept } = start();
    attempt.give(current(attempt), [0]);
    attempt.restart();
    expect(attempt.isUntouched).toBe(true);
    expect(kept.at(-1)).toEqual({ seed: 101, answers: {} });
  });

  it('drops the answer to a question that has changed, and keeps the others', () => {
    const { attempt, kept } = start();
    for (const question of attempt.asked) attempt.give(question, [0, 1, 2]);
    const withIds = (text: string) => quizOf(text.replace('# Single', '# Single\n\n---\nid: single\n---'));
    const before = start(null, withIds(MIXED));
    for (const question of before.attempt.asked) before.attempt.give(question, [0]);
    const saved = before.kept.at(-1) ?? null;
    const after = start(saved, withIds(MIXED.replace('wrong too', 'quite wrong')));
    expect(after.attempt.dropped).toBe(1);
    expect(after.attempt.asked.map((question) => after.attempt.stateOf(question))).toEqual([
      'open',
      'wrong',
      'wrong',
    ]);
    expect(currentAnswers(quiz, kept.at(-1) ?? { seed: 0, answers: {} }).answers).toEqual(
      kept.at(-1)?.answers,
    );
  });
});
