import type { Exercise, Outcomes } from '#lessons/schema.ts';

/** Code of the steps, each a chunk of its own that is fetched when the step is opened. */
const exercises = import.meta.glob<Exercise>('/lessons/*/*/check.ts', { import: 'exercise' });
const outcomes = import.meta.glob<Outcomes>('/lessons/*/*/predict.ts', { import: 'outcomes' });

/** The checks, detectors and hints of a step; `null` for an example. */
export async function loadExercise(lesson: string, step: string): Promise<Exercise | null> {
  return (await exercises[`/lessons/${lesson}/${step}/check.ts`]?.()) ?? null;
}

/** How a run answers a step's predictions, by id; empty where nothing is predicted. */
export async function loadOutcomes(lesson: string, step: string): Promise<Outcomes> {
  return (await outcomes[`/lessons/${lesson}/${step}/predict.ts`]?.()) ?? {};
}
