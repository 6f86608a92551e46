import type { Page } from '@playwright/test';
import { LessonPage, programOf } from './support/lesson-page.ts';
import { expect, test } from './support/sluice-test.ts';

/** Dedicated workers of the sandbox frame, whose origin is opaque. The page's own compile elsewhere. */
function sandboxWorkers(page: Page): number {
  return page.workers().filter((worker) => worker.url().startsWith('blob:null/')).length;
}

test('stages run on workers of their own, and five runs leave none behind', async ({ page }) => {
  const lesson = new LessonPage(page);
  await lesson.open('1-run');
  await lesson.skipPredictions();
  await lesson.setSpeed('Full speed');
  await expect.poll(() => sandboxWorkers(page)).toBe(0);

  for (let run = 1; run <= 5; run += 1) {
    await lesson.run.click();
    await expect(lesson.console).toContainText('Received 0');
    const during = { message: `workers during run ${run}` };
    await expect.poll(() => sandboxWorkers(page), during).toBeGreaterThanOrEqual(2);
    await lesson.stop.click();
    await expect(lesson.status).toHaveText('Stopped');
    await expect.poll(() => sandboxWorkers(page), { message: `workers after run ${run}` }).toBe(0);
  }
});

test('the picture, its table and the trace name more than one worker', async ({ page }) => {
  const lesson = new LessonPage(page);
  await lesson.open('3-odd');
  await lesson.writeProgram(programOf('3-odd', 'solution.ts'));
  await lesson.setSpeed('Full speed');
  await lesson.run.click();
  await expect(lesson.console).toContainText('Received');
  await lesson.stop.click();

  const tables = await lesson.openTable();
  const rows = tables.getByRole('table', { name: /^Stages/ }).getByRole('row');
  const placed = new Map<string, string>();
  for (const row of (await rows.all()).slice(1)) {
    const stage = await row.getByRole('rowheader').innerText();
    placed.set(stage, await row.getByRole('cell').nth(1).innerText());
  }
  expect([...placed.keys()]).toEqual(['numbers', 'odd', 'printer']);
  expect(new Set(placed.values()).size, [...placed.values()].join()).toBeGreaterThan(1);
  for (const [stage, worker] of placed) {
    expect(worker).toMatch(/^worker \d$/);
    await expect(lesson.stage(stage)).toHaveAccessibleName(new RegExp(`on ${worker};`));
    await expect(lesson.console.getByRole('listitem').filter({ hasText: 'Received' }).first()).toContainText(
      `printer w${(placed.get('printer') ?? '').slice(-1)}`,
    );
  }
  await expect(
    lesson.picture.getByRole('listitem').filter({ hasText: /3 stages on \d workers/ }),
  ).toBeVisible();
});
