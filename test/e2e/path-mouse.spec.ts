import type { Page } from '@playwright/test';
import { LessonPage, programOf, type StepName } from './support/lesson-page.ts';
import { QuizPage, quizKeys } from './support/quiz-page.ts';
import { expect, test } from './support/sluice-test.ts';

test('home leads to the lesson; a prediction opens Run, and the run is laid over it', async ({ page }) => {
  const lesson = new LessonPage(page);
  await page.goto('/');
  await page.getByRole('link', { name: 'Begin' }).click();
  await lesson.ready();
  await expect(lesson.run).toBeDisabled();

  const first = lesson.prediction('Two stages, one message goes first. Which?');
  await first.getByRole('radio', { name: 'Numbers, from the producer to the printer' }).check();
  await first.getByRole('button', { name: 'That is my guess' }).click();
  const second = lesson.prediction('When the printer prints its tenth number');
  await second.getByRole('spinbutton').fill('15');
  await second.getByRole('button', { name: 'That is my guess' }).click();

  await lesson.setSpeed('Full speed');
  await lesson.run.click();
  await expect(first).toContainText('It was An ask, from the printer to the producer');
  await expect(first).toContainText('≠');
  await expect(second).toContainText('✓ Just as you said.');
  await expect(lesson.console).toContainText('Received 9');
  await lesson.stop.click();
  await expect(lesson.status).toHaveText('Stopped');
  await expect(lesson.prose.getByText('This step is done.')).toBeVisible();
});

test('slow motion shows asks and events, workers and demand; Stop ends it; the timeline leads back', async ({
  page,
}) => {
  const lesson = new LessonPage(page);
  await lesson.open('1-run');
  await lesson.skipPredictions();
  await expect(lesson.speed('Slow motion')).toBeChecked();
  await lesson.run.click();
  await expect(lesson.flyingAsks.first()).toBeVisible();
  await expect(lesson.flyingEvents.first()).toBeVisible();
  await expect(lesson.stage('numbers')).toHaveAccessibleName(/producer on worker \d/);
  await expect(lesson.stage('printer')).toHaveAccessibleName(/consumer on worker \d/);
  const demand = lesson.subscription('printer', 'numbers');
  await expect(demand).toHaveAccessibleName(/All 10 are asked for|remain/);
  await expect(lesson.picture).toContainText('min 5');
  await expect(lesson.picture).toContainText('max 10');
  await expect(lesson.console).toContainText('Received 12');
  await expect(lesson.flyingEvents.first()).toBeVisible();
  await expect(lesson.picture).not.toContainText('Bundled into streams');

  await lesson.stop.click();
  await expect(lesson.status).toHaveText('Stopped');
  await expect(lesson.stop).toBeDisabled();
  const { of } = await lesson.moment();

  const box = await lesson.timeline.boundingBox();
  if (!box) throw new Error('the timeline is not drawn');
  await page.mouse.click(box.x + box.width / 2, box.y + box.height / 2);
  const { at, of: still } = await lesson.moment();
  expect(still).toBe(of);
  expect(at).toBeGreaterThan(0);
  expect(at).toBeLessThan(of);
  await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
  await page.mouse.down();
  await page.mouse.move(box.x - 5, box.y + box.height / 2, { steps: 4 });
  await page.mouse.up();
  await expect(lesson.timeline).toHaveAttribute('aria-valuenow', '0');
  await expect(lesson.stage('printer')).toHaveAccessibleName(/not started/);
  await lesson.picture.getByRole('button', { name: 'Live' }).click();
  expect((await lesson.moment()).at).toBe(of);
});

test('step by step, each press is one delivery; the speed may change while it runs', async ({ page }) => {
  const lesson = new LessonPage(page);
  await lesson.open('1-run');
  await lesson.skipPredictions();
  await lesson.setSpeed('Step by step');
  await lesson.run.click();
  await expect(lesson.status).toHaveText('Waiting for your next step');
  expect(await lesson.deliveries()).toBe(0);
  for (const delivered of [1, 2, 3, 4]) {
    const { of } = await lesson.moment();
    await lesson.picture.getByRole('button', { name: 'Live' }).click();
    await lesson.step.click();
    await expect.poll(async () => (await lesson.moment()).of).toBeGreaterThan(of);
    await expect(lesson.status).toHaveText('Waiting for your next step');
    expect(await lesson.deliveries()).toBe(delivered);
  }
  await lesson.picture.getByRole('button', { name: 'Live' }).click();
  await lesson.setSpeed('Slow motion');
  await lesson.controls.getByRole('slider', { name: 'Deliveries per second' }).fill('20');
  await expect(lesson.controls.getByRole('slider')).toHaveValue('20');
  await expect(lesson.console).toContainText('Received 0');
  await lesson.setSpeed('Full speed');
  await expect(lesson.console).toContainText('Received 12');
  await lesson.stop.click();
});

/** Exercises of both kinds of code: programs with mistakes, and what is said about each. All are checked without a page, too. */
const EXERCISES: readonly { step: StepName; wrong: Readonly<Record<string, RegExp>> }[] = [
  {
    step: '2-random',
    wrong: {
      'over-emits': /had been asked for 10 events and sent \d+\. The surplus has nowhere to go/,
      'ignores-demand': /sends \d+ every time, also when it is asked for \d+/,
      'ignores-low-demand': /answered nothing when it was asked for 5/,
    },
  },
  {
    step: '5-flights',
    wrong: { 'counts-each-batch-anew': /The counts hold the last batch only/ },
  },
];

for (const { step, wrong } of EXERCISES) {
  test(`exercise ${step}: mistakes get their own message, hints open one by one, the solution passes`, async ({
    page,
  }) => {
    const lesson = new LessonPage(page);
    await lesson.open(step);
    await expect(lesson.checks.getByRole('listitem').first()).toContainText('not run');
    await expect(lesson.tab('solution.ts')).toBeDisabled();
    await expect(lesson.tab('solution.ts')).toHaveAccessibleDescription(/once you have checked a try/);

    for (const [mistake, says] of Object.entries(wrong)) {
      await lesson.writeProgram(programOf(step, `wrong/${mistake}.ts`));
      await lesson.check();
      await expect(lesson.checks).toContainText(says);
      await expect(lesson.checks.getByText('Expected').first()).toBeVisible();
      await expect(lesson.requirement('failed').first()).toBeVisible();
    }

    const hints = lesson.checks.getByRole('region', { name: 'Hints' });
    for (const [count, name] of ['Show a hint', 'Show the next hint', 'Show the next hint'].entries()) {
      await hints.getByRole('button', { name }).click();
      await expect(hints.getByRole('listitem')).toHaveCount(count + 1);
    }
    await expect(hints.getByRole('button')).toHaveCount(0);

    await lesson.tab('solution.ts').click();
    await expect(lesson.editor.getByRole('tabpanel', { name: 'solution.ts' })).toContainText('consumer');
    await lesson.tab('start.ts').click();
    await lesson.writeProgram(programOf(step, 'solution.ts'));
    await lesson.check();
    await expect(lesson.checks.getByRole('status')).toHaveText(/^All \d requirements are met\.$/);
    await expect(lesson.checks.getByText('failed', { exact: true })).toHaveCount(0);

    await lesson.checks
      .getByRole('button', { name: /^Show me: / })
      .last()
      .click();
    await expect(lesson.picture.getByText(/Showing a hidden check run, seed \d+/)).toBeVisible();
    await expect.poll(async () => (await lesson.moment()).at).toBeGreaterThan(0);
    await lesson.picture.getByRole('button', { name: 'Back to my run' }).click();
    await expect(lesson.picture.getByText(/Showing a hidden check run/)).toBeHidden();
    await expect(lesson.prose.getByText('This step is done.')).toBeVisible();
  });
}

test('“Show me” moves the timeline to the moment where it went wrong', async ({ page }) => {
  const lesson = new LessonPage(page);
  await lesson.open('2-random');
  await lesson.writeProgram(programOf('2-random', 'wrong/over-emits.ts'));
  await lesson.check();
  await lesson.checks.getByRole('button', { name: 'Show me the moment' }).click();
  await expect(lesson.sentence).toContainText(/numbers finished handleDemand with 20 events/);
  await expect(lesson.picture.getByRole('button', { name: 'Play', exact: true })).toBeVisible();
  const { at, of } = await lesson.moment();
  expect(at).toBeLessThan(of);
});

test('real flights are read to their end, and the prediction is laid beside the count', async ({ page }) => {
  const lesson = new LessonPage(page);
  await lesson.open('5-flights');
  const prediction = lesson.prediction('Of 10,000 flights');
  await prediction.getByRole('spinbutton').fill('2000');
  await prediction.getByRole('button', { name: 'That is my guess' }).click();
  await lesson.setSpeed('Full speed');
  await lesson.run.click();
  await expect(lesson.status).toHaveText('Finished');
  await expect(prediction).toContainText('It was 2,194 flights');
});

test('the quiz leads to a result, the wrong ones can be tried again, and all of it is kept', async ({
  page,
}) => {
  const keys = quizKeys();
  expect(keys.length).toBeGreaterThanOrEqual(10);
  const lesson = new LessonPage(page);
  const quiz = new QuizPage(page);
  await lesson.open('quiz');
  for (const [i, key] of keys.entries()) {
    await quiz.shows(key);
    if (i === 0) {
      await quiz.answerWrong(key);
      await expect(quiz.root.getByText('Not right')).toBeVisible();
    } else {
      await quiz.answerRight(key);
      await expect(quiz.verdict).toContainText('Explanation');
    }
    await quiz.next();
  }
  const result = quiz.root.getByRole('heading', { name: new RegExp(`${keys.length - 1} of ${keys.length}`) });
  await expect(result).toBeVisible();
  await saved(page);
  await page.reload();
  await expect(result).toBeVisible();
  await expect(lesson.stepLink('Quiz')).toHaveAccessibleName('Quiz, done');

  await quiz.root.getByRole('button', { name: 'Retry the wrong ones' }).click();
  const [first] = keys;
  if (!first) throw new Error('the quiz has no question');
  await quiz.shows(first);
  await quiz.answerRight(first);
  await quiz.next();
  const all = `All ${keys.length} questions solved, ${keys.length - 1} at the first try`;
  await expect(quiz.root.getByRole('heading', { name: all })).toBeVisible();
});

test('a reload brings everything back; the original can be compared with and restored', async ({ page }) => {
  const lesson = new LessonPage(page);
  await lesson.open('2-random');
  const prediction = lesson.prediction('Put the first happenings of such a run in order.');
  await prediction.getByRole('button', { name: 'Earlier: The printer asks', exact: true }).click();
  await prediction.getByRole('button', { name: 'That is my guess' }).click();
  await lesson.writeProgram(`// Mine.\n${programOf('2-random', 'solution.ts')}`);
  await lesson.check();
  await expect(lesson.stepLink('Step 2')).toHaveAccessibleName(/, done$/);

  const splitter = page.getByRole('separator', { name: 'Lesson and editor' });
  const box = await splitter.boundingBox();
  if (!box) throw new Error('the splitter is not drawn');
  await page.mouse.move(box.x + box.width / 2, box.y + 200);
  await page.mouse.down();
  await page.mouse.move(box.x + 100, box.y + 200, { steps: 3 });
  await page.mouse.up();
  const width = await splitter.getAttribute('aria-valuenow');
  expect(Number(width)).toBeGreaterThan(27);

  await saved(page);
  await page.reload();
  await lesson.ready();
  await expect(lesson.editor).toContainText('// Mine.');
  await expect(lesson.editor.getByText('Edited')).toBeVisible();
  await expect(prediction).toContainText('You said');
  await expect(lesson.stepLink('Step 2')).toHaveAccessibleName(/, done$/);
  await expect(lesson.tab('solution.ts')).toBeEnabled();
  await expect(splitter).toHaveAttribute('aria-valuenow', width ?? '');

  await lesson.editor.getByRole('button', { name: 'Show diff' }).click();
  await expect(lesson.editor.getByRole('textbox', { name: 'Code to compare with' })).toBeAttached();
  await lesson.editor.getByRole('button', { name: 'Show diff' }).click();
  await lesson.editor.getByRole('button', { name: 'Reset' }).click();
  await expect(lesson.editor.getByText('As given')).toBeVisible();
  await expect(lesson.editor).not.toContainText('// Mine.');
  await page.getByRole('button', { name: 'Undo' }).click();
  await expect(lesson.editor).toContainText('// Mine.');
});

/** The header says that all is written. */
async function saved(page: Page): Promise<void> {
  await expect(page.getByRole('banner').getByText('Saved', { exact: true })).toBeVisible();
}
