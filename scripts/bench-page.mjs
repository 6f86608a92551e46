/**
 * `npm run bench:page`: how long until the home page answers and until the first Run shows its first event; cold (a
 * new browser profile) and warm (the same profile again), median of five. Also the home page's JavaScript. Times are
 * those of one machine at one moment: compare them within one run only.
 */
import { gzipSync } from 'node:zlib';
import { chromium } from 'playwright-core';
import { CHROMIUM_FLAGS, findChromium } from './lib/browser.mjs';
import { buildIfStale } from './lib/build.mjs';
import { installPackages } from './lib/install.mjs';
import { serveSite } from './lib/site.mjs';

const ROUNDS = 5;
const PORT = 4189;
const LESSON = '/lessons/01-first-pipeline';
const RUN_LIMIT_MS = 60_000;

installPackages();
if (!buildIfStale()) process.exit(1);
const site = await serveSite({ port: PORT });
const { path, env } = await findChromium();
const browser = await chromium.launch({
  executablePath: path,
  args: CHROMIUM_FLAGS,
  env: { ...process.env, ...env },
});
try {
  const rows = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    const context = await browser.newContext({ viewport: { width: 1280, height: 800 } });
    const cold = await visit(context);
    const warm = await visit(context);
    rows.push({ cold, warm });
    await context.close();
  }
  console.log(`median of ${ROUNDS}, ms             cold     warm`);
  for (const [key, label] of [
    ['homeMs', 'home page interactive'],
    ['editorMs', 'lesson: editor ready  '],
    ['firstEventMs', 'Run → first event    '],
    ['againMs', 'Run again → first event'],
    ['longestGapMs', 'longest frame gap     '],
  ]) {
    const [cold, warm] = ['cold', 'warm'].map((kind) => median(rows.map((row) => row[kind][key])));
    console.log(`${label.padEnd(26)} ${cold.toFixed(0).padStart(8)} ${warm.toFixed(0).padStart(8)}`);
  }
  const { scripts, bytes } = await homeScripts(browser);
  console.log(`home page: ${scripts} scripts, ${(bytes / 1000).toFixed(1)} kB of JavaScript (gzip)`);
} finally {
  await browser.close();
  site.stop();
}

/** One person's first minute: the home page, the lesson, Run, Run again. */
async function visit(context) {
  const page = await context.newPage();
  await page.addInitScript(() => {
    const frames = { last: performance.now(), longest: 0, counting: false };
    window.__frames = frames;
    const tick = (now) => {
      if (frames.counting) frames.longest = Math.max(frames.longest, now - frames.last);
      frames.last = now;
      requestAnimationFrame(tick);
    };
    requestAnimationFrame(tick);
  });
  const begun = performance.now();
  await page.goto(site.url);
  await untilAnswering(page);
  const homeMs = performance.now() - begun;

  const opened = performance.now();
  await page.goto(`${site.url}${LESSON}`);
  await page.locator('.monaco-editor .view-line').first().waitFor();
  const editorMs = performance.now() - opened;
  await passPrediction(page);
  await page.evaluate(() => (window.__frames.counting = true));
  const firstEventMs = await runUntilFirstEvent(page);
  const longestGapMs = await page.evaluate(() => window.__frames.longest);
  await page.getByRole('button', { name: 'Stop', exact: true }).click();
  const againMs = await runUntilFirstEvent(page);
  await page.close();
  return { homeMs, editorMs, firstEventMs, againMs, longestGapMs };
}

/** A page is interactive when a control does what it says: here, when the theme switch switches. */
async function untilAnswering(page) {
  const dark = page.getByRole('radio', { name: 'Dark' });
  while ((await page.locator('html').getAttribute('data-theme')) !== 'dark') {
    await dark.click({ force: true, timeout: RUN_LIMIT_MS });
  }
}

/** Skips the prediction where one is asked for: what is measured is the run. */
async function passPrediction(page) {
  const run = page.getByRole('button', { name: 'Run', exact: true });
  await run.waitFor();
  const skip = page.getByRole('button', { name: 'Skip' });
  while ((await skip.count()) > 0) await skip.first().click();
  await page.getByText('Full speed').click();
}

async function runUntilFirstEvent(page) {
  const begun = performance.now();
  await page.getByRole('button', { name: 'Run', exact: true }).click();
  await page
    .getByRole('region', { name: 'Pipeline' })
    .locator('g.event')
    .first()
    .waitFor({ state: 'attached', timeout: RUN_LIMIT_MS });
  return performance.now() - begun;
}

/** JavaScript that the home page loads before anything is clicked, as a host that compresses would send it. */
async function homeScripts(browser) {
  const page = await browser.newPage();
  const bodies = [];
  page.on('response', (response) => {
    if (response.request().resourceType() === 'script') bodies.push(response.body());
  });
  await page.goto(site.url);
  await page.waitForLoadState('networkidle');
  const texts = await Promise.all(bodies);
  await page.close();
  return { scripts: texts.length, bytes: texts.reduce((sum, text) => sum + gzipSync(text).length, 0) };
}

function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}
