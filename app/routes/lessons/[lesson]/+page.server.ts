import { error } from '@sveltejs/kit';
import { lessonIds, lessonOf } from '$lib/lesson/lessons.server.ts';
import { loadQuiz } from '$lib/quiz/quizzes.server.ts';
import type { EntryGenerator, PageServerLoad } from './$types';

export const entries: EntryGenerator = () => lessonIds().map((lesson) => ({ lesson }));

export const load: PageServerLoad = ({ params }) => {
  if (!lessonIds().includes(params.lesson)) error(404, 'There is no such lesson');
  const lesson = lessonOf(params.lesson);
  return { lesson, quiz: lesson.quiz === null ? null : loadQuiz(lesson.quiz) };
};
