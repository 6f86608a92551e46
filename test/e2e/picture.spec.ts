import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Page } from '@playwright/test';
import { LessonPage } from './support/lesson-page.ts';
import { prefer } from './support/preferences.ts';
import { savedBy } from './support/saved-file.ts';
import { expect, expectNoAxeViolations, test } from './support/sluice-test.ts';

const PARTITION = readFileSync(resolve(import.meta.dirname, 'programs/partition.ts'), 'utf8');

/** A run of three partitions that is over, in the picture. */
async function finishedRun(page: Page): Promise<LessonPage> {
  const lesson = new LessonPage(page);
  await lesson.open('2-random');
  await lesson.skipPredictions();
  await lesson.setSpeed('Full speed');
  await lesson.writeProgram(PARTITION);
  await lesson.run.click();
  await expect(lesson.console).toContainText('59 leaves 2');
  return lesson;
}

async function saved(page: Page, lesson: LessonPage, format: 'SVG' | 'PNG'): Promise<Buffer> {
  await lesson.picture.getByRole('button', { name: 'View', exact: true }).click();
  const { name, path } = await savedBy(page, () =>
    lesson.picture.getByRole('button', { name: format, exact: true }).click(),
  );
  expect(name).toMatch(new RegExp(`^sluice-picture-\\d+\\.${format.toLowerCase()}$`));
  return readFileSync(path);
}

test('the picture is walked by keyboard, zoomed, dragged, explained and saved', async ({ page }) => {
  const lesson = await finishedRun(page);
  const { picture } = lesson;
  // One stop of the Tab key; arrow keys lead on, Enter selects, Escape lets go.
  await lesson.stage('numbers').focus();
  await page.keyboard.press('Home');
  await page.keyboard.press('ArrowDown');
  await expect(
    picture.getByRole('button', { name: /subscribes to numbers, partition/ }).and(page.locator(':focus')),
  ).toBeVisible();
  await page.keyboard.press('Enter');
  await picture.getByRole('button', { name: 'Show its last ask' }).press('Enter');
  await picture.getByRole('button', { name: 'Close', exact: true }).press('Enter');
  await expect(lesson.sentence).toContainText(/ asked numbers for \d+ more: .* It had just handled /);

  await lesson.stage('numbers').press('Enter');
  await picture.getByRole('button', { name: 'Details' }).press('Enter');
  const details = picture.getByRole('region', { name: 'Details of numbers' });
  await expect(details.getByRole('row')).toHaveCount(4);
  await expect(details).toContainText('In its buffer: nobody has asked for them yet');
  await expectNoAxeViolations(page, 'a stage with its details');
  await lesson.stage('numbers').press('Escape');
  await expect(details).toBeHidden();

  const stages = picture.getByRole('group', { name: 'Stages and subscriptions' });
  const widthOf = async () => (await stages.boundingBox())?.width ?? 0;
  const whole = await widthOf();
  await lesson.stage('numbers').press('+');
  await expect.poll(widthOf).toBeGreaterThan(whole * 1.2);
  const room = await picture.getByRole('figure').boundingBox();
  if (!room) throw new Error('the picture has a place');
  await page.mouse.move(room.x + 6, room.y + 60);
  const left = async () => (await stages.boundingBox())?.x ?? 0;
  const before = await left();
  await page.mouse.down();
  await page.mouse.move(room.x - 54, room.y + 60);
  await page.mouse.up();
  await expect.poll(left).toBeLessThan(before - 40);
  await page.mouse.move(room.x + 60, room.y + 60);
  await page.keyboard.down('Control');
  await page.mouse.wheel(0, 200);
  await page.keyboard.up('Control');
  await expect.poll(widthOf).toBeLessThan(whole * 1.2);
  await lesson.stage('numbers').press('0');
  await expect.poll(widthOf).toBeCloseTo(whole, 0);

  const svg = (await saved(page, lesson, 'SVG')).toString('utf8');
  expect(svg).toMatch(/^<svg xmlns="http:\/\/www\.w3\.org\/2000\/svg" width="\d+/);
  expect(svg).toContain('<title id="title">A pipeline of 4 stages, 3 subscriptions, after ');
  const png = await saved(page, lesson, 'PNG');
  expect(png.subarray(0, 8)).toEqual(Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]));
  const width = Number(/width="(\d+)/.exec(svg)?.[1]);
  expect(png.readUInt32BE(16)).toBe(2 * width);
});

test('an event that is pressed opens its life, an ask its moment', async ({ page }) => {
  await prefer(page, { reducedMotion: 'reduce' });
  const lesson = await finishedRun(page);
  // With room beside the roads nothing stands on them.
  await lesson.picture.getByRole('button', { name: 'Enlarge' }).click();
  await lesson.timeline.press('Home');
  for (let press = 0; press < 12 && (await lesson.flyingAsks.count()) === 0; press += 1)
    await lesson.timeline.press('Shift+ArrowRight');
  const { at } = await lesson.moment();
  await lesson.flyingAsks.first().click();
  await expect(lesson.sentence).toContainText(' asked numbers for ');
  expect((await lesson.moment()).at).toBeLessThanOrEqual(at);
  for (let press = 0; press < 40 && (await lesson.flyingEvents.count()) === 0; press += 1)
    await lesson.timeline.press('ArrowRight');
  await lesson.flyingEvents.first().click();
  await expect(lesson.picture.getByRole('tab', { name: 'Event', selected: true })).toBeVisible();
});
