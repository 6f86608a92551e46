import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { Page } from '@playwright/test';
import { isFirefox } from './support/firefox.ts';
import { LessonPage } from './support/lesson-page.ts';
import { prefer } from './support/preferences.ts';
import { savedBy } from './support/saved-file.ts';
import { expect, expectNoAxeViolations, test } from './support/sluice-test.ts';

const root = resolve(import.meta.dirname, '../..');
const folder = mkdtempSync(join(tmpdir(), 'sluice-recordings-'));
const CRASHED = join(folder, 'crashed.jsonl');

const PROGRAM = `import { consumer, pipeline, producer } from 'sluice';

const numbers = producer({
  init: () => 0,
  handleDemand: (demand, next) => ({
    events: Array.from({ length: demand }, (_, i) => next + i),
    state: next + demand,
  }),
});
const printer = consumer({
  handleEvents: (events: number[]) => {
    console.log('got', events);
    if (events.includes(6)) throw new Error('six is too much');
  },
});

export default pipeline(({ start, subscribe }) => {
  subscribe(start('printer', printer), { to: start('numbers', numbers), maxDemand: 4, minDemand: 2 });
});
`;

/** The command line in the folder of these tests. */
function sluice(...given: string[]) {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [join(root, 'scripts', 'sluice.mjs'), ...given],
    { cwd: folder, encoding: 'utf8', env: { ...process.env, NO_COLOR: '1' } },
  );
  return { status, stdout, stderr };
}

test.beforeAll(() => {
  writeFileSync(join(folder, 'crashes.ts'), PROGRAM);
  const { status, stderr } = sluice(
    'run',
    'crashes.ts',
    '--workers',
    '2',
    '--seed',
    '11',
    '--trace',
    CRASHED,
  );
  expect(status, stderr).toBe(1);
});

/** Pages that have opened a dialog for a file. */
const asked = new WeakSet<Page>();

async function choose(page: Page, file: string) {
  // In Firefox the first dialog stays open when Playwright has answered it, and there is no second one.
  if (isFirefox(page) && asked.has(page))
    return page.getByLabel('Recording', { exact: true }).setInputFiles(file);
  asked.add(page);
  const chooser = page.waitForEvent('filechooser');
  await page.getByRole('button', { name: 'Open a recording' }).click();
  await (await chooser).setFiles(file);
}

async function openPage(page: Page): Promise<void> {
  await page.goto('/recordings/');
  // Before the page is alive a press would do nothing.
  await expect(page.getByRole('banner').getByText('Saved', { exact: true })).toBeVisible();
}

/** A file on the disk: what is only in memory Playwright hands to Chromium alone. */
function fileOf(name: string, content: string): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

test('a recording of the command line is opened, scrubbed and read', async ({ page }) => {
  await page.goto('/');
  await page.getByRole('link', { name: 'Open the recording of a run' }).click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Recordings');
  await choose(page, CRASHED);

  const run = page.getByRole('region', { name: 'The recorded run' });
  await expect(run.getByRole('heading', { name: 'The recorded run' })).toBeFocused();
  await expect(run.getByRole('term').filter({ hasText: 'Seed' }).locator('+ dd')).toHaveText('11');
  await expect(run.getByRole('term').filter({ hasText: 'Ended' }).locator('+ dd')).toContainText('crashed');

  const timeline = run.getByRole('slider', { name: 'Moment of the run' });
  const picture = run.getByRole('region', { name: 'Pipeline' });
  await expect(timeline).toHaveAttribute('aria-valuenow', '0');
  await timeline.press('End');
  await expect(picture.getByText('crashed').first()).toBeVisible();
  await timeline.press('Home');
  await timeline.press('ArrowRight');
  await expect(timeline).toHaveAttribute('aria-valuenow', '1');

  await timeline.press('b');
  const marked = await savedBy(page, () =>
    run.getByRole('button', { name: 'Save the recording with its bookmarks' }).click(),
  );
  expect(readFileSync(marked.path, 'utf8')).toMatch(/"bookmarks":\[\{"seq":\d+,"note":""\}\]/);

  await run.getByRole('tab', { name: 'In words' }).click();
  await expect(run.getByRole('region', { name: 'Tables of the run' })).toBeVisible();

  const console = run.getByRole('region', { name: 'Console' });
  await expect(console).toContainText('got [0, 1]');
  await expect(console).toContainText('handleEvents of "printer" threw Error: six is too much');
  await console.getByRole('button', { name: 'crashes.ts:13' }).click();
  await expect(run.locator('li:focus')).toContainText("throw new Error('six is too much')");
});

test('a file that is none is refused in words, and what was open stays', async ({ page }) => {
  await openPage(page);
  await choose(page, fileOf('noise.jsonl', 'hello\n'));
  const alert = page.getByRole('alert').filter({ hasText: 'noise.jsonl' });
  await expect(alert).toContainText('Cannot open the recording as its first line must say what it is');
  await choose(page, CRASHED);
  await expect(page.getByRole('heading', { name: 'The recorded run' })).toBeVisible();
  await expect(alert).toBeHidden();

  const whole = readFileSync(CRASHED, 'utf8');
  const damaged = whole.replace('"type":"ask"', '"type":"beg"');
  await choose(page, fileOf('damaged.jsonl', damaged));
  await expect(page.getByRole('alert').filter({ hasText: 'damaged.jsonl' })).toContainText(/line \d+ is not/);
  await expect(page.getByRole('heading', { name: 'The recorded run' })).toBeVisible();

  await choose(page, fileOf('cut.jsonl', whole.slice(0, -20)));
  await expect(
    page.getByText('The file was cut off: it holds the run up to its last whole entry'),
  ).toBeVisible();
});

test('a file that is dropped is opened, and nothing of it runs', async ({ page }) => {
  await openPage(page);
  const [head = '', ...lines] = readFileSync(CRASHED, 'utf8').split('\n');
  const first: unknown = JSON.parse(head);
  const hostile = {
    ...Object(first),
    program: {
      entry: '<img src=x onerror="document.title=1">',
      files: { 'a.ts': '<script>document.title = "run"</script>' },
      map: '{"version":3,"sources":["javascript:document.title=2"],"names":[],"mappings":"AAAA"}',
    },
  };
  const content = [JSON.stringify(hostile), ...lines].join('\n');
  const dropped = await page.evaluateHandle((body) => {
    const transfer = new DataTransfer();
    transfer.items.add(new File([body], 'hostile.jsonl'));
    return transfer;
  }, content);
  await page
    .getByRole('group', { name: 'Open a recording' })
    .dispatchEvent('drop', { dataTransfer: dropped });
  await expect(page.getByRole('heading', { name: 'The recorded run' })).toBeVisible();
  await page.getByText('The program that was recorded').click();
  await expect(page.getByRole('region', { name: 'Code of a.ts' })).toContainText('<script>');
  await expect(page).toHaveTitle('Recordings · Sluice');
  expect(page.frames()).toHaveLength(1);
});

test('a run of a lesson is saved, opened on the page and told by the command line', async ({ page }) => {
  const lesson = new LessonPage(page);
  await lesson.open('1-run');
  await lesson.skipPredictions();
  await lesson.setSpeed('Full speed');
  await lesson.run.click();
  await expect(lesson.console).toContainText('Received');
  await lesson.stop.click();
  await expect(lesson.status).toHaveText('Stopped');
  const saved = await savedBy(page, () =>
    lesson.picture.getByRole('button', { name: 'Save the recording' }).click(),
  );
  expect(saved.name).toBe('01-first-pipeline-1-run.jsonl');

  const { status, stdout } = sluice('replay', saved.path);
  expect(status).toBe(0);
  expect(stdout).toContain('It was stopped.');
  expect(stdout).toMatch(/subscribes to numbers/);

  await openPage(page);
  await choose(page, saved.path);
  await expect(page.getByRole('region', { name: 'Console' })).toContainText('Received');
  await expect(page.getByRole('region', { name: 'The recorded run' })).toContainText('stopped');
});

for (const colorScheme of ['light', 'dark'] as const) {
  test.describe(`${colorScheme}, 390 px, reduced motion`, () => {
    test.use({ viewport: { width: 390, height: 844 } });

    test('axe finds nothing on the page of recordings, and nothing is wider than the screen', async ({
      page,
    }) => {
      await prefer(page, { colorScheme, reducedMotion: 'reduce' });
      await openPage(page);
      await expect(page.locator('html')).toHaveAttribute('data-theme', colorScheme);
      await expectNoAxeViolations(page, 'without a file');
      await choose(page, CRASHED);
      const timeline = page.getByRole('slider', { name: 'Moment of the run' });
      await timeline.press('End');
      await page.getByText('The program that was recorded').click();
      await expectNoAxeViolations(page, 'with a recording');
      await choose(page, fileOf('noise.jsonl', 'hello\n'));
      await expect(page.getByText('Cannot open the recording')).toBeVisible();
      await expectNoAxeViolations(page, 'with a failure');
      const width = await page.evaluate(() => document.documentElement.scrollWidth);
      expect(width).toBeLessThanOrEqual(390);
    });
  });
}
