import { lessonSummaries } from '$lib/lesson/lessons.server.ts';
import type { PageServerLoad } from './$types';

export const load: PageServerLoad = () => ({ lessons: lessonSummaries() });
