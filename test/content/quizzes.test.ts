import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { lintQuiz } from '$lib/quiz/lint.ts';
import { readMisconceptions } from '$lib/quiz/misconceptions.ts';
import { parseFile } from '$lib/quiz/parse.ts';
import { questionsOf } from '$lib/quiz/quiz.ts';
import { loadQuiz, quizNames } from '$lib/quiz/quizzes.server.ts';

const FOLDER = resolve(import.meta.dirname, '../../quizzes');
const registry = readMisconceptions(readFileSync(join(FOLDER, 'misconceptions.yaml'), 'utf8'));
const files = readdirSync(FOLDER).filter((file) => file.endsWith('.md'));

describe.each(files)('quizzes/%s', (file) => {
  const { quizzes, problems } = parseFile(readFileSync(join(FOLDER, file), 'utf8'), file);
  const questions = quizzes.flatMap(questionsOf);

  it('is one quiz without a problem, and keeps the rules of good questions', () => {
    expect(quizzes).toHaveLength(1);
    const misconceptions = new Set(Object.keys(registry));
    expect([...problems, ...quizzes.flatMap((quiz) => lintQuiz(quiz, { file, misconceptions }))]).toEqual([]);
  });

  it('explains every question, and names it by an id of its own', () => {
    for (const { title, explanationHtml, id } of questions) {
      expect(explanationHtml, title).not.toBeNull();
      expect(id, title).not.toMatch(/^q-/);
    }
  });

  it('does not put the right option at the same place every time', () => {
    const places = questions
      .filter(({ type }) => type === 'single')
      .map(({ options }) => options.findIndex(({ right }) => right));
    for (const place of new Set(places)) {
      expect(places.filter((other) => other === place).length * 2).toBeLessThanOrEqual(places.length);
    }
  });
});

describe('loadQuiz()', () => {
  it('gives every quiz of the folder, with what its misconceptions say', () => {
    expect(quizNames()).toEqual(files.map((file) => file.replace('.md', '')));
    for (const name of quizNames()) {
      const quiz = loadQuiz(name);
      const named =
        quiz &&
        questionsOf(quiz).flatMap(({ options }) =>
          options.flatMap(({ misconception }) => misconception ?? []),
        );
      expect(Object.keys(quiz?.misconceptions ?? {})).toEqual(expect.arrayContaining(named ?? ['a quiz']));
    }
  });

  it('gives `null` for a name that is none', () => {
    expect(loadQuiz('nowhere')).toBeNull();
  });
});
