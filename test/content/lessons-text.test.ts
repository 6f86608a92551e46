import { describe, expect, it } from 'vitest';
import { readLesson } from '$lib/lesson/read-lesson.server.ts';
import { lessonIds, lessonSources } from './lesson-files.ts';

const MAX_WORDS = 900;
const MAX_MINUTES = 12;

const sources = lessonSources();

it('there is a lesson to read', () => {
  expect(lessonIds()).toContain('01-first-pipeline');
});

describe.each(lessonIds())('the text of %s', (id) => {
  const read = readLesson(id, sources);

  it('has no problem', () => {
    expect(read.problems).toEqual([]);
  });

  it(`has at most ${MAX_WORDS} words and takes at most ${MAX_MINUTES} minutes`, () => {
    expect.assert(read.lesson);
    expect(read.words).toBeLessThanOrEqual(MAX_WORDS);
    expect(read.lesson.minutes).toBeLessThanOrEqual(MAX_MINUTES);
  });

  it('names its sub-goals alike in headings and in code', () => {
    const prose = read.lesson?.steps.map((step) => step.prose).join('') ?? '';
    const programs = Object.entries(sources).filter(([path]) => path.startsWith(id) && path.endsWith('.ts'));
    for (const label of read.lesson?.labels ?? []) {
      expect(prose).toContain(`<h3>${label}</h3>`);
      expect(
        programs.some(([, program]) => program.includes(`// ${label}`)),
        label,
      ).toBe(true);
    }
  });

  it('asks for a prediction before its first run, and for an order at least once', () => {
    const [first, ...later] = read.lesson?.steps ?? [];
    expect(first?.predictions.length).toBeGreaterThanOrEqual(1);
    const kinds = [first, ...later].flatMap((step) => step?.predictions.map(({ kind }) => kind) ?? []);
    expect(kinds).toContain('order');
  });
});
