import { error } from '@sveltejs/kit';
import { lessonSummaries } from '$lib/lesson/lessons.server.ts';
import { loadQuiz, quizNames } from '$lib/quiz/quizzes.server.ts';
import type { EntryGenerator, PageServerLoad } from './$types';

export const entries: EntryGenerator = () => quizNames().map((quiz) => ({ quiz }));

export const load: PageServerLoad = ({ params }) => {
  const quiz = loadQuiz(params.quiz);
  if (!quiz) error(404, 'There is no such quiz');
  const lesson = lessonSummaries().find((one) => one.quiz === params.quiz) ?? null;
  return { id: params.quiz, quiz, lesson };
};
