import { describe, expect, it } from 'vitest';
import { COURSE, outlineOf } from '$lib/home/course.ts';
import type { LessonSummary } from '$lib/lesson/lesson.ts';

const lesson = (id: string, module: string): LessonSummary => ({
  id,
  module,
  title: id,
  goal: '',
  minutes: 10,
  quiz: null,
  prerequisites: [],
  threads: [],
  labels: [],
  outline: [],
});

describe('outlineOf()', () => {
  it('shows every lesson exactly once, the first one at the beginning', () => {
    const lessons = [lesson('a', 'stages-and-demand'), lesson('b', 'flow'), lesson('c', 'no-such-module')];
    const outline = outlineOf(lessons);
    expect(outline[0]?.lessons.map(({ id }) => id)).toEqual(['a', 'c']);
    expect(outline.find(({ id }) => id === 'flow')?.lessons.map(({ id }) => id)).toEqual(['b']);
    expect(outline.flatMap((module) => module.lessons)).toHaveLength(lessons.length);
  });

  it('lists the modules in order whether or not they have lessons', () => {
    expect(outlineOf([]).map(({ number, id }) => [number, id])).toEqual(COURSE.map(({ id }, i) => [i, id]));
  });
});
