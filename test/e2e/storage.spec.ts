import type { Page } from '@playwright/test';
import { LessonPage, programOf } from './support/lesson-page.ts';
import { expect, test } from './support/sluice-test.ts';

/** Writes values that fit no schema over all records of one kind, as a disk or an extension might. */
async function damage(page: Page, kind: string): Promise<void> {
  const damaged = await page.evaluate(async (damagedKind) => {
    const db = await new Promise<IDBDatabase>((resolve, reject) => {
      const opening = indexedDB.open('sluice');
      opening.onsuccess = () => resolve(opening.result);
      opening.onerror = () => reject(opening.error);
    });
    const writing = db.transaction('records', 'readwrite');
    let count = 0;
    await new Promise<void>((resolve, reject) => {
      writing.oncomplete = () => resolve();
      writing.onerror = () => reject(writing.error);
      const cursor = writing.objectStore('records').openCursor();
      cursor.onsuccess = () => {
        const at = cursor.result;
        if (!at) return;
        if (at.value.kind === damagedKind) {
          at.update({ ...at.value, value: { files: 7, steps: 'none', answers: null } });
          count += 1;
        }
        at.continue();
      };
    });
    db.close();
    return count;
  }, kind);
  expect(damaged, `records of ${kind}`).toBeGreaterThan(0);
}

async function saved(page: Page): Promise<void> {
  await expect(page.getByRole('banner').getByText('Saved', { exact: true })).toBeVisible();
}

test('damaged records are put aside with a notice each, and the lesson works', async ({ page }) => {
  test.slow();
  const lesson = new LessonPage(page);
  await lesson.open('2-random');
  await lesson.skipPredictions();
  await lesson.writeProgram(programOf('2-random', 'solution.ts'));
  await saved(page);
  for (const kinds of [['code'], ['progress', 'prediction']]) {
    await page.goto('/');
    await expect(page.getByRole('link', { name: 'Continue' })).toBeVisible();
    for (const kind of kinds) await damage(page, kind);

    await lesson.open('2-random');
    const notice = page.getByText(/could not be read and/);
    for (const kind of kinds) await expect(notice.filter({ hasText: kind })).toBeVisible();
    await expect(lesson.editor.getByText(kinds.includes('code') ? 'As given' : 'Edited')).toBeVisible();
    await lesson.skipPredictions();
    await lesson.setSpeed('Full speed');
    await lesson.writeProgram(programOf('2-random', 'solution.ts'));
    await lesson.run.click();
    await expect(lesson.console).toContainText('Received');
    await lesson.stop.click();
    await saved(page);
  }

  await page.reload();
  await lesson.ready();
  await expect(lesson.run).toBeEnabled();
  await expect(page.getByText(/could not be read/)).toBeHidden();
});

test('what is typed in one tab is taken over by the other, which may take its own back', async ({
  page,
  context,
}) => {
  const here = new LessonPage(page);
  await here.open('2-random');
  const otherPage = await context.newPage();
  const there = new LessonPage(otherPage);
  await there.open('2-random');

  await here.writeProgram(`// From the first tab.\n${programOf('2-random', 'solution.ts')}`);
  await saved(page);
  await expect(there.editor).toContainText('// From the first tab.');
  await expect(otherPage.getByText('This code was changed in another tab')).toBeVisible();
  await otherPage.getByRole('button', { name: 'Undo' }).click();
  await expect(there.editor.getByText('As given')).toBeVisible();
  await expect(here.editor.getByText('As given')).toBeVisible();
});
