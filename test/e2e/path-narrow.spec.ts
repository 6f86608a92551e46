import type { Page } from '@playwright/test';
import { LessonPage, programOf } from './support/lesson-page.ts';
import { QuizPage, quizKeys } from './support/quiz-page.ts';
import { expect, test } from './support/sluice-test.ts';
import { tap } from './support/touch.ts';

test.use({ viewport: { width: 390, height: 844 }, hasTouch: true });

const PANES = ['Lesson', 'Editor', 'Pipeline', 'Checks', 'Console'] as const;

async function openPane(page: Page, name: (typeof PANES)[number]): Promise<void> {
  const tab = page.getByRole('tablist', { name: 'Panes' }).getByRole('tab', { name });
  await tap(tab);
  await expect(tab).toHaveAttribute('aria-selected', 'true');
  await expect(page.getByRole('region', { name, exact: true })).toBeVisible();
}

/** Nothing lies beside the screen, where only scrolling sideways would find it. */
async function expectNoSidewaysScroll(page: Page, where: string): Promise<void> {
  const width = await page.evaluate(() => document.documentElement.scrollWidth);
  expect(width, `width of ${where}`).toBeLessThanOrEqual(390);
}

test('on a phone the panes are tabs: read, predict, run, look, check', async ({ page }) => {
  const lesson = new LessonPage(page);
  await page.goto('/');
  await tap(page.getByRole('link', { name: 'Begin' }));
  await expect(lesson.prose.getByRole('heading', { name: /Run it/ })).toBeVisible();
  await expect(lesson.editor).toBeHidden();
  await expect(lesson.picture).toBeHidden();

  const choice = lesson.prediction('Two stages, one message goes first. Which?');
  await tap(choice.getByText('An ask, from the printer to the producer'));
  await tap(choice.getByRole('button', { name: 'That is my guess' }));
  await lesson.skipPredictions();
  await tap(lesson.run);
  await expect(lesson.picture).toBeVisible();
  await expect(lesson.flyingAsks.first()).toBeVisible();
  await expect(lesson.flyingEvents.first()).toBeVisible();
  await openPane(page, 'Console');
  await expect(lesson.console).toContainText('Received 0');
  await tap(lesson.stop);
  await expect(lesson.status).toHaveText('Stopped');
  await openPane(page, 'Lesson');
  await expect(choice).toContainText('✓ Just as you said.');

  await tap(lesson.prose.getByRole('link', { name: /^Next/ }));
  await expect(lesson.prose.getByRole('heading', { name: /Surprise the printer/ })).toBeVisible();
  await openPane(page, 'Editor');
  await lesson.ready();
  await lesson.writeProgram(programOf('2-random', 'wrong/over-emits.ts'));
  await openPane(page, 'Checks');
  await lesson.check();
  await expect(lesson.checks).toContainText('The surplus has nowhere to go');
  await tap(lesson.checks.getByRole('button', { name: 'Show me the moment' }));
  await expect(lesson.picture).toBeVisible();
  await expect(lesson.sentence).toContainText('numbers finished handleDemand with 20 events');
});

test('a problem is told beside the tab of the console', async ({ page }) => {
  const lesson = new LessonPage(page);
  await lesson.open('1-run');
  await lesson.skipPredictions();
  await openPane(page, 'Editor');
  await lesson.writeProgram('export default 7;');
  await tap(lesson.run);
  await expect(page.getByRole('tab', { name: 'Console 1 problem' })).toBeVisible();
});

test('the quiz is answered on a phone', async ({ page }) => {
  const quiz = new QuizPage(page);
  await new LessonPage(page).open('quiz');
  for (const key of quizKeys().slice(0, 4)) {
    await quiz.shows(key);
    await quiz.answerRight(key);
    await expectNoSidewaysScroll(page, key.title);
    await quiz.next();
  }
});

test('no page is wider than the phone', async ({ page, pageErrors }) => {
  const lesson = new LessonPage(page);
  for (const path of ['/', '/errors/no_pipeline', '/quizzes/01-first-pipeline']) {
    await page.goto(path);
    await expect(page.getByRole('heading', { level: 1 })).toBeAttached();
    await expectNoSidewaysScroll(page, path);
  }
  for (const step of ['1-run', '4-ten', '5-flights'] as const) {
    await lesson.open(step);
    for (const pane of PANES) {
      await openPane(page, pane);
      await expectNoSidewaysScroll(page, `${step}, ${pane}`);
    }
  }
  await page.goto('/not/a/page');
  await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
  await expectNoSidewaysScroll(page, 'the page that is not there');
  // The browser tells of the answer 404.
  pageErrors.length = 0;
});
