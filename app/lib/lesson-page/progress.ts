import type { LessonSummary } from '$lib/lesson/lesson.ts';
import type { RecordOf, StepProgress } from '$lib/storage/schemas.ts';

/** How far somebody is in one lesson, as stored. */
export type LessonProgress = RecordOf<'progress'>;

/** Name of the step that every lesson with a quiz ends on. */
export const QUIZ_STEP = 'quiz';

export const NO_STEP_PROGRESS: StepProgress = {
  runs: 0,
  tries: 0,
  hints: 0,
  solutionSeen: false,
  done: false,
};

/** Ids of all steps in order, the quiz included. */
export function stepIds(lesson: Pick<LessonSummary, 'outline' | 'quiz'>): readonly string[] {
  const ids = lesson.outline.map(({ id }) => id);
  return lesson.quiz === null ? ids : [...ids, QUIZ_STEP];
}

export type LessonState =
  | { readonly name: 'new'; readonly says: 'New' }
  | { readonly name: 'started'; readonly says: string }
  | { readonly name: 'done'; readonly says: 'Done' };

/** New, started or done, in words. Steps that an author has since removed do not count. */
export function lessonState(
  lesson: Pick<LessonSummary, 'outline' | 'quiz'>,
  progress: LessonProgress | undefined,
): LessonState {
  const ids = stepIds(lesson);
  const done = ids.filter((id) => progress?.steps[id]?.done).length;
  const begun = ids.some((id) => progress?.steps[id]) || (progress?.current ?? null) !== null;
  if (done === ids.length) return { name: 'done', says: 'Done' };
  if (begun) return { name: 'started', says: `${done} of ${ids.length} done` };
  return { name: 'new', says: 'New' };
}

/** The step to open when somebody comes back: the one left last, else the first that is not done. */
export function resumeAt(
  lesson: Pick<LessonSummary, 'outline' | 'quiz'>,
  progress: LessonProgress | undefined,
): string {
  const ids = stepIds(lesson);
  const current = progress?.current;
  if (current && ids.includes(current)) return current;
  return ids.find((id) => !progress?.steps[id]?.done) ?? ids[0] ?? QUIZ_STEP;
}
