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
});
