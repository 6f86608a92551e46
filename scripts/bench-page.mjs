/**
 * `npm run bench:page`: how long until the home page answers and until the first Run shows its first event, and what
 * that time is made of; cold (a new browser profile) and warm (the same profile again), median of five. Also the home
 * page's JavaScript. Times are those of one machine at one moment: compare them within one run only.
 */
import { gzipSync } from 'node:zlib';
import { withBrowserOnSite } from './lib/site.mjs';

const ROUNDS = 5;
/** A machine that is too slow for all rounds gets fewer. */
const NO_ROUND_AFTER_MS = 110_000;
const PORT = 4189;
const LESSON = '/lessons/01-first-pipeline';
const RUN_LIMIT_MS = 60_000;
/** How long frames are watched after the first event. */
const WATCH_MS = 1_000;

/** What shows an event: one that travels, many that flow, those in a stage's hand. */
const EVENT = ['g.event', '.rate.events', '.holds svg'].map((one) => `[aria-label="Pipeline"] ${one}`).join();

/** Marks of the page on the way from Run to the first entry of the trace. */
const MARKS = [
  ['compiled', 'compiled'],
  ['frame', 'sandbox taken'],
  ['ready', 'workers ready'],
  ['entry', 'first entry'],
];

await withBrowserOnSite(PORT, async ({ browser, url }) => {
  const rows = [];
  const begunMs = performance.now();
  while (rows.length < ROUNDS && performance.now() - begunMs < NO_ROUND_AFTER_MS) {
    const context = await browser.newContext({ viewport: { width: 1280, height: 800 } });
    const cold = await visit(context, url);
    const warm = await visit(context, url);
    rows.push({ cold, warm });
    await context.close();
  }
  console.log(`${`median of ${rows.length}, ms`.padEnd(34)}    cold     warm`);
  report('home page interactive', rows, ({ homeMs }) => homeMs);
  report('lesson: editor ready', rows, ({ editorMs }) => editorMs);
  for (const [name, label] of [
    ['first', 'Run'],
    ['again', 'Run again'],
  ]) {
    report(`${label} → first event on screen`, rows, (visit) => visit[name].eventMs);
    for (const [mark, says] of MARKS) report(`  → ${says}`, rows, (visit) => visit[name].marks[mark]);
    report('  longest time without a frame', rows, (visit) => visit[name].gapMs);
  }
  const { scripts, bytes } = await homeScripts(browser, url);
  console.log(`home page: ${scripts} scripts, ${(bytes / 1000).toFixed(1)} kB of JavaScript (gzip)`);
});

/** One person's first minute: the home page, the lesson, Run, Run again. */
async function visit(context, url) {
  const page = await context.newPage();
  const begun = performance.now();
  await page.goto(url);
  await untilAnswering(page);
  const homeMs = performance.now() - begun;

  const opened = performance.now();
  await page.goto(`${url}${LESSON}`);
  await page.locator('.monaco-editor .view-line').first().waitFor();
  const editorMs = performance.now() - opened;
  await passPrediction(page);
  const first = await run(page);
  const again = await run(page);
  await page.close();
  return { homeMs, editorMs, first, again };
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

/** Presses Run, watches until a while after the first event is drawn, and presses Stop. */
async function run(page) {
  const watched = page.evaluate(watchRun, {
    event: EVENT,
    watchMs: WATCH_MS,
    marks: MARKS.map(([mark]) => mark),
  });
  await page.getByRole('button', { name: 'Run', exact: true }).click({ timeout: RUN_LIMIT_MS });
  const measured = await watched;
  await page.getByRole('button', { name: 'Stop', exact: true }).click();
  return measured;
}

/** In the page: from the press of Run, frame by frame. Events of a run before it do not count. */
function watchRun({ event, watchMs, marks }) {
  return new Promise((resolve) => {
    const watch = ({ timeStamp: pressedMs }) => {
      let lastMs = performance.now();
      let gapMs = 0;
      let eventMs = null;
      const markMs = (mark) => performance.getEntriesByName(`sluice:${mark}`)[0]?.startTime ?? Number.NaN;
      const frame = () => {
        const nowMs = performance.now();
        gapMs = Math.max(gapMs, nowMs - lastMs);
        lastMs = nowMs;
        if (markMs('entry') >= pressedMs && document.querySelector(event)) eventMs ??= nowMs;
        if (eventMs === null || nowMs - eventMs < watchMs) return requestAnimationFrame(frame);
        const reached = Object.fromEntries(marks.map((mark) => [mark, markMs(mark) - pressedMs]));
        resolve({ eventMs: eventMs - pressedMs, gapMs, marks: reached });
      };
      requestAnimationFrame(frame);
    };
    addEventListener('click', watch, { once: true, capture: true });
  });
}

/** JavaScript that the home page loads before anything is clicked, as a host that compresses would send it. */
async function homeScripts(browser, url) {
  const page = await browser.newPage();
  const bodies = [];
  page.on('response', (response) => {
    if (response.request().resourceType() === 'script') bodies.push(response.body());
  });
  await page.goto(url);
  await page.waitForLoadState('networkidle');
  const texts = await Promise.all(bodies);
  await page.close();
  return { scripts: texts.length, bytes: texts.reduce((sum, text) => sum + gzipSync(text).length, 0) };
}

function report(label, rows, valueOf) {
  const [cold, warm] = ['cold', 'warm'].map((kind) => median(rows.map((row) => valueOf(row[kind]))));
  console.log(`${label.padEnd(34)} ${cold.toFixed(0).padStart(7)} ${warm.toFixed(0).padStart(8)}`);
}

function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}
