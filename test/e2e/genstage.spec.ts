import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Page } from '@playwright/test';
import { LessonPage } from './support/lesson-page.ts';
import { expect, expectNoAxeViolations, test } from './support/sluice-test.ts';

/** A program of `test/e2e/programs`, pasted into the editor and run on real workers. */
async function runProgram(page: Page, name: string): Promise<LessonPage> {
  const lesson = new LessonPage(page);
  await lesson.open('1-run');
  await lesson.skipPredictions();
  await lesson.writeProgram(readFileSync(resolve(import.meta.dirname, 'programs', `${name}.ts`), 'utf8'));
  await lesson.setSpeed('Full speed');
  await lesson.run.click();
  return lesson;
}

/** What a stage has printed, as far as `pattern` captures it. Also of lines that are scrolled out of sight. */
async function printed(lesson: LessonPage, stage: string, pattern: string): Promise<string[]> {
  const lines = await lesson.console.getByRole('listitem').allTextContents();
  const line = new RegExp(`^\\s*${stage}\\s*w\\d.*the moment of: ${pattern}`, 's');
  return lines.flatMap((text) => line.exec(text)?.[1] ?? []);
}

test('broadcast: everyone gets every event but what its selector refuses', async ({ page }) => {
  const lesson = await runProgram(page, 'broadcast');
  await expect(lesson.status).toHaveText('Finished');
  const all = Array.from({ length: 40 }, (_, i) => String(i));
  expect(await printed(lesson, 'all', 'all (\\d+)')).toEqual(all);
  expect(await printed(lesson, 'odd', 'odd (\\d+)')).toEqual(all.filter((n) => Number(n) % 2 === 1));

  await expect(lesson.stage('numbers')).toHaveAccessibleName(
    /broadcast dispatcher; .*20 left out by selectors/,
  );
  await expect(lesson.subscription('odd', 'numbers')).toHaveAccessibleName(/its selector refused 20 events/);
  const tables = await lesson.openTable();
  await expect(tables.getByRole('columnheader', { name: 'dispatcher' })).toBeVisible();
  await expectNoAxeViolations(page, 'a broadcast, with its tables');
});

test('partition: a key always goes the same way; what belongs nowhere is left out', async ({ page }) => {
  const lesson = await runProgram(page, 'partition');
  await expect(lesson.picture.getByText('two', { exact: true })).toBeVisible();
  await expect(lesson.status).toHaveText('Finished');
  const kept = Array.from({ length: 60 }, (_, i) => i + 1).filter((n) => n % 10 !== 0);
  for (const [i, stage] of ['quick', 'steady', 'slow'].entries()) {
    const got = await printed(lesson, stage, `(\\d+) leaves ${i}`);
    expect(got.map(Number), stage).toEqual(kept.filter((n) => n % 3 === i));
  }
  await expect(lesson.stage('numbers')).toHaveAccessibleName(
    /partition dispatcher: .*zero.*; 6 left out by the hash/,
  );
  await expect(lesson.subscription('slow', 'numbers')).toHaveAccessibleName(/partition two\. /);
});

test('tasks run on several workers, and their results come in order', async ({ page }) => {
  const lesson = await runProgram(page, 'tasks');
  await expect(lesson.status).toHaveText('Finished');
  const squares = Array.from({ length: 12 }, (_, i) => String((i + 1) ** 2));
  expect(await printed(lesson, 'squarer', 'squared (\\d+)')).toEqual(squares);
  await expect(lesson.stage('squarer')).toHaveAccessibleName(/0 tasks running; 12 done/);
  await lesson.openTable();
  await expect(lesson.picture.getByText('squarer: 0 tasks running; 12 done.')).toBeVisible();
});

test('a consumerSupervisor runs a child per event, on several workers, at most maxDemand at a time', async ({
  page,
}) => {
  const lesson = await runProgram(page, 'pool');
  await expect(lesson.status).toHaveText('Finished');
  const served = await printed(lesson, 'pool', 'served (\\d+)');
  expect(served.map(Number).sort((a, b) => a - b)).toEqual([1, 2, 4, 5, 6, 7, 8, 9, 10, 11, 12]);
  await expect(lesson.stage('pool')).toHaveAccessibleName(/0 children running; 11 done; 1 failed/);
  await lesson.console.getByRole('button', { name: 'the moment of: served 5' }).click();
  await expect(lesson.stage('pool')).toHaveAccessibleName(
    /consumer supervisor on worker \d; .*[1-4] child(ren)? running on workers? \d/,
  );
  await lesson.openTable();
  await expectNoAxeViolations(page, 'a pool, with its tables');
});

test('a supervised consumer crashes, is started again, and what it lost is told', async ({ page }) => {
  const lesson = await runProgram(page, 'supervised');
  await expect(lesson.status).toHaveText('Finished');
  const got = (await printed(lesson, 'counter', 'got (\\d+)')).map(Number);
  expect(got).not.toContain(8);
  expect(got).toEqual([...got].sort((a, b) => a - b));

  const keeper = lesson.picture.getByRole('button', { name: /^keeper, supervisor of numbers, counter: / });
  await expect(keeper).toHaveAccessibleName(/one for one.*1 restart so far, at most 3 in 5 s/);
  await expect(lesson.stage('counter')).toHaveAccessibleName(
    /supervised by keeper; waiting for events in life 2; .*handled \d+; .*; \d+ lost$/,
  );
  const name = (await lesson.stage('counter').getAttribute('aria-label')) ?? '';
  const [, handled, lost] = /handled (\d+); .*; (\d+) lost$/.exec(name) ?? [];
  expect(Number(handled) + Number(lost), 'every event is handled or lost').toBe(30);
  await expect(lesson.console).toContainText('"keeper" started it again');

  // The crash and the restart are marks one jumps between, and each is told in words.
  const said: string[] = [];
  await lesson.timeline.press('Home');
  for (let before = -1, { at } = await lesson.moment(); at > before;) {
    before = at;
    await lesson.timeline.press(']');
    ({ at } = await lesson.moment());
    said.push(await lesson.sentenceSoFar());
  }
  const story = said.join('\n');
  expect(story).toContain('counter crashed in handleEvents: eight is too much');
  expect(story).toMatch(/counter: \d events? lost that it was working on as it ended\./);
  expect(story).toContain(
    'keeper starts counter again, as it ended with Error: eight is too much: restart 1 of at most 3 in 5 s.',
  );

  await keeper.click();
  await expect(lesson.picture).toContainText(
    'the last was counter, which ended with Error: eight is too much',
  );
  const tables = await lesson.openTable();
  const row = tables.getByRole('table', { name: 'Supervisors' }).getByRole('row').nth(1);
  await expect(row).toHaveText(/keeper\s*one for one\s*numbers, counter\s*1\s*at most 3 in 5 s\s*watching/);
  await expectNoAxeViolations(page, 'a supervised pipeline, with its tables');
});

test('an async generator and a ReadableStream are read to their ends', async ({ page }) => {
  const lesson = await runProgram(page, 'sources');
  await expect(lesson.status).toHaveText('Finished');
  const got = (await printed(lesson, 'printer', 'got (\\d+)')).map(Number);
  const upTo12 = Array.from({ length: 12 }, (_, i) => i + 1);
  expect(got.filter((n) => n < 100)).toEqual(upTo12);
  expect(got.filter((n) => n > 100)).toEqual(upTo12.map((n) => n + 100));
  for (const source of ['generator', 'stream']) {
    await expect(lesson.stage(source)).toHaveAccessibleName(/producer on worker \d; ended; emitted 12/);
  }
});

test('events that cannot be slowed: the newest are kept, and what is dropped is told', async ({ page }) => {
  const lesson = await runProgram(page, 'events');
  await expect(lesson.stage('ticks')).toHaveAccessibleName(/of 5 in its buffer; \d+ discarded/);
  await expect(lesson.console.getByRole('listitem')).not.toHaveCount(0);
  await expect(lesson.status).toHaveText('Running');
  await lesson.stop.click();
  const ticks = (await printed(lesson, 'printer', 'tick (\\d+)')).map(Number);
  expect(ticks.length).toBeGreaterThan(0);
  expect(ticks).toEqual([...new Set(ticks)].sort((a, b) => a - b));
});
