import { describe, expect, it } from 'vitest';
import type { QuestionAnswer, QuizAnswers } from '$lib/quiz/answers.ts';
import { isRight, misconceptionsShown, scoreInWords, scoreOf, stateOf } from '$lib/quiz/grade.ts';
import { questionsOf, type Question } from '$lib/quiz/quiz.ts';
import { upstreamSolvesSequence } from '$lib/quiz/strict-upstream.ts';
import { MIXED, NO_ANSWERS, questionOf, quizOf, sequenceOf } from './build.ts';

const quiz = quizOf(MIXED);
const asked = questionsOf(quiz);

function answered(...tries: [chosen: number[], right: boolean][]): QuestionAnswer {
  return { hash: '', tries: tries.map(([chosen, right]) => ({ chosen, right })), shown: false, open: false };
}

function answersTo(questions: readonly Question[], ...given: QuestionAnswer[]): QuizAnswers {
  const entries = given.map((answer, at) => [questions[at]?.id ?? '', answer] as const);
  return { ...NO_ANSWERS, answers: Object.fromEntries(entries) };
}

describe('isRight()', () => {
  it('takes all right options of a multiple choice, in any order, and no other', () => {
    const question = questionOf('# Q\n\n- [x] a\n- [ ] b\n- [x] c\n');
    expect(isRight(question, [2, 0])).toBe(true);
    expect(isRight(question, [0])).toBe(false);
    expect(isRight(question, [0, 1, 2])).toBe(false);
    expect(isRight(question, [])).toBe(false);
  });

  it.each([2, 10, 11, 25])('takes a sequence of %i options in its written order only', (length) => {
    const { question, solution } = sequenceOf(length);
    expect(isRight(question, solution)).toBe(true);
    expect(isRight(question, [...solution].reverse())).toBe(false);
    expect(isRight(question, solution.slice(1))).toBe(false);
  });

  it('solves the sequence of eleven that quizdown never can', () => {
    const ten = sequenceOf(10);
    const eleven = sequenceOf(11);
    expect(upstreamSolvesSequence(ten.question, ten.solution)).toBe(true);
    expect(upstreamSolvesSequence(eleven.question, eleven.solution)).toBe(false);
    expect(isRight(eleven.question, eleven.solution)).toBe(true);
  });

  it('sorts options by number, so that a multiple choice of twelve can be right', () => {
    const question = questionOf(
      `# Q\n\n${Array.from({ length: 12 }, (_, i) => `- [x] option ${i}`).join('\n')}\n`,
    );
    expect(isRight(question, [11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0])).toBe(true);
  });
});

describe('stateOf()', () => {
  it('follows the last try, until the answer is shown or a new try begins', () => {
    expect(stateOf(undefined)).toBe('open');
    expect(stateOf(answered([[1], false]))).toBe('wrong');
    expect(stateOf(answered([[1], false], [[0], true]))).toBe('right');
    expect(stateOf({ ...answered([[1], false]), shown: true })).toBe('shown');
    expect(stateOf({ ...answered([[1], false]), open: true })).toBe('open');
  });
});

describe('scoreOf()', () => {
  it('counts what is solved, and what was at the first try', () => {
    const answers = answersTo(
      asked,
      answered([[0], true]),
      answered([[1], false], [[0, 2], true]),
      answered([[1, 0, 2], false]),
    );
    expect(scoreOf(quiz, asked, answers)).toEqual({
      asked: 3,
      answered: 3,
      right: 2,
      atOnce: 1,
      passed: null,
    });
  });

  it('takes an answer that was shown for answered, not for solved', () => {
    const shown = { ...answered([[1], false]), shown: true };
    expect(scoreOf(quiz, asked, answersTo(asked, shown))).toMatchObject({ answered: 1, right: 0 });
  });

  it.each([
    [66, true],
    [67, false],
  ])('passes two of three at %i percent: %s', (grade, passed) => {
    const graded = quizOf(`---\npassingGrade: ${grade}\n---\n\n${MIXED}`);
    const questions = questionsOf(graded);
    const answers = answersTo(questions, answered([[0], true]), answered([[0, 2], true]));
    expect(scoreOf(graded, questions, answers).passed).toBe(passed);
  });
});

describe('scoreInWords()', () => {
  const score = { asked: 3, answered: 3, right: 2, atOnce: 1, passed: null };

  it('is a sentence at every score', () => {
    expect(scoreInWords({ ...score, right: 0, atOnce: 0 })).toBe('None of the 3 questions is solved yet');
    expect(scoreInWords(score)).toBe('2 of 3 questions solved, 1 at the first try');
    expect(scoreInWords({ ...score, right: 3, atOnce: 2 })).toBe(
      'All 3 questions solved, 2 at the first try',
    );
    expect(scoreInWords({ ...score, right: 3, atOnce: 3 })).toBe(
      'All 3 questions solved, each at the first try',
    );
  });
});

describe('misconceptionsShown()', () => {
  it('names what wrong choices point to, also in tries that a right one followed', () => {
    const answers = answersTo(asked, answered([[1], false], [[0], true]), answered([[0, 1, 2], false]));
    expect(misconceptionsShown(asked, answers)).toEqual(['one-by-one']);
    expect(misconceptionsShown(asked, answersTo(asked, answered([[0], true])))).toEqual([]);
  });

  it("takes the question's own where an option names none, and for a wrong sequence", () => {
    const questions = questionsOf(
      quizOf(
        '# A\n\n---\nmisconception: starts\n---\n\n1. a\n2. b\n\n# B\n\n---\nmisconception: layers\n---\n\n1. [x] a\n2. [ ] b\n',
      ),
    );
    const answers = answersTo(questions, answered([[1, 0], false]), answered([[1], false]));
    expect(misconceptionsShown(questions, answers)).toEqual(['starts', 'layers']);
  });
});
