import { LessonPage, programOf } from './support/lesson-page.ts';
import { QuizPage, quizKeys } from './support/quiz-page.ts';
import { expect, expectNoAxeViolationsInBothThemes, test } from './support/sluice-test.ts';

test.describe('axe finds nothing in either theme', () => {
  test('on the home page, the page of an error, and the page that is not there', async ({
    page,
    pageErrors,
  }) => {
    for (const path of ['/', '/errors/no_pipeline', '/not/a/page']) {
      await page.goto(path);
      await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
      await expectNoAxeViolationsInBothThemes(page, path);
    }
    // The browser tells of the answer 404.
    pageErrors.length = 0;
  });

  test('in a lesson before, during and after a run', async ({ page }) => {
    const lesson = new LessonPage(page);
    await lesson.open('1-run');
    await expectNoAxeViolationsInBothThemes(page, 'before the run');
    await lesson.skipPredictions();
    await lesson.setSpeed('Step by step');
    await lesson.run.click();
    await expect(lesson.status).toHaveText('Waiting for your next step');
    await stepUntil(lesson, 'numbers sent 10 events');
    await expectNoAxeViolationsInBothThemes(page, 'during the run');
    await lesson.stop.click();
    await lesson.openTable();
    await expectNoAxeViolationsInBothThemes(page, 'after the run, with its table');
  });

  test('in an exercise after a failed and a passed check', async ({ page }) => {
    const lesson = new LessonPage(page);
    await lesson.open('3-odd');
    await lesson.writeProgram(programOf('3-odd', 'wrong/filters-in-the-consumer.ts'));
    await lesson.check();
    await lesson.checks.getByRole('button', { name: 'Show a hint' }).click();
    await expectNoAxeViolationsInBothThemes(page, 'a failed check');
    await lesson.writeProgram(programOf('3-odd', 'solution.ts'));
    await lesson.check();
    await expectNoAxeViolationsInBothThemes(page, 'a passed check');
  });

  test('in the quiz: open, answered wrong and right, and at its result', async ({ page }) => {
    const quiz = new QuizPage(page);
    await new LessonPage(page).open('quiz');
    await expectNoAxeViolationsInBothThemes(page, 'an open question');
    for (const [i, key] of quizKeys().entries()) {
      await quiz.shows(key);
      if (i === 0) await quiz.answerWrong(key);
      else await quiz.answerRight(key);
      if (i === 0) await expectNoAxeViolationsInBothThemes(page, 'a wrong answer');
      if (key.kind === 'sequence') await expectNoAxeViolationsInBothThemes(page, 'a right answer');
      await quiz.next();
    }
    await expect(quiz.root.getByRole('heading', { name: /questions solved/ })).toBeVisible();
    await expectNoAxeViolationsInBothThemes(page, 'the result');
  });

  test('in the panes of a phone', async ({ page }) => {
    await page.setViewportSize({ width: 390, height: 844 });
    const lesson = new LessonPage(page);
    await lesson.open('2-random');
    for (const pane of ['Lesson', 'Editor', 'Checks'] as const) {
      await page.getByRole('tab', { name: pane }).click();
      await expectNoAxeViolationsInBothThemes(page, `narrow, ${pane}`);
    }
  });
});

/** Where each ask and event is drawn, frame by frame, and which moment of the run that frame shows. */
function framesOf(lesson: LessonPage, count: number) {
  return lesson.picture.evaluate(async (picture, frames) => {
    const seen: { readonly moment: string; readonly places: string }[] = [];
    for (let i = 0; i < frames; i += 1) {
      await new Promise(requestAnimationFrame);
      const drawn = [...picture.querySelectorAll('g.ask, g.event')];
      seen.push({
        moment: picture.querySelector('[role=slider]')?.getAttribute('aria-valuenow') ?? '',
        places: drawn.map((glyph) => glyph.getAttribute('transform')).join(' '),
      });
    }
    return seen;
  }, count);
}

/** Frames in which something moved although nothing had happened in the run: what flies. */
function movedBetweenMoments(frames: Awaited<ReturnType<typeof framesOf>>) {
  return frames.filter(({ moment, places }, i) => {
    const before = frames[i - 1];
    return before?.moment === moment && before.places !== places;
  });
}

/** Steps of a run until the sentence under the picture says this. */
async function stepUntil(lesson: LessonPage, words: string): Promise<void> {
  while (!(await lesson.sentenceSoFar()).includes(words)) {
    const { of } = await lesson.moment();
    await lesson.step.click();
    await expect.poll(async () => (await lesson.moment()).of).toBeGreaterThan(of);
    await expect(lesson.status).toHaveText('Waiting for your next step');
  }
}

for (const reducedMotion of ['reduce', 'no-preference'] as const) {
  const does = reducedMotion === 'reduce' ? 'stands still' : 'flies';
  // Firefox is started anew for it, as on a system that asks for less motion.
  const tag = reducedMotion === 'reduce' ? '@less-motion' : [];
  test(`with ${reducedMotion}, what is on its way ${does}`, { tag }, async ({ page }) => {
    await page.emulateMedia({ reducedMotion });
    const lesson = new LessonPage(page);
    await lesson.open('1-run');
    await lesson.skipPredictions();
    await lesson.run.click();
    await expect(lesson.flyingAsks.first()).toBeVisible();
    const frames = await framesOf(lesson, 90);
    await lesson.stop.click();
    const moved = movedBetweenMoments(frames);
    expect(frames.some(({ places }) => places !== '')).toBe(true);
    if (reducedMotion === 'reduce') expect(moved).toEqual([]);
    else expect(moved.length).toBeGreaterThan(0);
  });
}

test('“Less motion” stills the picture on every page, and is remembered', async ({ page }) => {
  await page.goto('/');
  const less = page.getByRole('button', { name: 'Less motion' });
  // The page answers from here on.
  await expect(page.locator('html')).toHaveAttribute('data-motion', 'full');
  await expect(less).toHaveAttribute('aria-pressed', 'false');
  await less.click();
  await expect(less).toHaveAttribute('aria-pressed', 'true');
  const lesson = new LessonPage(page);
  await lesson.open('1-run');
  await expect(less).toHaveAttribute('aria-pressed', 'true');
  await lesson.skipPredictions();
  await lesson.run.click();
  await expect(lesson.flyingAsks.first()).toBeVisible();
  const frames = await framesOf(lesson, 60);
  expect(movedBetweenMoments(frames)).toEqual([]);
});
