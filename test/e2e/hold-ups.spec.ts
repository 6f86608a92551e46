import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { LessonPage } from './support/lesson-page.ts';
import { expect, expectNoAxeViolations, test } from './support/sluice-test.ts';
import { writeOver } from './support/writing.ts';

const PROGRAM = readFileSync(resolve(import.meta.dirname, 'programs/bottleneck.ts'), 'utf8');

test('who holds whom up is named, a second worker tried, and each run measured', async ({ page }) => {
  const lesson = new LessonPage(page);
  const { picture } = lesson;
  const tab = (name: string) => picture.getByRole('tab', { name, exact: true });
  await lesson.open('1-run');
  await lesson.skipPredictions();
  await lesson.writeProgram(PROGRAM);
  await lesson.setSpeed('Full speed');
  await lesson.run.click();
  await expect(lesson.status).toHaveText('Finished');

  await test.step('the way to the bottleneck, as seen from any stage', async () => {
    await tab('Hold-ups').click();
    const way = picture.getByRole('list', { name: 'Who waits for whom' }).getByRole('listitem');
    await expect(picture.getByText('save is the bottleneck.')).toBeVisible();
    await picture.getByRole('combobox', { name: 'seen from' }).selectOption('source');
    await expect(way).toHaveText([/^source waits for an ask from parse/, /^parse waits/, /^save is busy/]);
    const parse = picture.getByRole('button', { name: 'parse', exact: true });
    await parse.focus();
    await page.keyboard.press('Enter');
    await expect(way).toHaveCount(2);
    await expect(parse).toHaveAttribute('aria-pressed', 'true');
    await expectNoAxeViolations(page, 'Hold-ups');
  });

  await test.step('a producer cannot be doubled; the bottleneck can, beside the run that is shown', async () => {
    const { of } = await lesson.moment();
    const which = picture.getByRole('combobox', { name: 'Stage' });
    await which.selectOption('source');
    await expect(picture.getByText(/a producer must make its events once/)).toBeVisible();
    await which.selectOption('save');
    await picture.getByRole('button', { name: 'Run it with two save' }).press('Enter');
    await expect(picture.getByText(/times as many events get through/)).toBeVisible();
    await expect(picture.getByRole('row', { name: /^Events handled 60 60$/ })).toBeVisible();
    expect((await lesson.moment()).of).toBe(of);
  });

  await test.step('every run drops a dot that brings back what it was made with', async () => {
    await lesson.writeProgram(PROGRAM.replace('maxDemand: 4', 'maxDemand: 20'));
    await lesson.run.click();
    await expect(lesson.status).toHaveText('Finished');
    await tab('Speed').click();
    const dots = picture.getByRole('group', { name: 'Runs by throughput and latency' }).getByRole('button');
    await expect(dots).toHaveCount(2);
    await expect(dots.nth(1)).toHaveAccessibleName(/^20\/10 · 8\/4: .* latest run/);
    await dots.nth(1).focus();
    for (const key of ['Home', 'ArrowRight', 'ArrowLeft']) await page.keyboard.press(key);
    await dots.nth(0).hover();
    await expect(dots.nth(0)).toHaveAttribute('aria-pressed', 'true');
    await picture.getByRole('button', { name: 'Bring back its program' }).click();
    await lesson.code.focus();
    await page.keyboard.press('ControlOrMeta+End');
    // Where it wraps is the editor's own affair.
    const code = async () => (await lesson.editor.innerText()).replace(/\s/g, '');
    await expect.poll(code).toContain('to:parsed,maxDemand:4}');
    await expect(picture.getByRole('heading', { name: 'Little’s law in this run' })).toBeVisible();
    await writeOver(picture.getByRole('spinbutton', { name: /at least/ }), '1');
    await writeOver(picture.getByRole('spinbutton', { name: /within/ }), '60000');
    await page.keyboard.press('Tab');
    await expect(picture.getByText('2 of 2 in the box')).toBeVisible();
    await expectNoAxeViolations(page, 'Speed');
  });

  await test.step('dots and target are there in the next visit', async () => {
    await expect(page.getByText('Saved')).toBeVisible();
    await page.reload();
    await lesson.ready();
    await lesson.skipPredictions();
    await lesson.setSpeed('Full speed');
    await lesson.run.click();
    await expect(lesson.status).toHaveText('Finished');
    await tab('Speed').click();
    await expect(picture.getByText('3 of 3 in the box')).toBeVisible();
  });
});
