import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Locator, Page } from '@playwright/test';
import { Keyboard } from './support/keyboard.ts';
import { LessonPage } from './support/lesson-page.ts';
import { expect, expectNoAxeViolations, test } from './support/sluice-test.ts';
import { tap } from './support/touch.ts';

/** Numbers, a doubler and a slow printer under a supervisor, which never end by themselves. */
async function runEndless(page: Page): Promise<LessonPage> {
  const lesson = new LessonPage(page);
  await lesson.open('1-run');
  await lesson.skipPredictions();
  await lesson.writeProgram(readFileSync(resolve(import.meta.dirname, 'programs/faulty.ts'), 'utf8'));
  await lesson.setSpeed('Full speed');
  await lesson.run.click();
  await expect(lesson.stage('printer')).toHaveAccessibleName(/handled [1-9]/);
  return lesson;
}

const menu = (page: Page) => page.getByRole('menu');
const choice = (page: Page, name: string) =>
  menu(page).getByRole('menuitem', { name: new RegExp(`^${name}`) });
const link = (page: Page, name: string) =>
  menu(page).getByRole('menuitemradio', { name: new RegExp(`^${name.replace('+', '\\+')}`) });

async function handled(stage: Locator): Promise<number> {
  const name = (await stage.getAttribute('aria-label')) ?? '';
  return Number(/handled ([\d,]+)/.exec(name)?.[1]?.replaceAll(',', ''));
}

/** The sentences of all landmarks, as one walks from mark to mark of the timeline. */
async function story(lesson: LessonPage): Promise<string> {
  const said: string[] = [];
  await lesson.timeline.press('Home');
  for (let before = -1, { at } = await lesson.moment(); at > before;) {
    before = at;
    await lesson.timeline.press(']');
    ({ at } = await lesson.moment());
    said.push(await lesson.sentenceSoFar());
  }
  return said.join('\n');
}

test('a stage that is made to crash is started again, and the timeline tells both', async ({ page }) => {
  const lesson = await runEndless(page);
  await lesson.picture.getByRole('button', { name: 'Faults of doubler' }).click();
  await expect(menu(page)).toHaveAccessibleName('Faults of doubler');
  await expectNoAxeViolations(page, 'a menu of faults');
  await choice(page, 'Crash').click();
  await expect(menu(page)).toBeHidden();
  await expect(lesson.stage('doubler')).toHaveAccessibleName(/in life 2/);
  const keeper = lesson.picture.getByRole('button', { name: /^keeper, supervisor of/ });
  await expect(keeper).toHaveAccessibleName(/1 restart so far|2 restarts so far/);
  await lesson.stop.click();
  const told = await story(lesson);
  expect(told).toContain('Fault: doubler was made to crash');
  expect(told).toMatch(/doubler crashed: .*/);
  expect(told).toContain('keeper starts doubler again');
});

test('a frozen stage stands still and holds up those before it, until it is thawed', async ({ page }) => {
  const lesson = await runEndless(page);
  const printer = lesson.stage('printer');
  await printer.click({ button: 'right' });
  await choice(page, 'Freeze').click();
  await expect(printer).toHaveAccessibleName(/; frozen/);
  // The card and the timeline say the same.
  for (const view of [
    lesson.picture.getByRole('figure'),
    lesson.picture.getByLabel('What the timeline shows'),
  ])
    await expect(view.getByText('frozen', { exact: true })).toBeVisible();
  await expect(lesson.stage('doubler')).toHaveAccessibleName(/blocked: nobody asks/);
  const before = await handled(printer);
  await page.waitForTimeout(500);
  expect(await handled(printer)).toBe(before);
  await expectNoAxeViolations(page, 'a frozen stage');

  await printer.click({ button: 'right' });
  await expect(choice(page, 'Freeze')).toHaveCount(0);
  await choice(page, 'Thaw').click();
  await expect(printer).not.toHaveAccessibleName(/frozen/);
  await expect.poll(() => handled(printer)).toBeGreaterThan(before);
  await lesson.stop.click();
  const told = await story(lesson);
  expect(told).toContain('Fault: printer was frozen');
  expect(told).toContain('printer was thawed');
});

test('a link is slowed and quick again; the picture, its words and its table say so', async ({ page }) => {
  const lesson = await runEndless(page);
  const gauge = lesson.subscription('printer', 'doubler');
  await gauge.click({ button: 'right' });
  await expect(menu(page)).toHaveAccessibleName('Faults of the link from doubler to printer');
  await expect(link(page, 'Normal')).toBeChecked();
  await link(page, '+1 s').click();
  await expect(lesson.picture.getByText('+1 s', { exact: true })).toBeVisible();
  await expect(gauge).toHaveAccessibleName(/made slower: \+1 s/);
  const tables = await lesson.openTable();
  await expect(tables.getByRole('columnheader', { name: 'slowed by' })).toBeVisible();
  await lesson.closeTable();

  await gauge.click({ button: 'right' });
  await expect(link(page, '+1 s')).toBeChecked();
  await link(page, 'Normal').click();
  await expect(lesson.picture.getByText('+1 s', { exact: true })).toHaveCount(0);
  await lesson.stop.click();
  const told = await story(lesson);
  expect(told).toMatch(/Fault: everything between printer and doubler now takes 1,000 ms longer/);
  expect(told).toMatch(/is as fast as before/);
});

test('a worker is killed, and what ran there is started again on the one in its place', async ({ page }) => {
  const lesson = await runEndless(page);
  const name = (await lesson.stage('doubler').getAttribute('aria-label')) ?? '';
  const worker = Number(/on worker (\d)/.exec(name)?.[1]);
  await lesson.picture.getByRole('button', { name: 'Faults of doubler' }).click();
  await choice(page, `Kill worker ${worker}`).click();
  await expect(lesson.stage('doubler')).toHaveAccessibleName(new RegExp(`on worker ${worker}; .* in life 2`));
  const before = await handled(lesson.stage('printer'));
  await expect.poll(() => handled(lesson.stage('printer'))).toBeGreaterThan(before);
  await lesson.stop.click();
  const told = await story(lesson);
  expect(told).toContain(`Fault: worker ${worker} was killed`);
  expect(told).toContain('keeper starts doubler again');
});

test('all of it by keyboard: opened, walked through, closed by Escape, the focus back', async ({ page }) => {
  const lesson = await runEndless(page);
  const keyboard = new Keyboard(page);
  const button = lesson.picture.getByRole('button', { name: 'Faults of printer' });
  // Where one is in the picture, its menu is the next stop.
  await lesson.stage('numbers').focus();
  for (let i = 0; i < 4; i += 1) await keyboard.press('ArrowDown');
  await expect(lesson.stage('printer')).toBeFocused();
  await keyboard.to(button);
  await keyboard.press('Enter');
  await expect(choice(page, 'Crash')).toBeFocused();
  await keyboard.press('ArrowUp');
  await expect(menu(page).getByRole('menuitem').last()).toBeFocused();
  await keyboard.press('Home');
  await keyboard.press('Escape');
  await expect(menu(page)).toBeHidden();
  await expect(button).toBeFocused();

  await keyboard.press('Enter');
  await keyboard.press('ArrowDown');
  await expect(choice(page, 'Freeze')).toBeFocused();
  await keyboard.press('Enter');
  await expect(button).toBeFocused();
  await expect(lesson.stage('printer')).toHaveAccessibleName(/; frozen/);

  // The key for menus opens that of a card, too.
  await lesson.stage('numbers').focus();
  await keyboard.press('ContextMenu');
  await expect(menu(page)).toHaveAccessibleName('Faults of numbers');
  await keyboard.press('Escape');
  await expect(lesson.stage('numbers')).toBeFocused();
});

test('without a run that goes on nothing can be done, and the menu says why', async ({ page }) => {
  const lesson = await runEndless(page);
  await lesson.stop.click();
  await expect(lesson.status).toHaveText('Stopped');
  await lesson.picture.getByRole('button', { name: 'Faults of numbers' }).click();
  await expect(menu(page)).toContainText('The run is over: run it again.');
  await expect(choice(page, 'Crash')).toHaveAttribute('aria-disabled', 'true');
  await choice(page, 'Crash').click({ force: true });
  await expect(menu(page)).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(menu(page)).toBeHidden();
});

test.describe('at 390 pixels, by touch', () => {
  test.use({ viewport: { width: 390, height: 800 }, hasTouch: true });

  test('the menus fit, and a fault shows', async ({ page }) => {
    const lesson = new LessonPage(page);
    await lesson.open('1-run');
    await lesson.skipPredictions();
    const pane = (name: string) => page.getByRole('tablist', { name: 'Panes' }).getByRole('tab', { name });
    await tap(pane('Pipeline'));
    await lesson.setSpeed('Step by step');
    await tap(lesson.run);
    const button = lesson.picture.getByRole('button', { name: 'Faults of numbers' });
    await tap(button);
    const box = await menu(page).boundingBox();
    expect(box?.x).toBeGreaterThanOrEqual(0);
    expect((box?.x ?? 0) + (box?.width ?? 0)).toBeLessThanOrEqual(390);
    await expectNoAxeViolations(page, 'a menu of faults at 390 pixels');
    await tap(choice(page, 'Freeze'));
    await expect(lesson.stage('numbers')).toHaveAccessibleName(/; frozen/);
  });
});
