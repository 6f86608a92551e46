import type { Lesson, LessonSummary } from './lesson.ts';
import { problemLine, readLesson } from './read-lesson.server.ts';

/** Markdown and programs of all lessons, as text. Server only: pages are prerendered from it. */
const sources = import.meta.glob<string>(
  ['/lessons/*/lesson.md', '/lessons/*/*/step.md', '/lessons/*/*/*.{ts,exs}'],
  {
    query: '?raw',
    import: 'default',
    eager: true,
  },
);

/** Ids of all lessons, in the order of the course. */
export function lessonIds(): readonly string[] {
  return Object.keys(belowLessons())
    .flatMap((path) => (path.endsWith('/lesson.md') ? path.slice(0, -'/lesson.md'.length) : []))
    .sort();
}

/**
 * One lesson, ready to draw.
 * @throws Error that lists every problem as file:line, which fails the build.
 */
export function lessonOf(id: string): Lesson {
  const { lesson, problems } = readLesson(id, belowLessons());
  if (lesson === null || problems.length > 0) {
    throw new Error(`Cannot publish the lesson ${id}:\n${problems.map(problemLine).join('\n')}`);
  }
  return lesson;
}

/** What an outline of the course shows of each lesson. */
export function lessonSummaries(): readonly LessonSummary[] {
  return lessonIds().map((id) => summaryOf(lessonOf(id)));
}

/** What is left of a lesson without its text: small enough for the home page. */
function summaryOf(lesson: Lesson): LessonSummary {
  const { id, title, goal, minutes, module, quiz, prerequisites, threads, labels, outline } = lesson;
  return { id, title, goal, minutes, module, quiz, prerequisites, threads, labels, outline };
}

/** The glob's keys begin at the project's root. */
function belowLessons(): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(sources).map(([path, source]) => [path.slice('/lessons/'.length), source]),
  );
}
