import { LessonPage } from './support/lesson-page.ts';
import { expect, expectNoAxeViolations, test } from './support/sluice-test.ts';

/** What the page may say at most, ms. A little less, as a busy page is told of a change later than it was made. */
const LEAST_APART_MS = 1_900;

test('a run is told in words that lead to its moments, walked by keyboard, and announced politely', async ({
  page,
}) => {
  const lesson = new LessonPage(page);
  const { picture } = lesson;
  await lesson.open('1-run');
  await lesson.skipPredictions();
  const announced = await page.evaluateHandle(() => {
    const times: number[] = [];
    const voice = document.querySelector('[data-announcements]');
    if (voice)
      new MutationObserver(() => times.push(performance.now())).observe(voice, {
        childList: true,
        subtree: true,
        characterData: true,
      });
    return times;
  });
  await lesson.setSpeed('Slow motion');
  await lesson.run.click();
  await expect(lesson.console).toContainText('Received 3');
  await lesson.stop.click();
  await lesson.timeline.press('Home');
  for (let i = 0; i < 12; i += 1) await lesson.timeline.press('ArrowRight');
  await expect.poll(() => announced.evaluate((times) => times.length)).toBeGreaterThan(1);
  await expect(page.locator('[data-announcements]')).toContainText(
    await lesson.sentence.locator('span').nth(1).innerText(),
  );
  const gaps = await announced.evaluate((times) => times.slice(1).map((ms, i) => ms - (times[i] ?? 0)));
  expect(Math.min(...gaps)).toBeGreaterThanOrEqual(LEAST_APART_MS);

  await picture.getByRole('tab', { name: 'In words' }).click();
  await expect(picture).toContainText(
    'printer takes events from numbers: at most 10 pending, asking again at 5.',
  );
  const first = picture
    .getByRole('listitem')
    .filter({ hasText: 'printer asked numbers for 10: the first ask of the run' });
  const { at: before } = await lesson.moment();
  await first.getByRole('button', { name: /^show/ }).press('Enter');
  await expect.poll(async () => (await lesson.moment()).at).not.toBe(before);

  const tree = picture.getByRole('tree', { name: 'Stages, their subscriptions and values' });
  const row = (name: RegExp) => tree.getByRole('treeitem', { name });
  await row(/^numbers, producer/).focus();
  await page.keyboard.press('ArrowDown');
  await expect(row(/^printer, consumer/)).toBeFocused();
  await page.keyboard.press('ArrowRight');
  await expect(row(/^printer, consumer/)).toHaveAttribute('aria-expanded', 'true');
  await page.keyboard.press('ArrowRight');
  await expect(row(/^takes from numbers: /)).toBeFocused();
  await page.keyboard.press('Enter');
  await expect(row(/^takes from numbers: /)).toHaveAttribute('aria-selected', 'true');
  await expect(row(/^asked for \d+, sent \d+, handled \d+/)).toBeVisible();
  await page.keyboard.press('ArrowLeft');
  await page.keyboard.press('ArrowLeft');
  await expect(row(/^printer, consumer/)).toBeFocused();
  await expectNoAxeViolations(page, 'a run in words');
});
