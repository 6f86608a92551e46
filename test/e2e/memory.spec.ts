import { chromium, expect, test } from '@playwright/test';
import { LAUNCH } from '../../playwright.config.ts';
import { goodProgram, programWith } from './support/bad-programs.ts';
import { LessonPage } from './support/lesson-page.ts';
import { StaticSite } from './support/static-site.ts';

const LESSON = '/lessons/01-first-pipeline?step=2-random';

/** So little that a frame dies of it within seconds, and enough for the editor. */
const HEAP_MB = 256;

/** Comes back from every callback in time, so that no watchdog ends it before. */
const greedy = programWith({
  before: 'const kept: number[][] = [];',
  handleEvents: `handleEvents: (events: number[]) => {
    kept.push(Array.from({ length: 500_000 }, (_, i) => i + events.length)); // grows
  },`,
});

/**
 * A tab stays when a frame of it dies, but Playwright takes it for crashed and lets go of it. So the page tells the server what it
 * shows, by asking it for what is not there.
 */
test('a program that uses up all memory costs nothing that was typed', async ({ browserName }) => {
  test.skip(browserName !== 'chromium', 'It starts a Chromium of its own, with little memory for each frame');
  test.slow();
  const site = await StaticSite.open('/sluice');
  const args = [...LAUNCH.args, `--js-flags=--max-old-space-size=${HEAP_MB}`];
  const browser = await chromium.launch({ ...LAUNCH, args });
  const shown = (words: string) => () =>
    site.missing.some((path) => decodeURIComponent(path).includes(words));
  try {
    const context = await browser.newContext();
    const page = await context.newPage();
    await page.addInitScript(() => {
      let told = '';
      setInterval(() => {
        const problem = document.querySelector('.problem')?.textContent ?? '';
        const frame = document.querySelector('iframe')?.title ?? 'none';
        const now = `${frame}: ${problem}`.slice(0, 300);
        if (now !== told && problem !== '') void fetch(`/sluice/told/${encodeURIComponent((told = now))}`);
      }, 200);
    });
    await page.goto(`${site.address}${LESSON}`);
    const lesson = new LessonPage(page);
    await lesson.ready();
    await lesson.skipPredictions();
    await lesson.setSpeed('Full speed');
    await lesson.writeProgram(greedy);
    await lesson.run.click();
    await expect.poll(shown('died without a word'), { timeout: 120_000 }).toBe(true);
    await expect.poll(shown('Most often the program used up the memory')).toBe(true);
    // A new frame is there for the next run.
    await expect.poll(shown('Sandbox 2: ')).toBe(true);

    const again = await context.newPage();
    await again.goto(`${site.address}${LESSON}`);
    const reopened = new LessonPage(again);
    await reopened.ready();
    await expect(reopened.editor).toContainText('// grows');
    await reopened.writeProgram(goodProgram('after all'));
    await reopened.run.click();
    await expect(reopened.console).toContainText('after all 2');
  } finally {
    await browser.close();
    await site.close();
  }
});
