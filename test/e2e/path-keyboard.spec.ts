import { Keyboard } from './support/keyboard.ts';
import { LessonPage, programOf } from './support/lesson-page.ts';
import { QuizPage, quizKeys } from './support/quiz-page.ts';
import { expect, test } from './support/sluice-test.ts';

test('by keyboard: from home to the lesson, a prediction, a run, and back along the timeline', async ({
  page,
}) => {
  const keys = new Keyboard(page);
  const lesson = new LessonPage(page);
  await page.goto('/');
  await keys.to(page.getByRole('link', { name: 'Begin' }));
  await keys.press('Enter');
  await lesson.ready();

  await keys.to(lesson.prose.getByRole('button', { name: 'predict what will happen' }));
  await keys.press('Enter');
  const choice = lesson.prediction('Two stages, one message goes first. Which?');
  await expect(choice.getByRole('radio').first()).toBeFocused();
  await keys.press('ArrowDown');
  await expect(choice.getByRole('radio', { name: /^An ask/ })).toBeChecked();
  await keys.to(choice.getByRole('button', { name: 'That is my guess' }));
  await keys.press('Enter');
  await expect(choice).toContainText('You said');
  await keys.expectKept();
  const count = lesson.prediction('When the printer prints its tenth number');
  await keys.to(count.getByRole('spinbutton'));
  await page.keyboard.type('15');
  await keys.press('Enter');
  await expect(count).toContainText('You said');
  await keys.expectKept();

  await keys.to(lesson.speed('Slow motion'));
  await keys.press('ArrowLeft');
  await expect(lesson.speed('Full speed')).toBeChecked();
  await keys.press('ControlOrMeta+Enter');
  await expect(lesson.console).toContainText('Received 9');
  await expect(count).toContainText('✓ Just as you said.');
  await keys.to(lesson.stop, 'Shift+Tab');
  await keys.press('Enter');
  await expect(lesson.status).toHaveText('Stopped');
  await keys.expectKept();

  await keys.to(lesson.timeline);
  await keys.press('Home');
  await expect(lesson.timeline).toHaveAttribute('aria-valuenow', '0');
  await keys.press('ArrowRight');
  await expect(lesson.timeline).toHaveAttribute('aria-valuenow', '1');
  await keys.press('Shift+ArrowRight');
  await expect(lesson.timeline).toHaveAttribute('aria-valuetext', /printer asked numbers for its first 10/);
  await keys.press('End');
  const { at, of } = await lesson.moment();
  expect(at).toBe(of);
});

test('by keyboard: step by step, and what a stage says of itself', async ({ page }) => {
  const keys = new Keyboard(page);
  const lesson = new LessonPage(page);
  await lesson.open('1-run');
  await lesson.skipPredictions();
  await keys.to(lesson.speed('Slow motion'));
  await keys.press('ArrowRight');
  await expect(lesson.speed('Step by step')).toBeChecked();
  await keys.to(lesson.step, 'Shift+Tab');
  await keys.press('Enter');
  await expect(lesson.status).toHaveText('Waiting for your next step');
  await expect(lesson.step).toBeFocused();
  const { of } = await lesson.moment();
  await keys.press('Enter');
  await expect.poll(async () => (await lesson.moment()).of).toBeGreaterThan(of);
  await expect(lesson.step).toBeFocused();

  // The picture is one stop; arrows go on along its links.
  await keys.to(lesson.stage('numbers'));
  await keys.press('ArrowDown');
  await expect(lesson.subscription('printer', 'numbers')).toBeFocused();
  await keys.press('ArrowDown');
  await expect(lesson.stage('printer')).toBeFocused();
  await keys.press('Enter');
  await expect(lesson.sentence).toContainText('printer, consumer on worker');
  await keys.to(lesson.picture.getByRole('button', { name: 'Close' }));
  await keys.press('Enter');
  await expect(lesson.sentence).not.toContainText('printer, consumer on worker');
  await keys.expectKept();
});

test('by keyboard: an exercise, its hints, the solution, and what went wrong', async ({ page }) => {
  const keys = new Keyboard(page);
  const lesson = new LessonPage(page);
  await lesson.open('2-random');
  await keys.to(lesson.tab('start.ts'));
  await keys.press('ArrowRight');
  await expect(lesson.tab('solution.ts')).toBeFocused();
  await expect(lesson.tab('start.ts')).toHaveAttribute('aria-selected', 'true');
  await keys.press('ArrowLeft');
  await keys.to(lesson.code);
  await keys.press('ControlOrMeta+A');
  await page.keyboard.insertText(programOf('2-random', 'wrong/over-emits.ts'));
  await keys.press('Escape');
  await keys.press('Tab');
  await expect(lesson.code).not.toBeFocused();
  await keys.expectSeen();

  const check = lesson.checks.getByRole('button', { name: 'Check', exact: true });
  await keys.to(check);
  await keys.press('Enter');
  await lesson.verdicts();
  await expect(check).toBeFocused();
  await keys.to(lesson.checks.getByRole('button', { name: 'Show me the moment' }));
  await keys.press('Enter');
  await expect(lesson.sentence).toContainText('numbers finished handleDemand with 20 events');
  await keys.expectKept();
  await keys.to(lesson.picture.getByRole('button', { name: 'Back to my run' }), 'Shift+Tab');
  await keys.press('Enter');
  await expect(lesson.picture.getByText(/Showing a hidden check run/)).toBeHidden();
  await keys.expectKept();

  const hints = lesson.checks.getByRole('region', { name: 'Hints' });
  await keys.to(hints.getByRole('button'));
  for (const count of [1, 2, 3]) {
    await keys.press('Enter');
    await expect(hints.getByRole('listitem')).toHaveCount(count);
    await keys.expectKept();
  }
  await keys.to(lesson.tab('start.ts'), 'Shift+Tab');
  await keys.press('ArrowRight');
  await expect(lesson.tab('solution.ts')).toHaveAttribute('aria-selected', 'true');
  await expect(lesson.tab('solution.ts')).toBeFocused();
});

test('by keyboard: panes are resized, and steps are changed', async ({ page }) => {
  const keys = new Keyboard(page);
  const lesson = new LessonPage(page);
  await lesson.open('1-run');
  for (const [name, key] of [
    ['Lesson and editor', 'ArrowRight'],
    ['Editor and console', 'ArrowDown'],
    ['Editor and pipeline', 'ArrowLeft'],
    ['Pipeline and checks', 'ArrowUp'],
  ] as const) {
    const splitter = page.getByRole('separator', { name });
    await keys.to(splitter);
    const before = await splitter.getAttribute('aria-valuenow');
    await keys.press(key);
    await expect(splitter).not.toHaveAttribute('aria-valuenow', before ?? '');
    await keys.press('Enter');
    await expect(splitter).toHaveAttribute('aria-valuenow', before ?? '');
  }
  await keys.to(lesson.prose.getByRole('link', { name: /^Next/ }), 'Shift+Tab');
  await keys.press('Enter');
  await expect(lesson.prose.getByRole('heading', { name: /Surprise the printer/ })).toBeFocused();
});

test('by keyboard: questions of every kind are answered', async ({ page }) => {
  const keys = new Keyboard(page);
  const quiz = new QuizPage(page);
  const all = quizKeys();
  await new LessonPage(page).open('quiz');
  const [first] = all;
  const right = first?.right[0] ?? '';
  await keys.to(quiz.root.getByRole('radio').first());
  await keys.press('Space');
  const wanted = quiz.option(right).getByRole('radio');
  for (let i = 0; i < 2 && !(await wanted.isChecked()); i += 1) await keys.press('ArrowDown');
  await expect(wanted).toBeChecked();
  await keys.press('Enter');
  await expect(quiz.verdict).toContainText('That is right.');
  await keys.expectSeen();
  await keys.press('Enter');
  await expect(quiz.root.getByRole('heading', { name: all[1]?.title ?? '' })).toBeFocused();

  const order = all.findIndex(({ kind }) => kind === 'sequence');
  await keys.to(quiz.root.getByRole('button', { name: `Question ${order + 1}, open` }), 'Shift+Tab');
  await keys.press('Enter');
  await expect(quiz.root.getByRole('heading', { name: all[order]?.title ?? '' })).toBeFocused();
  const down = quiz.root.getByRole('button', { name: /^Move down/ }).first();
  await keys.to(down);
  const name = (await down.getAttribute('aria-label')) ?? '';
  await keys.press('Enter');
  await expect(quiz.root.getByRole('button', { name, exact: true })).toBeFocused();
  await keys.to(quiz.answer);
});
