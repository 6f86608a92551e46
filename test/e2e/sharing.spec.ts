import AxeBuilder from '@axe-core/playwright';
import type { Page } from '@playwright/test';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { LessonPage } from './support/lesson-page.ts';
import { expect, test } from './support/sluice-test.ts';

const programIn = (file: string) => readFileSync(resolve(import.meta.dirname, 'programs', file), 'utf8');

async function violationsIn(page: Page, selector: string): Promise<readonly string[]> {
  const { violations } = await new AxeBuilder({ page }).include(selector).analyze();
  return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`);
}

test('who got which events, and what a crash costs, by mouse and by keyboard', async ({ page }) => {
  const lesson = new LessonPage(page);
  await lesson.open('1-run');
  await lesson.skipPredictions();
  await lesson.setSpeed('Full speed');
  await lesson.writeProgram(programIn('broadcast.ts'));
  await lesson.run.click();
  await expect(lesson.console).toContainText('odd 39');
  await lesson.picture.getByRole('tab', { name: 'Deliveries' }).click();
  const grid = lesson.picture.getByRole('grid', { name: 'Events of numbers and who got them' });
  await expect(grid.getByRole('row')).toHaveCount(41);
  await expect(grid.getByRole('button', { name: /^odd, event 2: handled/ })).toBeVisible();
  await expect(grid.getByRole('button', { name: /^odd, event 1: refused/ })).toBeAttached();
  await grid.getByRole('button', { name: /^event 1, 0/ }).focus();
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('ArrowRight');
  await expect(grid.getByRole('button', { name: /^all, event 2:/ })).toBeFocused();
  expect(await violationsIn(page, '[role=tabpanel][id$=deliveries]')).toEqual([]);

  await lesson.writeProgram(programIn('endless-supervised.ts'));
  await lesson.run.click();
  await lesson.picture.getByRole('tab', { name: 'Losses' }).click();
  const panel = lesson.picture.getByRole('tabpanel', { name: 'Losses' });
  await expect(panel.getByText(/^Nothing has ended badly/)).toBeVisible();
  await panel.getByLabel('Stage to crash').selectOption('counter');
  await panel.getByRole('button', { name: 'Crash it now' }).press('Enter');
  await expect(panel.getByText(/^counter crashed at/)).toBeVisible();
  await lesson.stop.click();
  await panel.getByRole('button', { name: 'Show the moment' }).press('Enter');
  await expect(lesson.timeline).toHaveAttribute('aria-valuetext', /counter/);
  await expect(panel.getByText('By the rules')).toBeVisible();
  await expect(panel.getByRole('row', { name: /^counter/ })).toBeVisible();
  expect(await violationsIn(page, '[role=tabpanel][id$=losses]')).toEqual([]);
});

test('the twins part when the packer is slow, and add up', async ({ page }) => {
  const countsOf = async (twin: 'push' | 'pull') => {
    const texts = await page.locator(`[data-totals=${twin}] b`).allTextContents();
    const [made = 0, done = 0, waiting = 0, dropped = 0] = texts.map((text) =>
      Number(text.replace(/,/g, '')),
    );
    return { made, done, waiting, dropped };
  };
  await page.goto('/twins');
  await page.getByRole('button', { name: 'Skip' }).click();
  await page.getByRole('button', { name: 'Start both' }).click();
  await expect.poll(async () => (await countsOf('pull')).done).toBeGreaterThan(5);
  // By keyboard: as slow as can be.
  await page.getByRole('slider', { name: /packer takes/ }).press('End');
  await expect.poll(async () => (await countsOf('push')).dropped, { timeout: 30_000 }).toBeGreaterThan(0);
  await page.getByRole('button', { name: 'Pause' }).click();
  // Until what both workers had to tell has come.
  await expect.poll(async () => (await countsOf('pull')).waiting).toBeLessThanOrEqual(4);
  for (const twin of ['push', 'pull'] as const) {
    const { made, done, waiting, dropped } = await countsOf(twin);
    expect(done + waiting + dropped, twin).toBe(made);
  }
  const [push, pull] = await Promise.all([countsOf('push'), countsOf('pull')]);
  expect(push.waiting).toBeGreaterThan(50);
  expect(pull.dropped).toBe(0);
  expect(await violationsIn(page, 'main')).toEqual([]);
  await page.getByRole('radio', { name: 'Block' }).check();
  await expect(page.getByRole('heading', { name: 'Push, blocked' })).toBeVisible();
  await page.getByRole('button', { name: 'Stop' }).click();
  await expect(page.getByText('Stopped')).toHaveCount(2);
});
