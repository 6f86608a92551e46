import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import AxeBuilder from '@axe-core/playwright';

import { LessonPage } from './support/lesson-page.ts';
import { expect, test } from './support/sluice-test.ts';
import { writeOver } from './support/writing.ts';

const program = readFileSync(resolve(import.meta.dirname, 'programs/storm.ts'), 'utf8');

test('a strip is drawn by mouse and by keys, and the same storm is run again; a condition holds the run and lets it go', async ({
  page,
}) => {
  const lesson = new LessonPage(page);
  await lesson.open('1-run');
  await lesson.skipPredictions();
  await lesson.writeProgram(program);
  await lesson.setSpeed('Full speed');
  await lesson.run.click();
  const { picture } = lesson;
  await picture.getByRole('button', { name: /^Weather/ }).click();
  const weather = picture.getByRole('region', { name: 'Weather' });
  const list = weather.getByRole('list', { name: 'Blocks of the strip' });

  // By keys: a slow consumer, later and longer; its numbers say so.
  await weather.getByRole('button', { name: 'a slow consumer' }).press('Enter');
  const slow = weather.getByRole('button', { name: /^Slow save: each batch takes 50 ms longer/ });
  await expect(slow).toBeFocused();
  await slow.press('ArrowRight');
  await slow.press('Shift+ArrowRight');
  await expect(list.getByLabel('Beginning of block 1, ms')).toHaveValue('550');
  await expect(list.getByLabel('End of block 1, ms')).toHaveValue('1600');

  // By mouse: a crash put on the strip and dragged.
  await weather.getByRole('button', { name: 'Crash', exact: true }).click();
  await weather.getByRole('button', { name: 'Add', exact: true }).click();
  const crash = weather.getByRole('button', { name: /^Crash of save/ });
  const box = await crash.boundingBox();
  if (!box) throw new Error('The crash is not on the strip');
  await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
  await page.mouse.down();
  await page.mouse.move(box.x + box.width / 2 + 60, box.y + box.height / 2, { steps: 4 });
  await page.mouse.up();
  expect(Number(await list.getByLabel('Moment of block 2, ms').inputValue())).toBeGreaterThan(500);
  await crash.press('Delete');
  await expect(crash).toHaveCount(0);

  // The seed is refused with words, then kept; the run goes through the strip.
  const seed = weather.getByRole('textbox', { name: 'Seed' });
  await writeOver(seed, 'many');
  await seed.press('Enter');
  await expect(weather.getByRole('alert')).toContainText('A seed is a whole number');
  await writeOver(seed, '7');
  await seed.press('Enter');
  await expect(weather.getByRole('alert')).toHaveCount(0);
  await lesson.run.click();
  await expect(picture.getByRole('button', { name: 'seed 7' })).toBeVisible();
  await expect(lesson.status).toHaveText('Finished', { timeout: 30_000 });
  await expect(weather).toContainText('The run in view went through this.');

  // A condition, from the menu of a stage: the run is held where it begins to hold, and says why.
  await picture.getByRole('button', { name: 'Faults of save' }).press('Enter');
  await page.getByRole('menuitem', { name: /^Stop when events wait here/ }).press('Enter');
  const stops = picture.getByRole('region', { name: 'Stop when' });
  const count = stops.getByRole('spinbutton', { name: 'at least' });
  await expect(count).toBeFocused();
  await writeOver(count, '-5');
  await count.press('Enter');
  await expect(
    stops.getByRole('listitem'),
    'what cannot be is refused, and not made something else',
  ).toHaveCount(0);
  await expect(count).toHaveValue('-5');
  expect(await count.evaluate((own) => own.matches(':invalid'))).toBe(true);
  await writeOver(count, '3');
  await count.press('Enter');
  await stops.getByRole('button', { name: 'Add', exact: true }).press('Enter');
  await expect(stops.getByText('3 or more wait at save', { exact: true })).toBeVisible();
  // In the run that is over, the playhead goes from one such moment to the next.
  await stops.getByRole('button', { name: 'Previous' }).click();
  await expect(lesson.timeline).toHaveAttribute('aria-valuetext', /Stop condition: 3 or more wait at save/);
  await lesson.run.click();
  const held = picture.getByRole('status').filter({ hasText: 'Paused:' });
  await expect(held).toContainText(/[345] events wait at save; you asked to stop at 3\./, {
    timeout: 30_000,
  });
  await expect(lesson.speed('Step by step')).toBeChecked();
  const { violations } = await new AxeBuilder({ page }).include('[aria-label="Pipeline"]').analyze();
  expect(violations.map(({ id, nodes }) => [id, nodes.map(({ target }) => target)])).toEqual([]);
  await stops.getByRole('button', { name: /^Remove:/ }).click();
  await picture.getByRole('button', { name: 'Continue' }).click();
  await expect(lesson.status).toHaveText('Finished', { timeout: 30_000 });

  // All of it is there again after a reload.
  await page.reload();
  await lesson.ready();
  await picture.getByRole('button', { name: /^Weather/ }).click();
  await expect(picture.getByRole('textbox', { name: 'Seed' })).toHaveValue('7');
  await expect(list.getByLabel('End of block 1, ms')).toHaveValue('1600');
});
