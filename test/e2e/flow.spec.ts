import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Page } from '@playwright/test';
import { chapters, flights, type Flight } from '../../lessons/data/index.ts';
import { LessonPage } from './support/lesson-page.ts';
import { expect, expectNoAxeViolations, test } from './support/sluice-test.ts';
import { underlinedLines } from './support/underlined.ts';

const HOUR_MS = 3_600_000;

/** A program of `test/e2e/programs`, pasted into the editor. */
async function withProgram(page: Page, name: string): Promise<LessonPage> {
  const lesson = new LessonPage(page);
  await lesson.open('1-run');
  await lesson.skipPredictions();
  await lesson.writeProgram(readFileSync(resolve(import.meta.dirname, 'programs', `${name}.ts`), 'utf8'));
  await lesson.setSpeed('Full speed');
  return lesson;
}

/** The most frequent long words of the first three chapters, counted without a flow. */
function mostFrequent(): [string, number][] {
  const counts = new Map<string, number>();
  for (const { text } of chapters.slice(0, 3)) {
    for (const word of text.toLowerCase().match(/[a-z]+/g) ?? [])
      if (word.length > 6) counts.set(word, (counts.get(word) ?? 0) + 1);
  }
  return [...counts].sort(([wordA, a], [wordB, b]) => b - a || (wordA < wordB ? -1 : 1)).slice(0, 5);
}

test('a word count is drawn by its layers, runs on workers, and prints what it counted', async ({ page }) => {
  const lesson = await withProgram(page, 'flow-words');
  await lesson.run.click();
  await expect(lesson.status).toHaveText('Finished');
  for (const [word, count] of mostFrequent())
    await expect(lesson.console).toContainText(`["${word}", ${count}]`);

  const flow = lesson.picture.getByRole('button', { name: /^flow, flow of \d layers: ended/ });
  await expect(flow).toBeVisible();
  const layers = lesson.picture.getByRole('list', { name: 'Layers of flow' });
  const partition = layers.getByRole('button', { name: /equal keys must meet in the same stage/ });
  await expect(partition).toHaveAccessibleName(/^Layer 3, .*reduce.*, on 3 stages\. .*[\d,]+ in, 3 out$/);
  for (const stage of [1, 2]) {
    await expect(lesson.stage(`flatMap ${stage}`)).toHaveAccessibleName(
      /runs flatMap · filter; partition dispatcher: 0, 1, 2/,
    );
  }
  await expect(lesson.subscription('reduce 2', 'flatMap 1')).toHaveAccessibleName(/partition 1\. /);
  // The stages of a layer run at the same time.
  const workers = [1, 2, 3].map(async (stage) => {
    const name = await lesson.stage(`reduce ${stage}`).getAttribute('aria-label');
    return /on (worker \d)/.exec(name ?? '')?.[1];
  });
  expect(new Set(await Promise.all(workers)).size).toBe(3);

  await partition.click();
  await expect(partition).toHaveAttribute('aria-pressed', 'true');
  await expect(lesson.picture.getByRole('figure')).toContainText('equal keys must meet in the same stage');

  const tables = await lesson.openTable();
  const row = tables
    .getByRole('table', { name: /^Layers of the flow flow/ })
    .getByRole('row')
    .nth(2);
  await expect(row).toContainText('flatMap 1, flatMap 2');
  await expectNoAxeViolations(page, 'a flow, with its tables');
});

test('windows: what is open and what came too late is counted and told', async ({ page }) => {
  const lesson = await withProgram(page, 'flow-windows');
  await lesson.run.click();
  await expect(lesson.status).toHaveText('Finished');

  const lines = await lesson.console.getByRole('listitem').allTextContents();
  const counts = lines.flatMap((line) => /: (\d+) flights in/.exec(line)?.[1] ?? []).map(Number);
  const first200 = flights.slice(0, 200);
  const hourOf = ({ time }: Flight) => Math.floor(time / HOUR_MS);
  const hours = Math.max(...first200.map(hourOf)) - Math.min(...first200.map(hourOf)) + 1;
  expect(counts.length).toBeGreaterThan(1);
  expect(counts.length).toBeLessThanOrEqual(hours);
  const inTime = counts.reduce((sum, count) => sum + count, 0);
  const late = first200.length - inTime;
  expect(late).toBeGreaterThan(0);

  const stage = lesson.stage('per hour/reduce');
  await expect(stage).toHaveAccessibleName(
    new RegExp(
      `0 fixed windows open, fired ${counts.length} times, watermark at 2001-01-\\d\\dT\\d\\d:\\d\\dZ; ${late} came too late`,
    ),
  );
  const layer = lesson.picture.getByRole('button', { name: /^Layer 2, .*window: fixed, 1 hour/ });
  await expect(layer).toHaveAccessibleName(new RegExp(`200 in, ${counts.length} out\\. ${late} late$`));

  // By keyboard: every late event is somewhere on the timeline, in words.
  await lesson.timeline.focus();
  await page.keyboard.press('Home');
  let told = '';
  for (
    let before = -1, { at, of } = await lesson.moment();
    at > before && at < of && !/too late/.test(told);
  ) {
    before = at;
    await page.keyboard.press(']');
    ({ at } = await lesson.moment());
    told = await lesson.sentenceSoFar();
  }
  expect(told).toMatch(
    /per hour\/reduce dropped (the event|\d+ events) .*: too late for the window from 2001-01-\d\dT\d\d:00Z/,
  );
  await expectNoAxeViolations(page, 'windows, at a late event');
});

test('by keyboard: the plan of a flow is read before it moves, layer by layer', async ({ page }) => {
  const lesson = await withProgram(page, 'flow-words');
  await lesson.setSpeed('Step by step');
  await lesson.run.press('Enter');
  const flow = lesson.picture.getByRole('button', { name: /^flow, flow of \d layers/ });
  await flow.focus();
  await page.keyboard.press('Tab');
  const first = lesson.picture.getByRole('button', { name: /^Layer 1, / });
  await expect(first).toBeFocused();
  await expect(first).toHaveAccessibleName(/0 out$/);
  await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');
  await expect(lesson.picture.getByRole('figure')).toContainText('a source only reads');
  await expectNoAxeViolations(page, 'a flow that has not moved yet');
});

test('a crash in a map ends the flow, and is told at its line', async ({ page }) => {
  const lesson = await withProgram(page, 'flow-crash');
  await lesson.run.click();
  await expect(lesson.status).toHaveText(/Failed|crashed/i);
  await expect(lesson.console).toContainText('seven is too much');
  await expect.poll(() => underlinedLines(lesson.editor)).toEqual([4]);
  const flow = lesson.picture.getByRole('button', { name: /^flow, flow of \d layers: crashed/ });
  await expect(flow).toBeVisible();
  await expect(lesson.stage('map')).toHaveAccessibleName(/crashed/);
  await expectNoAxeViolations(page, 'a flow that crashed');
});

test('a mistake in how a flow is declared is told at its line', async ({ page }) => {
  const lesson = await withProgram(page, 'flow-mistake');
  await lesson.run.click();
  await expect(lesson.console).toContainText('Cannot use stages of partition');
  await expect.poll(() => underlinedLines(lesson.editor)).toEqual([5]);
});

test('a flow that is wider than its room can be seen whole', async ({ page }) => {
  const lesson = await withProgram(page, 'flow-wide');
  await lesson.run.click();
  await expect(lesson.status).toHaveText('Finished');
  const stages = lesson.picture.getByRole('group', { name: 'Stages and subscriptions' });
  const room = await lesson.picture.boundingBox();
  const widthOf = async () => (await stages.boundingBox())?.width ?? 0;
  expect(await widthOf()).toBeGreaterThan(room?.width ?? 0);
  await lesson.stage('source').press('f');
  await expect.poll(widthOf).toBeLessThanOrEqual(room?.width ?? 0);
  await expectNoAxeViolations(page, 'a flow seen whole');
});
