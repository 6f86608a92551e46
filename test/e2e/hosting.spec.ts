import { gzipSync } from 'node:zlib';
import type { Page, Worker } from '@playwright/test';
import { PLAIN_PORT } from '../../playwright.config.ts';
import { goodProgram, programWith } from './support/bad-programs.ts';
import { LessonPage, programOf } from './support/lesson-page.ts';
import { expect, test } from './support/sluice-test.ts';
import { StaticSite } from './support/static-site.ts';

const LESSON = '/lessons/01-first-pipeline';
const HOME_JAVASCRIPT_LIMIT = 150_000;

test('as we serve it, the page is isolated', async ({ page }) => {
  await page.goto('/');
  expect(await page.evaluate(() => crossOriginIsolated)).toBe(true);
});

test.describe('on a host that sets no headers', () => {
  test.use({ baseURL: `http://127.0.0.1:${PLAIN_PORT}` });

  test('running, stepping and checking work', async ({ page }) => {
    const lesson = new LessonPage(page);
    await lesson.open('2-random');
    expect(await page.evaluate(() => crossOriginIsolated)).toBe(false);
    await worksAsAWhole(lesson);
  });
});

test('in a folder of a static host, every page and every part works', async ({ page }) => {
  const site = await StaticSite.open('/courses/sluice');
  try {
    await page.goto(`${site.address}/`);
    await page.getByRole('link', { name: 'Begin' }).click();
    const lesson = new LessonPage(page);
    await lesson.ready();
    expect(page.url()).toContain(`${site.address}${LESSON}`);
    await page.goto(`${site.address}${LESSON}?step=2-random`);
    await lesson.ready();
    await worksAsAWhole(lesson);

    await page.goto(`${site.address}${LESSON}?step=5-flights`);
    await lesson.ready();
    await lesson.skipPredictions();
    await lesson.setSpeed('Full speed');
    await lesson.run.click();
    await expect(lesson.console.getByRole('listitem').filter({ hasText: 'start.ts:' }).first()).toBeVisible();

    await page.goto(`${site.address}/errors/no_pipeline`);
    await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
    expect(site.missing).toEqual([]);
  } finally {
    await site.close();
  }
});

test('a host that cannot isolate is helped by the site’s service worker, from the second visit on', async ({
  page,
}) => {
  const site = await StaticSite.open('/courses/sluice');
  const note = page.locator('footer');
  try {
    await page.goto(`${site.address}/`);
    expect(await page.evaluate(() => crossOriginIsolated)).toBe(false);
    await expect(note).toContainText('from the next time the page is loaded, workers share memory');
    await note.getByRole('button', { name: 'Reload now' }).click();
    await expect(note).toContainText('isolated by the site’s own service worker');
    expect(await page.evaluate(() => crossOriginIsolated)).toBe(true);

    await page.goto(`${site.address}${LESSON}?step=2-random`);
    const lesson = new LessonPage(page);
    await lesson.ready();
    await worksAsAWhole(lesson);
    await lesson.openTable();
    await expect(lesson.picture.getByText('through shared memory')).toBeVisible();

    // It keeps nothing: what the host has changed is there at once.
    site.replace(
      '/index.html',
      '<!doctype html><link rel="icon" href="data:," /><title>A new edition</title>',
    );
    await page.goto(`${site.address}/`);
    await expect(page).toHaveTitle('A new edition');
    expect(await page.evaluate(() => crossOriginIsolated)).toBe(true);
    expect(site.missing).toEqual([]);
  } finally {
    await site.close();
  }
});

test('where the host isolates, no service worker is registered', async ({ page }) => {
  await page.goto('/', { waitUntil: 'networkidle' });
  await expect(page.locator('footer')).toContainText('isolated by its host');
  expect(await page.evaluate(async () => (await navigator.serviceWorker.getRegistrations()).length)).toBe(0);
});

test('no page breaks its own policy', async ({ page }) => {
  await page.addInitScript(() => {
    addEventListener('securitypolicyviolation', ({ violatedDirective, blockedURI }) =>
      console.error(`policy: ${violatedDirective} refused ${blockedURI}`),
    );
  });
  const addresses = ['/', `${LESSON}?step=quiz`, '/quizzes/01-first-pipeline', '/errors/worker_hangs'];
  for (const address of addresses) {
    await page.goto(address, { waitUntil: 'networkidle' });
    expect(await policyOf(page), address).toContain("frame-src 'none'");
    await expect(page.getByRole('heading', { level: 1 })).toBeAttached();
  }
  const lesson = new LessonPage(page);
  await lesson.open('2-random');
  await lesson.skipPredictions();
  await lesson.writeProgram(goodProgram('good'));
  await lesson.setSpeed('Full speed');
  await lesson.run.click();
  await expect(lesson.status).toHaveText('Finished');
});

test('an address of nowhere says so, and leads back', async ({ page, pageErrors }) => {
  const response = await page.goto('/nowhere');
  expect(response?.status()).toBe(404);
  await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
  await expect(page.locator('a[href]').first()).toBeVisible();
  pageErrors.splice(0, pageErrors.length, ...pageErrors.filter((error) => !error.includes('404')));
});

test('Stop ends workers that loop, and the next Run starts at once', async ({ page }) => {
  const lesson = new LessonPage(page);
  await lesson.open('2-random');
  await lesson.skipPredictions();
  await lesson.setSpeed('Full speed');
  await lesson.writeProgram(
    programWith({
      before: "console.log('loaded');",
      handleDemand: 'handleDemand: () => { while (true) {} },',
      handleEvents: 'handleEvents: () => {},',
    }),
  );
  await lesson.run.click();
  await expect(lesson.console.getByText('loaded').first()).toBeVisible();
  await expect(lesson.status).toHaveText('Running');
  const looping = sandboxWorkers(page);
  expect(looping.length).toBeGreaterThanOrEqual(2);
  await lesson.stop.click();
  await expect(lesson.status).toHaveText('Stopped');
  await expect.poll(() => sandboxWorkers(page).filter((worker) => looping.includes(worker))).toEqual([]);

  await lesson.writeProgram(goodProgram('good'));
  const pressed = Date.now();
  await lesson.run.click();
  await expect(lesson.console.getByText('good 2').first()).toBeVisible();
  test.info().annotations.push({ type: 'next run', description: `${Date.now() - pressed} ms` });
  // Ended one by one, workers that loop take two seconds each.
  expect(Date.now() - pressed).toBeLessThan(10_000);
});

test('the home page is light, and asks for nothing that only lessons need', async ({ page }) => {
  const scripts: { readonly url: string; readonly size: Promise<number> }[] = [];
  const asked: string[] = [];
  page.on('request', (request) => asked.push(request.url()));
  page.on('response', (response) => {
    if (response.request().resourceType() !== 'script') return;
    scripts.push({ url: response.url(), size: response.body().then((body) => gzipSync(body).length) });
  });
  await page.goto('/', { waitUntil: 'networkidle' });
  const sizes = await Promise.all(scripts.map(({ size }) => size));
  const total = sizes.reduce((sum, size) => sum + size, 0);
  test.info().annotations.push({ type: 'home page', description: `${total} bytes of JavaScript, gzip` });
  expect(scripts.length).toBeGreaterThan(0);
  expect(total).toBeLessThan(HOME_JAVASCRIPT_LIMIT);
  const onlyForLessons = /monaco|esbuild|\.wasm|vega|editor|compile|worker|sandbox/i;
  expect(asked.filter((url) => onlyForLessons.test(new URL(url).pathname))).toEqual([]);

  // What is not asked for by name could come inside a script: their texts say what they hold.
  const bodies = await Promise.all(
    scripts.map(async ({ url }) => await (await page.request.get(url)).text()),
  );
  for (const part of ['monaco', 'esbuild', 'handleDemand']) {
    expect(
      bodies.some((body) => body.includes(part)),
      part,
    ).toBe(false);
  }
});

/** Runs a program to its end, steps through another, and checks a third. */
async function worksAsAWhole(lesson: LessonPage): Promise<void> {
  await lesson.skipPredictions();
  await lesson.setSpeed('Full speed');
  await lesson.writeProgram(goodProgram('good'));
  await lesson.run.click();
  await expect(lesson.console.getByText('good 2').first()).toBeVisible();
  await expect(lesson.status).toHaveText('Finished');

  await lesson.setSpeed('Step by step');
  await lesson.step.click();
  await expect(lesson.status).toHaveText('Waiting for your next step');
  const { of: before } = await lesson.moment();
  await lesson.step.click();
  await expect(async () => expect((await lesson.moment()).of).toBeGreaterThan(before)).toPass();
  await lesson.stop.click();

  await lesson.writeProgram(programOf('2-random', 'solution.ts'));
  await lesson.check();
  await expect(lesson.checks.getByRole('status')).toHaveText(/^All \d+ requirements are met/);
}

function sandboxWorkers(page: Page): Worker[] {
  return page.workers().filter((worker) => worker.url().startsWith('blob:null'));
}

async function policyOf(page: Page): Promise<string> {
  return (
    (await page.locator('meta[http-equiv="content-security-policy" i]').first().getAttribute('content')) ?? ''
  );
}
