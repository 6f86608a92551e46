import { expect, test, type Locator, type Page } from '@playwright/test';
import { goodProgram } from './bad-programs.ts';
import type { FrameCounter } from './frames.ts';
import { LessonPage } from './lesson-page.ts';
import { underlinedLines } from './underlined.ts';

/** An exercise at full speed, ready for a program. */
export async function openExercise(page: Page): Promise<LessonPage> {
  const lesson = new LessonPage(page);
  await lesson.open('2-random');
  await lesson.skipPredictions();
  await lesson.setSpeed('Full speed');
  return lesson;
}

/** The problems that the console tells of. */
export function problems(lesson: LessonPage): Locator {
  return lesson.console.getByRole('alert').locator('.problem');
}

/** The problem names the line, its link goes there, and the editor underlines it. */
export async function leadsTo(lesson: LessonPage, line: number): Promise<void> {
  await problems(lesson)
    .first()
    .getByRole('button', { name: `start.ts, line ${line}` })
    .click();
  await expect(lesson.editor.locator('.lit-line').first()).toBeVisible();
  await expect.poll(() => underlinedLines(lesson.editor)).toContain(line);
}

/** Whatever happened before, the next program runs to its end. */
export async function nextRunWorks(lesson: LessonPage, greeting: string): Promise<void> {
  await lesson.writeProgram(goodProgram(greeting));
  await lesson.run.click();
  await expect(lesson.console).toContainText(`${greeting} 2`);
  await expect(lesson.status).toHaveText('Finished');
  await expect(problems(lesson)).toHaveCount(0);
}

/** Stops the run, if there is something to stop. */
export async function endIfUnderWay(lesson: LessonPage): Promise<void> {
  if (await lesson.stop.isEnabled()) await lesson.stop.click();
  await expect(lesson.status).toHaveText(/^(Stopped|Finished|Failed)$/);
}

/** The page went on drawing. How smoothly is told, not judged: the machine may be busy with other things. */
export async function stillDraws(frames: FrameCounter, during: string): Promise<{ readonly frames: number }> {
  const taken = await frames.take();
  const description = `${during}: ${taken.frames} frames, longest wait ${taken.longestMs} ms`;
  test.info().annotations.push({ type: 'frames', description });
  expect(taken.frames, during).toBeGreaterThan(1);
  return taken;
}
