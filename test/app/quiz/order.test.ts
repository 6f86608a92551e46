import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { optionOrder, questionOrder } from '$lib/quiz/order.ts';
import { MIXED, questionOf, quizOf, sequenceOf } from './build.ts';

const seed = fc.integer({ min: 0, max: 2 ** 32 - 1 });

describe('optionOrder()', () => {
  const question = questionOf('# Q\n\n1. [x] a\n2. [ ] b\n3. [ ] c\n');

  it('shows every option once, and the same order for the same seed', () => {
    fc.assert(
      fc.property(seed, (seed) => {
        const order = optionOrder(question, seed);
        expect([...order].sort()).toEqual([0, 1, 2]);
        expect(optionOrder(question, seed)).toEqual(order);
      }),
    );
  });

  it('puts the right option at each place about as often', () => {
    const places = [0, 0, 0];
    for (let seed = 0; seed < 3000; seed++) {
      const at = optionOrder(question, seed).indexOf(0);
      places[at] = (places[at] ?? 0) + 1;
    }
    for (const times of places) expect(times).toBeGreaterThan(850);
  });

  it('keeps the written order where the question asks for it', () => {
    const kept = questionOf('# Q\n\n---\nshuffleAnswers: false\n---\n\n1. [x] a\n2. [ ] b\n3. [ ] c\n');
    for (let seed = 0; seed < 20; seed++) expect(optionOrder(kept, seed)).toEqual([0, 1, 2]);
  });

  it('never shows a sequence solved, even where nothing is to be shuffled', () => {
    fc.assert(
      fc.property(seed, fc.integer({ min: 2, max: 12 }), (seed, length) => {
        const { question, solution } = sequenceOf(length);
        const kept = { ...question, shuffleAnswers: true };
        expect(optionOrder(kept, seed)).not.toEqual(solution);
      }),
    );
    const unshuffled = questionOf('---\nshuffleAnswers: false\n---\n\n# Q\n\n1. a\n2. b\n');
    expect(optionOrder(unshuffled, 1)).toEqual([1, 0]);
  });
});

describe('questionOrder()', () => {
  it('keeps the order of the file unless the quiz shuffles', () => {
    expect(questionOrder(quizOf(MIXED), 3).map(({ title }) => title)).toEqual([
      'Single',
      'Multiple',
      'Sequence',
    ]);
  });

  it('draws as many as the quiz says, the same for the same seed', () => {
    const quiz = quizOf(`---\nshuffleQuestions: true\nnQuestions: 2\n---\n\n${MIXED}`);
    const orders = Array.from({ length: 30 }, (_, seed) =>
      questionOrder(quiz, seed)
        .map(({ title }) => title)
        .join(),
    );
    expect(new Set(orders).size).toBe(6);
    expect(questionOrder(quiz, 5)).toEqual(questionOrder(quiz, 5));
  });
});
